//! Messages and reminders: nobody is told twice and nobody is forgotten, whatever the stream, the clock and the crashes
//! do.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

mod claims;
mod crashes;
mod events;
mod flicker;
mod listing;
mod notifying;
mod records;
mod reminders;
mod stage;
