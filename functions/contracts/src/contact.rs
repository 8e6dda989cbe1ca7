//! What clients say of contacts.

use std::collections::BTreeSet;

use api::problem::FieldCode;
use api::{Check, Object};
use domain::{Contact, Email, Language, MessageKind, Name, PhoneNumber};
use serde::Deserialize;
use utoipa::ToSchema;

/// A person who gets messages about the contract.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = NewContact)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ContactBody {
    /// The contact's name: 1 to 100 characters.
    #[schema(value_type = String, required)]
    name: Option<String>,
    /// Required if `sendEmail` is true.
    email: Option<String>,
    /// E.164, such as `+358401234567`. Required if `sendSms` is true.
    phone_number: Option<String>,
    /// Whether they get email; default false.
    send_email: Option<bool>,
    /// Whether they get SMS; default false.
    send_sms: Option<bool>,
    /// The language of the messages: `en`, `fi` or `sv`; default `en`.
    language: Option<String>,
    /// The messages they get besides those about the contract being created, updated, ended or cancelled:
    /// `start-reminder`, `end-reminder`, `key-fetched`, `key-returned`, `key-not-returned`. Default: none.
    #[schema(max_items = 10)]
    additional_messages: Option<Vec<String>>,
}

/// The longest list of kinds of messages that is read: there are five, and a word may stand there twice.
const MAX_KINDS: usize = 10;

/// The contacts of a body; what is wrong with them goes into the check.
pub(crate) fn check(check: &mut Check, contacts: Vec<Object<ContactBody>>) -> Vec<Contact> {
    if contacts.len() > Contact::MAX_PER_CONTRACT {
        let detail = format!("must be at most {}", Contact::MAX_PER_CONTRACT);
        check.refuse("contacts", FieldCode::TooMany, detail);
        return Vec::new();
    }
    let numbered = contacts.into_iter().enumerate();
    numbered
        .filter_map(|(index, contact)| check.within(&format!("contacts[{index}]"), |check| contact.0.check(check)))
        .collect()
}

impl ContactBody {
    fn check(self, check: &mut Check) -> Option<Contact> {
        let (send_email, send_sms) = (self.send_email.unwrap_or_default(), self.send_sms.unwrap_or_default());
        let name = check.required("name", self.name.as_deref(), Name::parse);
        if send_email && self.email.is_none() {
            check.refuse("email", FieldCode::Required, "is required when sendEmail is true");
        }
        let email = check.optional("email", self.email.as_deref(), Email::parse);
        if send_sms && self.phone_number.is_none() {
            check.refuse("phoneNumber", FieldCode::Required, "is required when sendSms is true");
        }
        let phone_number = check.optional("phoneNumber", self.phone_number.as_deref(), PhoneNumber::parse);
        let language = check.optional("language", self.language.as_deref(), Language::parse).unwrap_or_default();
        let additional_messages = check_kinds(check, self.additional_messages.as_deref().unwrap_or_default());
        Some(Contact { name: name?, email, phone_number, send_email, send_sms, language, additional_messages })
    }
}

fn check_kinds(check: &mut Check, words: &[String]) -> BTreeSet<MessageKind> {
    const FIELD: &str = "additionalMessages";
    if words.len() > MAX_KINDS {
        check.refuse(FIELD, FieldCode::TooMany, format!("must be at most {MAX_KINDS}"));
        return BTreeSet::new();
    }
    let numbered = words.iter().enumerate();
    numbered
        .filter_map(|(index, word)| {
            check.optional(&format!("{FIELD}[{index}]"), Some(word.as_str()), MessageKind::parse_additional)
        })
        .collect()
}
