//! The pages of the dashboard over HTTP, without scripts.
//!
//! A file for each job; [`e2e::Visitor`] is the browser.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]

mod access;
mod contracts;
mod forged;
mod openings;
mod session;
