//! Measures openings against a local cloud in a separate process: the time from the POST to the motor and to the final
//! answer, sequentially and concurrently, and the memory of that process with 1 and with 200 connected automats.
//!
//! `cargo bench -p local-cloud --bench openings`

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops on unexpected answers")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use automat::credentials::Credentials;
use automat::simulated::{Config, SimulatedAutomat, SimulatedUser};
use local_cloud::{Data, LocalCloud, Options};
use serde_json::{Value, json};
use tokio::time::Instant;

/// Environment variable that makes this binary act as the cloud's process.
const CLOUD: &str = "BENCH_CLOUD";
const LOCKERS: u16 = 40;
const AUTOMATS: usize = 200;
/// Openings one after the other, each of another automat, and of one automat.
const SEQUENTIAL: usize = 400;
const SEQUENTIAL_OF_ONE: usize = 60;
/// An opening takes 5 shadow requests, and AWS allows a thing 20 a second.
const PACE_OF_ONE: Duration = Duration::from_millis(250);
/// Openings of each of so many automats, all automats at once.
const AT_ONCE: (usize, u16) = (20, 20);
/// Openings that begin in the same moment, on one automat and on as many automats.
const BURST: u16 = 40;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    match std::env::var_os(CLOUD) {
        Some(folder) => runtime.block_on(be_the_cloud(folder.into())),
        None => runtime.block_on(measure()),
    }
}

/// Runs the local cloud until its parent closes standard input.
async fn be_the_cloud(folder: PathBuf) {
    let cloud = LocalCloud::start(Options { data: Data::Folder(folder), ..Options::ephemeral() }).await.unwrap();
    println!("{}", cloud.url());
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
    cloud.stop().await;
}

async fn measure() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = Cloud::start(folder.path()).await;
    println!("memory of the cloud, no automat: {} MB", cloud.memory());
    let mut automats = vec![cloud.automat(0).await];
    println!("memory of the cloud, 1 automat connected: {} MB", cloud.memory());
    one_after_the_other(&cloud, &automats, SEQUENTIAL_OF_ONE).await;

    for number in 1..AUTOMATS {
        automats.push(cloud.automat(number).await);
    }
    println!("memory of the cloud, {AUTOMATS} automats connected: {} MB", cloud.memory());

    one_after_the_other(&cloud, &automats, SEQUENTIAL).await;

    measure_bursts(&cloud).await;

    let (automats_at_once, each) = AT_ONCE;
    let began = Instant::now();
    let clients = automats.drain(..automats_at_once).enumerate().map(|(number, automat)| {
        let cloud = cloud.clone();
        tokio::spawn(async move {
            let mut to_end = Vec::new();
            for n in 0..each {
                to_end.push(open(&cloud, &format!("bench-{number}"), &automat, n % LOCKERS).await.1);
            }
            to_end
        })
    });
    let mut to_end = Vec::new();
    for client in clients.collect::<Vec<_>>() {
        to_end.extend(client.await.unwrap());
    }
    let per_second = f64::from(u32::try_from(to_end.len()).unwrap()) / began.elapsed().as_secs_f64();
    println!(
        "{automats_at_once} automats at once: {per_second:.0} openings/s, POST to final answer: {}",
        spread(to_end)
    );
}

async fn one_after_the_other(cloud: &Cloud, automats: &[SimulatedAutomat], count: usize) {
    let (mut to_motor, mut to_end) = (Vec::new(), Vec::new());
    for (number, automat) in automats.iter().enumerate().cycle().take(count) {
        let next = Instant::now() + PACE_OF_ONE;
        let (motor, end) = open(cloud, &format!("bench-{number}"), automat, 0).await;
        to_motor.push(motor);
        to_end.push(end);
        if automats.len() == 1 {
            tokio::time::sleep_until(next).await;
        }
    }
    let connected = automats.len();
    println!("{count} sequential openings, {connected} connected, POST to motor: {}", spread(to_motor));
    println!("{count} sequential openings, {connected} connected, POST to final answer: {}", spread(to_end));
}

async fn measure_bursts(cloud: &Cloud) {
    let before = cloud.shadow_writes("bench-0");
    let one = burst(cloud, (0..BURST).map(|locker| (0, locker)).collect()).await;
    // The device clears the last result after it has been answered.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let writes = u32::try_from(cloud.shadow_writes("bench-0") - before).unwrap();
    let many = burst(cloud, (1..=BURST).map(|number| (number, 0)).collect()).await;
    println!("{BURST} at once on one automat: {one}, {:.2} shadow writes each", f64::from(writes) / f64::from(BURST));
    println!("{BURST} at once on {BURST} automats: {many}");
    for batch in 1..=3 {
        let burst = burst(cloud, (0..20).map(|locker| (50, locker)).collect()).await;
        println!("batch {batch} of 20 on one automat: {burst}");
    }
}

/// Opens all given lockers, as (automat, locker), at the same moment. Reports how long until the last client had its
/// answer, and how many openings failed.
async fn burst(cloud: &Cloud, lockers: Vec<(u16, u16)>) -> String {
    let began = Instant::now();
    let openings = lockers.into_iter().map(|(number, locker)| {
        let cloud = cloud.clone();
        tokio::spawn(async move {
            let request =
                cloud.http.post(format!("{}/v1/automats/bench-{number}/lockers/{locker}/openings", cloud.url));
            let answer = request.json(&json!({})).bearer_auth(&cloud.token).send().await.unwrap();
            let opening: Value = answer.json().await.unwrap();
            let Some(id) = opening["openingId"].as_str() else { return false };
            cloud.get(&format!("/v1/openings/{id}?wait=20")).await["status"] == "opened"
        })
    });
    let mut failed = 0;
    for opening in openings.collect::<Vec<_>>() {
        failed += u32::from(!opening.await.unwrap());
    }
    format!("{:.1?}, {failed} did not open", began.elapsed())
}

/// Opens a locker. Returns the time until the motor ran, and the time until the client had its answer.
async fn open(cloud: &Cloud, id: &str, automat: &SimulatedAutomat, locker: u16) -> (Duration, Duration) {
    let runs = automat.motor_log().len();
    let began = Instant::now();
    let opening = cloud.post(&format!("/v1/automats/{id}/lockers/{locker}/openings"), &json!({})).await;
    let ended = cloud.get(&format!("/v1/openings/{}?wait=20", opening["openingId"].as_str().unwrap())).await;
    let end = began.elapsed();
    assert_eq!(ended["status"], "opened", "{ended}");
    let log = automat.motor_log();
    assert_eq!(log.len(), runs + 1);
    automat.close_door(locker);
    (log[runs].at - began, end)
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    format!("p50 {:.1?}, p99 {:.1?}", times[times.len() / 2], times[times.len() * 99 / 100])
}

/// The cloud's process and an HTTP client with an admin token.
#[derive(Clone)]
struct Cloud {
    process: std::sync::Arc<Process>,
    folder: PathBuf,
    url: String,
    token: String,
    http: reqwest::Client,
}

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        _ = self.0.wait();
    }
}

impl Cloud {
    async fn start(folder: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command.env(CLOUD, folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let (url, http) = (url.trim().to_owned(), reqwest::Client::new());
        let form = [("grant_type", "client_credentials"), ("client_id", "admin")];
        let answer = http.post(format!("{url}/oauth2/token")).form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { process: std::sync::Arc::new(Process(child)), folder: folder.to_owned(), url, token, http }
    }

    /// Creates an automat and connects its device.
    async fn automat(&self, number: usize) -> SimulatedAutomat {
        let id = format!("bench-{number}");
        let body = json!({ "automatId": id, "name": id, "lockerCount": LOCKERS, "timeZone": "Europe/Helsinki" });
        self.post("/v1/automats", &body).await;
        let folder = self.folder.join("automats").join(&id);
        let automat = SimulatedAutomat::start(Config {
            settings: Credentials::read(&folder).unwrap().settings(&folder, folder.join("device")).unwrap(),
            locker_count: LOCKERS,
            first_number: 0,
            keys_inside: (0..LOCKERS).collect(),
            motor_time: Duration::ZERO,
            person: SimulatedUser::Absent,
        });
        automat.connected().await.unwrap();
        automat
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        self.answer(self.http.post(format!("{}{path}", self.url)).json(body)).await
    }

    async fn get(&self, path: &str) -> Value {
        self.answer(self.http.get(format!("{}{path}", self.url))).await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.bearer_auth(&self.token).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }

    /// How often the shadow of an automat was written, which equals its version.
    fn shadow_writes(&self, automat: &str) -> u64 {
        let path = self.folder.join("shadows").join(format!("{automat}@open.json"));
        let stored: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        stored["shadow"]["version"].as_u64().unwrap()
    }

    /// Resident memory in MB; 0 on systems without `/proc`.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.0.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
    }
}
