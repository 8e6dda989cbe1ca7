//! The contacts in the body of a contract.

use std::collections::BTreeSet;

use domain::{Contact, Email, Language, MessageKind, Name, PhoneNumber};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::FieldCode;
use crate::{Check, Object};

/// A person who gets messages about the contract.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = NewContact)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactBody {
    /// The contact's name: 1 to 100 characters.
    #[schema(value_type = String, required)]
    pub name: Option<String>,
    /// Required if `sendEmail` is true.
    pub email: Option<String>,
    /// E.164, such as `+358401234567`. Required if `sendSms` is true.
    pub phone_number: Option<String>,
    /// Whether they get email; default false.
    pub send_email: Option<bool>,
    /// Whether they get SMS; default false.
    pub send_sms: Option<bool>,
    /// The language of the messages; default `en`.
    pub language: Option<String>,
    /// Messages besides those about the contract being created, updated, ended or cancelled. Default: none.
    #[schema(max_items = 10)]
    pub additional_messages: Option<Vec<String>>,
}

/// The maximum length of the list: more than there are kinds, since a client may list one twice.
const MAX_KINDS: usize = 10;

/// Validates the contacts of a body.
pub(super) fn check_contacts(check: &mut Check, contacts: Vec<Object<ContactBody>>) -> Vec<Contact> {
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

fn check_kinds(check: &mut Check, names: &[String]) -> BTreeSet<MessageKind> {
    const FIELD: &str = "additionalMessages";
    if names.len() > MAX_KINDS {
        check.refuse(FIELD, FieldCode::TooMany, format!("must be at most {MAX_KINDS}"));
        return BTreeSet::new();
    }
    let numbered = names.iter().enumerate();
    numbered
        .filter_map(|(index, name)| {
            check.optional(&format!("{FIELD}[{index}]"), Some(name.as_str()), MessageKind::parse_additional)
        })
        .collect()
}
