//! What is known of a person: all of it is found, and nothing of anybody else's; it is handed out and erased on record.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]

mod crashes;
mod erasing;
mod exporting;
mod parts;
mod races;
mod scene;
