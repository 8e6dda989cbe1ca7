//! A person's data: all of it is found and nothing of anybody else's; exports and erasures are recorded.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]

mod crashes;
mod erasing;
mod exporting;
mod parts;
mod races;
mod scene;
