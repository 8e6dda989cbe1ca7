//! Why a piece of input is not what its field wants.

use crate::{Language, MessageKind};

/// Why a value was refused when it was parsed. The text names the rule, never the value: values may be secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Nothing there, or nothing that shows.
    #[error("must not be empty")]
    Empty,
    /// Longer than the field holds, in characters.
    #[error("must be at most {max} characters long")]
    TooLong {
        /// The greatest number of characters.
        max: usize,
    },
    /// An identifier with a character outside its alphabet.
    #[error("must be letters, digits, '_', '.' or '-', beginning with a letter or digit")]
    IdCharacters,
    /// A control character in a text, or a character that would break or reverse the line that a one-line text is shown in.
    #[error("must not hold control characters, or characters that break or reverse a line")]
    ControlCharacters,
    /// Not 4 to 9 digits.
    #[error("must be 4 to 9 digits")]
    PinForm,
    /// A PIN of fewer digits than its automat asks for.
    #[error("must have at least {min} digits in this automat")]
    PinTooShort {
        /// How many digits at least.
        min: u32,
    },
    /// Not exactly 4 digits.
    #[error("must be exactly 4 digits")]
    ReturnCodeForm,
    /// Not an instant that we can hold.
    #[error("must be an RFC 3339 instant from 1970 to 9999, such as 2026-11-24T12:00:00Z")]
    InstantForm,
    /// A whole number outside its bounds.
    #[error("must be a whole number from {min} to {max}")]
    OutOfRange {
        /// The least allowed.
        min: u32,
        /// The greatest allowed.
        max: u32,
    },
    /// Not in the time zone database.
    #[error("must be a TZ identifier such as Europe/Helsinki")]
    TimeZoneUnknown,
    /// Not an address that mail can be sent to.
    #[error("must be an email address with an ASCII part before the @ and a domain name after it")]
    EmailForm,
    /// Not an E.164 number.
    #[error("must be a phone number in E.164 form, such as +358401234567")]
    PhoneNumberForm,
    /// Not one of the languages that messages are written in.
    #[error("must be one of {}", join(Language::ALL.iter().map(|language| language.code())))]
    LanguageUnknown,
    /// Not a kind of message that a contact may ask for.
    #[error("must be one of {}", join(MessageKind::additional().map(MessageKind::name)))]
    MessageKindUnknown,
}

fn join(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
