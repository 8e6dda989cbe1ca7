//! The contacts in the form of a contract: rows, numbered from 0 as in the API.

use std::collections::BTreeSet;

use domain::{Contact, Country, Email, Language, MessageKind, PhoneNumber, Recipient};
use texts::Texts;

use super::known;
use crate::form::Form;

const PREFIX: &str = "contacts.";

/// A row of fields.
pub(super) struct Row {
    /// The number in the names of its fields, from 0.
    pub(super) number: String,
    pub(super) legend: String,
    /// The additional messages: their names and labels.
    pub(super) kinds: Vec<(&'static str, String)>,
    /// `autofocus` for a row that has just been added.
    pub(super) focus: &'static str,
    /// Whether the additional messages are expanded.
    pub(super) is_open: bool,
}

impl Row {
    fn of(t: &Texts, number: &str, ordinal: &str) -> Self {
        Self {
            number: number.to_owned(),
            legend: t.with("contact", [("number", ordinal)]),
            kinds: MessageKind::additional().map(|kind| (kind.name(), kind_label(t, kind))).collect(),
            focus: "",
            is_open: false,
        }
    }

    /// The template that the script copies, with a number for each `#`.
    pub(super) fn pattern(t: &Texts) -> Self {
        Self::of(t, "#", "#")
    }

    /// The name of a field of the row.
    pub(super) fn field(&self, name: &str) -> String {
        format!("{PREFIX}{}.{name}", self.number)
    }

    /// The step that searches for its name among the contacts of other contracts.
    pub(super) fn find(&self) -> String {
        known::find(&self.number)
    }

    /// The step that removes it.
    pub(super) fn remove(&self) -> String {
        format!("{REMOVE}{}", self.number)
    }
}

const REMOVE: &str = "remove-contact-";

pub(super) fn rows(t: &Texts, form: &Form, added: bool) -> Vec<Row> {
    let count = numbers(form).len();
    let row = |number: usize| {
        let row = Row::of(t, &number.to_string(), &(number + 1).to_string());
        let is_open = form.ticked(&row.field("additionalMessages"));
        Row { focus: if added && number + 1 == count { "autofocus" } else { "" }, is_open, ..row }
    };
    (0..count).map(row).collect()
}

/// Drops empty rows, and numbers the others without gaps.
pub(super) fn tidied(form: Form) -> Form {
    let typed = |number: &usize| {
        ["name", "email", "phoneNumber"].iter().any(|name| form.given(&format!("{PREFIX}{number}.{name}")).is_some())
    };
    let kept: Vec<_> = numbers(&form).into_iter().filter(typed).collect();
    renumbered(form, &kept)
}

/// The name of a field of a row.
pub(super) fn field(row: usize, name: &str) -> String {
    format!("{PREFIX}{row}.{name}")
}

/// Adds a row, unless there are as many as allowed. Its messages are in this language.
pub(super) fn with_another(form: Form, language: Language) -> Form {
    let all: Vec<_> = numbers(&form).into_iter().collect();
    let form = renumbered(form, &all);
    if all.len() >= Contact::MAX_PER_CONTRACT {
        return form;
    }
    let field = |name: &str| field(all.len(), name);
    let form = form.with(&field("name"), "").with(&field("sendEmail"), "on").with(&field("sendSms"), "on");
    form.with(&field("language"), language.code())
}

/// Adds a row for the person of the contract.
pub(super) fn with_person(form: Form, language: Language) -> Form {
    let (person, rows) = (form.text("person").trim().to_owned(), count(&form));
    let form = with_another(form, language);
    if count(&form) > rows { form.with(&field(rows, "name"), person) } else { form }
}

/// Removes a row, if the step is one that does.
pub(super) fn without(form: Form, step: &str) -> Option<Form> {
    let gone: usize = step.strip_prefix(REMOVE)?.parse().ok()?;
    let kept: Vec<_> = numbers(&form).into_iter().filter(|number| *number != gone).collect();
    Some(renumbered(form, &kept))
}

/// Fills in the contacts of a contract.
pub(super) fn filled(form: Form, contacts: &[Contact]) -> Form {
    contacts.iter().enumerate().fold(form, |form, (row, contact)| with_contact(form, row, contact))
}

/// Fills a row with a contact.
pub(super) fn with_contact(form: Form, row: usize, contact: &Contact) -> Form {
    let field = |name: &str| field(row, name);
    let of_row = field("");
    let form = form.renamed(|name| (!name.starts_with(&of_row)).then(|| name.to_owned()));
    let form = form
        .with(&field("name"), contact.name.as_str())
        .with_some(&field("email"), contact.email.as_ref().map(Email::reveal))
        .with_some(&field("country"), contact.phone_number.as_ref().and_then(PhoneNumber::country).map(Country::code))
        .with_some(&field("phoneNumber"), contact.phone_number.as_ref().map(PhoneNumber::reveal))
        .with_some(&field("sendEmail"), contact.send_email.then_some("on"))
        .with_some(&field("sendSms"), contact.send_sms.then_some("on"))
        .with(&field("language"), contact.language.code());
    let kinds = contact.additional_messages.iter();
    kinds.fold(form, |form, kind| form.and(&field("additionalMessages"), kind.name()))
}

/// Fills in the country in rows that have none.
pub(super) fn with_countries(form: Form, country: Option<Country>) -> Form {
    let Some(country) = country else { return form };
    let fields = numbers(&form).into_iter().map(|number| format!("{PREFIX}{number}.country"));
    fields.fold(form, |form, field| if form.ticked(&field) { form } else { form.with(&field, country.code()) })
}

/// The phone numbers that will be saved in another form than typed, each with the contact's name.
pub(super) fn completed_numbers(form: &Form, contacts: &[Contact]) -> Vec<(String, String)> {
    let numbered = contacts.iter().enumerate();
    let completed = |(row, contact): (usize, &Contact)| {
        let number = contact.phone_number.as_ref()?.reveal();
        let is_typed = form.given(&format!("{PREFIX}{row}.phoneNumber")) == Some(number);
        (!is_typed).then(|| (contact.name.to_string(), number.to_owned()))
    };
    numbered.filter_map(completed).collect()
}

/// The number of rows.
pub(super) fn count(form: &Form) -> usize {
    numbers(form).len()
}

/// The channel and the address.
pub(super) fn address_label(t: &Texts, recipient: &Recipient) -> String {
    let id = format!("message-by-{}", <&str>::from(recipient.address.channel()));
    t.with(&id, [("address", recipient.address.reveal())])
}

pub(super) fn kind_label(t: &Texts, kind: MessageKind) -> String {
    messages::kind_name(kind, t.language())
}

fn numbers(form: &Form) -> BTreeSet<usize> {
    form.pairs().iter().filter_map(|(name, _)| number_and_rest(name)).map(|(number, _)| number).collect()
}

fn renumbered(form: Form, kept: &[usize]) -> Form {
    form.renamed(|name| match number_and_rest(name) {
        None => Some(name.to_owned()),
        Some((number, rest)) => {
            let position = kept.iter().position(|kept| *kept == number)?;
            Some(format!("{PREFIX}{position}.{rest}"))
        }
    })
}

fn number_and_rest(name: &str) -> Option<(usize, &str)> {
    let (number, rest) = name.strip_prefix(PREFIX)?.split_once('.')?;
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(names: &[&str]) -> Form {
        names.iter().fold(Form::default(), |form, name| form.with(&format!("{PREFIX}{name}.name"), *name))
    }

    fn names(form: &Form) -> Vec<(&str, &str)> {
        form.pairs().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    #[test]
    fn rows_are_numbered_without_gaps_and_empty_rows_are_dropped() {
        let form =
            form(&["2", "7"]).with("contacts.4.name", " ").with("contacts.4.sendEmail", "on").with("person", "Ada");
        let tidy = tidied(form);
        assert_eq!(names(&tidy), [("contacts.0.name", "2"), ("contacts.1.name", "7"), ("person", "Ada")]);
    }

    #[test]
    fn a_row_is_added_at_the_end_and_any_row_can_be_removed() {
        let two = with_another(form(&["0"]), Language::Finnish);
        let [email, sms] = ["contacts.1.sendEmail", "contacts.1.sendSms"].map(|name| (name, "on"));
        assert_eq!(names(&two)[1..], [("contacts.1.name", ""), email, sms, ("contacts.1.language", "fi")]);
        let one = without(two, "remove-contact-0").unwrap();
        assert_eq!(names(&one)[0], ("contacts.0.name", ""));
        assert_eq!(count(&one), 1);
        assert!(without(one, "confirm").is_none());
    }

    #[test]
    fn a_row_has_the_chosen_country_or_the_automats() {
        let form = with_countries(form(&["0", "1"]).with("contacts.1.country", "SE"), Country::parse("FI"));
        assert_eq!((form.text("contacts.0.country"), form.text("contacts.1.country")), ("FI", "SE"));
    }

    #[test]
    fn there_are_at_most_as_many_rows_as_contacts_allowed() {
        let full = (0..20).fold(Form::default(), |form, _| with_another(form, Language::English));
        assert_eq!(count(&full), Contact::MAX_PER_CONTRACT);
        assert_eq!(names(&with_person(full.clone(), Language::English)), names(&full));
    }

    #[test]
    fn the_person_of_the_contract_can_be_a_contact() {
        let form = with_person(form(&["0"]).with("person", " Ada Aalto "), Language::Swedish);
        assert_eq!((form.text("contacts.1.name"), form.text("contacts.1.language")), ("Ada Aalto", "sv"));
    }
}
