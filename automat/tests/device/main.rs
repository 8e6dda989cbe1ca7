//! The device's mind under a driver made of nothing: every rule of its own, and all of them against a small shadow with
//! everything going wrong that can.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

mod keypad;
mod lockers;
mod model;
mod openings;
mod rig;
