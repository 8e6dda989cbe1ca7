//! What a contact is told, and when it may be told again.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray, VariantNames};

use crate::{
    Contract, ContractField, ContractId, Email, FreeText, Instant, Invalid, KeyId, Language, Location, Name,
    PhoneNumber, Pin, Property, TimeRange, TimeZone, ulid,
};

/// What a message is about.
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
    /// A contract was made, or its contact has just been named.
    ContractCreated,
    /// Something about the contract has changed.
    ContractUpdated,
    /// The contract was ended before its time.
    ContractEnded,
    /// The contract is no more.
    ContractCancelled,
    /// It starts in a day.
    StartReminder,
    /// It ends in two hours.
    EndReminder,
    /// The key was taken.
    KeyFetched,
    /// The key was put back.
    KeyReturned,
    /// The contract is over and the key is not back.
    KeyNotReturned,
}

impl MessageKind {
    /// All of them, in the order of a contract's life.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in items, requests and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The kinds that only those contacts get who ask for them.
    pub fn additional() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|kind| kind.is_additional())
    }

    /// Takes the name of a kind that a contact may ask for; those about the contract itself go to every contact.
    pub fn parse_additional(name: &str) -> Result<Self, Invalid> {
        name.parse().ok().filter(|kind: &Self| kind.is_additional()).ok_or(Invalid::MessageKindUnknown)
    }

    /// Whether only those contacts get it who ask for it.
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

/// How a message is sent.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Channel {
    /// By email.
    Email,
    /// By SMS.
    Sms,
}

/// Where a message goes. Equal are those that lead to one mailbox or phone, whatever their spelling.
#[derive(Debug, Clone, Eq)]
pub enum Address {
    /// To a mailbox.
    Email(Email),
    /// To a phone.
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
    /// How it goes there.
    #[must_use]
    pub fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Sms(_) => Channel::Sms,
        }
    }

    /// The address or number. Not for logs, errors or URLs.
    #[must_use]
    pub fn reveal(&self) -> &str {
        match self {
            Self::Email(email) => email.reveal(),
            Self::Sms(number) => number.reveal(),
        }
    }
}

/// The recipient of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Who it is.
    pub name: Name,
    /// Where.
    pub address: Address,
    /// In which language.
    pub language: Language,
}

/// What happened, for whoever is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occasion {
    /// The contract was made.
    Created,
    /// These parts of it have changed.
    Updated(Vec<ContractField>),
    /// Its automat has another time zone, so that its times are told differently.
    ZoneChanged,
    /// It was ended before its time.
    Ended,
    /// It was removed.
    Cancelled,
    /// It starts in a day.
    StartReminder,
    /// It ends in two hours.
    EndReminder,
    /// The key was taken, then.
    Fetched(Instant),
    /// The key was put back, then.
    Returned(Instant),
    /// It is over and the key is not back.
    NotReturned,
}

impl Occasion {
    /// What a message about it is.
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

/// Where the key is fetched and returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What people call the automat.
    pub name: Name,
    /// Its address.
    pub location: Option<Location>,
    /// The zone that its times are written in.
    pub time_zone: TimeZone,
}

/// What is told of a contract, as it stood at the occasion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The key.
    pub key: KeyId,
    /// The contract.
    pub contract: ContractId,
    /// Who has the key.
    pub person: Name,
    /// When.
    pub range: TimeRange,
    /// The keypad code.
    pub pin: Pin,
    /// The note that goes along.
    pub free_text: Option<FreeText>,
    /// What the key opens.
    pub property: Property,
    /// Where it is fetched and returned.
    pub place: Place,
}

impl Facts {
    /// Whether they still hold: whether the contract, as it stands, says the same to whoever has it.
    #[must_use]
    pub fn hold_for(&self, contract: &Contract) -> bool {
        self.person == contract.person
            && self.range == contract.range
            && self.pin == contract.pin
            && self.free_text == contract.free_text
    }
}

/// One message to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What happened.
    pub occasion: Occasion,
    /// Whom it goes to.
    pub recipient: Recipient,
    /// What it tells.
    pub facts: Facts,
}

impl Message {
    /// So long after it was asked for, what a message tells is no news any more.
    pub const NEWS_MILLIS: i64 = 24 * 3_600_000;

    /// Until when it is of use to anybody, for a message that was asked for at this instant: a reminder until what it
    /// reminds of.
    #[must_use]
    pub fn useful_until(&self, asked: Instant) -> Instant {
        let news = asked.plus_millis(Self::NEWS_MILLIS);
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

    /// Whether it says what is no longer so, given the contract as it is now, if it is still there, and the time zone
    /// of its automat.
    #[must_use]
    pub fn is_overtaken(&self, contract: Option<&Contract>, time_zone: TimeZone) -> bool {
        match self.occasion {
            Occasion::Created
            | Occasion::Updated(_)
            | Occasion::ZoneChanged
            | Occasion::StartReminder
            | Occasion::EndReminder => {
                let is_local = self.facts.place.time_zone == time_zone;
                !is_local || contract.is_none_or(|contract| !self.facts.hold_for(contract))
            }
            // It stays true of a contract that is gone or was annotated, and not of one that goes on again.
            Occasion::Ended => contract.is_some_and(|contract| contract.range != self.facts.range),
            // They tell what has happened, which stays true.
            Occasion::Cancelled | Occasion::Fetched(_) | Occasion::Returned(_) | Occasion::NotReturned => false,
        }
    }
}

/// Why a message was not sent, or not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SendFailure {
    /// The provider takes no more for now.
    Throttled,
    /// The provider is not well.
    Unavailable,
    /// The provider did not answer: it may have sent the message all the same.
    Unanswered,
    /// The provider does not let us, until somebody sets it right: a permission, a sender that is not verified.
    NotAllowed,
    /// The provider never sends to this address or number: it is wrong, or its owner does not want to be written to.
    AddressRefused,
    /// The provider never sends this message.
    ContentRefused,
}

impl SendFailure {
    /// Whether trying again later makes sense.
    #[must_use]
    pub fn passes(self) -> bool {
        match self {
            Self::Throttled | Self::Unavailable | Self::Unanswered | Self::NotAllowed => true,
            Self::AddressRefused | Self::ContentRefused => false,
        }
    }
}

/// Where a message stands.
#[derive(Debug, Clone, PartialEq, Eq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum MessageState {
    /// It will be tried then.
    Pending {
        /// When.
        next_try: Instant,
    },
    /// Somebody is sending it.
    Sending {
        /// Since when.
        since: Instant,
    },
    /// The provider has taken it.
    Sent {
        /// When.
        at: Instant,
        /// The provider's name for it.
        provider_id: String,
    },
    /// The provider took it, and then could not deliver it.
    Bounced {
        /// When that was told.
        at: Instant,
    },
    /// The provider will never take it; it is not tried again.
    Refused {
        /// When.
        at: Instant,
    },
    /// It was tried for so long that it would be of no use any more.
    Failed {
        /// When it was given up.
        at: Instant,
    },
    /// What it says had been overtaken before it went: the contract is another by now, or gone.
    Superseded {
        /// When that was found.
        at: Instant,
    },
}

/// A message, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRecord {
    /// Its identifier: a ULID whose time is the occasion's, the same whenever the occasion is dealt with again.
    pub id: MessageId,
    /// What it is about.
    pub kind: MessageKind,
    /// Whom it goes to.
    pub recipient: Recipient,
    /// Its delivery status.
    pub state: MessageState,
    /// The number of tries.
    pub attempts: u32,
    /// Why the last try failed.
    pub failure: Option<SendFailure>,
    /// Whether it may have gone twice: somebody stopped while sending it, or the provider did not answer.
    pub perhaps_twice: bool,
    /// When it was written down.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// A message's identifier: a ULID.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(String);

impl MessageId {
    /// Takes the 26 characters of a ULID in its canonical spelling.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        ulid::parse(text).map(Self)
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
