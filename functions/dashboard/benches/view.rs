//! The cost of the Key Automat View: `cargo bench -p dashboard`.
//!
//! The automats are filled by `testkit::fill`, over the embedded table. Measured is the CPU time of the one thread, on
//! Linux. A page's own part is the total without the same reads alone.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops when it cannot begin")]

#[path = "../tests/pages/no_sign_in.rs"]
mod no_sign_in;

use std::time::Duration;

use api::testing::request;
use api::{App, Role};
use axum::body::{Body, to_bytes};
use clock::{Clock, Random};
use dashboard::Dashboard;
use domain::AutomatId;
use testkit::{TestTable, at, unreachable_things};
use tower::ServiceExt as _;

const TIMES: u32 = 50;
const PAGES: [(&str, &str); 3] = [
    ("cabinet", "/automats/lobby"),
    ("with a panel", "/automats/lobby?locker=2"),
    ("list", "/automats/lobby?view=list"),
];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!(
        "| page | lockers | reads | CPU of the reads | of the page, besides | bytes | gzip | CPU, besides | Brotli | CPU, besides |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for lockers in [40, 500] {
        let table = TestTable::new().await;
        testkit::fill(&table.store, lockers).await;
        let app = App { store: table.store.clone(), clock: Clock::fixed(at(60)) };
        let router = dashboard::router(Dashboard {
            app,
            things: unreachable_things(),
            random: Random::system(),
            sign_in: no_sign_in::sign_in(),
        });
        let lobby = AutomatId::parse("lobby").unwrap();
        let read = cpu_of(async || drop(table.store.automat_view(&lobby, at(60)).await.unwrap())).await;
        for (name, path) in PAGES {
            let page = async |coding: &str| {
                let request = request("GET", path, Role::Admin).header("accept-encoding", coding);
                let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
                assert_eq!(answer.status(), 200);
                to_bytes(answer.into_body(), usize::MAX).await.unwrap().len()
            };
            let _ = table.wire.tally();
            let plain = page("identity").await;
            let reads = table.wire.tally().round_trips;
            let whole = cpu_of(async || assert_ne!(page("identity").await, 0)).await;
            let own = whole.saturating_sub(read);
            print!("| {name} | {lockers} | {reads} | {read:.2?} | {own:.2?} | {plain} |");
            for coding in ["gzip", "br"] {
                let packed = page(coding).await;
                let packing = cpu_of(async || assert_ne!(page(coding).await, 0)).await.saturating_sub(whole);
                print!(" {packed} | {packing:.2?} |");
            }
            println!();
        }
    }
}

/// The mean CPU time of this thread, independent of the load of the machine.
async fn cpu_of(work: impl AsyncFn()) -> Duration {
    work().await;
    let begun = cpu();
    for _ in 0..TIMES {
        work().await;
    }
    cpu().saturating_sub(begun) / TIMES
}

fn cpu() -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(counted.split(' ').next().unwrap().parse().unwrap())
}
