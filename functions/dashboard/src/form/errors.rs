//! The errors of a form: of fields, shown beside them, and of the whole form, shown at the top.

use api::Problem;
use api::problem::{Code, FieldCode, FieldError};
use domain::Invalid;
use texts::{FluentArgs, Texts};

use crate::refused;

/// Why a form was refused.
#[derive(Debug, Clone, Default)]
pub(crate) struct Errors {
    faults: Vec<Fault>,
    problem: Option<Box<Problem>>,
}

/// The error of one field.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// The field's name, the same as in the API.
    pub(crate) field: String,
    why: Why,
}

#[derive(Debug, Clone)]
enum Why {
    Rule(FieldError),
    Refusal(Problem),
    Text(String),
}

impl Errors {
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// The errors of a problem: of its fields, or of the whole form.
    pub(crate) fn of(problem: Problem) -> Self {
        match problem.code {
            Code::InvalidRequest => {
                let fault = |error: FieldError| Fault { field: error.field.clone(), why: Why::Rule(error) };
                Self { faults: problem.errors.into_iter().map(fault).collect(), problem: None }
            }
            _ => Self { faults: Vec::new(), problem: Some(Box::new(problem)) },
        }
    }

    /// The errors with which a form is shown again. A problem that other input cannot solve has its own page, and is
    /// returned as `Err`.
    pub(crate) fn of_form(problem: Problem) -> Result<Self, Problem> {
        match problem.code.status() {
            409 | 412 | 422 => Ok(match problem.code.field() {
                Some(field) => Self::at(field, problem),
                None => Self::of(problem),
            }),
            _ => Err(problem),
        }
    }

    /// A problem of one field, such as a PIN in use.
    pub(crate) fn at(field: &str, problem: Problem) -> Self {
        Self { faults: vec![Fault { field: field.to_owned(), why: Why::Refusal(problem) }], problem: None }
    }

    /// Adds an error that only a page can have.
    pub(crate) fn and_text(mut self, field: String, text: String) -> Self {
        self.faults.push(Fault { field, why: Why::Text(text) });
        self
    }

    /// Sorts the errors as the fields are on the page. Those of other fields come last.
    pub(crate) fn in_order(mut self, fields: &[&str]) -> Self {
        self.faults.sort_by_key(|fault| fields.iter().position(|field| *field == fault.field).unwrap_or(fields.len()));
        self
    }

    pub(crate) fn any(&self) -> bool {
        !self.faults.is_empty() || self.problem.is_some()
    }

    pub(crate) fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The problem of the whole form.
    pub(crate) fn problem(&self) -> Option<&Problem> {
        self.problem.as_deref()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.faults.iter().any(|fault| fault.field == name)
    }

    pub(crate) fn of_field(&self, t: &Texts, name: &str) -> Option<String> {
        self.faults.iter().find(|fault| fault.field == name).map(|fault| fault.text(t))
    }
}

impl Fault {
    /// The field's label on the page. Empty if it has none.
    pub(crate) fn label(&self, t: &Texts) -> String {
        // The parts of a time have labels of their own.
        let of_time = ["start.", "end."].iter().any(|time| self.field.starts_with(time));
        let own = if of_time { &self.field } else { self.field.rsplit('.').next().unwrap_or_default() };
        let label = label_of(own, self.contact().is_some()).map(|id| t.text(id)).unwrap_or_default();
        match self.contact() {
            Some(number) => format!("{}: {label}", t.format("contact", &FluentArgs::from_iter([("number", number)]))),
            None => label.into_owned(),
        }
    }

    /// The number of its contact, from 1.
    fn contact(&self) -> Option<usize> {
        let (index, _) = self.field.strip_prefix("contacts.")?.split_once('.')?;
        index.parse::<usize>().ok().map(|index| index + 1)
    }

    pub(crate) fn text(&self, t: &Texts) -> String {
        match &self.why {
            Why::Rule(error) => rule(t, error),
            Why::Refusal(problem) => refused::title(t, problem),
            Why::Text(text) => text.clone(),
        }
    }
}

fn label_of(field: &str, of_contact: bool) -> Option<&'static str> {
    Some(match field {
        "automatId" => "automat-id",
        "name" if of_contact => "contact-name",
        "name" => "automat-name",
        "lockerCount" => "automat-lockers",
        "timeZone" => "automat-time-zone",
        "pinDigits" => "automat-pin-digits",
        "minChosenPinDigits" => "automat-min-chosen-pin-digits",
        "address" => "automat-address",
        "postalCode" => "automat-postal-code",
        "postalOffice" => "automat-postal-office",
        "keyId" => "key-form-id",
        "property" => "key-form-property",
        "lockerIndex" => "key-form-locker",
        "shared" => "key-form-shared",
        "returnCode" => "key-form-return-code",
        "person" => "person",
        "start" => "start",
        "start.date" => "start-date",
        "start.time" => "start-time",
        "start.now" => "start-now",
        "end" => "end",
        "end.date" => "end-date",
        "end.time" => "end-time",
        "permanent" => "permanent-contract",
        "pin" => "pin",
        "freeText" => "note",
        "contractId" => "contract-id",
        "email" => "email",
        "phoneNumber" => "phone-number",
        "contacts" => "contacts",
        "reason" => "open-reason",
        _ => return None,
    })
}

fn rule(t: &Texts, error: &FieldError) -> String {
    let mut values = FluentArgs::new();
    match error.invalid {
        Some(Invalid::TooLong { max }) => values.set("max", max),
        Some(Invalid::PinTooShort { min }) => values.set("min", min),
        Some(Invalid::OutOfRange { min, max }) => {
            values.set("min", min);
            values.set("max", max);
        }
        _ => {}
    }
    t.format(text_of(error.code), &values)
}

/// Exhaustive: a new rule does not compile until it has a text. Errors that our own forms cannot cause share one.
fn text_of(code: FieldCode) -> &'static str {
    match code {
        FieldCode::Required | FieldCode::Empty => "field-required",
        FieldCode::TooLong => "field-too-long",
        FieldCode::TooMany => "field-too-many",
        FieldCode::IdCharacters => "field-id-characters",
        FieldCode::IdReserved => "field-id-reserved",
        FieldCode::ControlCharacters => "field-control-characters",
        FieldCode::PinForm => "field-pin-form",
        FieldCode::PinTooShort => "field-pin-too-short",
        FieldCode::ReturnCodeForm => "field-return-code-form",
        FieldCode::InstantForm => "field-instant-form",
        FieldCode::OutOfRange => "field-out-of-range",
        FieldCode::TimeZoneUnknown => "field-time-zone-unknown",
        FieldCode::EmailForm => "field-email-form",
        FieldCode::PhoneNumberForm => "field-phone-number-form",
        FieldCode::EndNotAfterStart => "field-end-not-after-start",
        FieldCode::EndNotAhead => "field-end-not-ahead",
        FieldCode::NothingToSearch => "field-nothing-to-search",
        FieldCode::ConflictingFields => "field-conflicting",
        FieldCode::UnknownField
        | FieldCode::DuplicateField
        | FieldCode::WrongType
        | FieldCode::Immutable
        | FieldCode::LanguageUnknown
        | FieldCode::MessageKindUnknown
        | FieldCode::UnknownParameter
        | FieldCode::RepeatedParameter
        | FieldCode::UnknownValue
        | FieldCode::ToNotAfterFrom => "field-unknown",
    }
}

#[cfg(test)]
mod tests {
    use domain::Language;

    use super::*;
    use crate::translations;

    #[test]
    fn every_field_code_has_a_text() {
        for &language in Language::ALL {
            for &code in FieldCode::ALL {
                let text = rule(translations::texts(language), &FieldError::new("person", code, ""));
                assert!(!text.starts_with('{'), "{text} in {language:?}");
            }
        }
    }

    #[test]
    fn the_summary_names_the_field_and_its_contact() {
        let t = translations::texts(Language::English);
        let label = |field: &str| Errors::none().and_text(field.to_owned(), String::new()).faults()[0].label(t);
        assert_eq!(label("contacts.1.email"), "Contact 2: Email");
        assert_eq!(label("location.postalCode"), t.text("automat-postal-code"));
        assert_eq!(label("name"), t.text("automat-name"));
        assert_eq!(label("of nobody"), "");
    }
}
