//! One act of a caller: who does it, when, and on what conditions of their own.

use domain::{Actor, AutomatId, Instant};

use crate::Error;

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

/// What an `Idempotency-Key` comes to: a name for the request and a hash of what it asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Hash of the caller, the method, the path and the key: names the receipt in the table.
    pub name: String,
    /// Hash of the body: another body under the same key is a mistake of the client.
    pub request_hash: String,
}

/// What came of a request to create something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created<T> {
    /// It was created now.
    New(T),
    /// It was created by an earlier request with the same `Idempotency-Key`; this is what that one was answered.
    Replayed(T),
    /// It stood there already, just as it was asked for.
    Existing(T),
}

impl Act {
    /// Something that an automat's device did.
    pub(crate) fn of_automat(automat: &AutomatId, now: Instant) -> Self {
        Self { actor: Actor::automat(automat), now, receipt: None }
    }
}

impl<T> Created<T> {
    /// The thing, however it came to be.
    pub fn into_inner(self) -> T {
        match self {
            Self::New(thing) | Self::Replayed(thing) | Self::Existing(thing) => thing,
        }
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
