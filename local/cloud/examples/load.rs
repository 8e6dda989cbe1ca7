//! Puts load on the local cloud that it must withstand, and reports memory, file descriptors and API latency meanwhile.
//!
//! `cargo run -p local-cloud --example load -- flood` (also `stalled`, `automats`, `steady`; a second argument is the path
//! of another binary to test). Each run starts its own local cloud, limited to 1,024 file descriptors, and ends within two
//! minutes; `steady` takes 10, or as many as a third argument says.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement prints, and stops on unexpected answers")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use automat::credentials::Credentials;
use automat::simulated::{Config, SimulatedAutomat, SimulatedUser};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

const DESCRIPTORS: u32 = 1_024;
/// Keypad entries per second, and for how long.
const FLOOD: (u32, Duration) = (2_000, Duration::from_secs(20));
/// Connections to each port that send nothing or only half a request, and how long they are watched.
const STALLED: (usize, Duration) = (500, Duration::from_secs(45));
const AUTOMATS: usize = 200;
const OPENINGS: usize = 20;
/// Clients that book and cancel once a second, each on its own key, keypad entries per second beside them, and for how
/// many minutes.
const STEADY: (u32, u32, u64) = (4, 20, 10);
const STEADY_REPORT: Duration = Duration::from_secs(30);
/// Timeout of one request.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let load = arguments.next().unwrap_or_default();
    let binary = arguments.next().map_or_else(built, PathBuf::from);
    let minutes = arguments.next().map_or(STEADY.2, |minutes| minutes.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let cloud = Cloud::start(&binary, folder.path()).await;
    println!("before: {}", cloud.usage());
    let probe = cloud.probe();
    match load.as_str() {
        "flood" => flood(&cloud).await,
        "stalled" => stalled(&cloud).await,
        "automats" => automats(&cloud).await,
        "steady" => steady(&cloud, Duration::from_secs(minutes * 60)).await,
        other => println!("{other:?} is not flood, stalled, automats or steady"),
    }
    println!("{}", probe.end().await);
    println!("after: {}", cloud.usage());
}

/// The binary in the folder above the examples.
fn built() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("key-automat-cloud")
}

/// Connects one device that publishes entries as fast as it is allowed to, and reconnects when it is disconnected.
async fn flood(cloud: &Cloud) {
    let (per_second, how_long) = FLOOD;
    let connect = login(cloud);
    let mut ticks = interval(Duration::from_millis(10));
    let (began, mut sent, mut connections) = (Instant::now(), 0_u32, 0);
    let mut device: Option<TcpStream> = None;
    while began.elapsed() < how_long {
        ticks.tick().await;
        let mut stream = if let Some(stream) = device.take() {
            stream
        } else {
            let mut stream = TcpStream::connect(&cloud.mqtt).await.unwrap();
            stream.write_all(&connect).await.unwrap();
            connections += 1;
            stream
        };
        let entries: Vec<u8> = (0..per_second / 100).flat_map(|n| entry(sent + n)).collect();
        if matches!(timeout(how_long, stream.write_all(&entries)).await, Ok(Ok(()))) {
            sent += per_second / 100;
            device = Some(stream);
        }
    }
    println!("{sent} entries in {:.0?} over {connections} connections", began.elapsed());
}

/// The first packet of a connection of the automat `lobby`.
fn login(cloud: &Cloud) -> Vec<u8> {
    let password = std::fs::read_to_string(cloud.folder.join("automats/lobby/password")).unwrap();
    mqtt(0x10, &[text("MQTT"), vec![4, 0xc2, 0, 60], text("lobby"), text("lobby"), text(&password)])
}

/// Books and cancels, with messages to a contact, and enters wrong PINs, for as long as the argument says: the live data
/// stays as it is, and only events and messages are added. Prints memory and the size of the table's files meanwhile.
async fn steady(cloud: &Cloud, how_long: Duration) {
    let (clients, entries, _) = STEADY;
    let bookings = Arc::new(AtomicU32::new(0));
    let until = Instant::now() + how_long;
    for client in 0..clients {
        let body = json!({ "keyId": format!("steady-{client}"), "automatId": "lobby" });
        cloud.post("/v1/keys", &body).await.unwrap();
        let (cloud, bookings) = (cloud.clone(), bookings.clone());
        tokio::spawn(async move {
            let contact = json!({ "name": "Aino", "email": "aino@example.com", "sendEmail": true, "language": "fi" });
            let body = json!({
                "keyIds": [format!("steady-{client}")], "person": "Aino", "start": "2100-01-01T10:00:00Z", "end": "2100-01-01T11:00:00Z", "contacts": [contact],
            });
            let mut seconds = interval(Duration::from_secs(1));
            seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while Instant::now() < until {
                seconds.tick().await;
                let made = cloud.post("/v1/contracts", &body).await.unwrap();
                let path = format!("/v1/contracts/{}", made["contractId"].as_str().unwrap());
                let request = cloud.http.delete(format!("{}{path}", cloud.url)).bearer_auth(&cloud.token);
                assert!(request.send().await.unwrap().status().is_success());
                bookings.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let mut stream = TcpStream::connect(&cloud.mqtt).await.unwrap();
    stream.write_all(&login(cloud)).await.unwrap();
    let mut ticks = interval(Duration::from_secs(1) / entries);
    let (mut number, mut report) = (0, Instant::now());
    while Instant::now() < until {
        ticks.tick().await;
        stream.write_all(&entry(number)).await.unwrap();
        number += 1;
        if report <= Instant::now() {
            report += STEADY_REPORT;
            let (table, log) = (cloud.kilobytes("table.sqlite"), cloud.kilobytes("table.sqlite-wal"));
            let booked = bookings.load(Ordering::Relaxed);
            println!("{booked} bookings: {}, table {table} kB, its log {log} kB", cloud.usage());
        }
    }
}

fn entry(number: u32) -> Vec<u8> {
    #[expect(clippy::disallowed_methods, reason = "the device's own clock")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let entry = json!({
        "id": format!("01KB{number:022}"), "kind": "pin", "code": "AAAAAAAAAAAAAAAAAAAAAA", "at": now, "inside": "a500",
    });
    mqtt(0x30, &[text("$aws/rules/automat_keypad/automats/lobby/keypad"), entry.to_string().into_bytes()])
}

/// Builds an MQTT 3.1.1 packet.
fn mqtt(kind: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let body = parts.concat();
    let mut packet = vec![kind];
    let mut length = body.len();
    loop {
        let digit = u8::try_from(length % 128).unwrap();
        length /= 128;
        packet.push(if length > 0 { digit | 0x80 } else { digit });
        if length == 0 {
            return [packet, body].concat();
        }
    }
}

fn text(text: &str) -> Vec<u8> {
    [&u16::try_from(text.len()).unwrap().to_be_bytes()[..], text.as_bytes()].concat()
}

/// Opens connections that send nothing, or only half a request.
async fn stalled(cloud: &Cloud) {
    let (each, how_long) = STALLED;
    let (http, mqtt) = (cloud.url.strip_prefix("http://").unwrap(), cloud.mqtt.as_str());
    let cases = [(http, &b""[..]), (http, b"GET / HTTP/1.1\r\nhost: a\r\n"), (mqtt, b""), (mqtt, b"\x10\x0c")];
    let mut streams = Vec::new();
    for (address, half) in cases {
        for _ in 0..each / 2 {
            if let Ok(Ok(mut stream)) = timeout(Duration::from_secs(1), TcpStream::connect(address)).await {
                _ = stream.write_all(half).await;
                streams.push(stream);
            }
        }
    }
    println!("{} connections opened: {}", streams.len(), cloud.usage());
    sleep(how_long).await;
    let mut open = 0;
    for stream in &mut streams {
        open += usize::from(timeout(Duration::from_millis(1), stream.read_u8()).await.is_err());
    }
    println!("still open after {how_long:.0?}: {open}");
}

/// Connects many automats, and opens lockers of some of them.
async fn automats(cloud: &Cloud) {
    let mut devices = Vec::new();
    for number in 0..AUTOMATS {
        let id = format!("load-{number}");
        let body = json!({ "automatId": id, "name": id, "lockerCount": 4, "timeZone": "Europe/Helsinki" });
        if cloud.post("/v1/automats", &body).await.is_none() {
            continue;
        }
        let folder = cloud.folder.join("automats").join(&id);
        let device = SimulatedAutomat::start(Config {
            settings: Credentials::read(&folder).unwrap().settings(&folder, folder.join("device")).unwrap(),
            locker_count: 4,
            first_number: 0,
            keys_inside: (0..4).collect(),
            motor_time: Duration::ZERO,
            person: SimulatedUser::Absent,
        });
        _ = timeout(Duration::from_secs(2), device.connected()).await;
        devices.push(device);
    }
    println!("{} automats: {}", devices.len(), cloud.usage());
    let openings = (0..OPENINGS).map(|number| {
        let cloud = cloud.clone();
        tokio::spawn(async move {
            let path = format!("/v1/automats/load-{number}/lockers/0/openings");
            let opening = cloud.post(&path, &json!({})).await?;
            let path = format!("/v1/openings/{}?wait=20", opening["openingId"].as_str()?);
            let request = cloud.http.get(format!("{}{path}", cloud.url)).bearer_auth(&cloud.token);
            let ended: Value = request.send().await.ok()?.json().await.ok()?;
            (ended["status"] == "opened").then_some(())
        })
    });
    let mut opened = 0;
    for opening in openings.collect::<Vec<_>>() {
        opened += usize::from(opening.await.unwrap().is_some());
    }
    println!("{opened} of {OPENINGS} openings opened");
}

/// The cloud's process and an HTTP client with an admin token.
#[derive(Clone)]
struct Cloud {
    process: Arc<Process>,
    folder: PathBuf,
    url: String,
    mqtt: String,
    token: String,
    http: reqwest::Client,
}

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Sends the API a request every 50 ms, and keeps the highest memory and descriptor count that it sees.
struct Probe {
    ended: Arc<AtomicBool>,
    running: tokio::task::JoinHandle<String>,
}

impl Cloud {
    async fn start(binary: &Path, folder: &Path) -> Self {
        let line = format!("ulimit -n {DESCRIPTORS}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &line]).arg(binary).args(["--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"]);
        command.args(["--mqtts", "127.0.0.1:0", "--no-automat", "--data"]).arg(folder);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let guide: Vec<_> = lines.take_while(|line| !line.starts_with("Press Ctrl-C")).collect();
        let last_field =
            |of: &str| guide.iter().find(|line| line.contains(of)).unwrap().split(' ').next_back().unwrap();
        let (url, mqtt) = (last_field("Key Automat Cloud, local").to_owned(), last_field("  MQTT  ").to_owned());
        let http = reqwest::Client::new();
        let form = [("grant_type", "client_credentials"), ("client_id", "admin")];
        let answer = http.post(format!("{url}/oauth2/token")).form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { process: Arc::new(Process(child)), folder: folder.to_owned(), url, mqtt, token, http }
    }

    async fn post(&self, path: &str, body: &Value) -> Option<Value> {
        let request = self.http.post(format!("{}{path}", self.url)).json(body).bearer_auth(&self.token);
        let answer = request.timeout(PATIENCE).send().await.ok()?;
        if answer.status().is_success() { answer.json().await.ok() } else { None }
    }

    /// Resident memory in MB and number of descriptors; 0 on systems without `/proc`.
    fn figures(&self) -> (u64, usize) {
        let process = format!("/proc/{}", self.process.0.id());
        let status = std::fs::read_to_string(format!("{process}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let memory = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default();
        (memory / 1024, std::fs::read_dir(format!("{process}/fd")).map_or(0, Iterator::count))
    }

    fn kilobytes(&self, file: &str) -> u64 {
        std::fs::metadata(self.folder.join(file)).map_or(0, |file| file.len() / 1024)
    }

    fn usage(&self) -> String {
        let (memory, descriptors) = self.figures();
        format!("{memory} MB, {descriptors} descriptors")
    }

    fn probe(&self) -> Probe {
        let (cloud, ended) = (self.clone(), Arc::new(AtomicBool::new(false)));
        let stop = ended.clone();
        let running = tokio::spawn(async move {
            let (mut times, mut failed, mut most) = (Vec::new(), 0, (0, 0));
            while !stop.load(Ordering::Relaxed) {
                let (began, now) = (Instant::now(), cloud.figures());
                most = (now.0.max(most.0), now.1.max(most.1));
                // no idle connections: each request needs a free descriptor
                let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
                let answer = client.get(format!("{}/v1/keys", cloud.url)).bearer_auth(&cloud.token).send().await;
                failed += u32::from(!answer.is_ok_and(|answer| answer.status().is_success()));
                times.push(began.elapsed());
                sleep(Duration::from_millis(50)).await;
            }
            times.sort();
            let (middle, worst, requests) = (times[times.len() / 2], times[times.len() - 1], times.len());
            let (memory, descriptors) = most;
            format!(
                "meanwhile: at most {memory} MB, {descriptors} descriptors; {requests} requests, {failed} failed, p50 {middle:.0?}, worst {worst:.1?}"
            )
        });
        Probe { ended, running }
    }
}

impl Probe {
    async fn end(self) -> String {
        self.ended.store(true, Ordering::Relaxed);
        self.running.await.unwrap()
    }
}
