//! Rendered messages: what contacts read, and what must never be in it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the values in tests are valid")]

mod email;
mod sample;
mod secrets;
mod sms;
