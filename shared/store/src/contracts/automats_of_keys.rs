//! In which automat keys are, as this process has seen it: a booking can then read both at once. A key never changes its
//! automat. If it was removed and another one has its id, the guess costs a read and nothing else.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use domain::{AutomatId, KeyId};

use crate::items::StoredKey;

/// How many keys are remembered.
const REMEMBERED: usize = 10_000;

/// Clones share what is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct AutomatsOfKeys(Arc<Mutex<HashMap<KeyId, AutomatId>>>);

impl AutomatsOfKeys {
    /// The automats of those keys that are known.
    pub(super) fn guess<'k>(&self, keys: impl Iterator<Item = &'k KeyId>) -> BTreeSet<AutomatId> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.filter_map(|key| known.get(key)).cloned().collect()
    }

    pub(super) fn learn(&self, keys: &[StoredKey]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + keys.len() > REMEMBERED {
            known.clear();
        }
        known.extend(keys.iter().map(|stored| (stored.key.id.clone(), stored.key.automat.clone())));
    }
}
