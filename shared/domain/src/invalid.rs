//! Why a value is invalid.

use crate::{Language, MessageKind};

/// Why a value could not be parsed. The message states the rule and never the value, which may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Nothing, or nothing visible.
    #[error("must not be empty")]
    Empty,
    #[error("must be at most {max} characters long")]
    TooLong {
        /// In characters.
        max: usize,
    },
    /// More values than the list may have.
    #[error("must be at most {max}")]
    TooMany { max: usize },
    #[error("must have a word or number of at least {min} characters")]
    TooShort {
        /// In characters.
        min: usize,
    },
    #[error("must be letters, digits, '_', '.' or '-', beginning with a letter or digit")]
    IdCharacters,
    /// A route of the API has this text where the identifier would be.
    #[error("is reserved: choose another")]
    IdReserved,
    /// A control character, or a character that would break or reverse the line in which a one-line text is shown.
    #[error("must not hold control characters, or characters that break or reverse a line")]
    ControlCharacters,
    #[error("must be 4 to 9 digits")]
    PinForm,
    /// Fewer digits than the automat requires.
    #[error("must have at least {min} digits in this automat")]
    PinTooShort { min: u32 },
    #[error("must be exactly 4 digits")]
    ReturnCodeForm,
    #[error("must be an RFC 3339 instant from 1970 to 9999, such as 2026-11-24T12:00:00Z")]
    InstantForm,
    /// A time in a cell.
    #[error(
        "must be a local time such as 2026-12-01 15:00, 1.12.2026 15.00 or 01/12/2026 15:00, or an RFC 3339 instant"
    )]
    TimeForm,
    #[error("does not exist in the automat's time zone: the clocks are put forward over it")]
    TimeSkipped,
    #[error("exists twice in the automat's time zone: write it with its offset, as in 2026-10-25T03:30:00+02:00")]
    TimeRepeated,
    /// A local time for keys of several automats.
    #[error("must be written with its offset, since the keys' automats are in different time zones")]
    TimeZonesDiffer,
    #[error("must be a whole number from {min} to {max}")]
    OutOfRange { min: u32, max: u32 },
    /// Not in the time zone database.
    #[error("must be a TZ identifier such as Europe/Helsinki")]
    TimeZoneUnknown,
    #[error("must be an email address with an ASCII part before the @ and a domain name after it")]
    EmailForm,
    #[error("must be a phone number in E.164 form, such as +358401234567")]
    PhoneNumberForm,
    #[error("must be one of {}", join(Language::ALL.iter().map(|language| language.code())))]
    LanguageUnknown,
    #[error("must be days and hours such as Mo-Fr 08:00-17:00; Sa 10:00-14:00, at most 4 windows a day")]
    ScheduleForm,
    /// Not a kind of message that a contact can choose.
    #[error("must be one of {}", join(MessageKind::additional().map(MessageKind::name)))]
    MessageKindUnknown,
}

fn join(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
