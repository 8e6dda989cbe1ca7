//! Instants as numbers.

use domain::Instant;
use serde::{Deserialize, Serialize};

/// An instant that the table compares or sorts by: a number, in epoch milliseconds. All others are stored as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub(crate) struct Millis(pub(crate) Instant);

impl TryFrom<i64> for Millis {
    type Error = &'static str;

    fn try_from(millis: i64) -> Result<Self, Self::Error> {
        Instant::from_millis(millis).map(Self).ok_or("not an instant")
    }
}

impl From<Millis> for i64 {
    fn from(Millis(at): Millis) -> Self {
        at.millis()
    }
}
