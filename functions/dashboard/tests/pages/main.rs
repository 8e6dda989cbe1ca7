//! The pages as people use them: the handlers, over the embedded database.

#![expect(clippy::unwrap_used, reason = "a test whose setup fails must stop at once")]

mod booking;
mod no_sign_in;
mod opening;
mod setting_up;
mod stage;
mod timeline;
mod today;
