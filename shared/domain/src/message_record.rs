//! A message's record: whether it was sent, and why not.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray, VariantNames};

use crate::{Instant, Invalid, MessageKind, Recipient, ulid};

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
    pub possibly_duplicate: bool,
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
