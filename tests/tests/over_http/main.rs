//! What clients of the API can rely on, by capability, each shown over HTTP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop at once")]

mod access;
mod automats;
mod contracts;
mod ending;
mod events;
mod hostile;
mod idempotency;
mod keys;
mod lists;
mod openings;
mod paths;
mod people;
mod pins;
mod preview;
mod provoke;
mod refusals;
mod service;
mod versions;
