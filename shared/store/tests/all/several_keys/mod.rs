//! Contracts of several keys: all of them are booked or none, whatever happens at the same time and wherever a function
//! dies.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::large_futures,
    reason = "a test that cannot go on fails, and its futures may be large"
)]

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
