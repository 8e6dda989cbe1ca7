//! Whom a message goes to, as clients see it.

use domain::{Channel, Recipient};
use utoipa::ToSchema;

/// The recipient of a message.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = Recipient)]
pub struct RecipientView {
    /// The contact's name.
    contact: String,
    channel: ChannelView,
    /// The email address or phone number.
    to: String,
    /// `en`, `fi` or `sv`.
    language: &'static str,
}

/// How a message is sent.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = Channel)]
#[serde(rename_all = "lowercase")]
enum ChannelView {
    Email,
    Sms,
}

impl From<&Recipient> for RecipientView {
    fn from(recipient: &Recipient) -> Self {
        Self {
            contact: recipient.name.as_str().to_owned(),
            channel: match recipient.address.channel() {
                Channel::Email => ChannelView::Email,
                Channel::Sms => ChannelView::Sms,
            },
            to: recipient.address.reveal().to_owned(),
            language: recipient.language.code(),
        }
    }
}
