//! Which device has which keys.

use std::fmt;

use domain::AutomatId;
use store::{Error, PageRequest, Store};

/// The number of automats, and those whose device has not reported a key.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    pub(crate) automats: usize,
    pub(crate) without_current: Vec<AutomatId>,
    pub(crate) without_other: Vec<AutomatId>,
}

impl Fleet {
    pub(crate) async fn of(store: &Store) -> Result<Self, Error> {
        let mut fleet = Self::default();
        let mut request = PageRequest { limit: 100, after: None };
        loop {
            let page = store.device_keys_known(&request).await?;
            for device in page.data {
                fleet.automats += 1;
                if !device.current {
                    fleet.without_current.push(device.automat.clone());
                }
                if !device.other {
                    fleet.without_other.push(device.automat);
                }
            }
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok(fleet),
            }
        }
    }

    /// The devices that have not reported both keys.
    pub(crate) fn without_both(&self) -> Vec<AutomatId> {
        let mut lacking = [&self.without_current[..], &self.without_other].concat();
        lacking.sort();
        lacking.dedup();
        lacking
    }
}

/// The first twenty names, in one line.
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
