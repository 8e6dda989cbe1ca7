//! What is done at its time: reminders, and the look whether a key is back.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{Contract, Instant, MessageKind, Notice, Occasion, TimeRange};

/// Something that is done at its time, unless the contract is another by then.
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
    /// Tell those who want it that the contract starts.
    Start,
    /// Tell those who want it that the contract ends.
    End,
    /// Look whether the key is back, and tell if it is not.
    Return,
}

impl Reminder {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;
    /// So long before the start is the reminder of it.
    pub const BEFORE_START_MILLIS: i64 = 24 * 3_600_000;
    /// So long before the end is the reminder of it.
    pub const BEFORE_END_MILLIS: i64 = 2 * 3_600_000;
    /// So long after the end it is looked whether the key is back: nobody is reminded who is just standing there.
    pub const AFTER_END_MILLIS: i64 = 15 * 60_000;

    /// Its time for a contract of this range. There is no reminder of the end of a contract that is shorter than the
    /// reminder's lead, and none of the end of a permanent one.
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

    /// When it is to be done for a contract as it stands now; none when its time has passed, or nobody wants it.
    #[must_use]
    pub fn due(self, contract: &Contract, now: Instant) -> Option<Instant> {
        let wanted = match self {
            Self::Start => contract.is_followed(MessageKind::StartReminder),
            Self::End => contract.is_followed(MessageKind::EndReminder),
            // An event for everybody, contacts or not.
            Self::Return => true,
        };
        self.time(contract.range).filter(|time| wanted && *time > now)
    }

    /// Who is told by it; of a key that is not back an event tells.
    #[must_use]
    pub fn notices(self, contract: &Contract) -> Vec<Notice> {
        match self {
            Self::Start => Notice::to_all(contract, &Occasion::StartReminder),
            Self::End => Notice::to_all(contract, &Occasion::EndReminder),
            Self::Return => Vec::new(),
        }
    }
}
