//! What the function does with what rules hand on, over a real table and real shadows, when all is well and when not.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

mod data_plane;
mod messages;
mod scene;
mod words;
