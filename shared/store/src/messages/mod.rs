//! Messages to contacts: written down before they are sent, so that nobody is told twice and nobody is forgotten.
//!
//! A message's name follows from its occasion, so dealing with the same occasion again finds the same item. The item
//! is put by whoever then sends it, with a lease; while it is not settled it stands in the index `due`, at the end of
//! its lease or at its next try, and whoever finds it there past its time claims it anew.
//!
//! The stream may repeat records and mix up their order. So a record only says who is to be told: whether what it says
//! still holds, and what reminders there are to be, is decided over the contract as it stands.

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
mod resend;
mod settle;
mod snapshot;

use domain::{AutomatId, Event, Instant, LockerIndex, Message, MessageId, SendFailure};

use crate::items::{ItemKey, StoredContract};

/// How many partitions the index `due` is spread over.
pub const DUE_SHARDS: u8 = 16;
/// How long a claim holds: longer than a function may run, so that no message is taken from one that is sending it.
pub const LEASE_MILLIS: i64 = 90_000;

/// What a record of the table's stream means to whoever is told of things.
#[derive(Debug)]
pub enum Record {
    /// A contract was made, edited or removed.
    Contract(Box<ContractRecord>),
    /// Something happened.
    Event(Box<EventRecord>),
    /// Somebody asked for a message to be sent again.
    Resend(DueMessage),
    /// Nothing.
    Other,
}

/// A contract before and after a write.
#[derive(Debug)]
pub struct ContractRecord {
    /// When it was written. What was to be told is decided by this clock, however late the record is dealt with.
    pub at: Instant,
    change: Change,
}

#[derive(Debug)]
enum Change {
    Made(StoredContract),
    Edited { before: Box<StoredContract>, after: StoredContract },
    Removed(StoredContract),
}

/// An event that was written.
#[derive(Debug)]
pub struct EventRecord {
    /// What happened.
    pub event: Event,
    /// When it was written.
    pub at: Instant,
    /// The incarnation of the key that it is about.
    incarnation: Option<String>,
}

/// The right, for some time, to send a message; and the duty to settle what became of it.
#[derive(Debug)]
pub struct Claim {
    /// Its identifier.
    pub id: MessageId,
    /// What is to be sent.
    pub message: Message,
    item_key: ItemKey,
    /// Of the key.
    incarnation: String,
    /// Which attempt this is; whoever claims the message after us makes another one.
    attempt: u32,
    useful_until: Instant,
}

/// What a provider made of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It was taken, under this name.
    Sent(String),
    /// It was not taken, or nobody knows.
    Failed(SendFailure),
}

/// Something whose time has come.
#[derive(Debug)]
pub enum Due {
    /// A message to be tried again, or left by somebody who stopped while sending it.
    Message(DueMessage),
    /// A reminder.
    Reminder(DueReminder),
    /// Messages about a key's comings and goings that were held back.
    Announcements(DueAnnouncements),
    /// Contacts to be told that their times read differently in an automat's new time zone.
    ZoneChanged {
        /// The automat.
        automat: AutomatId,
    },
    /// A door that is still open.
    OpenDoor {
        /// The automat.
        automat: AutomatId,
        /// The locker.
        locker: LockerIndex,
    },
}

/// Where a message that may be claimed stands.
#[derive(Debug)]
pub struct DueMessage {
    item_key: ItemKey,
}

/// Where announcements that were held back stand.
#[derive(Debug)]
pub struct DueAnnouncements {
    item_key: ItemKey,
}

/// Where a reminder whose time has come stands.
#[derive(Debug)]
pub struct DueReminder {
    item_key: ItemKey,
}
