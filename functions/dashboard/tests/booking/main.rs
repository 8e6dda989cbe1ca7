//! Contracts through the pages, on the embedded database.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage must stop at once")]

mod contacts;
mod editing;
mod key_page;
mod making;
mod pins;
mod scene;
