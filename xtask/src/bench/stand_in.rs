//! Lambda's Runtime API and AWS for one process: on loopback, over plain HTTP, with connections that are kept.
//!
//! What the function reads and writes in its table is recorded once, with the embedded database behind it, and replayed
//! from then on, so that all processes get the same answers at the same cost.

use std::{
    io::BufReader,
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::http::{Reply, Request, forward};

/// How long a process may take to start, and to answer: minutes in Valgrind on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);

/// What the stand-in answers beside the table.
#[derive(Debug, Clone, Default)]
pub(super) struct Aws {
    pub(super) secret: String,
    pub(super) jwks: Value,
    /// The address of the embedded database. It is asked while there is no recording.
    pub(super) database: String,
}

/// A request to the table, and its answer.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub(super) target: String,
    pub(super) request: Vec<u8>,
    reply: Reply,
}

/// The requests of one invocation, in order.
pub(super) type Recording = Vec<Exchange>;

#[derive(Debug)]
pub(super) struct StandIn {
    pub(super) address: String,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    aws: Aws,
    /// What is replayed; records if there is none.
    replayed: Option<Recording>,
    state: Mutex<State>,
    changed: Condvar,
    is_over: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    /// The process asks for an invocation.
    is_ready: bool,
    event: Option<Vec<u8>>,
    begun: Option<Instant>,
    answer: Option<(Duration, Vec<u8>)>,
    /// The requests to the table of this invocation.
    exchanges: Recording,
    /// Requests to AWS of this invocation, and connections to AWS since the start.
    calls: usize,
    connections: usize,
    fault: Option<String>,
}

/// A completed invocation.
#[derive(Debug)]
pub(super) struct Invocation {
    /// From the event to the response.
    pub(super) took: Duration,
    pub(super) response: Value,
    pub(super) exchanges: Recording,
    /// Requests to AWS.
    pub(super) calls: usize,
}

impl StandIn {
    pub(super) fn start(aws: Aws, replayed: Option<Recording>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let shared = Arc::new(Shared {
            aws,
            replayed,
            state: Mutex::default(),
            changed: Condvar::new(),
            is_over: AtomicBool::new(false),
        });
        let server = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten().take_while(|_| !server.is_over.load(Ordering::Relaxed)) {
                let connection = Arc::clone(&server);
                thread::spawn(move || {
                    if let Err(error) = connection.serve(&stream) {
                        connection.lock().fault.get_or_insert_with(|| format!("{error:#}"));
                        connection.changed.notify_all();
                    }
                });
            }
        });
        Ok(Self { address, shared })
    }

    /// Waits until the process asks for its first invocation.
    pub(super) fn wait_until_ready(&self) -> Result<()> {
        self.shared.wait(|state| state.is_ready.then_some(()))
    }

    /// Connections to AWS since the start.
    pub(super) fn connections(&self) -> usize {
        self.shared.lock().connections
    }

    /// Invokes the function, and waits for its response and until it asks for the next invocation.
    pub(super) fn invoke(&self, event: &Value) -> Result<Invocation> {
        self.wait_until_ready()?;
        {
            let mut state = self.shared.lock();
            (state.calls, state.event) = (0, Some(event.to_string().into_bytes()));
            state.exchanges.clear();
            state.is_ready = false;
        }
        self.shared.changed.notify_all();
        let (took, response) = self.shared.wait(|state| state.answer.take())?;
        self.wait_until_ready()?;
        let mut state = self.shared.lock();
        ensure!(
            self.shared.replayed.as_ref().is_none_or(|replayed| replayed.len() == state.exchanges.len()),
            "the function makes other requests than were recorded"
        );
        let response = serde_json::from_slice(&response)
            .with_context(|| format!("not JSON: {}", String::from_utf8_lossy(&response)))?;
        Ok(Invocation { took, response, exchanges: std::mem::take(&mut state.exchanges), calls: state.calls })
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        self.shared.changed.notify_all();
        // Unblocks the thread, which waits for a connection.
        let _ = TcpStream::connect(&self.address);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<T>(&self, until: impl Fn(&mut State) -> Option<T>) -> Result<T> {
        let give_up = Instant::now() + PATIENCE;
        let mut state = self.lock();
        loop {
            if let Some(fault) = state.fault.take() {
                bail!(fault);
            }
            if let Some(found) = until(&mut state) {
                return Ok(found);
            }
            let left = give_up.saturating_duration_since(Instant::now());
            ensure!(!left.is_zero(), "nothing came from the process within {} s", PATIENCE.as_secs());
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Answers the requests of one connection.
    fn serve(&self, stream: &TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        let mut is_to_aws = false;
        // A process that is killed resets its connections, which is no fault.
        while let Ok(Some(request)) = Request::read(&mut reader) {
            let reply = match request.path.strip_prefix("/2018-06-01/runtime/") {
                Some("invocation/next") => match self.next_invocation() {
                    Some(reply) => reply,
                    None => return Ok(()),
                },
                Some(path) if path.ends_with("/response") => {
                    self.answered(request.body);
                    Reply { status: 202, ..Reply::ok("{}") }
                }
                Some(path) => bail!("{path}: {}", String::from_utf8_lossy(&request.body)),
                None => {
                    if !std::mem::replace(&mut is_to_aws, true) {
                        self.lock().connections += 1;
                    }
                    self.aws(request)?
                }
            };
            if reply.write(stream).is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Waits for an event; `None` if there will be none.
    fn next_invocation(&self) -> Option<Reply> {
        let mut state = self.lock();
        state.is_ready = true;
        self.changed.notify_all();
        loop {
            if self.is_over.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(event) = state.event.take() {
                state.begun = Some(Instant::now());
                let headers = "Lambda-Runtime-Aws-Request-Id: 1\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n\
                               Lambda-Runtime-Invoked-Function-Arn: stand-in\r\n";
                return Some(Reply { status: 200, headers: headers.to_owned(), body: event });
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn answered(&self, body: Vec<u8>) {
        let mut state = self.lock();
        if let Some(begun) = state.begun.take() {
            state.answer = Some((begun.elapsed(), body));
        }
        self.changed.notify_all();
    }

    fn aws(&self, request: Request) -> Result<Reply> {
        self.lock().calls += 1;
        if request.target == "secretsmanager.GetSecretValue" {
            return Ok(Reply::ok(json!({ "SecretString": self.aws.secret }).to_string()));
        }
        if request.path == "/jwks.json" {
            return Ok(Reply::ok(self.aws.jwks.to_string()));
        }
        if request.path.starts_with("/v2/email") {
            return Ok(Reply::ok(r#"{"MessageId":"1"}"#));
        }
        if request.body.starts_with(b"Action=PublishBatch") {
            return Ok(Reply::ok(published(&String::from_utf8_lossy(&request.body))));
        }
        if request.target.is_empty() || self.lock().begun.is_none() {
            // AWS IoT, and the first request to DynamoDB, which only opens a connection.
            return Ok(Reply::ok("{}"));
        }
        self.table(request)
    }

    fn table(&self, request: Request) -> Result<Reply> {
        let Request { target, body, .. } = request;
        let reply = match &self.replayed {
            None => forward(&target, &body, &self.aws.database)?,
            Some(recording) => {
                let reply = reply_to(recording, &self.lock().exchanges, &target, &body).cloned();
                reply.with_context(|| format!("{target} was not recorded so often"))?
            }
        };
        self.lock().exchanges.push(Exchange { target, request: body, reply: reply.clone() });
        Ok(reply)
    }
}

/// The recorded reply to a request, after those that were made before. Requests that a function makes at the same time arrive in any
/// order, so it is the reply to the same request; and if there is none, because of a time or a random number in it, the next one of its
/// kind.
fn reply_to<'r>(recording: &'r [Exchange], made: &[Exchange], target: &str, body: &[u8]) -> Option<&'r Reply> {
    let of_target = |exchange: &&Exchange| exchange.target == target;
    let of_kind: Vec<_> = recording.iter().filter(of_target).collect();
    let next = of_kind.get(made.iter().filter(of_target).count());
    if of_kind.len() == 1 {
        return next.map(|exchange| &exchange.reply);
    }
    let body = parse(body);
    let is_same = |exchange: &&Exchange| parse(&exchange.request) == body;
    let asked = made.iter().filter(of_target).filter(is_same).count();
    let same = of_kind.iter().copied().filter(is_same).nth(asked);
    same.or(next.copied()).map(|exchange| &exchange.reply)
}

/// The names in a request have no order.
fn parse(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok()
}

/// SNS's response that all messages of a batch were accepted.
fn published(form: &str) -> String {
    let ids = form.split('&').filter_map(|pair| pair.split_once('=').filter(|(name, _)| name.ends_with(".Id")));
    let members = ids.map(|(_, id)| format!("<member><Id>{id}</Id><MessageId>1</MessageId></member>"));
    let members = members.collect::<Vec<_>>().concat();
    let result = format!("<PublishBatchResult><Successful>{members}</Successful><Failed/></PublishBatchResult>");
    format!("<PublishBatchResponse>{result}</PublishBatchResponse>")
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    fn ask(address: &str, request: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// A function that reads its table once for each invocation.
    fn function(address: String, target: &'static str) {
        thread::spawn(move || {
            while ask(&address, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n").contains("rawPath") {
                ask(&address, &format!("POST / HTTP/1.1\r\nX-Amz-Target: {target}\r\n\r\n"));
                let response = "POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\nContent-Length: 18\r\n\r\n";
                ask(&address, &format!("{response}{{\"statusCode\":303}}"));
            }
        });
    }

    fn recording() -> Recording {
        vec![Exchange { target: "Query".to_owned(), request: Vec::new(), reply: Reply::ok("{}") }]
    }

    #[test]
    fn an_invocation_has_its_response_and_its_requests() {
        let stand_in = StandIn::start(Aws::default(), Some(recording())).unwrap();
        function(stand_in.address.clone(), "Query");
        for _ in 0..2 {
            let done = stand_in.invoke(&json!({ "rawPath": "/" })).unwrap();
            assert_eq!(done.response, json!({ "statusCode": 303 }));
            assert_eq!((done.calls, done.exchanges.len()), (1, 1));
            assert!(done.took > Duration::ZERO);
        }
    }

    #[test]
    fn a_reply_is_that_to_the_same_request_in_whatever_order_they_are_made() {
        let exchange = |request: &str, reply: &str| Exchange {
            target: "GetItem".to_owned(),
            request: request.as_bytes().to_vec(),
            reply: Reply::ok(reply),
        };
        let recording =
            [exchange(r#"{"a":1,"b":2}"#, "one"), exchange(r#"{"a":2}"#, "two"), exchange(r#"{"a":2}"#, "three")];
        let mut made = Vec::new();
        for (request, reply) in
            [(r#"{"a":2}"#, "two"), (r#"{"b":2,"a":1}"#, "one"), (r#"{"a":2}"#, "three"), (r#"{"a":2}"#, "none")]
        {
            let found = reply_to(&recording, &made, "GetItem", request.as_bytes());
            assert_eq!(found.map_or("none", |found| std::str::from_utf8(&found.body).unwrap()), reply);
            made.push(exchange(request, reply));
        }
        let unknown = reply_to(&recording, &made[..1], "GetItem", br#"{"now":5}"#);
        assert_eq!(unknown.map(|reply| reply.body.as_slice()), Some(&b"two"[..]), "the next one");
        assert!(reply_to(&recording, &[], "Query", b"{}").is_none());
    }

    #[test]
    fn a_request_that_was_not_recorded_is_a_fault() {
        let stand_in = StandIn::start(Aws::default(), Some(recording())).unwrap();
        function(stand_in.address.clone(), "GetItem");
        let error = stand_in.invoke(&json!({ "rawPath": "/" })).unwrap_err();
        assert_eq!(error.to_string(), "GetItem was not recorded so often");
    }
}
