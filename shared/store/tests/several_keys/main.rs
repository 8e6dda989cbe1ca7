//! Contracts of several keys: all of them are booked or none, whatever happens at the same time and wherever a function
//! dies.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

mod booking;
mod editing;
mod interleavings;
mod limits;
mod messages;
mod out;
mod picture;
mod races;
mod removal;
mod scene;
