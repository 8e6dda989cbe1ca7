//! Handles messages from automats and events about them. IoT rules call this function with one message at a time.
//!
//! A message may arrive twice, late or out of order. The store decides whether it is news, so handling one again is
//! always safe. A failure is returned as an error, and AWS retries.

mod access;
mod health;
mod journal;
mod keypad;
mod lockers;
mod message;
mod openings;
mod presence;

use domain::{AutomatId, CodeKind, DeviceFault, Instant, LockerIndex, is_too_far_ahead};
use protocol::{EntryMessage, ThingName};
use serde_json::Value;
use store::Store;
use things::Things;

pub use message::Message;

/// Why a message could not be handled. It is logged once, at the edge, and the message is delivered again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a message of our rules. The error does not contain the message, which may hold the name of a code.
    #[error("unreadable message: {0}")]
    Unreadable(String),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Things(#[from] things::Error),
}

#[derive(Debug, Clone)]
pub struct Devices {
    pub store: Store,
    pub things: Things,
}

impl Devices {
    /// Handles a message that a rule passes on.
    pub async fn handle(&self, event: &Value, now: Instant) -> Result<(), Error> {
        let (thing, message) = Message::read(event).map_err(|error| unreadable(&error))?;
        let handled = match message {
            Message::Openings(reports) => self.handle_opening_reports(&thing, reports, now).await,
            Message::Keypad(entry) => self.handle_entry(&thing, entry, now).await,
            Message::MalformedEntry(entry) => self.refuse_entry(&thing, entry.id).await,
            Message::Lockers(report) => self.handle_lockers(&thing, report, now).await,
            Message::Access(request) => self.answer_access(&thing, request, now).await,
            Message::Journal(journal) => self.handle_journal(&thing, journal, now).await,
            Message::Health(health) => self.handle_health(&thing, health, now).await,
            Message::Presence(event) => self.handle_presence(&thing, &event, now).await,
            Message::NotUnderstood => self.record_fault(&thing, DeviceFault::NotUnderstood, None, now).await,
        };
        match handled {
            // A thing that is not, or no longer, an automat of ours: a retry would not help.
            Err(Error::Store(store::Error::NotFound(thing))) => {
                tracing::info!(missing = ?thing, "message about something that does not exist");
                Ok(())
            }
            handled => handled,
        }
    }
}

impl Devices {
    /// Replies to an entry, and records a fault if its time is in the future.
    async fn handle_entry(&self, thing: &ThingName, entry: EntryMessage, now: Instant) -> Result<(), Error> {
        let at = entry.at;
        self.answer_entry(thing, entry, now).await?;
        self.check_clock(thing, at, now).await
    }

    /// Records a fault if a time of the device, in seconds since 1970, is in the future.
    async fn check_clock(&self, thing: &ThingName, at: i64, now: Instant) -> Result<(), Error> {
        let is_ahead = u64::try_from(at).is_ok_and(|at| is_too_far_ahead(at.saturating_mul(1000), now));
        if is_ahead { self.record_fault(thing, DeviceFault::ClockWrong, None, now).await } else { Ok(()) }
    }

    async fn record_fault(
        &self,
        thing: &ThingName,
        fault: DeviceFault,
        locker: Option<LockerIndex>,
        now: Instant,
    ) -> Result<(), Error> {
        Ok(self.store.record_fault(&automat(thing)?, fault, locker, now).await?)
    }
}

fn code_kind(kind: protocol::CodeKind) -> CodeKind {
    match kind {
        protocol::CodeKind::Pin => CodeKind::Pin,
        protocol::CodeKind::ReturnCode => CodeKind::ReturnCode,
    }
}

/// `None` if no automat has this locker.
fn locker(index: u16) -> Option<LockerIndex> {
    LockerIndex::new(u32::from(index)).ok()
}

/// A time of a device, in seconds since 1970. `None` if it is impossible.
fn instant(seconds: i64) -> Option<Instant> {
    Instant::from_millis(seconds.saturating_mul(1000))
}

fn automat(thing: &ThingName) -> Result<AutomatId, Error> {
    AutomatId::parse(&thing.automat_id()).map_err(|_| store::Error::NotFound(store::ResourceKind::Automat).into())
}

/// The kind of the error, without the value that caused it.
fn unreadable(error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let safe = ["missing field", "unknown variant", "invalid type", "invalid length"];
    let what = safe.into_iter().find(|known| text.starts_with(known)).unwrap_or("malformed");
    Error::Unreadable(what.to_owned())
}
