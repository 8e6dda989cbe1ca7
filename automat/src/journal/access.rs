//! What returns keys without the cloud: its latest answers.

use std::collections::BTreeMap;

use protocol::Access;

/// The codes that the cloud has named, by locker. A locker with none is not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownAccess {
    cost: u8,
    lockers: BTreeMap<u16, Access>,
}

impl KnownAccess {
    /// The cost of the verifiers of PINs.
    #[must_use]
    pub fn cost(&self) -> u8 {
        self.cost
    }

    #[must_use]
    pub fn lockers(&self) -> &BTreeMap<u16, Access> {
        &self.lockers
    }

    /// With the answer to a question for all lockers, or for those in it.
    #[must_use]
    pub fn after(&self, all: bool, cost: u8, lockers: &BTreeMap<u16, Access>) -> Self {
        let mut after = Self { cost, lockers: if all { BTreeMap::new() } else { self.lockers.clone() } };
        for (&locker, access) in lockers {
            if access.is_empty() {
                after.lockers.remove(&locker);
            } else {
                after.lockers.insert(locker, access.clone());
            }
        }
        after
    }
}
