//! Opening a locker through the pages, and what happened on them: handlers over a table of their own.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage must stop at once")]

mod events;
mod locker;
mod progress;
mod refused;
mod scene;
