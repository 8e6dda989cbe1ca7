//! A simulation of devices that are away from the cloud: the real device, journal and storage, on a simulated cabinet, network and
//! clock, beside a model of the cloud that makes real pages and leases. Eight days pass in a second.
//!
//! While a device is away, contracts are removed, moved, changed and made again, and its people try all codes that there ever
//! were, above all around the moments at which something begins or ends. The power fails between any two steps and within
//! any write, flash memory is rolled back to an older image, journals get lost, a clone is connected meanwhile, and the secret
//! is rotated. Counters are up to 200 ppm off, and the cloud's clock by a second. Answers are lost, late, repeated,
//! reordered, changed, old, or those of another automat.
//!
//! What must hold is in [`oracle`]. All randomness comes from one seed: `SEED=n cargo test -p automat --test device
//! away::` repeats a run.

mod dice;
mod network;
mod oracle;
mod people;
mod rejoin;
mod side;
mod spell;
mod world;

use dice::Dice;
use oracle::Counts;
use world::World;

/// Entries that a device opened a locker for without the cloud, in a run.
const OPENED: usize = 10_000;

#[test]
#[expect(clippy::print_stdout, reason = "`--nocapture` shows the result of a run")]
fn without_the_cloud_nothing_opens_wrongly_nothing_is_lost_and_returns_always_work() {
    let seed = Dice::seed(1);
    let mut dice = Dice::new(seed);
    let mut counts = Counts::default();
    while counts.opened() < OPENED {
        let mut world = World::new(dice.below(u64::MAX));
        world.live();
        counts.add(world.oracle.counts);
        let faults = world.oracle.faults;
        assert!(faults.is_empty(), "SEED={seed} replays this:\n{}\n{counts}", faults.join("\n"));
    }
    println!("SEED={seed}\n{counts}");
    let rare = counts.rare();
    assert!(rare.is_empty(), "SEED={seed}: too few to show anything: {}\n{counts}", rare.join(", "));
}
