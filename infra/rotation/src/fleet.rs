//! Which devices have which keys.

use std::fmt;

use domain::AutomatId;
use store::{Error, PageRequest, Store};

/// How many automats there are, and which of them have not said that they have a key.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    pub(crate) automats: usize,
    pub(crate) without_current: Vec<AutomatId>,
    pub(crate) without_other: Vec<AutomatId>,
}

impl Fleet {
    pub(crate) async fn of(store: &Store) -> Result<Self, Error> {
        let mut fleet = Self::default();
        let mut page = PageRequest { limit: 100, after: None };
        loop {
            let told = store.device_keys_known(&page).await?;
            for told in told.data {
                fleet.automats += 1;
                if !told.current {
                    fleet.without_current.push(told.automat.clone());
                }
                if !told.other {
                    fleet.without_other.push(told.automat);
                }
            }
            match told.next {
                Some(next) => page.after = Some(next),
                None => return Ok(fleet),
            }
        }
    }

    /// Those that have not said that they have both.
    pub(crate) fn without_both(&self) -> Vec<AutomatId> {
        let mut lacking = [&self.without_current[..], &self.without_other].concat();
        lacking.sort();
        lacking.dedup();
        lacking
    }
}

/// Names in one line, the first twenty.
pub(crate) struct Names<'a>(pub(crate) &'a [AutomatId]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 20;
        let names: Vec<_> = self.0.iter().take(SHOWN).map(AutomatId::as_str).collect();
        f.write_str(&names.join(", "))?;
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
