//! The race: clients over HTTP for one key, with bookings, moves and removals at random; then what they saw is held
//! against what can have been right.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]
#![expect(clippy::print_stdout, reason = "shown when the test fails: what it takes to run the same race again")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use domain::Instant as Time;
use e2e::history::{Act, Outcome, Range, Wish, check};
use e2e::{Answer, Seed, Stack, Stage, hours};
use serde_json::{Value, json};

/// How many clients there are, unless `KEY_AUTOMAT_RACERS` says so: a stack on one machine may have no room for as many
/// functions at once.
const CLIENTS: u64 = 64;
/// What they do in all.
const ACTS: u64 = 256;
const HOUR: i64 = 3_600_000;

/// What all clients share: the key, the contracts that anybody has seen, and the one clock of the race.
struct Race {
    stage: Stage,
    contracts: String,
    began: Instant,
    seen: Mutex<Vec<String>>,
}

impl Race {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap()
    }

    async fn act(&self, contract: Option<String>, wish: Wish) -> Act {
        let operator = self.stage.stack.operator();
        let path = format!("{}/{}", self.contracts, contract.as_deref().unwrap_or_default());
        let began = self.now();
        let answer = match wish {
            Wish::Make(range) => operator.post(&self.contracts, booking(range)).await,
            Wish::Move(range) => operator.patch(&path, booking(range)).await,
            Wish::Remove => operator.delete(&path).await,
        };
        let ended = self.now();
        let mut contract = contract.unwrap_or_default();
        let outcome = outcome(&answer);
        if let (Wish::Make(_), Outcome::Done(_)) = (wish, &outcome) {
            answer.json()["contractId"].as_str().unwrap().clone_into(&mut contract);
            self.seen.lock().unwrap().push(contract.clone());
        }
        Act { contract, wish, outcome, asked: began, answered: ended }
    }

    /// One client's part: mostly bookings at first, more of the rest once there is something to move and remove.
    async fn run(&self, mut seed: Seed, count: u64) -> Vec<Act> {
        let mut acts = Vec::new();
        for _ in 0..count {
            let known = {
                let contracts = self.seen.lock().unwrap();
                (!contracts.is_empty()).then(|| seed.one_of(&contracts).clone())
            };
            let act = match (known, seed.below(10)) {
                (Some(contract), 5..8) => self.act(Some(contract), Wish::Move(range(&mut seed))).await,
                (Some(contract), 8..10) => self.act(Some(contract), Wish::Remove).await,
                _ => self.act(None, Wish::Make(range(&mut seed))).await,
            };
            acts.push(act);
        }
        acts
    }
}

/// Half an hour to five hours, to the half hour: often within two crowded days, or else somewhere in forty; now and
/// then for good.
fn range(seed: &mut Seed) -> Range {
    let place = if seed.once_in(3) { seed.below(2_000) } else { seed.below(96) };
    let start = Time::parse(&hours(24)).unwrap().millis() + i64::try_from(place).unwrap() * HOUR / 2;
    let end = start + i64::try_from(1 + seed.below(10)).unwrap() * HOUR / 2;
    Range { start, end: (!seed.once_in(80)).then_some(end) }
}

fn booking(range: Range) -> Value {
    let text = |millis| Time::from_millis(millis).unwrap().to_string();
    let mut body = json!({ "person": "Racer", "start": text(range.start) });
    match range.end {
        Some(end) => body["end"] = json!(text(end)),
        None => body["permanent"] = json!(true),
    }
    body
}

fn read_range(value: &Value) -> Range {
    let millis = |name: &str| value[name].as_str().map(|text| Time::parse(text).unwrap().millis());
    Range { start: millis("start").unwrap(), end: millis("end") }
}

fn outcome(answer: &Answer) -> Outcome {
    match answer.status {
        200 | 201 => Outcome::Done(answer.json()["version"].as_u64().unwrap()),
        204 => Outcome::Done(0),
        404 => {
            _ = answer.problem("contract_not_found");
            Outcome::NotFound
        }
        503 => {
            _ = answer.problem("busy");
            Outcome::Busy
        }
        _ => {
            let problem = answer.problem("contract_overlap");
            let conflicts = problem["conflicts"].as_array().unwrap().iter();
            let conflicts =
                conflicts.map(|conflict| (conflict["contractId"].as_str().unwrap().to_owned(), read_range(conflict)));
            Outcome::Overlap(conflicts.collect(), problem.get("nextFree").map(read_range))
        }
    }
}

/// The contracts that stand, as the list has them.
async fn listed(race: &Race) -> BTreeMap<String, Range> {
    let (mut standing, mut after) = (BTreeMap::new(), String::new());
    loop {
        let part = race.stage.stack.viewer().get(format!("{}?limit=100{after}", race.contracts)).await.body(200);
        let contracts = part["data"].as_array().unwrap().iter();
        standing.extend(
            contracts.map(|contract| (contract["contractId"].as_str().unwrap().to_owned(), read_range(contract))),
        );
        let Some(next) = part["page"]["next"].as_str() else { return standing };
        after = format!("&after={next}");
    }
}

#[tokio::test]
async fn many_clients_race_for_one_key_and_never_have_it_at_once() {
    let seed = Seed::from_env(64);
    println!("SEED={}", seed.number());
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let contracts = format!("/v1/keys/{key}/contracts");
    _ = stage.stack.token(api::Role::Operator).await;
    let race = Arc::new(Race { stage, contracts, began: Instant::now(), seen: Mutex::default() });
    let count = std::env::var("KEY_AUTOMAT_RACERS").map_or(CLIENTS, |count| count.parse().unwrap());
    let clients: Vec<_> = (0..count)
        .map(|client| {
            let (race, seed) = (race.clone(), seed.of_client(client));
            tokio::spawn(async move { race.run(seed, ACTS / count).await })
        })
        .collect();
    let mut acts = Vec::new();
    for client in clients {
        acts.extend(client.await.unwrap());
    }
    let took = race.began.elapsed();

    let standing = check(&acts).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(listed(&race).await, standing, "what stands is what was answered");
    let ranges: Vec<_> = standing.values().collect();
    for (at, one) in ranges.iter().enumerate() {
        assert!(ranges[at + 1..].iter().all(|other| !one.overlaps(**other)), "{one:?} overlaps another that stands");
    }
    let count = |wanted: fn(&Act) -> bool| acts.iter().filter(|act| wanted(act)).count();
    let done = |act: &Act| matches!(act.outcome, Outcome::Done(_));
    let made = count(|act| matches!((act.wish, &act.outcome), (Wish::Make(_), Outcome::Done(_))));
    let moved = count(|act| matches!((act.wish, &act.outcome), (Wish::Move(_), Outcome::Done(_))));
    let removed = count(|act| matches!((act.wish, &act.outcome), (Wish::Remove, Outcome::Done(_))));
    let overlaps = count(|act| matches!(act.outcome, Outcome::Overlap(..)));
    let busy = count(|act| act.outcome == Outcome::Busy);
    println!(
        "{} acts in {took:?}: {made} made, {moved} moved, {removed} removed, {overlaps} overlaps, {busy} busy",
        acts.len()
    );
    assert_eq!(acts.iter().filter(|act| done(act)).count(), made + moved + removed);
    // how many are sent away as busy depends on the machine, not on what is right
    assert!(made > 10 && moved > 0 && removed > 0 && overlaps > 10, "the race was no race");
}
