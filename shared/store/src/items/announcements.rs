//! Which movements of a key the contacts of a contract were notified of, and which are held back.

use domain::{Announcements, ContractId, Instant, KeyId};
use serde::{Deserialize, Serialize};

use super::due::due_shard;
use super::{Item, ItemKey, MessageItem, Millis, read, write};
use crate::Error;
use crate::expression::{Expression, absent, unchanged};

const PREFIX: &str = "ANNOUNCEMENTS#";
/// Retention after the last change: by then nothing is held back any more.
const KEPT_MILLIS: i64 = 24 * 3_600_000;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredAnnouncements {
    #[serde(rename = "keyId")]
    pub(crate) key: KeyId,
    #[serde(rename = "contractId")]
    pub(crate) contract: ContractId,
    /// Of the contract.
    pub(crate) incarnation: String,
    #[serde(flatten)]
    pub(crate) announcements: Announcements,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Millis>,
    /// Raised by every write; `None` before the first.
    rev: Option<u64>,
}

impl StoredAnnouncements {
    pub(crate) fn key(contract: &ContractId, incarnation: &str, key: &KeyId) -> ItemKey {
        ItemKey::new(MessageItem::pk(contract), format!("{PREFIX}{incarnation}#{key}"))
    }

    pub(crate) fn is_at(item_key: &ItemKey) -> bool {
        item_key.sk.starts_with(PREFIX)
    }

    /// For a contract whose contacts have not been notified of a movement yet.
    pub(crate) fn none(key: &KeyId, contract: &ContractId, incarnation: &str) -> Self {
        Self {
            key: key.clone(),
            contract: contract.clone(),
            incarnation: incarnation.to_owned(),
            announcements: Announcements::default(),
            due_shard: None,
            due_at: None,
            rev: None,
        }
    }

    pub(crate) fn read(item: Item) -> Result<Self, Error> {
        let mut stored: Self = read(item)?;
        stored.announcements.due = stored.due_at.map(|due| due.0);
        Ok(stored)
    }

    pub(crate) fn write(&self, now: Instant) -> Result<Item, Error> {
        let item_key = Self::key(&self.contract, &self.incarnation, &self.key);
        let due = self.announcements.due;
        let stored = Self {
            due_shard: due.map(|_| due_shard(&item_key)),
            due_at: due.map(Millis),
            rev: Some(self.rev.unwrap_or_default() + 1),
            ..self.clone()
        };
        write(&stored, item_key, None, Some(now.plus_millis(KEPT_MILLIS)))
    }

    /// Condition: the item is as it was read.
    pub(crate) fn unchanged(&self) -> Expression {
        self.rev.map_or_else(absent, unchanged)
    }
}
