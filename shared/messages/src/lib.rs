//! The words of messages to contacts.

use domain::Message;

/// STAND-IN
#[derive(Debug)]
pub enum Rendered {
    /// e
    Email(Email),
    /// s
    Sms(Sms),
}

/// e
#[derive(Debug)]
pub struct Email {
    /// s
    pub subject: String,
    /// t
    pub text: String,
    /// h
    pub html: String,
}

/// s
#[derive(Debug)]
pub struct Sms {
    /// t
    pub text: String,
}

/// r
#[must_use]
pub fn render(message: &Message) -> Rendered {
    todo!("{message:?}")
}
