//! Whom a message goes to.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::{Email, Language, Name, PhoneNumber};

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
