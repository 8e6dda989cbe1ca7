//! What a device may open without the cloud: its pages, as the projector keeps them, and the answers to its questions (ADR 0054).

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

mod answers;
mod cost;
mod device;
mod held;
mod history;
mod pages;
mod stage;
mod writers;
