//! A keypad entry with its answer: a second delivery gets the same answer and is not counted, and a later sensor
//! report can be matched to whoever took the key. It holds neither the code nor its name.

use domain::{AutomatId, CodeKind, ContractId, Instant, KeyId, KeypadAnswer, LockerIndex, Purpose};
use serde::{Deserialize, Serialize};

use super::{AutomatItem, Item, ItemKey, instant, read, write};
use crate::Error;

/// Retention of entries: a device that was offline may report late what an entry led to.
const KEPT_SECONDS: i64 = 7 * 24 * 3600;

/// The longest id that is looked up. Devices use ULIDs.
const MAX_NAME_BYTES: usize = 64;

#[derive(Debug, Clone)]
pub(crate) struct StoredEntry {
    pub(crate) answer: KeypadAnswer,
    /// The key and the contract that an accepted code belonged to.
    pub(crate) key: Option<KeyId>,
    pub(crate) contract: Option<ContractId>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EntryItem {
    code_kind: CodeKind,
    answer: AnswerKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    locker_index: Option<LockerIndex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<Purpose>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<KeyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract_id: Option<ContractId>,
    ttl: i64,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum AnswerKind {
    Open,
    No,
    Wait,
}

impl EntryItem {
    /// `None` if the id is longer than any device of ours uses.
    pub(crate) fn key(automat: &AutomatId, id: &str) -> Option<ItemKey> {
        let fits = (1..=MAX_NAME_BYTES).contains(&id.len());
        fits.then(|| ItemKey::new(AutomatItem::pk(automat), format!("ENTRY#{id}")))
    }

    pub(crate) fn write(item_key: ItemKey, kind: CodeKind, entry: &StoredEntry, now: Instant) -> Result<Item, Error> {
        let (answer, locker, purpose, until) = match entry.answer {
            KeypadAnswer::Open { locker, purpose, until } => {
                (AnswerKind::Open, Some(locker), Some(purpose), Some(until))
            }
            KeypadAnswer::No { wait_until } => (AnswerKind::No, None, None, wait_until),
            KeypadAnswer::Wait { until } => (AnswerKind::Wait, None, None, Some(until)),
        };
        let record = Self {
            code_kind: kind,
            answer,
            locker_index: locker,
            purpose,
            until: until.map(Instant::millis),
            key_id: entry.key.clone(),
            contract_id: entry.contract.clone(),
            ttl: now.seconds() + KEPT_SECONDS,
        };
        write(&record, item_key, None)
    }

    pub(crate) fn read(item: Item) -> Result<StoredEntry, Error> {
        let record: Self = read(item)?;
        Ok(StoredEntry { answer: record.answer()?, key: record.key_id, contract: record.contract_id })
    }

    fn answer(&self) -> Result<KeypadAnswer, Error> {
        let broken = || Error::Internal { context: "reading a keypad entry without a complete answer", source: None };
        let until = || self.until.ok_or_else(broken).and_then(instant);
        Ok(match self.answer {
            AnswerKind::No => KeypadAnswer::No { wait_until: self.until.map(instant).transpose()? },
            AnswerKind::Wait => KeypadAnswer::Wait { until: until()? },
            AnswerKind::Open => KeypadAnswer::Open {
                locker: self.locker_index.ok_or_else(broken)?,
                purpose: self.purpose.ok_or_else(broken)?,
                until: until()?,
            },
        })
    }
}

impl StoredEntry {
    pub(crate) fn opened(&self, wanted: LockerIndex) -> bool {
        matches!(self.answer, KeypadAnswer::Open { locker, .. } if locker == wanted)
    }

    /// The contract for which this entry opened the locker to fetch the key.
    pub(crate) fn fetched(self, key: &KeyId) -> Option<ContractId> {
        let to_fetch = matches!(self.answer, KeypadAnswer::Open { purpose: Purpose::Fetch, .. });
        self.contract.filter(|_| to_fetch && self.key.as_ref() == Some(key))
    }
}
