//! The DynamoDB single table: every read and write of every item.
//!
//! A [`Store`] is a thin thing over an SDK client. What may happen is decided by the pure rules of `domain` over items
//! read here; what was decided is written here in one transaction, on condition that nothing it was decided over has
//! changed meanwhile (ADR 0001). Handlers see domain types and [`Error`], never an item.

mod automats;
mod contracts;
mod error;
mod events;
mod expression;
mod faults;
mod idempotency;
mod items;
mod keypad;
mod keys;
mod lockers;
mod messages;
mod openings;
mod page;
mod people;
mod pins;
mod presence;
mod read;
mod retry;
mod rotation;
mod schema;
mod sealing;
mod transaction;

use clock::Random;
use domain::{Actor, AutomatId, Instant};

pub use automats::{AutomatView, LockerView};
pub use contracts::{ContractFilter, Order, Preview};
pub use error::{Error, Thing};
pub use idempotency::{Created, Receipt};
pub use keypad::KeypadEntry;
pub use keys::{KeyFilter, Removal};
pub use lockers::{LockerReport, LockerReports};
pub use messages::{
    Claim, ContractRecord, DUE_SHARDS, Due, DueAnnouncements, DueMessage, DueReminder, EventRecord, LEASE_MILLIS,
    Record, Verdict,
};
pub use openings::{DELIVERY_INTERVAL_MILLIS, Delivery, DeliveryLease};
pub use page::{Cursor, Page, PageRequest};
pub use people::{Erasure, ErasureOutcome, PersonalData};
pub use pins::PinHolder;
pub use rotation::{DeviceKeysKnown, RotationReport};
pub use schema::create_table;
pub use sealing::{Codes, DeviceKey};

/// The table of one stack.
#[derive(Debug, Clone)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: String,
    codes: Codes,
    random: Random,
    retention: domain::Retention,
}

/// Who does something and when; the clock is read once per request and passed down in here.
#[derive(Debug, Clone)]
pub struct Act {
    /// Who.
    pub actor: Actor,
    /// When.
    pub now: Instant,
    /// The client's wish to get the same answer if it asks the same again.
    pub receipt: Option<Receipt>,
}

impl Act {
    /// Something that an automat's device did.
    pub(crate) fn of_automat(automat: &AutomatId, now: Instant) -> Self {
        Self { actor: Actor::automat(automat), now, receipt: None }
    }
}

/// What came of something that a device or AWS said: it may be said twice, late and out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It was news, and has been written down.
    Now,
    /// It was known already, or is superseded by what was.
    Before,
}

/// The version that the caller believes to be current, from `If-Match`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Whatever it is.
    Any,
    /// This one.
    Version(u64),
}

impl Expected {
    pub(crate) fn check(self, current: u64) -> Result<(), Error> {
        match self {
            Self::Version(version) if version != current => Err(Error::Stale { current }),
            _ => Ok(()),
        }
    }
}

impl Store {
    /// The store over a table, with the secrets that its codes are sealed under. It keeps what is over for a year.
    #[must_use]
    pub fn new(client: aws_sdk_dynamodb::Client, table: &str, codes: Codes, random: Random) -> Self {
        Self { client, table: table.to_owned(), codes, random, retention: domain::Retention::default() }
    }

    /// The same store, but what it writes from now on is kept for so long when it is over.
    #[must_use]
    pub fn keeping(self, retention: domain::Retention) -> Self {
        Self { retention, ..self }
    }

    /// The same store through another client.
    #[must_use]
    pub fn through(self, client: aws_sdk_dynamodb::Client) -> Self {
        Self { client, ..self }
    }

    /// The key under which an automat names codes: for provisioning it.
    #[must_use]
    pub fn device_key(&self, automat: &domain::AutomatId) -> DeviceKey {
        self.codes.device_key(automat)
    }

    /// The key under which it names them besides, while the stack's secret is being replaced.
    #[must_use]
    pub fn other_device_key(&self, automat: &domain::AutomatId) -> Option<DeviceKey> {
        self.codes.other_device_key(automat)
    }
}
