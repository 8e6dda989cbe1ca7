//! What people do on the pages: the handlers, on the embedded database.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage must stop at once")]

mod booking;
mod opening;
mod setting_up;
mod stage;
mod unasked;
