//! The contacts of a contract in its form: any number of rows, numbered from 0 as the API numbers them.

use std::collections::BTreeSet;

use domain::{Contact, Country, Email, MessageKind, PhoneNumber};
use texts::{FluentArgs, Texts};

use crate::form::Form;

/// What the names of a row's fields begin with.
const PREFIX: &str = "contacts.";

/// One row: the names of its fields, and what it is called.
pub(super) struct Row {
    /// By which its fields are named; from 0.
    pub(super) number: String,
    pub(super) legend: String,
    pub(super) name: String,
    pub(super) email: String,
    /// The country in which the number is written, unless it has its own with a `+`.
    pub(super) country: String,
    pub(super) phone_number: String,
    pub(super) send_email: String,
    pub(super) send_sms: String,
    pub(super) language: String,
    pub(super) additional_messages: String,
    pub(super) kinds: Vec<Kind>,
    /// The step that takes it away.
    pub(super) remove: String,
    /// Moves the focus to a row that has just been added, so that typing goes on there.
    pub(super) focus: &'static str,
    /// Whether any kind of message is ticked.
    pub(super) is_open: bool,
}

/// A kind of message that one may ask for.
pub(super) struct Kind {
    pub(super) id: String,
    pub(super) word: &'static str,
    pub(super) label: String,
}

impl Row {
    fn of(t: &Texts, number: &str, ordinal: &str) -> Self {
        let field = |name: &str| format!("{PREFIX}{number}.{name}");
        let kind = |kind: MessageKind| Kind { id: field(kind.name()), word: kind.name(), label: told_of(t, kind) };
        Self {
            number: number.to_owned(),
            legend: t.format("contact", &FluentArgs::from_iter([("number", ordinal)])),
            name: field("name"),
            email: field("email"),
            country: field("country"),
            phone_number: field("phoneNumber"),
            send_email: field("sendEmail"),
            send_sms: field("sendSms"),
            language: field("language"),
            additional_messages: field("additionalMessages"),
            kinds: MessageKind::additional().map(kind).collect(),
            remove: format!("{REMOVE}{number}"),
            focus: "",
            is_open: false,
        }
    }

    /// The row that the script copies: it puts numbers in place of the `#`.
    pub(super) fn pattern(t: &Texts) -> Self {
        Self::of(t, "#", "#")
    }
}

const REMOVE: &str = "remove-contact-";

/// The rows of a form.
pub(super) fn rows(t: &Texts, form: &Form, added: bool) -> Vec<Row> {
    let count = numbers(form).len();
    let row = |number: usize| {
        let row = Row::of(t, &number.to_string(), &(number + 1).to_string());
        let is_open = form.ticked(&row.additional_messages);
        Row { focus: if added && number + 1 == count { "autofocus" } else { "" }, is_open, ..row }
    };
    (0..count).map(row).collect()
}

/// The form with its rows numbered without a gap, and without those in which nothing was typed.
pub(super) fn tidied(form: Form) -> Form {
    let typed = |number: &usize| {
        ["name", "email", "phoneNumber"].iter().any(|name| form.given(&format!("{PREFIX}{number}.{name}")).is_some())
    };
    let kept: Vec<_> = numbers(&form).into_iter().filter(typed).collect();
    renumbered(form, &kept)
}

/// The form with one more row, if it takes one more.
pub(super) fn with_another(form: Form) -> Form {
    let all: Vec<_> = numbers(&form).into_iter().collect();
    let form = renumbered(form, &all);
    if all.len() >= Contact::MAX_PER_CONTRACT {
        return form;
    }
    let field = |name: &str| format!("{PREFIX}{}.{name}", all.len());
    form.with(&field("name"), "").with(&field("sendEmail"), "on").with(&field("sendSms"), "on")
}

/// The form without a row, if the step is one that takes one away.
pub(super) fn without(form: Form, step: &str) -> Option<Form> {
    let gone: usize = step.strip_prefix(REMOVE)?.parse().ok()?;
    let kept: Vec<_> = numbers(&form).into_iter().filter(|number| *number != gone).collect();
    Some(renumbered(form, &kept))
}

/// The form with the contacts of a contract.
pub(super) fn filled(mut form: Form, contacts: &[Contact]) -> Form {
    for (number, contact) in contacts.iter().enumerate() {
        let field = |name: &str| format!("{PREFIX}{number}.{name}");
        form = form
            .with(&field("name"), contact.name.as_str())
            .with_some(&field("email"), contact.email.as_ref().map(Email::reveal))
            .with_some(
                &field("country"),
                contact.phone_number.as_ref().and_then(PhoneNumber::country).map(Country::code),
            )
            .with_some(&field("phoneNumber"), contact.phone_number.as_ref().map(PhoneNumber::reveal))
            .with_some(&field("sendEmail"), contact.send_email.then_some("on"))
            .with_some(&field("sendSms"), contact.send_sms.then_some("on"))
            .with(&field("language"), contact.language.code());
        for kind in &contact.additional_messages {
            form = form.and(&field("additionalMessages"), kind.name());
        }
    }
    form
}

/// The form with a country in every row, whether it has been chosen or is the automat's.
pub(super) fn with_countries(form: Form, country: Option<Country>) -> Form {
    let Some(country) = country else { return form };
    let fields = numbers(&form).into_iter().map(|number| format!("{PREFIX}{number}.country"));
    fields.fold(form, |form, field| if form.ticked(&field) { form } else { form.with(&field, country.code()) })
}

/// The phone numbers that are not kept as typed, each with whose it is: people see them before they are saved.
pub(super) fn completed_numbers(form: &Form, contacts: &[Contact]) -> Vec<(String, String)> {
    let numbered = contacts.iter().enumerate();
    let completed = |(row, contact): (usize, &Contact)| {
        let number = contact.phone_number.as_ref()?.reveal();
        let is_typed = form.given(&format!("{PREFIX}{row}.phoneNumber")) == Some(number);
        (!is_typed).then(|| (contact.name.to_string(), number.to_owned()))
    };
    numbered.filter_map(completed).collect()
}

/// How many rows there are, all of them numbered without a gap.
pub(super) fn count(form: &Form) -> usize {
    numbers(form).len()
}

/// The text that says when a contact is told of this kind.
fn told_of(t: &Texts, kind: MessageKind) -> String {
    t.say(&format!("kind-{}", kind.name())).into_owned()
}

/// A kind of message in words.
pub(super) fn kind_in_words(t: &Texts, kind: MessageKind) -> String {
    told_of(t, kind)
}

fn numbers(form: &Form) -> BTreeSet<usize> {
    form.pairs().iter().filter_map(|(name, _)| number_and_rest(name)).map(|(number, _)| number).collect()
}

fn renumbered(form: Form, kept: &[usize]) -> Form {
    form.renamed(|name| match number_and_rest(name) {
        None => Some(name.to_owned()),
        Some((number, rest)) => {
            let place = kept.iter().position(|kept| *kept == number)?;
            Some(format!("{PREFIX}{place}.{rest}"))
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
    fn rows_are_numbered_without_a_gap_and_empty_ones_dropped() {
        let form =
            form(&["2", "7"]).with("contacts.4.name", " ").with("contacts.4.sendEmail", "on").with("person", "Ada");
        let tidy = tidied(form);
        assert_eq!(names(&tidy), [("contacts.0.name", "2"), ("contacts.1.name", "7"), ("person", "Ada")]);
    }

    #[test]
    fn a_row_is_added_at_the_end_and_taken_away_wherever_it_is() {
        let two = with_another(form(&["0"]));
        assert_eq!(
            names(&two)[1..],
            [("contacts.1.name", ""), ("contacts.1.sendEmail", "on"), ("contacts.1.sendSms", "on")]
        );
        let one = without(two, "remove-contact-0").unwrap();
        assert_eq!(names(&one)[0], ("contacts.0.name", ""));
        assert_eq!(count(&one), 1);
        assert!(without(one, "confirm").is_none());
    }

    #[test]
    fn a_row_has_the_country_that_was_chosen_or_the_automats() {
        let form = with_countries(form(&["0", "1"]).with("contacts.1.country", "SE"), Country::parse("FI"));
        assert_eq!((form.text("contacts.0.country"), form.text("contacts.1.country")), ("FI", "SE"));
    }

    #[test]
    fn there_are_no_more_rows_than_a_contract_has_contacts() {
        let full = (0..20).fold(Form::default(), |form, _| with_another(form));
        assert_eq!(count(&full), Contact::MAX_PER_CONTRACT);
    }
}
