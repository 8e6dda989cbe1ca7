//! Messages in words: what contacts read, and what must never be in it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's own values are well formed")]

mod email;
mod sample;
mod secrets;
mod sms;
