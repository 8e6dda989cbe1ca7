//! What happens at a certain time before or after a contract: reminders, and the check whether the key is back.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{Contract, Instant, MessageKind, Notice, Occasion, TimeRange};

/// An action that is due at a certain time, unless the contract has changed by then.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
    EnumString,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Reminder {
    /// Remind contacts that the contract starts.
    Start,
    /// Remind contacts that the contract ends.
    End,
    /// Check whether the key is back, and record an event if it is not.
    Return,
}

impl Reminder {
    pub const ALL: &[Self] = Self::VARIANTS;
    /// How long before the start the reminder is due, in milliseconds.
    pub const BEFORE_START_MILLIS: i64 = 24 * 3_600_000;
    /// How long before the end the reminder is due, in milliseconds.
    pub const BEFORE_END_MILLIS: i64 = 2 * 3_600_000;
    /// How long after the end the key is checked, in milliseconds. Long enough for somebody who is just returning it.
    pub const AFTER_END_MILLIS: i64 = 15 * 60_000;

    /// When it is due for a contract of this range. A permanent contract has no reminder of its end, and neither has a
    /// contract that is no longer than the time by which the reminder precedes the end.
    #[must_use]
    pub fn time(self, range: TimeRange) -> Option<Instant> {
        match self {
            Self::Start => Some(range.start().plus_millis(-Self::BEFORE_START_MILLIS)),
            Self::End => {
                let time = range.end()?.plus_millis(-Self::BEFORE_END_MILLIS);
                (time > range.start()).then_some(time)
            }
            Self::Return => Some(range.end()?.plus_millis(Self::AFTER_END_MILLIS)),
        }
    }

    /// When it is due for the current contract. `None` if the time has passed or no contact wants the reminder.
    #[must_use]
    pub fn due(self, contract: &Contract, now: Instant) -> Option<Instant> {
        let wanted = match self {
            Self::Start => contract.is_followed(MessageKind::StartReminder),
            Self::End => contract.is_followed(MessageKind::EndReminder),
            // This records an event, whether or not there are contacts.
            Self::Return => true,
        };
        self.time(contract.range).filter(|time| wanted && *time > now)
    }

    /// The messages to send. For a key that is not back the event leads to the messages.
    #[must_use]
    pub fn notices(self, contract: &Contract) -> Vec<Notice> {
        match self {
            Self::Start => Notice::to_all(contract, &Occasion::StartReminder),
            Self::End => Notice::to_all(contract, &Occasion::EndReminder),
            Self::Return => Vec::new(),
        }
    }
}
