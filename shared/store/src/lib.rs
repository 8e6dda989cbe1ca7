//! The DynamoDB single table: every read and write of every item.
//!
//! A [`Store`] is a thin layer over an SDK client. It reads items, lets the pure rules of `domain` decide, and writes
//! the decision in one transaction, on condition that nothing it depends on has changed meanwhile (ADR 0001).
//! Handlers see domain types and [`Error`], never an item.

mod access;
mod automats;
mod contract_index;
mod contracts;
mod error;
mod events;
mod expression;
mod faults;
mod health;
mod idempotency;
mod items;
mod journal;
mod key_queues;
mod keypad;
mod keys;
mod lockers;
mod messages;
mod openings;
mod page;
mod people;
mod pin_diagnosis;
mod presence;
mod put;
mod read;
mod retry;
mod rotation;
mod schema;
mod sealing;
mod transaction;
mod users;

use clock::Random;
use domain::{Actor, AutomatId, Instant, Notify, OfflineTimes};

pub use access::{AccessResponse, DeviceAccess, HeldContract, PIN_COST, StillUsable, Withdrawn};
pub use automats::{AutomatView, LockerView, NextContract};
pub use contract_index::{ContractFilter, ListedContract, ListedState, Order, ProjectionReport};
pub use contracts::{Preview, RehearsedContract};
pub use error::{Error, ResourceKind};
pub use health::HealthReport;
pub use idempotency::{Created, Receipt};
pub use journal::{JournalFact, JournalLine, JournalReceipt, OfflineEntry};
pub use keypad::KeypadEntry;
pub use keys::{KeyFilter, KeyRemoval, Removal, RemovalEffect};
pub use lockers::{LockerReport, LockerReports};
pub use messages::{
    Claim, ContractRecord, DUE_SHARDS, Due, DueAnnouncements, DueMessage, DueReminder, EventRecord, LEASE_MILLIS,
    Record, SendResult,
};
pub use openings::{DELIVERY_INTERVAL_MILLIS, Delivery, DeliveryLease};
pub use page::{Cursor, Page, PageRequest};
pub use people::{Erasure, ErasureOutcome, PersonalData};
pub use pin_diagnosis::{AutomatDiagnosis, KeyDiagnosis, PinDiagnosis};
pub use put::{Put, PutOutcome};
pub use rotation::{DeviceKeysKnown, RotationReport};
pub use schema::create_table;
pub use sealing::{CodeKeyring, DeviceKey};

/// The table of one stack.
#[derive(Debug, Clone)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: String,
    codes: CodeKeyring,
    random: Random,
    retention: domain::Retention,
    queues: Option<key_queues::KeyQueues>,
    searched_months: contract_index::KnownMonths,
    automats_of_keys: contracts::AutomatsOfKeys,
}

/// Who makes a request, and when. The clock is read once per request and passed down in here.
#[derive(Debug, Clone)]
pub struct RequestMetadata {
    pub actor: Actor,
    pub now: Instant,
    /// Set if the client sent an `Idempotency-Key`.
    pub receipt: Option<Receipt>,
    /// Who is notified of the change.
    pub notify: Notify,
    /// Set if a device reports what it did without the cloud.
    pub offline: Option<OfflineTimes>,
    /// Set if that was for a contract which had been removed, or no longer had the key.
    pub after_removal: bool,
}

impl RequestMetadata {
    #[must_use]
    pub fn new(actor: Actor, now: Instant) -> Self {
        Self { actor, now, receipt: None, notify: Notify::default(), offline: None, after_removal: false }
    }

    pub(crate) fn of_automat(automat: &AutomatId, now: Instant) -> Self {
        Self::new(Actor::automat(automat), now)
    }

    /// The same request, notifying others.
    #[must_use]
    pub fn notifying(self, notify: Notify) -> Self {
        Self { notify, ..self }
    }
}

/// The result of a report by a device or by AWS, which may arrive twice, late and out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportOutcome {
    Stored,
    /// It was known already, or something newer was.
    Outdated,
}

/// The version that the caller expects, from `If-Match`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Any,
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
    /// Keeps ended items for a year; [`Store::with_retention`] changes that.
    #[must_use]
    pub fn new(client: aws_sdk_dynamodb::Client, table: &str, codes: CodeKeyring, random: Random) -> Self {
        Self {
            client,
            table: table.to_owned(),
            codes,
            random,
            retention: domain::Retention::default(),
            queues: None,
            searched_months: contract_index::KnownMonths::default(),
            automats_of_keys: contracts::AutomatsOfKeys::default(),
        }
    }

    /// The same store with another retention for what it writes from now on.
    #[must_use]
    pub fn with_retention(self, retention: domain::Retention) -> Self {
        Self { retention, ..self }
    }

    /// For a function without the secret of the codes: with random bytes in its place, nothing that is sealed opens.
    pub fn without_codes(client: aws_sdk_dynamodb::Client, table: &str, random: Random) -> Result<Self, Error> {
        Ok(Self::new(client, table, CodeKeyring::random(&random)?, random))
    }

    /// The same store with another client.
    #[must_use]
    pub fn with_client(self, client: aws_sdk_dynamodb::Client) -> Self {
        Self { client, ..self }
    }

    /// The key with which an automat computes the names of codes; for provisioning.
    #[must_use]
    pub fn device_key(&self, automat: &domain::AutomatId) -> DeviceKey {
        self.codes.device_key(automat)
    }

    /// The key under the other secret, while the PIN secret is being rotated.
    #[must_use]
    pub fn other_device_key(&self, automat: &domain::AutomatId) -> Option<DeviceKey> {
        self.codes.other_device_key(automat)
    }
}
