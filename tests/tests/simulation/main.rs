//! The whole of a remote open, simulated: the real functions over the real store, the real shadow service and the real
//! device code, with nothing between them but a network, disks and a clock that do their worst.
//!
//! Messages are lost, late, out of order and delivered twice; connections break and sessions replay what they held
//! back; devices lose power between any two steps, with clocks that began anywhere; functions die before and after any
//! call. Clients ask again or give up. What must come of it: no opening runs a motor twice, none runs it when its life is
//! over, and when all is quiet again every opening says what the motor knows.
//!
//! Time is a number and all chances come from one seed, which a failing run prints: `SEED=n cargo test -p e2e --test
//! simulation` makes it happen again.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage must stop at once")]
#![expect(clippy::print_stdout, reason = "`--nocapture` shows what a run came to")]

mod cabinet;
mod chances;
mod cloud;
mod data_plane;
mod truth;
mod world;

use e2e::Seed;

use crate::chances::Chances;
use crate::world::World;

/// In all the tests of this file together: at least 10,000.
const OPENINGS: usize = 5_200;

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_opening_ends_in_the_truth_whatever_the_network_does() {
    run(Seed::from_env(1), Chances::network()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_opening_ends_in_the_truth_whatever_crashes() {
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
    assert!(verdict.is_telling(), "SEED={number}: too little happened to show anything: {verdict}");
}
