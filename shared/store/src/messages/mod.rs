//! Messages to contacts. They are stored before they are sent, so that nobody is notified twice and nobody is
//! forgotten.
//!
//! A message's id is derived from its occasion, so handling the same occasion again finds the same item. Whoever puts
//! the item sends the message and holds a claim on it for a limited time. Until it is settled it is in the index
//! `due`, at the end of the claim or at the next attempt, and whoever finds it past that time claims it again.
//!
//! The stream may repeat and reorder records. So a record only says whom to notify; whether its content still holds,
//! and which reminders there are, is decided from the current contract.

mod announce;
mod bounce;
mod claim;
mod due;
mod facts;
mod list;
mod message_id;
mod notify;
mod record;
mod remind;
mod remind_overdue;
mod resend;
mod settle;
mod snapshot;

use domain::{AutomatId, Event, Instant, LockerIndex, Message, MessageId, SendFailure};

pub(crate) use self::record::{POISON, image};
use crate::items::{ItemKey, StoredContract};

/// Number of partitions of the index `due`.
pub const DUE_SHARDS: u8 = 16;
/// How long a claim holds: longer than a function may run, so that no message is claimed while it is being sent.
pub const LEASE_MILLIS: i64 = 90_000;

/// What a record of the table's stream means for notifications.
#[derive(Debug)]
pub enum Record {
    /// A contract was created, edited or removed.
    Contract(Box<ContractRecord>),
    Event(Box<EventRecord>),
    /// A resend was requested.
    Resend(DueMessage),
    /// Nothing to do.
    Other,
}

#[derive(Debug)]
pub struct ContractRecord {
    /// When it was written, by the stream's clock. This time decides what to notify of, however late the record is
    /// handled.
    pub at: Instant,
    change: Change,
}

#[derive(Debug)]
enum Change {
    Made(StoredContract),
    Edited { before: Box<StoredContract>, after: StoredContract },
    Removed(StoredContract),
}

#[derive(Debug)]
pub struct EventRecord {
    pub event: Event,
    pub at: Instant,
    /// The incarnation of the key that it is about.
    incarnation: Option<String>,
}

/// The right to send a message for a limited time, and the duty to settle its result.
#[derive(Debug)]
pub struct Claim {
    pub id: MessageId,
    pub message: Message,
    item_key: ItemKey,
    /// Of the contract.
    incarnation: String,
    /// The number of this attempt; a later claim has a higher one.
    attempt: u32,
    useful_until: Instant,
}

/// The result of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendResult {
    /// Accepted, under this id of the provider.
    Sent(String),
    /// Not accepted, or unknown.
    Failed(SendFailure),
}

/// Work that is due.
#[derive(Debug)]
pub enum Due {
    /// A message to retry, or one whose sender stopped.
    Message(DueMessage),
    Reminder(DueReminder),
    /// Held-back messages about fetches and returns.
    Announcements(DueAnnouncements),
    /// Contacts to notify of an automat's new time zone.
    ZoneChanged {
        automat: AutomatId,
    },
    /// A door that is still open.
    OpenDoor {
        automat: AutomatId,
        locker: LockerIndex,
    },
}

#[derive(Debug)]
pub struct DueMessage {
    item_key: ItemKey,
}

#[derive(Debug)]
pub struct DueAnnouncements {
    item_key: ItemKey,
}

#[derive(Debug)]
pub struct DueReminder {
    item_key: ItemKey,
}
