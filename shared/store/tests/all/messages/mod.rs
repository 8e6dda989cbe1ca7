//! Messages and reminders: nobody is notified twice and nobody is forgotten, whatever happens to the stream, the
//! clock and the function.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

mod claims;
mod crashes;
mod events;
mod flicker;
mod listing;
mod notifying;
mod offline;
mod quiet;
mod records;
mod reminders;
mod stage;
