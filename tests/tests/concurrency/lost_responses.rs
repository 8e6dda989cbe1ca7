//! Clients that lose half of their responses, whether the request is carried out or aborted. They repeat it at once
//! with the same `Idempotency-Key` or `If-Match`. The last response must be true in the end.

use std::future::IntoFuture as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use e2e::history::{Attempt, CallResult, Operation, Range, check_with_losses};
use e2e::{ApiResponse, Call, Seed, Stack, Stage};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::{booking, clients, listed, overlap, range};

const CLIENTS: u64 = 16;
/// The least number of attempts on each key, and the least time in seconds unless `KEY_AUTOMAT_RACE_SECONDS` is set.
const ATTEMPTS: usize = 60;
const SECONDS: u64 = 3;
/// How long an aborted request may still be running after the last response.
const QUIET: Duration = Duration::from_secs(1);

/// A contract as a client last saw it, and the idempotency key that created it.
#[derive(Clone)]
struct Seen {
    contract: String,
    version: u64,
    range: Range,
    once: String,
}

/// A key that all clients book, and their attempts.
struct Key {
    id: String,
    shared: bool,
    seen: Mutex<Vec<Seen>>,
    attempts: Mutex<Vec<Attempt>>,
}

struct Shared {
    stage: Stage,
    keys: Vec<Key>,
    began: Instant,
    lasts: Duration,
    /// Requests whose responses are lost.
    unheard: Mutex<Vec<JoinHandle<ApiResponse>>>,
}

/// The last response to a request, and whether one to an earlier try was lost.
struct ReportOutcome {
    answer: ApiResponse,
    lost: bool,
}

impl Key {
    async fn new(stage: &Stage, shared: bool) -> Self {
        let id = stage.key_with(json!({ "shared": shared })).await;
        Self { id, shared, seen: Mutex::default(), attempts: Mutex::default() }
    }

    fn has_seen_little(&self) -> bool {
        self.attempts.lock().unwrap().len() < ATTEMPTS
    }

    fn any_seen(&self, rng: &mut Seed) -> Option<Seen> {
        let seen = self.seen.lock().unwrap();
        (!seen.is_empty()).then(|| rng.one_of(&seen).clone())
    }

    fn record(&self, attempt: Attempt) {
        self.attempts.lock().unwrap().push(attempt);
    }

    /// Without a version the contract is gone.
    fn saw(&self, contract: &str, version: Option<u64>) {
        let mut seen = self.seen.lock().unwrap();
        match version {
            Some(version) => {
                let known = seen.iter_mut().filter(|seen| seen.contract == contract);
                known.for_each(|seen| seen.version = seen.version.max(version));
            }
            None => seen.retain(|seen| seen.contract != contract),
        }
    }
}

impl Shared {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap()
    }

    /// Sends a request. `None` if its response is lost.
    async fn send(&self, call: Call, rng: &mut Seed) -> Option<ApiResponse> {
        if rng.once_in(2) {
            return Some(call.await);
        }
        let request = tokio::spawn(call.into_future());
        sleep(Duration::from_millis(rng.below(20))).await;
        if rng.once_in(2) {
            request.abort();
        } else {
            self.unheard.lock().unwrap().push(request);
        }
        None
    }

    /// Repeats a request until there is a response.
    async fn ask(&self, call: impl Fn() -> Call, rng: &mut Seed) -> ReportOutcome {
        let mut lost = false;
        loop {
            match self.send(call(), rng).await {
                Some(answer) if answer.status != 503 => return ReportOutcome { answer, lost },
                Some(busy) => _ = busy.problem("busy"),
                None => lost = true,
            }
        }
    }

    async fn create(&self, key: &Key, rng: &mut Seed) {
        let (range, once, sent_at) = (range(rng), format!("race-{}", rng.below(u64::MAX)), self.now());
        let operator = || self.stage.stack.operator();
        let exchange = self.ask(|| operator().post("/v1/contracts", booking(&key.id, range)).once(&once), rng).await;
        let mut contract = String::new();
        let result = match exchange.answer.status {
            201 => {
                let made = exchange.answer.json();
                made["contractId"].as_str().unwrap().clone_into(&mut contract);
                let version = made["version"].as_u64().unwrap();
                key.seen.lock().unwrap().push(Seen { contract: contract.clone(), version, range, once });
                CallResult::Done(version)
            }
            _ => refusal(&exchange.answer),
        };
        key.record(Attempt {
            contract,
            operation: Operation::Create(range),
            expected: None,
            result,
            sent_at,
            answered_at: self.now(),
        });
    }

    /// Repeats the request that created a contract, long after it was answered.
    async fn repeat(&self, key: &Key, seen: Seen, rng: &mut Seed) {
        let sent_at = self.now();
        let operator = || self.stage.stack.operator();
        let exchange =
            self.ask(|| operator().post("/v1/contracts", booking(&key.id, seen.range)).once(&seen.once), rng).await;
        let result = match exchange.answer.status {
            201 => CallResult::Done(exchange.answer.json()["version"].as_u64().unwrap()),
            _ => refusal(&exchange.answer),
        };
        let contract = seen.contract;
        key.record(Attempt {
            contract,
            operation: Operation::Repeat,
            expected: None,
            result,
            sent_at,
            answered_at: self.now(),
        });
    }

    async fn change(&self, key: &Key, seen: Seen, operation: Operation, rng: &mut Seed) {
        let (sent_at, path) = (self.now(), format!("/v1/contracts/{}", seen.contract));
        let operator = || self.stage.stack.operator();
        let call = || match operation {
            Operation::Move(range) => operator().patch(&path, booking(&key.id, range)).if_match(seen.version),
            _ => operator().delete(&path).if_match(seen.version),
        };
        let ReportOutcome { answer, lost } = self.ask(call, rng).await;
        let result = match answer.status {
            200 => CallResult::Done(answer.json()["version"].as_u64().unwrap()),
            204 => CallResult::Done(0),
            // An earlier try may be the reason, or may still be running.
            _ if lost => CallResult::Lost,
            _ => refusal(&answer),
        };
        let answered_at = self.now();
        match result {
            CallResult::Done(version) => key.saw(&seen.contract, (version > 0).then_some(version)),
            CallResult::NotFound => key.saw(&seen.contract, None),
            CallResult::Stale | CallResult::Lost => {
                let now = self.stage.stack.viewer().get(&path).await;
                key.saw(&seen.contract, now.json()["version"].as_u64());
            }
            _ => {}
        }
        let (contract, expected) = (seen.contract, Some(seen.version));
        key.record(Attempt { contract, operation, expected, result, sent_at, answered_at });
    }

    async fn run(&self, mut rng: Seed) {
        while self.began.elapsed() < self.lasts || self.keys.iter().any(Key::has_seen_little) {
            let key = if rng.once_in(5) { &self.keys[1] } else { &self.keys[0] };
            match (key.any_seen(&mut rng), rng.below(10)) {
                (Some(seen), 4 | 5) => {
                    let operation = Operation::Move(range(&mut rng));
                    self.change(key, seen, operation, &mut rng).await;
                }
                (Some(seen), 6 | 7) => self.change(key, seen, Operation::Remove, &mut rng).await,
                (Some(seen), 8 | 9) => self.repeat(key, seen, &mut rng).await,
                _ => self.create(key, &mut rng).await,
            }
        }
    }
}

fn refusal(answer: &ApiResponse) -> CallResult {
    let problem: Value = answer.any_problem();
    match problem["code"].as_str().unwrap() {
        "contract_not_found" => CallResult::NotFound,
        "contract_overlap" => overlap(&problem),
        "idempotency_outdated" => CallResult::Outdated,
        "stale_version" => CallResult::Stale,
        other => unreachable!("unexpected: {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_response_is_true_however_many_are_lost() {
    let seed = Seed::from_env(12);
    println!("SEED={}", seed.number());
    let seconds = std::env::var("KEY_AUTOMAT_RACE_SECONDS").map_or(SECONDS, |seconds| seconds.parse().unwrap());
    let stage = Stage::new(&Stack::shared(), 2).await;
    let keys = vec![Key::new(&stage, false).await, Key::new(&stage, true).await];
    _ = stage.stack.token(api::Role::Operator).await;
    let (began, lasts) = (Instant::now(), Duration::from_secs(seconds));
    let shared = Arc::new(Shared { stage, keys, began, lasts, unheard: Mutex::default() });
    let tasks: Vec<_> = (0..clients(CLIENTS))
        .map(|client| {
            let (shared, rng) = (shared.clone(), seed.of_client(client));
            tokio::spawn(async move { shared.run(rng).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let unheard = std::mem::take(&mut *shared.unheard.lock().unwrap());
    let went_on = unheard.len();
    for request in unheard {
        request.await.unwrap();
    }
    sleep(QUIET).await;

    for key in &shared.keys {
        let bookings = listed(&shared.stage.stack, &key.id).await;
        let attempts = key.attempts.lock().unwrap();
        check_with_losses(&attempts, &bookings, key.shared).unwrap_or_else(|wrong| panic!("{wrong}"));
        let count = |is_wanted: fn(&Attempt) -> bool| attempts.iter().filter(|attempt| is_wanted(attempt)).count();
        let made = count(|attempt| {
            matches!((attempt.operation, &attempt.result), (Operation::Create(_), CallResult::Done(_)))
        });
        let overlaps = count(|attempt| matches!(attempt.result, CallResult::Overlap(..)));
        let lost = count(|attempt| attempt.result == CallResult::Lost);
        let replayed =
            count(|attempt| matches!((attempt.operation, &attempt.result), (Operation::Repeat, CallResult::Done(_))));
        let outdated = count(|attempt| attempt.result == CallResult::Outdated);
        println!(
            "shared: {}, {} attempts: {made} made, {overlaps} overlaps, {lost} lost, {replayed} replayed, {outdated} outdated",
            key.shared,
            attempts.len()
        );
        assert!(made > 5 && lost + outdated > 0 && (key.shared || overlaps > 5), "too few requests had an effect");
    }
    println!("{went_on} requests were carried out with their responses lost");
}
