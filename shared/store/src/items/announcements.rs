//! Which movements of a key the contacts of a contract were notified of, and which are held back.

use domain::{Announcement, Announcements, Cause, ContractId, Instant, KeyId, KeyMovement};
use serde::{Deserialize, Serialize};

use super::due::due_shard;
use super::{Item, ItemKey, MessageItem, instant, read, valid, write};
use crate::Error;
use crate::expression::{Expression, absent, unchanged};

const SK: &str = "ANNOUNCEMENTS";
/// Retention after the last change, in seconds: by then nothing is held back any more.
const KEPT_SECONDS: i64 = 24 * 3600;

#[derive(Debug, Clone)]
pub(crate) struct StoredAnnouncements {
    pub(crate) key: KeyId,
    pub(crate) contract: ContractId,
    /// Of the key.
    pub(crate) incarnation: String,
    pub(crate) announcements: Announcements,
    /// Raised by every write; `None` before the first.
    rev: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnnouncementsItem {
    key_id: String,
    contract_id: String,
    incarnation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fetched: Option<Announced>,
    #[serde(skip_serializing_if = "Option::is_none")]
    returned: Option<Announced>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held_fetched: Option<Held>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held_returned: Option<Held>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<i64>,
    rev: u64,
    ttl: i64,
}

/// An event that contacts were notified of: its id, when it happened, and when the notification was decided.
#[derive(Serialize, Deserialize)]
struct Announced(String, i64, i64);

/// An event that is held back: its id, and when it happened.
#[derive(Serialize, Deserialize)]
struct Held(String, i64);

impl AnnouncementsItem {
    pub(crate) fn key(incarnation: &str, contract: &ContractId) -> ItemKey {
        ItemKey::new(MessageItem::pk(incarnation, contract), SK)
    }

    pub(crate) fn is_at(item_key: &ItemKey) -> bool {
        item_key.sk == SK
    }

    pub(crate) fn write(stored: &StoredAnnouncements, now: Instant) -> Result<Item, Error> {
        let item_key = Self::key(&stored.incarnation, &stored.contract);
        let Announcements { fetched, returned, held_fetched, held_returned, due } = &stored.announcements;
        let record = Self {
            key_id: stored.key.as_str().to_owned(),
            contract_id: stored.contract.as_str().to_owned(),
            incarnation: stored.incarnation.clone(),
            fetched: fetched.as_ref().map(Announced::of),
            returned: returned.as_ref().map(Announced::of),
            held_fetched: held_fetched.as_ref().map(Held::of),
            held_returned: held_returned.as_ref().map(Held::of),
            due_shard: due.map(|_| due_shard(&item_key)),
            due_at: due.map(Instant::millis),
            rev: stored.rev.unwrap_or_default() + 1,
            ttl: now.seconds() + KEPT_SECONDS,
        };
        write(&record, item_key, None)
    }

    pub(crate) fn read(item: Item) -> Result<StoredAnnouncements, Error> {
        let record: Self = read(item)?;
        let announced =
            |announced: Option<Announced>, movement| announced.map(|announced| announced.read(movement)).transpose();
        let held = |held: Option<Held>| held.map(Held::read).transpose();
        Ok(StoredAnnouncements {
            key: valid(KeyId::parse(&record.key_id))?,
            contract: valid(ContractId::parse(&record.contract_id))?,
            incarnation: record.incarnation,
            announcements: Announcements {
                fetched: announced(record.fetched, KeyMovement::Fetched)?,
                returned: announced(record.returned, KeyMovement::Returned)?,
                held_fetched: held(record.held_fetched)?,
                held_returned: held(record.held_returned)?,
                due: record.due_at.map(instant).transpose()?,
            },
            rev: Some(record.rev),
        })
    }
}

impl StoredAnnouncements {
    /// For a contract whose contacts have not been notified of a movement yet.
    pub(crate) fn none(key: &KeyId, contract: &ContractId, incarnation: &str) -> Self {
        Self {
            key: key.clone(),
            contract: contract.clone(),
            incarnation: incarnation.to_owned(),
            announcements: Announcements::default(),
            rev: None,
        }
    }

    /// Condition: the item is as it was read.
    pub(crate) fn unchanged(&self) -> Expression {
        self.rev.map_or_else(absent, unchanged)
    }
}

impl Announced {
    fn of(announcement: &Announcement) -> Self {
        Self(announcement.cause.event.clone(), announcement.cause.at.millis(), announcement.at.millis())
    }

    fn read(self, movement: KeyMovement) -> Result<Announcement, Error> {
        let Self(event, happened, at) = self;
        Ok(Announcement { movement, cause: Cause { event, at: instant(happened)? }, at: instant(at)? })
    }
}

impl Held {
    fn of(cause: &Cause) -> Self {
        Self(cause.event.clone(), cause.at.millis())
    }

    fn read(self) -> Result<Cause, Error> {
        let Self(event, at) = self;
        Ok(Cause { event, at: instant(at)? })
    }
}
