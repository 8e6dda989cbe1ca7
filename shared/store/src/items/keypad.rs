//! The state of an automat's keypad: recent wrong entries and waits.

use domain::{AutomatId, ContractId, Instant, KeyId, Keypad, KnownCode, MistimedEntry, SlowPace};
use serde::{Deserialize, Serialize};

use super::{AutomatItem, Item, ItemKey, instant, read, valid, write};
use crate::Error;
use crate::expression::{Expression, absent, unchanged};

#[derive(Debug, Clone, Default)]
pub(crate) struct StoredKeypad {
    pub(crate) keypad: Keypad,
    /// Raised by every write; `None` before the first.
    rev: Option<u64>,
}

/// Times are in milliseconds since 1970.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeypadItem {
    budget_full_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    slow: Option<SlowItem>,
    wrong: Vec<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    mistimed_entries: Vec<NotGoodNowItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guessing_recorded_at: Option<i64>,
    rev: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SlowItem {
    wait_millis: i64,
    next_check_at: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NotGoodNowItem {
    key_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract_id: Option<String>,
    at: i64,
}

impl KeypadItem {
    pub(crate) fn key(automat: &AutomatId) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), "KEYPAD")
    }

    pub(crate) fn write(automat: &AutomatId, keypad: &Keypad, before: &StoredKeypad) -> Result<Item, Error> {
        let slow =
            |slow: SlowPace| SlowItem { wait_millis: slow.wait_millis, next_check_at: slow.next_check_at.millis() };
        let record = Self {
            budget_full_at: keypad.budget_full_at.millis(),
            slow: keypad.slow.map(slow),
            wrong: keypad.wrong.iter().map(|at| at.millis()).collect(),
            mistimed_entries: keypad.mistimed_entries.iter().map(NotGoodNowItem::new).collect(),
            guessing_recorded_at: keypad.guessing_recorded_at.map(Instant::millis),
            rev: before.rev.unwrap_or_default() + 1,
        };
        write(&record, Self::key(automat), None)
    }

    pub(crate) fn read(item: Item) -> Result<StoredKeypad, Error> {
        let record: Self = read(item)?;
        let slow = |slow: SlowItem| -> Result<_, Error> {
            Ok(SlowPace { wait_millis: slow.wait_millis, next_check_at: instant(slow.next_check_at)? })
        };
        let keypad = Keypad {
            budget_full_at: instant(record.budget_full_at)?,
            slow: record.slow.map(slow).transpose()?,
            wrong: record.wrong.into_iter().map(instant).collect::<Result<_, _>>()?,
            mistimed_entries: record
                .mistimed_entries
                .into_iter()
                .map(NotGoodNowItem::read)
                .collect::<Result<_, _>>()?,
            guessing_recorded_at: record.guessing_recorded_at.map(instant).transpose()?,
        };
        Ok(StoredKeypad { keypad, rev: Some(record.rev) })
    }
}

impl NotGoodNowItem {
    fn new(entry: &MistimedEntry) -> Self {
        Self {
            key_id: entry.code.key.as_str().to_owned(),
            contract_id: entry.code.contract.as_ref().map(|contract| contract.as_str().to_owned()),
            at: entry.at.millis(),
        }
    }

    fn read(self) -> Result<MistimedEntry, Error> {
        let contract = self.contract_id.map(|contract| valid(ContractId::parse(&contract))).transpose()?;
        let code = KnownCode { key: valid(KeyId::parse(&self.key_id))?, contract };
        Ok(MistimedEntry { code, at: instant(self.at)? })
    }
}

impl StoredKeypad {
    /// Condition: the keypad is as it was read.
    pub(crate) fn unchanged(&self) -> Expression {
        self.rev.map_or_else(absent, unchanged)
    }
}
