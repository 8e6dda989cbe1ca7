//! Many clients that book the same key: against a database behind a network, where transactions on one item conflict,
//! as on AWS; and in one process with a queue for each key, as the local cloud is.
//!
//! `cargo bench -p store --bench hot_key`

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at what it did not expect"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant as Stopwatch};

use domain::KeyId;
use store::{Error, Store};
use testkit::{Network, TestTable, at, automat, contract, key, metadata};

/// A transaction takes 10 ms and a read 4 ms.
const NETWORK: Network = Network { latency: Duration::from_millis(2), transaction: Duration::from_millis(6) };
const DURATION: Duration = Duration::from_secs(10);
/// As many contracts are live at a time.
const LIVE: i64 = 100;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    println!("| database | clients | bookings/s | busy | requests per booking | p50 | p99 |");
    println!("|---|---|---|---|---|---|---|");
    for clients in [1, 4, 16, 64, 100] {
        measure("behind a network", clients, true, false).await;
    }
    for with_queues in [false, true] {
        for clients in [1, 4, 16, 64] {
            measure(
                if with_queues { "in the process, with queues" } else { "in the process" },
                clients,
                false,
                with_queues,
            )
            .await;
        }
    }
}

async fn measure(name: &str, clients: u32, network: bool, with_queues: bool) {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    if network {
        table.wire.network(NETWORK);
    }
    let store = if with_queues { table.store.clone().with_key_queues() } else { table.store.clone() };
    let next = Arc::new(AtomicI64::new(0));
    let _ = table.wire.tally();
    let stopwatch = Stopwatch::now();
    let clients_at_work: Vec<_> = (0..clients).map(|_| tokio::spawn(book(store.clone(), Arc::clone(&next)))).collect();
    let (mut times, mut busy) = (Vec::new(), 0);
    for client in clients_at_work {
        let (took, refused) = client.await.unwrap();
        times.extend(took);
        busy += refused;
    }
    let took = stopwatch.elapsed().as_secs_f64();
    times.sort();
    let booked = f64::from(u32::try_from(times.len()).unwrap());
    let share_busy = 100.0 * f64::from(busy) / (booked + f64::from(busy));
    let requests = f64::from(table.wire.tally().round_trips) / booked;
    let (p50, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!(
        "| {name} | {clients} | {:.0} | {share_busy:.1} % | {requests:.1} | {p50:.0?} | {p99:.0?} |",
        booked / took
    );
}

/// Books until the time is over. Returns how long each booking took, and how many were given up.
async fn book(store: Store, next: Arc<AtomicI64>) -> (Vec<Duration>, u32) {
    let (mut times, mut busy) = (Vec::new(), 0);
    let begin = Stopwatch::now();
    while begin.elapsed() < DURATION {
        let slot = next.fetch_add(1, Ordering::Relaxed);
        // The clock moves on with the bookings, so that earlier ones have ended and leave the calendar.
        let metadata = store::RequestMetadata { now: at((slot - LIVE).max(0) * 10), ..metadata() };
        let stopwatch = Stopwatch::now();
        match store.create_contract(contract(&KeyId::parse("A").unwrap(), slot * 10, slot * 10 + 10), &metadata).await {
            Ok(_) => times.push(stopwatch.elapsed()),
            Err(Error::Busy) => busy += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    (times, busy)
}
