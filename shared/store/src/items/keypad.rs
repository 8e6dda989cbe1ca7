//! The state of an automat's keypad: recent wrong entries and waits.

use domain::{AutomatId, Keypad};
use serde::{Deserialize, Serialize};

use super::{AutomatItem, Item, ItemKey, write};
use crate::Error;
use crate::expression::{Expression, absent, unchanged};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct StoredKeypad {
    #[serde(flatten)]
    pub(crate) keypad: Keypad,
    /// Raised by every write; `None` before the first.
    rev: Option<u64>,
}

impl StoredKeypad {
    pub(crate) fn key(automat: &AutomatId) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), "KEYPAD")
    }

    /// The item with the keypad's next state.
    pub(crate) fn write(&self, automat: &AutomatId, next: &Keypad) -> Result<Item, Error> {
        let stored = Self { keypad: next.clone(), rev: Some(self.rev.unwrap_or_default() + 1) };
        write(&stored, Self::key(automat), None, None)
    }

    /// Condition: the keypad is as it was read.
    pub(crate) fn unchanged(&self) -> Expression {
        self.rev.map_or_else(absent, unchanged)
    }
}
