//! What a booking costs: consumed capacity as the embedded engine counts it, round trips, and time on loopback, by the
//! number of keys and of live contracts on each; and what removing a key takes.
//!
//! `cargo bench -p store --bench booking`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at what it did not expect"
)]

use std::time::{Duration, Instant as Stopwatch};

use domain::{AutomatId, ContractDraft, ContractKeys, KeyDraft, KeyId, MAX_LIVE_CONTRACTS};
use store::{Expected, RequestMetadata};
use testkit::{Tally, TestTable, at, automat, contract, key, metadata, metadata_with_receipt};

/// Bookings measured at each number of contracts; each is removed again, so that the number stays.
const SAMPLES: usize = 41;
const LIVE: [i64; 4] = [10, 100, 1_000, 1_999];
const ENDED: i64 = 20_000;
const HOUR: i64 = 3_600;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    println!("| keys | automats | live contracts on each | round trips | read units | write units | median | p99 |");
    println!("|---|---|---|---|---|---|---|---|");
    for (automats, counts) in [(1, &[1, 2, 4, 16][..]), (16, &[16])] {
        let table = with_keys(automats).await;
        let mut live = 0;
        for wanted in LIVE {
            while live < wanted {
                // The first hour is free, for those that are measured.
                let start = (live + 1) * HOUR;
                let draft = ContractDraft { keys: keys(16), ..contract(&id(0), start, start + HOUR) };
                table.store.create_contract(draft, &metadata()).await.unwrap();
                live += 1;
                // Their images of 16 calendars would fill the memory that the engine has.
                if live % 100 == 0 {
                    table.delete_stream_records().await;
                }
            }
            for &count in counts {
                let (Tally { round_trips, read_units, write_units }, times) = measure(&table, count, live).await;
                let (median, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
                println!(
                    "| {count} | {automats} | {live} | {round_trips} | {read_units} | {write_units} | {median:.2?} | {p99:.2?} |"
                );
                table.delete_stream_records().await;
            }
        }
        if automats == 1 {
            remove(&table, "a key whose contracts have other keys", live, 0).await;
        }
    }
    for ended in [0, ENDED] {
        let table = with_keys(1).await;
        for n in 0..ended {
            let start = -(ENDED + 1 - n) * HOUR;
            let before = RequestMetadata { now: at(start), ..metadata() };
            table.store.create_contract(contract(&id(0), start, start + HOUR), &before).await.unwrap();
            if n % 1_000 == 999 {
                table.project().await;
                table.delete_stream_records().await;
            }
        }
        let live = i64::try_from(MAX_LIVE_CONTRACTS).unwrap();
        for n in 0..live {
            table.store.create_contract(contract(&id(0), n * HOUR, (n + 1) * HOUR), &metadata()).await.unwrap();
        }
        remove(&table, "a key whose contracts have no other", live, ended).await;
    }
}

fn id(number: usize) -> KeyId {
    KeyId::parse(&format!("K-{number}")).unwrap()
}

fn keys(count: usize) -> ContractKeys {
    ContractKeys::new((0..count).map(id)).unwrap()
}

/// Sixteen keys, spread over this many automats.
async fn with_keys(automats: usize) -> TestTable {
    let table = TestTable::new().await;
    for number in 0..16 {
        let automat_id = format!("automat-{}", number % automats);
        if number < automats {
            table.store.create_automat(automat(&automat_id, 16), &metadata()).await.unwrap();
        }
        let draft = KeyDraft { automat: AutomatId::parse(&automat_id).unwrap(), ..key(id(number).as_str()) };
        table.store.create_key(draft, &metadata()).await.unwrap();
    }
    table
}

/// The capacity of one booking with an `Idempotency-Key`, in front of all others so that the agendas change, and the times
/// of all of them in order.
async fn measure(table: &TestTable, count: usize, live: i64) -> (Tally, Vec<Duration>) {
    let mut tally = Tally::default();
    let mut times = Vec::new();
    for sample in 0..SAMPLES {
        let draft = ContractDraft { keys: keys(count), ..contract(&id(0), 0, HOUR) };
        let asking = metadata_with_receipt(&format!("{live} {count} {sample}"), "h");
        let _ = table.wire.tally();
        let stopwatch = Stopwatch::now();
        let made = table.store.create_contract(draft, &asking).await.unwrap();
        times.push(stopwatch.elapsed());
        tally = table.wire.tally();
        table.store.remove_contract(&made.into_inner().id, false, Expected::Any, &metadata()).await.unwrap();
    }
    times.sort();
    (tally, times)
}

async fn remove(table: &TestTable, what: &str, live: i64, ended: i64) {
    let _ = table.wire.tally();
    let stopwatch = Stopwatch::now();
    let removal = table.store.remove_key(&id(0), false, Expected::Any, &metadata()).await.unwrap();
    let took = stopwatch.elapsed();
    let Tally { round_trips, write_units, .. } = table.wire.tally();
    println!(
        "\nremoving {what}, with {live} live and {ended} ended contracts: {removal:?} after {took:.2?}, {round_trips} round trips, {write_units} write units\n"
    );
}
