//! A message as it is sent. Holds PINs and personal data: nothing of the text shows in `Debug`.

use std::fmt;

use crate::Encoding;

/// A message in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rendered {
    /// To be sent by email.
    Email(Email),
    /// To be sent by SMS.
    Sms(Sms),
}

/// An email. Masked in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    /// One line of at most [`Email::MAX_SUBJECT`] characters, without the PIN.
    pub subject: String,
    /// All of it, for those who read plain text.
    pub text: String,
    /// All of it, as a page without scripts, images, links or anything else from outside.
    pub html: String,
}

impl Email {
    /// The greatest length of a subject in characters: what inboxes show, and more.
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
    /// All of it; at most [`Sms::MAX_UNITS`] long in its encoding.
    pub text: String,
    /// How it goes over the air.
    pub encoding: Encoding,
    /// How many short messages it is sent and billed as, at least 1.
    pub segments: usize,
}

impl Sms {
    /// The greatest length of an SMS, in septets or UTF-16 code units: SNS takes 1,600 characters, and no character has
    /// less than one of these.
    pub const MAX_UNITS: usize = 1_600;

    /// A text as the SMS that it makes.
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
