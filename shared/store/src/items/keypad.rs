//! What an automat's keypad remembers of the entries before.

use domain::{AutomatId, Keypad};
use serde::{Deserialize, Serialize};

use super::{AutomatItem, Item, ItemKey, instant, read, write};
use crate::Error;
use crate::write::{Expression, absent, unchanged};

/// A keypad as it was read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StoredKeypad {
    pub(crate) keypad: Keypad,
    /// Raised by every write; `None` before the first.
    rev: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeypadItem {
    wrong_in_a_row: u32,
    locks_in_a_row: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    locked_until: Option<i64>,
    rev: u64,
}

impl KeypadItem {
    pub(crate) fn key(automat: &AutomatId) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), "KEYPAD")
    }

    /// The item that follows the one read.
    pub(crate) fn write(automat: &AutomatId, keypad: Keypad, before: StoredKeypad) -> Result<Item, Error> {
        let record = Self {
            wrong_in_a_row: keypad.wrong_in_a_row,
            locks_in_a_row: keypad.locks_in_a_row,
            locked_until: keypad.locked_until.map(domain::Instant::millis),
            rev: before.rev.unwrap_or_default() + 1,
        };
        write(&record, Self::key(automat), None)
    }

    pub(crate) fn read(item: Item) -> Result<StoredKeypad, Error> {
        let record: Self = read(item)?;
        let keypad = Keypad {
            wrong_in_a_row: record.wrong_in_a_row,
            locks_in_a_row: record.locks_in_a_row,
            locked_until: record.locked_until.map(instant).transpose()?,
        };
        Ok(StoredKeypad { keypad, rev: Some(record.rev) })
    }
}

impl StoredKeypad {
    /// The condition that the keypad is as it was read.
    pub(crate) fn unchanged(self) -> Expression {
        self.rev.map_or_else(absent, unchanged)
    }
}
