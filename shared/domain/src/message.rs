//! Messages to contacts: what they say, to whom they go, and when a message is no longer true.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray, VariantNames};

use crate::{
    Contract, ContractField, ContractId, Email, FreeText, Instant, Invalid, KeyId, Language, Location, Name,
    PhoneNumber, Pin, Property, TimeRange, TimeZone, ulid,
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

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Channel {
    Email,
    Sms,
}

/// Where a message goes. Two addresses are equal if they lead to one mailbox or phone, even if spelled differently.
#[derive(Debug, Clone, Eq)]
pub enum Address {
    Email(Email),
    Sms(PhoneNumber),
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Email(one), Self::Email(other)) => one.is_same_mailbox(other),
            (Self::Sms(one), Self::Sms(other)) => one == other,
            (Self::Email(_), Self::Sms(_)) | (Self::Sms(_), Self::Email(_)) => false,
        }
    }
}

impl Address {
    #[must_use]
    pub fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Sms(_) => Channel::Sms,
        }
    }

    /// The email address or phone number. Never put it in a log, an error or a URL.
    #[must_use]
    pub fn reveal(&self) -> &str {
        match self {
            Self::Email(email) => email.reveal(),
            Self::Sms(number) => number.reveal(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub name: Name,
    pub address: Address,
    pub language: Language,
}

/// What a message is about, with the data of that occasion.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutomatDetails {
    pub name: Name,
    pub location: Option<Location>,
    /// The zone in which the message shows times.
    pub time_zone: TimeZone,
}

/// What a message says about a contract, as it was at the time of the occasion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub key: KeyId,
    pub contract: ContractId,
    pub person: Name,
    pub range: TimeRange,
    pub pin: Pin,
    pub free_text: Option<FreeText>,
    /// What the key opens, such as an address.
    pub property: Property,
    pub automat: AutomatDetails,
}

impl Facts {
    /// Whether the contract still has everything that a contact acts on as it is stated here.
    #[must_use]
    pub fn still_hold_for(&self, contract: &Contract) -> bool {
        self.person == contract.person
            && self.range == contract.range
            && self.pin == contract.pin
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

    /// Whether the message is no longer true, given the current contract, if it still exists, and the current time zone
    /// of its automat.
    #[must_use]
    pub fn is_superseded(&self, contract: Option<&Contract>, time_zone: TimeZone) -> bool {
        match self.occasion {
            Occasion::Created
            | Occasion::Updated(_)
            | Occasion::ZoneChanged
            | Occasion::StartReminder
            | Occasion::EndReminder => {
                let is_local = self.facts.automat.time_zone == time_zone;
                !is_local || contract.is_none_or(|contract| !self.facts.still_hold_for(contract))
            }
            // Still true if the contract was removed or annotated, but not if it was extended.
            Occasion::Ended => contract.is_some_and(|contract| contract.range != self.facts.range),
            // These report what happened, which remains true.
            Occasion::Cancelled | Occasion::Fetched(_) | Occasion::Returned(_) | Occasion::NotReturned => false,
        }
    }
}

/// Why a message was not sent, or not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SendFailure {
    /// The provider accepts no more for now.
    Throttled,
    /// The provider has a fault.
    Unavailable,
    /// The provider did not respond. It may have sent the message.
    Unanswered,
    /// The provider refuses until somebody changes the configuration: a permission is missing, or the sender is not
    /// verified.
    NotAllowed,
    /// The provider will never send to this address: it is wrong, or its owner does not want messages.
    AddressRefused,
    /// The provider will never send this message.
    ContentRefused,
}

impl SendFailure {
    /// Whether a later attempt may succeed.
    #[must_use]
    pub fn is_transient(self) -> bool {
        match self {
            Self::Throttled | Self::Unavailable | Self::Unanswered | Self::NotAllowed => true,
            Self::AddressRefused | Self::ContentRefused => false,
        }
    }
}

/// The delivery status of a message.
#[derive(Debug, Clone, PartialEq, Eq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum MessageState {
    /// It waits for the next attempt.
    Pending { next_try: Instant },
    /// A function is sending it.
    Sending { since: Instant },
    /// The provider accepted it.
    Sent {
        at: Instant,
        /// The provider's identifier of the message.
        provider_id: String,
    },
    /// The provider accepted it and then could not deliver it.
    Bounced { at: Instant },
    /// The provider refused it for good. It is not retried.
    Refused { at: Instant },
    /// It could not be sent while it was still useful.
    Failed { at: Instant },
    /// It was no longer true before it could be sent: the contract was changed or removed.
    Superseded { at: Instant },
}

/// A message and its delivery status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRecord {
    /// A ULID whose time is that of the occasion. Processing the occasion again gives the same identifier.
    pub id: MessageId,
    pub kind: MessageKind,
    pub recipient: Recipient,
    pub state: MessageState,
    pub attempts: u32,
    /// Why the last attempt failed.
    pub failure: Option<SendFailure>,
    /// Whether it may have been sent twice: a function stopped while sending it, or the provider did not respond.
    pub perhaps_twice: bool,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// A message's identifier: a ULID.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(String);

impl MessageId {
    /// Accepts the 26 characters of a ULID in upper case.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        ulid::parse(text).map(Self)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
