//! What clients of the API can rely on, by capability, over HTTP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod access;
mod automats;
mod contracts;
mod ending;
mod events;
mod every_route;
mod idempotency;
mod imports;
mod keys;
mod lists;
mod malformed_input;
mod openings;
mod paths;
mod people;
mod pins;
mod preview;
mod problems;
mod provoke_field;
mod provoke_problem;
mod service;
mod several_keys;
mod versions;
