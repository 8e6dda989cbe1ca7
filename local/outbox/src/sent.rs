//! What was sent. It is kept as it was, with every PIN and address, since it is there to be looked at; `Debug` shows
//! none of it, so that no log does.

use std::collections::BTreeMap;
use std::fmt;

use domain::Instant;
use serde::{Serialize, Serializer};

/// One message that an end has taken.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// What the sender was told as its `MessageId`.
    pub id: String,
    /// When it was taken.
    #[serde(serialize_with = "as_text")]
    pub at: Instant,
    /// The message.
    #[serde(flatten)]
    pub what: What,
}

/// What it is that was sent.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum What {
    /// By SES.
    Email(Email),
    /// By SNS, to a phone.
    Sms(Sms),
    /// By SNS, to a topic.
    Event(Event),
}

/// An email.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Email {
    /// Its sender, as given: an address, or a name and an address.
    pub from: String,
    /// Who gets it.
    pub to: Vec<String>,
    /// Who gets a copy.
    pub cc: Vec<String>,
    /// Who gets a copy without the others knowing.
    pub bcc: Vec<String>,
    /// Where answers go.
    pub reply_to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: Option<String>,
    /// Its HTML.
    pub html: Option<String>,
    /// The configuration set that it was sent with.
    pub configuration_set: Option<String>,
    /// Its tags, by name.
    pub tags: BTreeMap<String, String>,
}

/// A text message.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sms {
    /// Who gets it, in E.164.
    pub number: String,
    /// What it says.
    pub text: String,
    /// Whom the phone shows as its sender.
    pub sender_id: Option<String>,
    /// `Promotional` or `Transactional`; without one, as the account is set.
    pub sms_type: Option<String>,
}

/// A message to a topic.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The topic's ARN.
    pub topic: String,
    /// Its subject.
    pub subject: Option<String>,
    /// What subscribers filter on.
    pub attributes: BTreeMap<String, Attribute>,
    /// The message.
    pub body: String,
}

/// An attribute of a message to a topic.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// `String`, `String.Array`, `Number` or `Binary`.
    pub data_type: String,
    /// Its value; of a binary one, its base64.
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

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent").field("id", &self.id).field("at", &self.at).field("what", &self.what).finish()
    }
}

impl fmt::Debug for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(email) => email.fmt(f),
            Self::Sms(sms) => sms.fmt(f),
            Self::Event(event) => event.fmt(f),
        }
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email").finish_non_exhaustive()
    }
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sms").finish_non_exhaustive()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("topic", &self.topic).finish_non_exhaustive()
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attribute").field("data_type", &self.data_type).finish_non_exhaustive()
    }
}
