//! Measures cold starts: each binary that answers requests is started many times, as Lambda does it, with stand-ins for
//! AWS on loopback.
//!
//! Not included: Lambda's share of a CPU, TLS, and the network. The figures are our own part of a cold start, and show
//! whether a change has made it longer.

use std::{
    fs,
    io::{BufRead, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::{lambdas::Build, process::Running, project::Project, steps::Note, template};

/// How often each binary is started.
const TIMES: usize = 30;
const PATIENCE: Duration = Duration::from_secs(10);

/// The first request to each function that people or booking systems wait for, and the expected status.
const QUESTIONS: [(&str, &str, &str, u16); 5] = [
    ("keys", "GET", "/v1/automats", 200),
    ("contracts", "GET", "/v1/keys/K-1/contracts", 404),
    ("openings", "GET", "/v1/openings/01K00000000000000000000000", 404),
    ("people", "POST", "/v1/people/export", 400),
    ("dashboard", "GET", "/", 200),
];

/// Measures the binaries that `cargo xtask build` has built, and prints a table.
pub fn measure(project: &Project) -> Result<Note> {
    let template = template::read(project)?;
    println!("| function | size | ready | first answer | memory |\n|---|---|---|---|---|");
    for (name, method, path, status) in QUESTIONS {
        let function = template.of_type(template::FUNCTION).find(|found| template::binary(*found) == Some(name));
        let function = function.with_context(|| format!("no function {name}"))?;
        let bootstrap = Build::ToDeploy.bootstrap(project, function);
        let size = fs::metadata(&bootstrap).context("build first: `cargo xtask build`")?.len();
        let mut starts = Vec::new();
        for _ in 0..TIMES {
            // A connection of an earlier start, whose binary is gone.
            let start = StandIn::new(event(method, path))?.starts(Command::new(&bootstrap), status);
            starts.push(start.with_context(|| name.to_owned())?);
        }
        let median = |of: fn(&Start) -> u128| {
            let mut all: Vec<_> = starts.iter().map(of).collect();
            all.sort_unstable();
            all[all.len() / 2]
        };
        let [ready, answer] = [median(|start| start.ready), median(|start| start.answer)].map(thousands);
        let [size, memory] = [u128::from(size) / 1_000, median(|start| start.memory)].map(thousands);
        println!("| {name} | {size} MB | {ready} ms | {answer} ms | {memory} MB |");
    }
    Ok(format!("{TIMES} starts of each, medians"))
}

/// Divided by 1,000, with one decimal.
fn thousands(number: u128) -> String {
    let tenths = (number + 50) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// One start: microseconds until the function asks for work and until it has answered, and the peak memory in
/// kilobytes.
struct Start {
    ready: u128,
    answer: u128,
    memory: u128,
}

/// A call of a function's runtime.
enum Said {
    /// It asks for an invocation.
    Ready,
    /// It has answered the invocation.
    Answer(Value),
}

/// Lambda's Runtime API, Secrets Manager, an empty table, and an issuer without keys.
struct StandIn {
    address: String,
    said: Receiver<Said>,
    is_over: Arc<AtomicBool>,
}

impl StandIn {
    /// A stand-in with one event.
    fn new(event: Value) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let (says, said) = mpsc::channel();
        let work = Arc::new(Mutex::new(Some(event)));
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        thread::spawn(move || {
            for stream in listener.incoming().flatten().take_while(|_| !ends.load(Ordering::Relaxed)) {
                let (work, says) = (Arc::clone(&work), says.clone());
                // A binary that is killed during a request is no error here.
                thread::spawn(move || answer(&stream, &work, &says));
            }
        });
        Ok(Self { address, said, is_over })
    }

    /// Starts a binary. Its answer must have this status.
    fn starts(&self, mut binary: Command, status: u16) -> Result<Start> {
        binary.env_clear().envs(self.environment());
        binary.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let begun = Instant::now();
        let process = Running::unannounced(&mut binary)?;
        ensure!(matches!(self.said.recv_timeout(PATIENCE)?, Said::Ready), "it answered before it was asked");
        let ready = begun.elapsed();
        let Said::Answer(response) = self.said.recv_timeout(PATIENCE)? else { bail!("it asked twice") };
        let answer = begun.elapsed();
        ensure!(response["statusCode"] == json!(status), "it answered {response}");
        let held = fs::read_to_string(format!("/proc/{}/status", process.id()))?;
        let held = held.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"));
        let memory = held.context("the kernel does not report its peak memory")?.trim().parse()?;
        Ok(Start { ready: ready.as_micros(), answer: answer.as_micros(), memory })
    }

    /// The environment variables of Lambda and the template.
    fn environment(&self) -> Vec<(&'static str, String)> {
        let url = format!("http://{}", self.address);
        let addresses = ["AWS_ENDPOINT_URL", "SIGN_IN_URL", "SIGN_IN_KEYS_URL"].map(|name| (name, url.clone()));
        let names = ["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"]
            .into_iter()
            .chain(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "TABLE_NAME", "CODE_SECRET_ARN", "WEB_CLIENT_ID"])
            .chain(["AWS_REGION", "ISSUER", "DASHBOARD_URL"])
            .map(|name| (name, "stand-in".to_owned()));
        let numbers = [
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("EVENT_RETENTION_DAYS", "365"),
            ("CONTRACT_RETENTION_DAYS", "365"),
        ];
        let numbers = numbers.map(|(name, value)| (name, value.to_owned()));
        let runtime = ("AWS_LAMBDA_RUNTIME_API", self.address.clone());
        [runtime].into_iter().chain(addresses).chain(names).chain(numbers).collect()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Unblocks the thread, which waits for a connection.
        let _ = TcpStream::connect(&self.address);
    }
}

/// Answers one request by its target.
fn answer(mut stream: &TcpStream, work: &Mutex<Option<Value>>, says: &Sender<Said>) -> Result<()> {
    let request = Request::read(BufReader::new(stream))?;
    let reply = match (request.path.as_str(), request.target.as_str()) {
        ("/2018-06-01/runtime/invocation/next", _) => {
            let taken = work.lock().unwrap_or_else(PoisonError::into_inner).take();
            let Some(event) = taken else {
                // No more work: the function waits until it is killed.
                stream.read_to_end(&mut Vec::new())?;
                return Ok(());
            };
            says.send(Said::Ready)?;
            event
        }
        (path, _) if path.ends_with("/response") => {
            says.send(Said::Answer(serde_json::from_slice(&request.body)?))?;
            json!({})
        }
        (_, "secretsmanager.GetSecretValue") => json!({ "SecretString": "a secret of the stand-in, long enough" }),
        (_, target) if target.ends_with(".Query") => json!({ "Items": [], "Count": 0, "ScannedCount": 0 }),
        _ => json!({}),
    };
    let reply = reply.to_string();
    let head = "Connection: close\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: 1\r\n\
                Lambda-Runtime-Deadline-Ms: 4102444800000\r\nLambda-Runtime-Invoked-Function-Arn: stand-in\r\n";
    write!(stream, "HTTP/1.1 200 OK\r\n{head}Content-Length: {}\r\n\r\n{reply}", reply.len())?;
    Ok(())
}

/// The needed parts of an HTTP/1.1 request.
struct Request {
    path: String,
    /// The operation, as named in AWS's JSON protocol.
    target: String,
    body: Vec<u8>,
}

impl Request {
    fn read(mut from: impl BufRead) -> Result<Self> {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let path = line.split(' ').nth(1).context("no request")?.to_owned();
        let (mut target, mut length) = (String::new(), 0);
        loop {
            line.clear();
            from.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "x-amz-target" => value.trim().clone_into(&mut target),
                "content-length" => length = value.trim().parse()?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        from.read_exact(&mut body)?;
        Ok(Self { path, target, body })
    }
}

/// A request by an admin, as API Gateway passes it on.
fn event(method: &str, path: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": { "host": "stand-in" },
        "requestContext": {
            "authorizer": { "jwt": { "claims": {
                "token_use": "access", "sub": "stand-in", "username": "stand-in",
                "scope": "key-automat/person", "cognito:groups": "[admin]",
            } } },
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1" },
            "requestId": "stand-in", "stage": "$default", "timeEpoch": 1_764_000_000_000_u64,
        },
        "isBase64Encoded": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded() {
        assert_eq!([3_649, 10_450, 999, 49].map(thousands), ["3.6", "10.5", "1.0", "0.0"]);
    }

    #[test]
    fn a_request_is_read_exactly_to_its_end() {
        let sent =
            b"POST / HTTP/1.1\r\nHost: it\r\nX-Amz-Target: DynamoDB_20120810.Query\r\ncontent-length: 2\r\n\r\n{}more";
        let request = Request::read(sent.as_slice()).unwrap();
        assert_eq!((request.path.as_str(), request.target.as_str()), ("/", "DynamoDB_20120810.Query"));
        assert_eq!(request.body, b"{}");
        assert!(Request::read(b"".as_slice()).is_err());
        assert!(Request::read(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n{}".as_slice()).is_err());
    }

    #[test]
    fn a_function_gets_its_event_and_its_answer_is_received() {
        let aws = StandIn::new(json!({ "rawPath": "/" })).unwrap();
        let ask = |request: &str| {
            let mut stream = TcpStream::connect(&aws.address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        let event = ask("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n");
        assert!(event.ends_with("\r\n\r\n{\"rawPath\":\"/\"}"), "{event}");
        assert!(matches!(aws.said.try_recv(), Ok(Said::Ready)));
        ask(
            "POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\nContent-Length: 18\r\n\r\n{\"statusCode\":303}",
        );
        let Ok(Said::Answer(response)) = aws.said.try_recv() else { panic!("no answer was received") };
        assert_eq!(response, json!({ "statusCode": 303 }));
        assert!(ask("POST / HTTP/1.1\r\nX-Amz-Target: secretsmanager.GetSecretValue\r\n\r\n").contains("SecretString"));
    }
}
