//! Messages to contacts: their kinds, what they say, and when a message is no longer true.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{
    Contract, ContractField, ContractId, EventKind, FreeText, Instant, Invalid, KeyId, KeyMovement, Location, Name,
    Pin, Property, Recipient, Schedule, TimeRange, TimeZone,
};

/// The kind of a message.
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
pub enum MessageKind {
    /// A contract was created, or the contact was added to it.
    ContractCreated,
    ContractUpdated,
    /// The contract was ended before its time.
    ContractEnded,
    /// The contract was removed.
    ContractCancelled,
    /// It starts in a day.
    StartReminder,
    /// It ends in two hours.
    EndReminder,
    KeyFetched,
    KeyReturned,
    /// The contract has ended and the key is not back.
    KeyNotReturned,
}

impl MessageKind {
    /// All kinds, in the order of a contract's life.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in the table and the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The kinds that a contact gets only on request.
    pub fn additional() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|kind| kind.is_additional())
    }

    /// Accepts the name of a kind that a contact gets only on request. The others go to every contact.
    pub fn parse_additional(name: &str) -> Result<Self, Invalid> {
        name.parse().ok().filter(|kind: &Self| kind.is_additional()).ok_or(Invalid::MessageKindUnknown)
    }

    /// Whether a contact gets this kind only on request.
    #[must_use]
    pub fn is_additional(self) -> bool {
        match self {
            Self::ContractCreated | Self::ContractUpdated | Self::ContractEnded | Self::ContractCancelled => false,
            Self::StartReminder | Self::EndReminder | Self::KeyFetched | Self::KeyReturned | Self::KeyNotReturned => {
                true
            }
        }
    }
}

/// What a message is about, with the data of that occasion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "occasion", content = "detail", rename_all = "kebab-case")]
pub enum Occasion {
    Created,
    /// These fields of the contract have changed.
    Updated(Vec<ContractField>),
    /// The automat has another time zone, so the contract's local times are different.
    ZoneChanged,
    /// The contract was ended before its time.
    Ended,
    /// The contract was removed.
    Cancelled,
    StartReminder,
    EndReminder,
    /// When the key was fetched.
    Fetched(Instant),
    /// When the key was returned.
    Returned(Instant),
    NotReturned,
}

impl Occasion {
    /// The occasion of a message of this kind. `changes` are the edited fields of `contract-updated`; without them it
    /// is about the time zone. `None` if the kind needs a time and there is none.
    #[must_use]
    pub fn of(kind: MessageKind, changes: Option<Vec<ContractField>>, time: Option<Instant>) -> Option<Self> {
        Some(match kind {
            MessageKind::ContractCreated => Self::Created,
            MessageKind::ContractUpdated => changes.map_or(Self::ZoneChanged, Self::Updated),
            MessageKind::ContractEnded => Self::Ended,
            MessageKind::ContractCancelled => Self::Cancelled,
            MessageKind::StartReminder => Self::StartReminder,
            MessageKind::EndReminder => Self::EndReminder,
            MessageKind::KeyFetched => Self::Fetched(time?),
            MessageKind::KeyReturned => Self::Returned(time?),
            MessageKind::KeyNotReturned => Self::NotReturned,
        })
    }

    /// The occasion of an event, if contacts get messages about events of its kind.
    #[must_use]
    pub fn of_event(kind: &EventKind, at: Instant) -> Option<Self> {
        match kind {
            EventKind::KeyFetched => Some(Self::Fetched(at)),
            EventKind::KeyReturned => Some(Self::Returned(at)),
            EventKind::KeyNotReturned => Some(Self::NotReturned),
            EventKind::AutomatAdded
            | EventKind::AutomatChanged
            | EventKind::AutomatRemoved
            | EventKind::KeyAdded
            | EventKind::KeyChanged { .. }
            | EventKind::KeyRemoved { .. }
            | EventKind::ContractCreated(_)
            | EventKind::ContractChanged { .. }
            | EventKind::ContractEnded(_)
            | EventKind::ContractRemoved
            | EventKind::ContractArmed
            | EventKind::PinRevealed
            | EventKind::PersonalDataExported
            | EventKind::PersonalDataErased
            | EventKind::OpeningRequested { .. }
            | EventKind::OpeningFinished { .. }
            | EventKind::PinAccepted { .. }
            | EventKind::ReturnCodeAccepted
            | EventKind::EntryRefused { .. }
            | EventKind::KeypadGuessing { .. }
            | EventKind::AutomatConnected
            | EventKind::AutomatDisconnected
            | EventKind::AutomatReset
            | EventKind::AutomatClockWrong
            | EventKind::AutomatMessageNotUnderstood
            | EventKind::AutomatDuplicateClient
            | EventKind::LockerForced
            | EventKind::KeyUnexpected
            | EventKind::DoorLeftOpen
            | EventKind::OpeningUnexpected
            | EventKind::AutomatMainsLost
            | EventKind::AutomatMainsRestored
            | EventKind::AutomatBatteryLow { .. }
            | EventKind::AutomatCoverOpened
            | EventKind::AutomatMoved
            | EventKind::AutomatTemperature { .. }
            | EventKind::AutomatFirmwareChanged { .. }
            | EventKind::AutomatJournalNearlyFull { .. } => None,
        }
    }

    /// The fields that were edited.
    #[must_use]
    pub fn changes(&self) -> Option<&[ContractField]> {
        if let Self::Updated(fields) = self { Some(fields) } else { None }
    }

    /// When the key was fetched or returned.
    #[must_use]
    pub fn time(&self) -> Option<Instant> {
        if let Self::Fetched(at) | Self::Returned(at) = self { Some(*at) } else { None }
    }

    /// The movement of the key that the message reports.
    #[must_use]
    pub fn movement(&self) -> Option<KeyMovement> {
        match self {
            Self::Fetched(_) => Some(KeyMovement::Fetched),
            Self::Returned(_) => Some(KeyMovement::Returned),
            Self::Created
            | Self::Updated(_)
            | Self::ZoneChanged
            | Self::Ended
            | Self::Cancelled
            | Self::StartReminder
            | Self::EndReminder
            | Self::NotReturned => None,
        }
    }

    #[must_use]
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Created => MessageKind::ContractCreated,
            Self::Updated(_) | Self::ZoneChanged => MessageKind::ContractUpdated,
            Self::Ended => MessageKind::ContractEnded,
            Self::Cancelled => MessageKind::ContractCancelled,
            Self::StartReminder => MessageKind::StartReminder,
            Self::EndReminder => MessageKind::EndReminder,
            Self::Fetched(_) => MessageKind::KeyFetched,
            Self::Returned(_) => MessageKind::KeyReturned,
            Self::NotReturned => MessageKind::KeyNotReturned,
        }
    }
}

/// The automat where the key is fetched and returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AutomatDetails {
    pub name: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The zone in which the message shows times.
    pub time_zone: TimeZone,
}

/// What a message says about a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyFacts {
    #[serde(rename = "keyId")]
    pub key: KeyId,
    /// Distinguishes the key from a later one with the same id.
    pub incarnation: String,
    /// What the key opens, such as an address.
    pub property: Property,
    pub automat: AutomatDetails,
}

/// What a message says about a contract, as it was at the time of the occasion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub contract: ContractId,
    /// The keys of the contract, in order of their ids; of a message about one of them, that one.
    pub keys: Vec<KeyFacts>,
    pub person: Name,
    pub range: TimeRange,
    pub pin: Pin,
    /// When the keys may be fetched, if not at any time.
    pub schedule: Option<Schedule>,
    pub free_text: Option<FreeText>,
}

impl Facts {
    /// The zone in which the message shows times: that of the first key's automat.
    #[must_use]
    pub fn time_zone(&self) -> TimeZone {
        self.keys.first().map_or(TimeZone::UTC, |facts| facts.automat.time_zone)
    }

    /// The automats of the keys, each once.
    #[must_use]
    pub fn automats(&self) -> Vec<&AutomatDetails> {
        let mut distinct = Vec::new();
        for facts in &self.keys {
            if !distinct.contains(&&facts.automat) {
                distinct.push(&facts.automat);
            }
        }
        distinct
    }

    /// Whether the contract still has everything that a contact acts on as it is stated here.
    #[must_use]
    pub fn still_hold_for(&self, contract: &Contract) -> bool {
        self.keys.iter().map(|facts| &facts.key).eq(&contract.keys)
            && self.person == contract.person
            && self.range == contract.range
            && self.pin == contract.pin
            && self.schedule == contract.schedule
            && self.free_text == contract.free_text
    }
}

/// One message to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub occasion: Occasion,
    pub recipient: Recipient,
    pub facts: Facts,
}

impl Message {
    /// How long a message is worth sending after it was requested, in milliseconds.
    pub const NEWS_MILLIS: i64 = 24 * 3_600_000;

    /// Until when the message is worth sending, if it was requested at this time. A reminder is useful until the event
    /// that it announces.
    #[must_use]
    pub fn useful_until(&self, requested: Instant) -> Instant {
        let news = requested.plus_millis(Self::NEWS_MILLIS);
        match self.occasion {
            Occasion::StartReminder => self.facts.range.start(),
            Occasion::EndReminder => self.facts.range.end().unwrap_or(news),
            Occasion::Created
            | Occasion::Updated(_)
            | Occasion::ZoneChanged
            | Occasion::Ended
            | Occasion::Cancelled
            | Occasion::Fetched(_)
            | Occasion::Returned(_)
            | Occasion::NotReturned => news,
        }
    }

    /// Whether the message is no longer true, given the current contract, if it still exists, and the current time zones
    /// of its keys' automats, in the order of the keys.
    #[must_use]
    pub fn is_superseded(&self, contract: Option<&Contract>, time_zones: &[TimeZone]) -> bool {
        match self.occasion {
            Occasion::Created
            | Occasion::Updated(_)
            | Occasion::ZoneChanged
            | Occasion::StartReminder
            | Occasion::EndReminder => {
                let is_local = self.facts.keys.iter().map(|facts| &facts.automat.time_zone).eq(time_zones);
                !is_local || contract.is_none_or(|contract| !self.facts.still_hold_for(contract))
            }
            // Still true if the contract was removed or annotated, but not if it was extended.
            Occasion::Ended => contract.is_some_and(|contract| contract.range != self.facts.range),
            Occasion::NotReturned => contract.is_some_and(|contract| {
                let is_out = |facts: &KeyFacts| contract.out.contains(&facts.key);
                contract.range != self.facts.range || !self.facts.keys.iter().any(is_out)
            }),
            // These report what happened, which remains true.
            Occasion::Cancelled | Occasion::Fetched(_) | Occasion::Returned(_) => false,
        }
    }
}
