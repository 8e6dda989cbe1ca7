//! Sent messages. They are kept unchanged, with PINs and addresses, to be read on the page; `Debug` shows none of their
//! content, so that it never gets into a log.

use std::collections::BTreeMap;
use std::fmt;

use domain::Instant;
use serde::{Serialize, Serializer};

/// A message that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// The `MessageId` returned to the sender.
    pub id: String,
    /// When it was accepted.
    #[serde(serialize_with = "as_text")]
    pub at: Instant,
    #[serde(flatten)]
    pub what: What,
}

/// The content of a message, by kind.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum What {
    /// Sent by SES.
    Email(Email),
    /// Sent by SNS to a phone.
    Sms(Sms),
    /// Sent by SNS to a topic.
    Event(Event),
}

#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Email {
    /// The sender as given: an address, or a name and an address.
    pub from: String,
    pub to: Vec<String>,
    /// Recipients of a copy.
    pub cc: Vec<String>,
    /// Recipients of a blind copy.
    pub bcc: Vec<String>,
    pub reply_to: Vec<String>,
    pub subject: String,
    /// The plain text body.
    pub text: Option<String>,
    pub html: Option<String>,
    /// The SES configuration set.
    pub configuration_set: Option<String>,
    /// Message tags by name.
    pub tags: BTreeMap<String, String>,
}

#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sms {
    /// The recipient's number, in E.164.
    pub number: String,
    pub text: String,
    /// The sender that the phone displays.
    pub sender_id: Option<String>,
    /// `Promotional` or `Transactional`; by default, the account's setting.
    pub sms_type: Option<String>,
}

/// A message to a topic.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The topic's ARN.
    pub topic: String,
    pub subject: Option<String>,
    /// Attributes by name, for subscribers' filters.
    pub attributes: BTreeMap<String, Attribute>,
    pub body: String,
}

/// An attribute of a message to a topic.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// `String`, `String.Array`, `Number` or `Binary`.
    pub data_type: String,
    /// The value; for `Binary`, in base64.
    pub value: String,
}

impl What {
    /// The email, if it is one.
    #[must_use]
    pub fn email(&self) -> Option<&Email> {
        if let Self::Email(email) = self { Some(email) } else { None }
    }

    /// The text message, if it is one.
    #[must_use]
    pub fn sms(&self) -> Option<&Sms> {
        if let Self::Sms(sms) = self { Some(sms) } else { None }
    }

    /// The message to a topic, if it is one.
    #[must_use]
    pub fn event(&self) -> Option<&Event> {
        if let Self::Event(event) = self { Some(event) } else { None }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn as_text<S: Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

/// The kind alone.
impl fmt::Debug for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email(_) => "Email { .. }",
            Self::Sms(_) => "Sms { .. }",
            Self::Event(_) => "Event { .. }",
        })
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attribute").field("data_type", &self.data_type).finish_non_exhaustive()
    }
}
