//! What automats send, and what is sent about them: IoT rules call this function with one message at a time.
//!
//! Every message may come twice, late or out of order. The store decides whether it still says something new, so
//! handling one again is always right; a failure is answered with an error, and AWS calls again.

mod keypad;
mod lockers;
mod message;
mod openings;
mod presence;

use domain::{AutomatId, DeviceFault, Instant, LockerIndex, is_too_far_ahead};
use protocol::{Entry, ThingName};
use serde_json::Value;
use store::Store;
use things::Things;

pub use message::Message;

/// Why a message could not be dealt with. It is logged once, by whoever calls, and the message is delivered again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not one that our rules make: told without its content, which may hold the name of a code.
    #[error("a message that cannot be read: {0}")]
    Unreadable(String),
    /// The table failed us.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The data plane failed us.
    #[error(transparent)]
    Things(#[from] things::Error),
}

/// Everything that a handler needs.
#[derive(Debug, Clone)]
pub struct Devices {
    /// The stack's table.
    pub store: Store,
    /// The automats.
    pub things: Things,
}

impl Devices {
    /// Deals with what a rule hands on.
    pub async fn hear(&self, event: &Value, now: Instant) -> Result<(), Error> {
        let heard = match Message::read(event).map_err(|error| unreadable(&error))? {
            Message::Openings(words) => self.hear_words(words, now).await,
            Message::Keypad(sent) => self.hear_entry(&ThingName::new(&sent.thing), sent.content, now).await,
            Message::MalformedEntry(sent) => self.refuse_entry(&ThingName::new(&sent.thing), sent.content.id).await,
            Message::Lockers(sent) => self.hear_lockers(&ThingName::new(&sent.thing), sent.content, now).await,
            Message::Presence(event) => self.hear_presence(&event, now).await,
            Message::NotUnderstood(thing) => {
                self.record_fault(&ThingName::new(&thing), DeviceFault::NotUnderstood, None, now).await
            }
        };
        match heard {
            // Of a thing that is no automat of ours, or is none any more: there is nothing to be right about.
            Err(Error::Store(store::Error::NotFound(thing))) => {
                tracing::info!(missing = ?thing, "a message about what is not there");
                Ok(())
            }
            heard => heard,
        }
    }
}

impl Devices {
    /// Answers an entry, and records that the device's clock is wrong if it comes from the future.
    async fn hear_entry(&self, thing: &ThingName, entry: Entry, now: Instant) -> Result<(), Error> {
        let at = entry.at;
        self.answer_entry(thing, entry, now).await?;
        self.check_clock(thing, at, now).await
    }

    /// Records that the device's clock is wrong if a time of its own, in seconds since 1970, lies in the future.
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

/// The automat that a thing is.
fn automat(thing: &ThingName) -> Result<AutomatId, Error> {
    AutomatId::parse(&thing.automat_id()).map_err(|_| store::Error::NotFound(store::Thing::Automat).into())
}

/// Where the message is wrong, without the value that is.
fn unreadable(error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let safe = ["missing field", "unknown variant", "invalid type", "invalid length"];
    let what = safe.into_iter().find(|known| text.starts_with(known)).unwrap_or("not of our form");
    Error::Unreadable(what.to_owned())
}
