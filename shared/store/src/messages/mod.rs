//! Messages to contacts: written down before they are sent, so that nobody is told twice and nobody is forgotten.
//!
//! A message's name follows from its occasion, so dealing with the same occasion again finds the same item. The item
//! is put by whoever then sends it, with a lease; while it is not settled it stands in the index `due`, at the end of
//! its lease or at its next try, and whoever finds it there past its time claims it anew.

mod facts;

use domain::{ContractId, Event, Instant, KeyId, Message, MessageId, MessageRecord, Trouble};

use crate::{Error, Page, PageRequest, Store};

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
pub struct ContractRecord {}

/// An event, and when it was recorded.
#[derive(Debug)]
pub struct EventRecord {
    /// What happened.
    pub event: Event,
    /// When it was recorded.
    pub at: Instant,
}

/// The right, for some time, to send a message; and the duty to settle what became of it.
#[derive(Debug)]
pub struct Claim {
    /// Its identifier.
    pub id: MessageId,
    /// What is to be sent.
    pub message: Message,
}

/// What a provider made of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It was taken, under this name.
    Sent(String),
    /// It was not taken, or nobody knows.
    Trouble(Trouble),
}

/// Something whose time has come.
#[derive(Debug)]
pub enum Due {
    /// A message to be tried again, or left by somebody who stopped while sending it.
    Message(DueMessage),
    /// A reminder.
    Reminder(DueReminder),
}

/// Where a message that may be claimed stands.
#[derive(Debug)]
pub struct DueMessage {}

/// Where a reminder whose time has come stands.
#[derive(Debug)]
pub struct DueReminder {}

impl Store {
    /// What a record of the stream means, as Lambda hands it on: DynamoDB's JSON with both images.
    pub fn read_record(&self, record: &serde_json::Value) -> Result<Record, Error> {
        todo!("{record}")
    }

    /// Writes down whom to tell of a contract's record, and sets the contract's reminders. Gives the messages that the
    /// caller is to send: those that nobody had written down before.
    pub async fn tell_of_contract(&self, record: &ContractRecord, now: Instant) -> Result<Vec<Claim>, Error> {
        todo!("{record:?} {now:?}")
    }

    /// The same for an event: a key that was fetched, returned, or not returned.
    pub async fn tell_of_event(&self, event: &EventRecord, now: Instant) -> Result<Vec<Claim>, Error> {
        todo!("{event:?} {now:?}")
    }

    /// The same for a reminder: once, and only if the contract is still one that it fits. Of a key that is not back an
    /// event is written, which then tells.
    pub async fn remind(&self, reminder: &DueReminder, now: Instant) -> Result<Vec<Claim>, Error> {
        todo!("{reminder:?} {now:?}")
    }

    /// Claims a message whose time has come; `None` when somebody else has it, or what it says is overtaken.
    pub async fn claim(&self, message: &DueMessage, now: Instant) -> Result<Option<Claim>, Error> {
        todo!("{message:?} {now:?}")
    }

    /// Writes down what became of a message.
    pub async fn settle(&self, claim: Claim, verdict: Verdict, now: Instant) -> Result<(), Error> {
        todo!("{claim:?} {verdict:?} {now:?}")
    }

    /// What is due in a shard of the index, the longest due first.
    pub async fn due(&self, shard: u8, now: Instant, limit: usize) -> Result<Vec<Due>, Error> {
        todo!("{shard} {now:?} {limit}")
    }

    /// The messages about a contract, newest first; those about a contract that has been removed since, too.
    pub async fn messages(
        &self,
        key: &KeyId,
        contract: &ContractId,
        page: &PageRequest,
    ) -> Result<Page<MessageRecord>, Error> {
        todo!("{key} {contract} {page:?}")
    }

    /// Asks for a message to be sent again: refused while it is being sent ([`Error::MessageUnderWay`]), and when what
    /// it says is no longer true ([`Error::MessageOutdated`]).
    pub async fn resend(
        &self,
        key: &KeyId,
        contract: &ContractId,
        id: &MessageId,
        now: Instant,
    ) -> Result<MessageRecord, Error> {
        todo!("{key} {contract} {id:?} {now:?}")
    }
}
