//! Contacts as clients see them.

use domain::{Contact, MessageKind};
use utoipa::ToSchema;

/// A person who gets messages about the contract.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = Contact)]
#[serde(rename_all = "camelCase")]
pub struct ContactView {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    phone_number: Option<String>,
    send_email: bool,
    send_sms: bool,
    language: &'static str,
    /// The messages they get besides those about the contract being created, updated, ended or cancelled.
    additional_messages: Vec<&'static str>,
}

impl From<Contact> for ContactView {
    fn from(contact: Contact) -> Self {
        Self {
            name: contact.name.as_str().to_owned(),
            email: contact.email.map(|email| email.reveal().to_owned()),
            phone_number: contact.phone_number.map(|number| number.reveal().to_owned()),
            send_email: contact.send_email,
            send_sms: contact.send_sms,
            language: contact.language.code(),
            additional_messages: contact.additional_messages.into_iter().map(MessageKind::word).collect(),
        }
    }
}
