//! What the Key Automat View costs: `cargo bench -p dashboard`.
//!
//! Automats in which all but one locker in ten have a key, every other key with a contract running; the embedded table in
//! this process. A page's own time is what is left of the whole when the reads alone, done the same way, are taken off.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops when it cannot begin")]

use std::time::{Duration, Instant};

use api::testing::request;
use api::{App, Clock, Role};
use axum::body::{Body, to_bytes};
use dashboard::{Dashboard, SignIn};
use domain::{AutomatId, KeyDraft, KeyId, Property};
use store::Random;
use testkit::{TestTable, act, at, automat, contract, key};
use things::Things;
use tower::ServiceExt as _;

const TIMES: usize = 41;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("| lockers | reads | the reads | the page, besides | compressing it, besides | bytes | compressed |");
    println!("|---|---|---|---|---|---|---|");
    for lockers in [40, 500] {
        let table = filled(lockers).await;
        let app = App { store: table.store.clone(), clock: Clock::fixed(at(60)) };
        let router = dashboard::router(Dashboard {
            app,
            things: nowhere(),
            random: Random::system(),
            sign_in: SignIn::closed(),
        });
        let page = async |coding: &str| {
            let request = request("GET", "/automats/lobby", Role::Admin).header("accept-encoding", coding);
            let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(answer.status(), 200);
            to_bytes(answer.into_body(), usize::MAX).await.unwrap().len()
        };
        let lobby = AutomatId::parse("lobby").unwrap();
        let gzip = page("gzip").await;
        let _ = table.wire.tally();
        let plain = page("identity").await;
        let reads = table.wire.tally().round_trips;
        let (mut read, mut whole, mut compressed) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..TIMES {
            let begun = Instant::now();
            table.store.automat_view(&lobby, at(60)).await.unwrap();
            read.push(begun.elapsed());
            let begun = Instant::now();
            page("identity").await;
            whole.push(begun.elapsed());
            let begun = Instant::now();
            page("gzip").await;
            compressed.push(begun.elapsed());
        }
        let [read, whole, compressed] = [read, whole, compressed].map(median);
        let (own, packing) = (whole.saturating_sub(read), compressed.saturating_sub(whole));
        println!("| {lockers} | {reads} | {read:.2?} | {own:.2?} | {packing:.2?} | {plain} | {gzip} |");
    }
}

async fn filled(lockers: u32) -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", lockers), &act()).await.unwrap();
    for n in (0..lockers).filter(|n| n % 10 != 9) {
        let property = Property::parse(&format!("Mannerheimintie {n} A {}", n % 40)).unwrap();
        let id = KeyId::parse(&format!("M-{n:04}")).unwrap();
        let draft = KeyDraft { id: id.clone(), property, locker: Some(testkit::locker(n)), ..key("K") };
        table.store.create_key(draft, &act()).await.unwrap();
        if n % 2 == 0 {
            table.store.create_contract(&id, contract(0, 3_600 + i64::from(n) * 60), &act()).await.unwrap();
        }
    }
    table
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn nowhere() -> Things {
    let config = aws_sdk_iotdataplane::Config::builder()
        .behavior_version(aws_sdk_iotdataplane::config::BehaviorVersion::latest())
        .region(aws_sdk_iotdataplane::config::Region::new("local"))
        .endpoint_url("http://127.0.0.1:1")
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Things::new(aws_sdk_iotdataplane::Client::from_conf(config))
}
