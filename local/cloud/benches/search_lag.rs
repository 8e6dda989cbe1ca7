//! Measures how long a contract takes from the answer to its booking until a search finds it, over HTTP against the local
//! cloud: alone, and while others book so many contracts a second.
//!
//! `cargo bench -p local-cloud --bench search_lag`

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops on unexpected answers")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant as Stopwatch};

use api::Role;
use local_cloud::{LocalCloud, Options};
use serde_json::{Value, json};

const SAMPLES: u32 = 100;
/// How many contracts a second others book. Without a pause, they would book faster than the projector follows.
const RATES: [u32; 4] = [0, 20, 100, 200];
/// How many others there are. Each has a key.
const OTHERS: u32 = 8;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    println!("| wanted bookings/s of the others | bookings/s | p50 | p99 |");
    println!("|---|---|---|---|");
    for rate in RATES {
        let cloud = LocalCloud::start(Options::ephemeral()).await.unwrap();
        let admin = Client::new(&cloud, Role::Admin);
        let automat = json!({"automatId": "bench", "name": "Bench", "lockerCount": 40, "timeZone": "Europe/Helsinki"});
        admin.post("/v1/automats", &automat).await;
        for key in 0..=OTHERS {
            admin.post("/v1/keys", &json!({"keyId": format!("K-{key}"), "automatId": "bench"})).await;
        }
        let made = Arc::new(AtomicU32::new(0));
        let running: Vec<_> = (1..=OTHERS)
            .filter(|_| rate > 0)
            .map(|key| {
                let (client, made) = (Client::new(&cloud, Role::Operator), made.clone());
                tokio::spawn(async move {
                    let mut ticks = tokio::time::interval(Duration::from_secs(1) * OTHERS / rate);
                    for number in 0.. {
                        ticks.tick().await;
                        client.book(key, number).await;
                        made.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        let began = Stopwatch::now();
        let mut times = Vec::new();
        for number in 0..SAMPLES {
            let reference = admin.book(0, number).await;
            let stopwatch = Stopwatch::now();
            while !admin.finds(&reference).await {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            times.push(stopwatch.elapsed());
        }
        let made = f64::from(made.load(Ordering::Relaxed)) / began.elapsed().as_secs_f64();
        running.iter().for_each(tokio::task::JoinHandle::abort);
        times.sort();
        println!("| {rate} | {made:.0} | {:.1?} | {:.1?} |", times[times.len() / 2], times[times.len() * 99 / 100]);
        cloud.stop().await;
    }
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

    /// Books the next free hour of a key for somebody with an email address. Returns the reference.
    async fn book(&self, key: u32, number: u32) -> String {
        let (day, hour) = (number / 24, number % 24);
        let (year, month, day) = (2100 + day / 336, 1 + day / 28 % 12, 1 + day % 28);
        let start = format!("{year}-{month:02}-{day:02}T{hour:02}:00:00Z");
        let reference = format!("REF{key}N{number}END");
        let contact = json!({"name": "Aino Virtanen", "email": format!("aino.{key}.{number}@example.com")});
        let body = json!({
            "contractId": reference, "keyIds": [format!("K-{key}")], "person": "Aino Virtanen", "start": start,
            "end": start.replace(":00:00Z", ":59:00Z"), "contacts": [contact],
        });
        self.post("/v1/contracts", &body).await;
        reference
    }

    async fn finds(&self, text: &str) -> bool {
        let request = self.http.get(format!("{}/v1/contracts?search={text}", self.url)).bearer_auth(&self.token);
        let found: Value = request.send().await.unwrap().json().await.unwrap();
        !found["data"].as_array().unwrap().is_empty()
    }

    async fn post(&self, path: &str, body: &Value) {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token).json(body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 201, "{}", response.text().await.unwrap());
    }
}
