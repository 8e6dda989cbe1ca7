//! Recipients of messages in API responses.

use domain::{Channel, Recipient};
use serde::Serialize;
use utoipa::ToSchema;

/// The recipient of a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Recipient)]
pub struct RecipientView {
    /// The contact's name.
    contact: String,
    #[schema(value_type = String)]
    channel: Channel,
    /// The email address or phone number.
    to: String,
    language: &'static str,
}

impl From<&Recipient> for RecipientView {
    fn from(recipient: &Recipient) -> Self {
        Self {
            contact: recipient.name.as_str().to_owned(),
            channel: recipient.address.channel(),
            to: recipient.address.reveal().to_owned(),
            language: recipient.language.code(),
        }
    }
}
