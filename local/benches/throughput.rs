//! Contracts per second over HTTP against the local cloud: 16 clients on a key each, and 16 clients on one key.
//!
//! `cargo bench -p local`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at what it did not expect"
)]

use std::time::{Duration, Instant as Stopwatch};

use local::{LocalCloud, Options, tokens::Role};
use serde_json::json;

const CLIENTS: u32 = 16;
const BOOKINGS_EACH: u32 = 100;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let cloud = LocalCloud::start(Options::ephemeral()).await.unwrap();
    let admin = Client::new(&cloud, Role::Admin);
    let automat = json!({"automatId": "bench", "name": "Bench", "lockerCount": 40, "timeZone": "Europe/Helsinki"});
    assert_eq!(admin.post("/v1/automats", &automat).await.0, 201);
    println!("| clients | keys | created | busy | per second | p50 | p99 |");
    println!("|---|---|---|---|---|---|---|");
    for keys in [CLIENTS, 1] {
        for key in 0..keys {
            let body = json!({"keyId": format!("{keys}-{key}"), "automatId": "bench"});
            assert_eq!(admin.post("/v1/keys", &body).await.0, 201);
        }
        let stopwatch = Stopwatch::now();
        let clients = (0..CLIENTS).map(|n| {
            let client = Client::new(&cloud, Role::Operator);
            tokio::spawn(book(client, format!("/v1/keys/{keys}-{}/contracts", n % keys), n))
        });
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
        println!("| {CLIENTS} | {keys} | {} | {busy} | {per_second:.0} | {p50:.1?} | {p99:.1?} |", times.len());
    }
    cloud.stop().await;
}

/// Books hours of a client's own, one after the other, trying again when the answer is that it is busy.
async fn book(client: Client, path: String, n: u32) -> (Vec<Duration>, u32) {
    let (mut times, mut busy) = (Vec::new(), 0);
    for booking in 0..BOOKINGS_EACH {
        let hour = n * BOOKINGS_EACH + booking;
        let (day, hour) = (hour / 24, hour % 24);
        let (year, month, day) = (2100 + day / 336, 1 + day / 28 % 12, 1 + day % 28);
        let start = format!("{year}-{month:02}-{day:02}T{hour:02}:00:00Z");
        let body = json!({"person": "Aino", "start": start, "end": start.replace(":00:00Z", ":59:00Z")});
        let stopwatch = Stopwatch::now();
        loop {
            match client.post(&path, &body).await {
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
