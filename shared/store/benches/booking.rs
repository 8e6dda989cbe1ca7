//! What a booking costs: consumed capacity as the embedded engine counts it, round trips, and time on loopback, by the
//! number of live and of ended contracts on the key; and what removing the fullest key takes.
//!
//! `cargo bench -p store`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at what it did not expect"
)]

use std::time::{Duration, Instant as Stopwatch};

use domain::{ContractDraft, KeyId};
use store::{Expected, RequestMetadata};
use testkit::{Tally, TestTable, at, automat, contract, key, metadata, pin};

/// Bookings measured at each number of contracts; each is removed again, so that the number stays.
const SAMPLES: usize = 41;
const ENDED: i64 = 20_000;
const HOUR: i64 = 3_600;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    println!("| live | ended | round trips | read units | write units | median | p99 |");
    println!("|---|---|---|---|---|---|---|");
    for ended in [0, ENDED] {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
        table.store.create_key(key("A"), &metadata()).await.unwrap();
        for n in 0..ended {
            let start = -(ENDED + 1 - n) * HOUR;
            let before = RequestMetadata { now: at(start), ..metadata() };
            table.store.create_contract(contract(&a(), start, start + HOUR), &before).await.unwrap();
        }
        let mut live = 0;
        for wanted in [10, 100, 1_000, 2_000 - 1] {
            while live < wanted {
                table
                    .store
                    .create_contract(contract(&a(), live * HOUR + 1, (live + 1) * HOUR), &metadata())
                    .await
                    .unwrap();
                live += 1;
            }
            let (tally, times) = measure(&table).await;
            let Tally { round_trips, read_units, write_units } = tally;
            let (median, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
            println!("| {live} | {ended} | {round_trips} | {read_units} | {write_units} | {median:.2?} | {p99:.2?} |");
        }
        let last = ContractDraft { pin: Some(pin("482915736")), ..contract(&a(), live * HOUR + 1, (live + 1) * HOUR) };
        table.store.create_contract(last, &metadata()).await.unwrap();
        let _ = table.wire.tally();
        let stopwatch = Stopwatch::now();
        let removal = table.store.remove_key(&a(), false, Expected::Any, &metadata()).await.unwrap();
        let took = stopwatch.elapsed();
        let Tally { round_trips, write_units, .. } = table.wire.tally();
        println!(
            "\nremoving it with {} live and {ended} ended contracts: {removal:?} after {took:.2?}, {round_trips} round trips, {write_units} write units\n",
            live + 1
        );
    }
}

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

/// The capacity of one booking far ahead, and the times of all of them in order.
async fn measure(table: &TestTable) -> (Tally, Vec<Duration>) {
    let mut tally = Tally::default();
    let mut times = Vec::new();
    for _ in 0..SAMPLES {
        let _ = table.wire.tally();
        let stopwatch = Stopwatch::now();
        let made =
            table.store.create_contract(contract(&a(), 10_000 * HOUR, 10_001 * HOUR), &metadata()).await.unwrap();
        times.push(stopwatch.elapsed());
        tally = table.wire.tally();
        let id = made.into_inner().id;
        table.store.remove_contract(&id, false, Expected::Any, &metadata()).await.unwrap();
    }
    times.sort();
    (tally, times)
}
