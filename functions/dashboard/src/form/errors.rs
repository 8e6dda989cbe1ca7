//! What is wrong with a form, in the language of the page.

use api::problem::{Code, FieldCode, FieldError};
use api::{Check, Problem};
use domain::Invalid;
use http::StatusCode;
use texts::{FluentArgs, Texts};

use super::Form;
use crate::refused;

/// The errors of a form, each beside the field that it is about, and all of them in a summary.
#[derive(Default)]
pub(crate) struct Errors {
    faults: Vec<Fault>,
    /// What is wrong with the form as a whole: a title and advice.
    whole: Option<(String, String)>,
    stale: Option<Vec<Difference>>,
}

pub(crate) struct Fault {
    pub(crate) field: String,
    pub(crate) text: String,
}

/// A field that somebody else has changed while this user edited it.
pub(crate) struct Difference {
    pub(crate) label: String,
    pub(crate) theirs: String,
    pub(crate) yours: String,
}

impl Errors {
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// A problem: an invalid request beside its fields, anything else above the form.
    pub(crate) fn of(t: &Texts, problem: &Problem) -> Self {
        match problem.code {
            Code::InvalidRequest => {
                let fault = |error: &FieldError| Fault { field: error.field.clone(), text: rule(t, error) };
                Self { faults: problem.errors.iter().map(fault).collect(), ..Self::default() }
            }
            _ => Self::whole_number(refused::title(t, problem), refused::advice(t, problem)),
        }
    }

    /// What a check has found.
    pub(crate) fn of_check(t: &Texts, check: Check) -> Self {
        check.finish(|| Some(())).map_or_else(|problem| Self::of(t, &problem), |()| Self::none())
    }

    /// A problem that the user can solve in the form, at the field that it is about. Other problems are returned.
    pub(crate) fn of_form(t: &Texts, problem: Problem) -> Result<Self, Problem> {
        match (problem.code.status(), problem.code.field()) {
            (409 | 412 | 422, Some(field)) => Ok(Self::at(t, field, &problem)),
            (409 | 412 | 422, None) => Ok(Self::of(t, &problem)),
            _ => Err(problem),
        }
    }

    /// A refusal at a field.
    pub(crate) fn at(t: &Texts, field: &str, problem: &Problem) -> Self {
        Self::none().and_text(field.to_owned(), refused::title(t, problem))
    }

    /// An error above the form.
    pub(crate) fn whole_number(title: String, advice: String) -> Self {
        Self { whole: Some((title, advice)), ..Self::default() }
    }

    /// An edit of an old version: how what was typed differs from what is stored now, among these fields.
    pub(crate) fn stale(t: &Texts, current: &Form, typed: &Form, fields: &[&str]) -> Self {
        let difference = |field: &&str| {
            let (theirs, yours) = (current.text(field).trim().to_owned(), typed.text(field).trim().to_owned());
            (theirs != yours).then(|| Difference { label: label(t, field), theirs, yours })
        };
        Self { stale: Some(fields.iter().filter_map(difference).collect()), ..Self::default() }
    }

    /// An error that only a form has, such as a time that the clocks skip.
    pub(crate) fn and_text(mut self, field: String, text: String) -> Self {
        self.faults.push(Fault { field, text });
        self
    }

    /// In the order of the fields on the page.
    pub(crate) fn in_order(mut self, fields: &[&str]) -> Self {
        self.faults.sort_by_key(|fault| fields.iter().position(|field| *field == fault.field).unwrap_or(fields.len()));
        self
    }

    /// The status of the page that shows them.
    pub(crate) fn status(&self) -> StatusCode {
        if self.any() || self.stale.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }

    /// Whether there is anything to correct.
    pub(crate) fn any(&self) -> bool {
        !self.faults.is_empty() || self.whole.is_some()
    }

    pub(crate) fn faults(&self) -> &[Fault] {
        &self.faults
    }

    pub(crate) fn of_whole(&self) -> Option<&(String, String)> {
        self.whole.as_ref()
    }

    pub(crate) fn differences(&self) -> Option<&[Difference]> {
        self.stale.as_deref()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.of_field(name).is_some()
    }

    pub(crate) fn of_field(&self, name: &str) -> Option<&str> {
        self.faults.iter().find(|fault| fault.field == name).map(|fault| fault.text.as_str())
    }
}

/// Fields that are in numbered rows: how their names begin, and the text that names a row.
const ROWS: [(&str, &str); 2] = [("contacts", "contact"), ("schedule", "schedule-row")];

/// The label of a field, `label-…` with its name: that of `start.date` is `label-start-date`. Fields of a row have its
/// name in front. Empty if the field has no label.
pub(crate) fn label(t: &Texts, field: &str) -> String {
    let labelled = |name: &str| {
        let id = format!("label-{}", name.replace('.', "-"));
        if t.has(&id) { t.text(&id).into_owned() } else { String::new() }
    };
    let in_row = |(rows, row): (&str, &str)| {
        let (index, name) = field.strip_prefix(rows)?.strip_prefix('.')?.split_once('.')?;
        let number = index.parse::<usize>().ok()? + 1;
        Some(format!("{}: {}", t.with(row, [("number", number)]), labelled(&format!("{rows}.{name}"))))
    };
    ROWS.into_iter().find_map(in_row).unwrap_or_else(|| labelled(field))
}

/// The text for a broken rule, `field-…` with the name of its code. What only another program can do wrong has none.
fn rule(t: &Texts, error: &FieldError) -> String {
    let mut values = FluentArgs::new();
    match error.invalid {
        Some(Invalid::TooLong { max } | Invalid::TooMany { max }) => values.set("max", max),
        Some(Invalid::TooShort { min }) => values.set("min", min),
        Some(Invalid::PinTooShort { min }) => values.set("min", min),
        Some(Invalid::OutOfRange { min, max }) => {
            values.set("min", min);
            values.set("max", max);
        }
        _ => {}
    }
    let id = text_of(error.code);
    t.format(if t.has(&id) { &id } else { "field-unknown" }, &values)
}

fn text_of(code: FieldCode) -> String {
    format!("field-{}", <&str>::from(code).replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use domain::Language;

    use super::*;
    use crate::translations;

    #[test]
    fn the_summary_names_the_field_and_its_contact() {
        let t = translations::texts(Language::English);
        assert_eq!(label(t, "contacts.1.email"), "Contact 2: Email");
        assert_eq!(label(t, "location.postalCode"), "Postal code");
        assert_eq!(label(t, "name"), t.text("label-name"));
        assert_eq!(label(t, "of nobody"), "");
    }

    #[test]
    fn every_field_code_that_a_user_can_cause_has_a_text() {
        let of_programs = [
            FieldCode::UnknownField,
            FieldCode::DuplicateField,
            FieldCode::WrongType,
            FieldCode::Immutable,
            FieldCode::LanguageUnknown,
            FieldCode::MessageKindUnknown,
            FieldCode::UnknownParameter,
            FieldCode::RepeatedParameter,
            FieldCode::UnknownValue,
            FieldCode::ToNotAfterFrom,
        ];
        for &language in Language::ALL {
            let t = translations::texts(language);
            for code in FieldCode::ALL {
                assert_eq!(t.has(&text_of(*code)), !of_programs.contains(code), "{code:?} in {language:?}");
            }
        }
    }
}
