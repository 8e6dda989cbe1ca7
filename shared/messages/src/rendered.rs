//! A rendered message. It contains PINs and personal data, so `Debug` hides the text.

use std::fmt;

use crate::Encoding;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rendered {
    Email(Email),
    Sms(Sms),
}

/// An email. Masked in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    /// One line of at most [`Email::MAX_SUBJECT`] characters, without the PIN.
    pub subject: String,
    pub text: String,
    /// A page without scripts, images, links or other external resources.
    pub html: String,
}

impl Email {
    /// In characters. Inboxes show fewer.
    pub const MAX_SUBJECT: usize = 120;
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

/// An SMS. Its text is masked in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// At most [`Sms::MAX_UNITS`] long in its encoding.
    pub text: String,
    pub encoding: Encoding,
    /// The number of segments, each of which is charged; at least 1.
    pub segments: usize,
}

impl Sms {
    /// The maximum length, in septets or UTF-16 code units. SNS accepts 1,600 characters, and each character has at
    /// least one unit.
    pub const MAX_UNITS: usize = 1_600;

    pub(crate) fn of(text: String) -> Self {
        let encoding = Encoding::of(&text);
        Self { segments: encoding.segments(&text), encoding, text }
    }
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sms")
            .field("encoding", &self.encoding)
            .field("segments", &self.segments)
            .finish_non_exhaustive()
    }
}
