//! What is wrong with a form: each thing beside its field, and what concerns the whole on top.

use api::Problem;
use api::problem::{Code, FieldCode, FieldError};
use domain::Invalid;
use texts::{FluentArgs, Texts};

use crate::refused;

/// Why a form was not taken.
#[derive(Debug, Clone, Default)]
pub(crate) struct Errors {
    faults: Vec<Fault>,
    problem: Option<Box<Problem>>,
}

/// What is wrong with one field.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// The field's name in the form, which is the API's.
    pub(crate) field: String,
    why: Why,
}

#[derive(Debug, Clone)]
enum Why {
    Rule(FieldError),
    Refusal(Problem),
    Words(String),
}

impl Errors {
    /// None yet.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Those of a refusal: of its fields, or of the whole.
    pub(crate) fn of(problem: Problem) -> Self {
        match problem.code {
            Code::InvalidRequest => {
                let fault = |error: FieldError| Fault { field: error.field.clone(), why: Why::Rule(error) };
                Self { faults: problem.errors.into_iter().map(fault).collect(), problem: None }
            }
            _ => Self { faults: Vec::new(), problem: Some(Box::new(problem)) },
        }
    }

    /// What a form is shown again with. A refusal that another try with other words cannot mend is a page of its own, and
    /// so is not taken.
    pub(crate) fn of_form(problem: Problem) -> Result<Self, Problem> {
        match problem.code.status() {
            409 | 412 | 422 => Ok(field_of(problem.code)
                .map_or_else(|| Self::of(problem.clone()), |field| Self::at(field, problem.clone()))),
            _ => Err(problem),
        }
    }

    /// A refusal that belongs to one field, such as a PIN that is taken.
    pub(crate) fn at(field: &str, problem: Problem) -> Self {
        Self { faults: vec![Fault { field: field.to_owned(), why: Why::Refusal(problem) }], problem: None }
    }

    /// The errors, and one more in words of the page.
    pub(crate) fn and_words(mut self, field: String, words: String) -> Self {
        self.faults.push(Fault { field, why: Why::Words(words) });
        self
    }

    /// The errors in the order that the fields have on the page; those of other fields come last.
    pub(crate) fn in_order(mut self, fields: &[&str]) -> Self {
        self.faults.sort_by_key(|fault| fields.iter().position(|field| *field == fault.field).unwrap_or(fields.len()));
        self
    }

    /// Whether there are any.
    pub(crate) fn any(&self) -> bool {
        !self.faults.is_empty() || self.problem.is_some()
    }

    /// What is wrong with fields, in order.
    pub(crate) fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The refusal of the whole.
    pub(crate) fn problem(&self) -> Option<&Problem> {
        self.problem.as_deref()
    }

    /// Whether something is wrong with a field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.faults.iter().any(|fault| fault.field == name)
    }

    /// What is wrong with a field, in words.
    pub(crate) fn of_field(&self, t: &Texts, name: &str) -> Option<String> {
        self.faults.iter().find(|fault| fault.field == name).map(|fault| fault.words(t))
    }
}

impl Fault {
    /// What the field is called on the page; empty where it has no name there.
    pub(crate) fn label(&self, t: &Texts) -> String {
        // The parts of a time have names of their own.
        let of_time = ["start.", "end."].iter().any(|time| self.field.starts_with(time));
        let own = if of_time { &self.field } else { self.field.rsplit('.').next().unwrap_or_default() };
        let label = label_of(own, self.contact().is_some()).map(|id| t.say(id)).unwrap_or_default();
        match self.contact() {
            Some(number) => format!("{}: {label}", t.format("contact", &FluentArgs::from_iter([("number", number)]))),
            None => label.into_owned(),
        }
    }

    /// Which contact it belongs to, counted from 1, if it does.
    fn contact(&self) -> Option<usize> {
        let (index, _) = self.field.strip_prefix("contacts.")?.split_once('.')?;
        index.parse::<usize>().ok().map(|index| index + 1)
    }

    /// What is wrong, in words.
    pub(crate) fn words(&self, t: &Texts) -> String {
        match &self.why {
            Why::Rule(error) => rule(t, error),
            Why::Refusal(problem) => refused::title(t, problem),
            Why::Words(words) => words.clone(),
        }
    }
}

/// The text of a field's label.
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
        "freeText" => "free-text",
        "contractId" => "contract-id",
        "email" => "email",
        "phoneNumber" => "phone-number",
        "contacts" => "contacts",
        "reason" => "open-reason",
        _ => return None,
    })
}

/// The field that a refusal is about.
fn field_of(code: Code) -> Option<&'static str> {
    match code {
        Code::AutomatExists => Some("automatId"),
        Code::LockersInUse => Some("lockerCount"),
        Code::KeyExists => Some("keyId"),
        Code::LockerIndexTooBig | Code::LockerOccupied | Code::NoFreeLocker => Some("lockerIndex"),
        Code::ReturnCodeInUse => Some("returnCode"),
        Code::ContractsOverlap => Some("shared"),
        Code::ContractExists => Some("contractId"),
        Code::PinInUse => Some("pin"),
        Code::MalformedJson
        | Code::InvalidRequest
        | Code::BodyTooLarge
        | Code::UnsupportedMediaType
        | Code::InvalidQuery
        | Code::InvalidCursor
        | Code::InvalidHeader
        | Code::RouteNotFound
        | Code::MethodNotAllowed
        | Code::Unauthenticated
        | Code::Forbidden
        | Code::AutomatNotFound
        | Code::KeyNotFound
        | Code::ContractNotFound
        | Code::LockerNotFound
        | Code::OpeningNotFound
        | Code::MessageNotFound
        | Code::AutomatHoldsKeys
        | Code::AutomatHasContracts
        | Code::NotStarted
        | Code::KeyOut
        | Code::HolderHasKey
        | Code::KeyBeingRemoved
        | Code::ContractOverlap
        | Code::TooManyContracts
        | Code::LockerBusy
        | Code::AutomatOffline
        | Code::MessageUnderWay
        | Code::MessageOutdated
        | Code::StaleVersion
        | Code::IdempotencyKeyReused
        | Code::IdempotencyOutdated
        | Code::AutomatBusy
        | Code::Busy
        | Code::Internal => None,
    }
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

/// Exhaustive: a new rule does not compile until it has words. What no form of ours can send has the plainest.
fn text_of(code: FieldCode) -> &'static str {
    match code {
        FieldCode::Required | FieldCode::Empty => "field-required",
        FieldCode::TooLong => "field-too-long",
        FieldCode::TooMany => "field-too-many",
        FieldCode::IdCharacters => "field-id-characters",
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
    use crate::words;

    #[test]
    fn the_summary_names_the_field_and_whose_it_is() {
        let t = words::texts(Language::English);
        let label = |field: &str| Errors::none().and_words(field.to_owned(), String::new()).faults()[0].label(t);
        assert_eq!(label("contacts.1.email"), "Contact 2: Email");
        assert_eq!(label("location.postalCode"), t.say("automat-postal-code"));
        assert_eq!(label("name"), t.say("automat-name"));
        assert_eq!(label("of nobody"), "");
    }
}
