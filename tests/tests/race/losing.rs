//! The race with lost answers: half of the time a client hears nothing of its request, which goes on or breaks off, and
//! repeats it at once under the same `Idempotency-Key` or `If-Match`. What it hears last must be so in the end.

use std::future::IntoFuture as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use e2e::history::{Act, Outcome, Range, Wish, check_with_losses};
use e2e::{Answer, Call, Seed, Stack, Stage};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::{booking, listed, overlap, racers, range};

const CLIENTS: u64 = 16;
/// What they do at least to each key, and how long they race at least, in seconds, unless `KEY_AUTOMAT_RACE_SECONDS` says so.
const ACTS: usize = 60;
const SECONDS: u64 = 3;
/// How long after the last answer a request that was broken off may still be at work.
const QUIET: Duration = Duration::from_secs(1);

/// A contract as somebody last saw it, and the request that made it.
#[derive(Clone)]
struct Seen {
    contract: String,
    version: u64,
    range: Range,
    once: String,
}

/// A key that all clients want, and what they did to it.
struct Key {
    contracts: String,
    shared: bool,
    seen: Mutex<Vec<Seen>>,
    acts: Mutex<Vec<Act>>,
}

struct Race {
    stage: Stage,
    keys: Vec<Key>,
    began: Instant,
    lasts: Duration,
    /// Requests whose answers nobody waits for.
    unheard: Mutex<Vec<JoinHandle<Answer>>>,
}

/// The last answer to a request, and whether an earlier try of it was not answered.
struct Heard {
    answer: Answer,
    lost: bool,
}

impl Key {
    async fn new(stage: &Stage, shared: bool) -> Self {
        let key = stage.key_with(json!({ "shared": shared })).await;
        let contracts = format!("/v1/keys/{key}/contracts");
        Self { contracts, shared, seen: Mutex::default(), acts: Mutex::default() }
    }

    fn path(&self, seen: &Seen) -> String {
        format!("{}/{}", self.contracts, seen.contract)
    }

    fn has_seen_little(&self) -> bool {
        self.acts.lock().unwrap().len() < ACTS
    }

    fn any_seen(&self, dice: &mut Seed) -> Option<Seen> {
        let seen = self.seen.lock().unwrap();
        (!seen.is_empty()).then(|| dice.one_of(&seen).clone())
    }

    fn record(&self, act: Act) {
        self.acts.lock().unwrap().push(act);
    }

    /// Nothing is known of the contract any more where there is no version of it.
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

impl Race {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap()
    }

    /// Sends a request; nothing where its answer is lost.
    async fn send(&self, call: Call, dice: &mut Seed) -> Option<Answer> {
        if dice.once_in(2) {
            return Some(call.await);
        }
        let request = tokio::spawn(call.into_future());
        sleep(Duration::from_millis(dice.below(20))).await;
        if dice.once_in(2) {
            request.abort();
        } else {
            self.unheard.lock().unwrap().push(request);
        }
        None
    }

    /// Repeats a request until it is decided.
    async fn ask(&self, call: impl Fn() -> Call, dice: &mut Seed) -> Heard {
        let mut lost = false;
        loop {
            match self.send(call(), dice).await {
                Some(answer) if answer.status != 503 => return Heard { answer, lost },
                Some(busy) => _ = busy.problem("busy"),
                None => lost = true,
            }
        }
    }

    async fn make(&self, key: &Key, dice: &mut Seed) {
        let (range, once, asked) = (range(dice), format!("race-{}", dice.below(u64::MAX)), self.now());
        let operator = || self.stage.stack.operator();
        let heard = self.ask(|| operator().post(&key.contracts, booking(range)).once(&once), dice).await;
        let mut contract = String::new();
        let outcome = match heard.answer.status {
            201 => {
                let made = heard.answer.json();
                made["contractId"].as_str().unwrap().clone_into(&mut contract);
                let version = made["version"].as_u64().unwrap();
                key.seen.lock().unwrap().push(Seen { contract: contract.clone(), version, range, once });
                Outcome::Done(version)
            }
            _ => refusal(&heard.answer),
        };
        key.record(Act { contract, wish: Wish::Make(range), expected: None, outcome, asked, answered: self.now() });
    }

    /// Repeats the request that made a contract, long after it was answered.
    async fn repeat(&self, key: &Key, seen: Seen, dice: &mut Seed) {
        let asked = self.now();
        let operator = || self.stage.stack.operator();
        let heard = self.ask(|| operator().post(&key.contracts, booking(seen.range)).once(&seen.once), dice).await;
        let outcome = match heard.answer.status {
            201 => Outcome::Done(heard.answer.json()["version"].as_u64().unwrap()),
            _ => refusal(&heard.answer),
        };
        let contract = seen.contract;
        key.record(Act { contract, wish: Wish::Repeat, expected: None, outcome, asked, answered: self.now() });
    }

    async fn change(&self, key: &Key, seen: Seen, wish: Wish, dice: &mut Seed) {
        let (asked, path) = (self.now(), key.path(&seen));
        let operator = || self.stage.stack.operator();
        let call = || match wish {
            Wish::Move(range) => operator().patch(&path, booking(range)).if_match(seen.version),
            _ => operator().delete(&path).if_match(seen.version),
        };
        let Heard { answer, lost } = self.ask(call, dice).await;
        let outcome = match answer.status {
            200 => Outcome::Done(answer.json()["version"].as_u64().unwrap()),
            204 => Outcome::Done(0),
            // An earlier try may be the reason, or may still be carried out.
            _ if lost => Outcome::Lost,
            _ => refusal(&answer),
        };
        let answered = self.now();
        match outcome {
            Outcome::Done(version) => key.saw(&seen.contract, (version > 0).then_some(version)),
            Outcome::NotFound => key.saw(&seen.contract, None),
            Outcome::Stale | Outcome::Lost => {
                let now = self.stage.stack.viewer().get(&path).await;
                key.saw(&seen.contract, now.json()["version"].as_u64());
            }
            _ => {}
        }
        let (contract, expected) = (seen.contract, Some(seen.version));
        key.record(Act { contract, wish, expected, outcome, asked, answered });
    }

    async fn run(&self, mut dice: Seed) {
        while self.began.elapsed() < self.lasts || self.keys.iter().any(Key::has_seen_little) {
            let key = if dice.once_in(5) { &self.keys[1] } else { &self.keys[0] };
            match (key.any_seen(&mut dice), dice.below(10)) {
                (Some(seen), 4 | 5) => {
                    let wish = Wish::Move(range(&mut dice));
                    self.change(key, seen, wish, &mut dice).await;
                }
                (Some(seen), 6 | 7) => self.change(key, seen, Wish::Remove, &mut dice).await,
                (Some(seen), 8 | 9) => self.repeat(key, seen, &mut dice).await,
                _ => self.make(key, &mut dice).await,
            }
        }
    }
}

fn refusal(answer: &Answer) -> Outcome {
    let problem: Value = answer.any_problem();
    match problem["code"].as_str().unwrap() {
        "contract_not_found" => Outcome::NotFound,
        "contract_overlap" => overlap(&problem),
        "idempotency_outdated" => Outcome::Outdated,
        "stale_version" => Outcome::Stale,
        other => unreachable!("nobody asked for this: {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_hears_last_is_so_however_many_answers_are_lost() {
    let seed = Seed::from_env(12);
    println!("SEED={}", seed.number());
    let seconds = std::env::var("KEY_AUTOMAT_RACE_SECONDS").map_or(SECONDS, |seconds| seconds.parse().unwrap());
    let stage = Stage::new(&Stack::shared(), 2).await;
    let keys = vec![Key::new(&stage, false).await, Key::new(&stage, true).await];
    _ = stage.stack.token(api::Role::Operator).await;
    let (began, lasts) = (Instant::now(), Duration::from_secs(seconds));
    let race = Arc::new(Race { stage, keys, began, lasts, unheard: Mutex::default() });
    let clients: Vec<_> = (0..racers(CLIENTS))
        .map(|client| {
            let (race, dice) = (race.clone(), seed.of_client(client));
            tokio::spawn(async move { race.run(dice).await })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    let unheard = std::mem::take(&mut *race.unheard.lock().unwrap());
    let went_on = unheard.len();
    for request in unheard {
        request.await.unwrap();
    }
    sleep(QUIET).await;

    for key in &race.keys {
        let standing = listed(&race.stage.stack, &key.contracts).await;
        let acts = key.acts.lock().unwrap();
        check_with_losses(&acts, &standing, key.shared).unwrap_or_else(|wrong| panic!("{wrong}"));
        let count = |is_wanted: fn(&Act) -> bool| acts.iter().filter(|act| is_wanted(act)).count();
        let made = count(|act| matches!((act.wish, &act.outcome), (Wish::Make(_), Outcome::Done(_))));
        let overlaps = count(|act| matches!(act.outcome, Outcome::Overlap(..)));
        let lost = count(|act| act.outcome == Outcome::Lost);
        let replayed = count(|act| matches!((act.wish, &act.outcome), (Wish::Repeat, Outcome::Done(_))));
        let outdated = count(|act| act.outcome == Outcome::Outdated);
        println!(
            "shared: {}, {} acts: {made} made, {overlaps} overlaps, {lost} lost, {replayed} replayed, {outdated} outdated",
            key.shared,
            acts.len()
        );
        assert!(made > 5 && lost + outdated > 0 && (key.shared || overlaps > 5), "the race was no race");
    }
    println!("{went_on} requests went on unheard");
}
