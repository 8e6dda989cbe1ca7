//! What clients of the API can rely on, by capability, each shown over HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]

mod automats;
mod contracts;
mod events;
mod idempotency;
mod keys;
mod lists;
mod pins;
mod service;
mod versions;
