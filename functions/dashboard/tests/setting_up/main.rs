//! Setting up automats and keys through the pages, on the embedded database.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage must stop at once")]

mod automats;
mod keys;
mod scene;
mod search;
