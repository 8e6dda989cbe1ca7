//! Errors of single fields and query parameters.

use domain::Invalid;
use serde::Serialize;
use utoipa::ToSchema;

use super::FieldCode;

/// What is wrong with a field. It never repeats the value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field: `person`, `contacts[1].phoneNumber`, the name of a query parameter, or empty for the whole body.
    pub field: String,
    /// The reason, for programs.
    pub code: FieldCode,
    /// The reason, for people.
    pub detail: String,
    /// The domain's own reason, for the pages, which have texts of their own.
    #[serde(skip)]
    #[schema(ignore)]
    pub invalid: Option<Invalid>,
}

impl FieldError {
    #[must_use]
    pub fn new(field: impl Into<String>, code: FieldCode, detail: impl Into<String>) -> Self {
        Self { field: field.into(), code, detail: detail.into(), invalid: None }
    }

    /// A value that the domain could not parse.
    #[must_use]
    pub fn invalid(field: impl Into<String>, invalid: Invalid) -> Self {
        Self { invalid: Some(invalid), ..Self::new(field, code_of(invalid), invalid.to_string()) }
    }
}

fn code_of(invalid: Invalid) -> FieldCode {
    match invalid {
        Invalid::Empty => FieldCode::Empty,
        Invalid::TooLong { .. } => FieldCode::TooLong,
        Invalid::TooMany { .. } => FieldCode::TooMany,
        Invalid::TooShort { .. } => FieldCode::TooShort,
        Invalid::IdCharacters => FieldCode::IdCharacters,
        Invalid::IdReserved => FieldCode::IdReserved,
        Invalid::ControlCharacters => FieldCode::ControlCharacters,
        Invalid::PinForm => FieldCode::PinForm,
        Invalid::PinTooShort { .. } => FieldCode::PinTooShort,
        Invalid::ReturnCodeForm => FieldCode::ReturnCodeForm,
        Invalid::InstantForm => FieldCode::InstantForm,
        Invalid::TimeForm => FieldCode::TimeForm,
        Invalid::TimeSkipped => FieldCode::TimeSkipped,
        Invalid::TimeRepeated => FieldCode::TimeRepeated,
        Invalid::TimeZonesDiffer => FieldCode::TimeZonesDiffer,
        Invalid::OutOfRange { .. } => FieldCode::OutOfRange,
        Invalid::TimeZoneUnknown => FieldCode::TimeZoneUnknown,
        Invalid::EmailForm => FieldCode::EmailForm,
        Invalid::PhoneNumberForm => FieldCode::PhoneNumberForm,
        Invalid::ScheduleForm => FieldCode::ScheduleForm,
        Invalid::LanguageUnknown => FieldCode::LanguageUnknown,
        Invalid::MessageKindUnknown => FieldCode::MessageKindUnknown,
    }
}
