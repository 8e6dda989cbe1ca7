//! The function on a real table and real shadows, with and without failures.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

mod data_plane;
mod journal;
mod messages;
mod openings;
mod scene;
