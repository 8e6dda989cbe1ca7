//! Measures contracts per second over HTTP against the local cloud: 16 clients with a key each, 16 clients on one key,
//! and 100 clients that book the same key at the same moment.
//!
//! `cargo bench -p local-cloud`

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops on unexpected answers"
)]

use std::time::{Duration, Instant as Stopwatch};

use api::Role;
use local_cloud::{LocalCloud, Options};
use serde_json::json;

/// (clients, keys, bookings of each client)
const CASES: [(u32, u32, u32); 3] = [(16, 16, 100), (16, 1, 100), (100, 1, 1)];

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let cloud = LocalCloud::start(Options::ephemeral()).await.unwrap();
    let admin = Client::new(&cloud, Role::Admin);
    let automat = json!({"automatId": "bench", "name": "Bench", "lockerCount": 40, "timeZone": "Europe/Helsinki"});
    assert_eq!(admin.post("/v1/automats", &automat).await.0, 201);
    println!("| clients | keys | created | busy | per second | p50 | p99 |");
    println!("|---|---|---|---|---|---|---|");
    for (case, (number, keys, each)) in CASES.into_iter().enumerate() {
        for key in 0..keys {
            let body = json!({"keyId": format!("{case}-{key}"), "automatId": "bench"});
            assert_eq!(admin.post("/v1/keys", &body).await.0, 201);
        }
        let clients: Vec<_> = (0..number).map(|_| Client::new(&cloud, Role::Operator)).collect();
        let stopwatch = Stopwatch::now();
        let clients = (0..number)
            .zip(clients)
            .map(|(n, client)| tokio::spawn(book(client, format!("{case}-{}", n % keys), n * each..(n + 1) * each)));
        let (mut times, mut busy) = (Vec::new(), 0);
        for client in clients.collect::<Vec<_>>() {
            let (took, refused) = client.await.unwrap();
            times.extend(took);
            busy += refused;
        }
        let took = stopwatch.elapsed().as_secs_f64();
        times.sort();
        let per_second = f64::from(u32::try_from(times.len()).unwrap()) / took;
        let (p50, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
        println!("| {number} | {keys} | {} | {busy} | {per_second:.0} | {p50:.1?} | {p99:.1?} |", times.len());
    }
    cloud.stop().await;
}

/// Books consecutive hours that no other client wants, and retries when the API answers `busy`.
async fn book(client: Client, key: String, hours: std::ops::Range<u32>) -> (Vec<Duration>, u32) {
    let (mut times, mut busy) = (Vec::new(), 0);
    for hour in hours {
        let (day, hour) = (hour / 24, hour % 24);
        let (year, month, day) = (2100 + day / 336, 1 + day / 28 % 12, 1 + day % 28);
        let start = format!("{year}-{month:02}-{day:02}T{hour:02}:00:00Z");
        let body = json!({
            "keyIds": [key], "person": "Aino", "start": start, "end": start.replace(":00:00Z", ":59:00Z"),
        });
        let stopwatch = Stopwatch::now();
        loop {
            match client.post("/v1/contracts", &body).await {
                (201, _) => break,
                (503, _) => busy += 1,
                (status, answer) => panic!("{status}: {answer}"),
            }
        }
        times.push(stopwatch.elapsed());
    }
    (times, busy)
}

struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Client {
    fn new(cloud: &LocalCloud, role: Role) -> Self {
        Self { http: reqwest::Client::new(), url: cloud.url().to_owned(), token: cloud.token(role).unwrap() }
    }

    async fn post(&self, path: &str, body: &serde_json::Value) -> (u16, String) {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token).json(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}
