//! A simulation of whole openings and keypad entries: the real functions, store, rules, shadow service and device code, over
//! a simulated network, disk and clock that fail in every way that we know of.
//!
//! Messages are lost, delayed, reordered and delivered twice. Connections break, and sessions replay what they held
//! back. Devices lose power between any two steps and start with wrong clocks. What they see without a connection they write,
//! and send later. Functions die before and after any call.
//! Clients retry or give up. Through all of this no opening may run a motor twice or after it has expired, and once
//! everything is quiet every opening must have the result that the motor knows.
//!
//! At the same automats people type codes of contracts over several keys. They take keys and bring them back, leave doors
//! open, or go away. An entry may open only the next locker of its answer, and in the end every key must be where the cloud
//! says it is, and with whom.
//!
//! Devices are without a network for minutes, and then hand out keys and take them back by themselves, by the pages that they hold:
//! fetches only from lockers that have their key, returns only into those that are empty, and never twice. No code may be wrong for a
//! device whose pages have it, and once it is back the cloud must say of each key the same, once. The projector makes the pages
//! meanwhile, dies, and tries again.
//!
//! Time is a number, and all randomness comes from one seed. A failing run prints it: `SEED=n cargo test -p e2e --test
//! simulation` repeats the run.

#![expect(clippy::unwrap_used, reason = "a test whose setup fails must stop")]
#![expect(clippy::print_stdout, reason = "`--nocapture` shows the result of a run")]

mod bookings;
mod cabinet;
mod cloud;
mod data_plane;
mod entries;
mod event;
mod faults;
mod invariants;
mod judge;
mod lockers;
mod people;
mod world;

use e2e::Seed;

use crate::faults::Chances;
use crate::world::World;

/// In milliseconds, as all times of the simulation.
const SECOND: u64 = 1_000;

/// The tests of this file make at least 10,000 openings together.
const OPENINGS: usize = 5_200;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn openings_end_with_the_true_result_on_a_bad_network() {
    run(Seed::from_env(1), Chances::network()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn openings_end_with_the_true_result_despite_crashes() {
    run(Seed::from_env(2), Chances::crashes()).await;
}

async fn run(seed: Seed, chances: Chances) {
    let number = seed.number();
    let mut world = World::new(seed, chances).await;
    world.play(OPENINGS).await;
    world.calm().await;
    let verdict = world.judge().await;
    println!("SEED={number}: {verdict}");
    assert!(verdict.lies.is_empty(), "SEED={number} replays this:\n{}", verdict.lies.join("\n"));
    assert!(verdict.is_significant(), "SEED={number}: too few events to show anything: {verdict}");
}
