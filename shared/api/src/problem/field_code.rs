//! Every reason for refusing a field or a query parameter.

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};
use utoipa::ToSchema;

macro_rules! field_codes {
    ($($(#[doc = $what:literal])+ $code:ident,)+) => {
        /// Why a field or a query parameter was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema, IntoStaticStr, VariantArray)]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        pub enum FieldCode {
            $($(#[doc = $what])+ $code,)+
        }

        impl FieldCode {
            /// What is wrong with the field or query parameter, in Markdown.
            #[must_use]
            pub fn what(self) -> &'static str {
                let lines = match self {
                    $(Self::$code => concat!($($what),+),)+
                };
                lines.trim_start()
            }
        }
    };
}

// In the order of the documentation: `cargo xtask openapi` writes the table in `docs/api.md` from the comments.
field_codes! {
    /// is missing, or null where it cannot be
    Required,
    /// is not a known field; `detail` names the known ones
    UnknownField,
    /// appears more than once
    DuplicateField,
    /// has the wrong JSON type
    WrongType,
    /// contradicts another field
    ConflictingFields,
    /// cannot be edited
    Immutable,
    /// has too many elements
    TooMany,
    /// is empty, or has no visible character
    Empty,
    /// has too many characters
    TooLong,
    /// has no word or number of at least two characters
    TooShort,
    /// has a character that is not allowed in identifiers, or does not begin with a letter or digit
    IdCharacters,
    /// is an identifier that the API uses itself (`preview` as a `contractId`)
    IdReserved,
    /// has control characters, or characters that would break or reverse the line they are shown in
    ControlCharacters,
    /// is not 4 to 9 digits
    PinForm,
    /// is a PIN of fewer digits than the automat's `minChosenPinDigits`
    PinTooShort,
    /// is not exactly 4 digits
    ReturnCodeForm,
    /// is not an RFC 3339 instant from 1970 to 9999
    InstantForm,
    /// is neither a local time, such as `2026-12-01 15:00`, nor an RFC 3339 instant
    TimeForm,
    /// is a local time that the clocks skip
    TimeSkipped,
    /// is a local time that exists twice, and must be written with its offset
    TimeRepeated,
    /// is a local time, but the automats of the keys are in different time zones
    TimeZonesDiffer,
    /// is outside the allowed range
    OutOfRange,
    /// is not a TZ identifier
    TimeZoneUnknown,
    /// is not a deliverable email address
    EmailForm,
    /// is not a valid phone number in E.164 form
    PhoneNumberForm,
    /// is not days with hours, such as `Mo-Fr 08:00-17:00`, or has more than 4 windows on a day
    ScheduleForm,
    /// is not a supported language
    LanguageUnknown,
    /// is not a kind of message that a contact can ask for
    MessageKindUnknown,
    /// is not after the start
    EndNotAfterStart,
    /// is not in the future
    EndNotAhead,
    /// is not a query parameter of this route; `detail` names those that are
    UnknownParameter,
    /// appears more than once
    RepeatedParameter,
    /// is not an allowed value
    UnknownValue,
    /// has no letter or digit to search for
    NothingToSearch,
    /// is not after `from`
    ToNotAfterFrom,
}

impl FieldCode {
    /// All codes, in the order of the documentation.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}
