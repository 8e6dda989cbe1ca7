//! Clients that race over HTTP for the same keys; then what they saw is held against what can have been right.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]
#![expect(clippy::print_stdout, reason = "shown when the test fails: what it takes to run the same race again")]

mod crowd;
mod losing;

use std::collections::BTreeMap;

use domain::Instant as Time;
use e2e::history::{Outcome, Range};
use e2e::{Seed, Stack, hours};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

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

/// The refusal that others have the key then.
fn overlap(problem: &Value) -> Outcome {
    let conflicts = problem["conflicts"].as_array().unwrap().iter();
    let conflicts =
        conflicts.map(|conflict| (conflict["contractId"].as_str().unwrap().to_owned(), read_range(conflict)));
    Outcome::Overlap(conflicts.collect(), problem.get("nextFree").map(read_range))
}

/// How many clients race: as many as the environment says, since a stack on one machine may have no room for more
/// functions at once.
fn racers(otherwise: u64) -> u64 {
    std::env::var("KEY_AUTOMAT_RACERS").map_or(otherwise, |count| count.parse().unwrap())
}

/// The contracts that stand, as the list has them: each with its version.
async fn listed(stack: &Stack, contracts: &str) -> BTreeMap<String, (u64, Range)> {
    let (mut standing, mut after) = (BTreeMap::new(), String::new());
    loop {
        let part = stack.viewer().get(format!("{contracts}?limit=100{after}")).await.body(200);
        for contract in part["data"].as_array().unwrap() {
            let version = contract["version"].as_u64().unwrap();
            standing.insert(contract["contractId"].as_str().unwrap().to_owned(), (version, read_range(contract)));
        }
        let Some(next) = part["page"]["next"].as_str() else { return standing };
        after = format!("&after={next}");
    }
}
