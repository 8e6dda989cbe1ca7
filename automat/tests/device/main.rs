//! The device under a driver without hardware: every rule of its own, and all of them against a small shadow while
//! everything goes wrong that can.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

mod away;
#[path = "../cloud/mod.rs"]
mod cloud;
mod fetches;
mod health;
mod journal;
mod keypad;
mod ledger;
mod lockers;
mod memory;
mod model;
mod offline;
mod openings;
mod pages;
mod rig;
mod sequence;
mod steps;
