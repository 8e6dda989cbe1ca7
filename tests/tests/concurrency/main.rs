//! Many clients change the contracts of the same keys over HTTP. Then what they saw is checked for consistency.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]
#![expect(clippy::print_stdout, reason = "shown when the test fails: what it takes to run the same test again")]

mod lost_responses;
mod many_clients;

use std::collections::BTreeMap;

use domain::Instant as Time;
use e2e::history::{CallResult, Range};
use e2e::{Seed, Stack, contracts_of, hours};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

/// Half an hour to five hours, in half hours. Mostly within two busy days, otherwise within forty days; sometimes
/// permanent.
fn range(seed: &mut Seed) -> Range {
    let slot = if seed.once_in(3) { seed.below(2_000) } else { seed.below(96) };
    let start = Time::parse(&hours(24)).unwrap().millis() + i64::try_from(slot).unwrap() * HOUR / 2;
    let end = start + i64::try_from(1 + seed.below(10)).unwrap() * HOUR / 2;
    Range { start, end: (!seed.once_in(80)).then_some(end) }
}

/// The body of a booking, and of an edit that moves one.
fn booking(key: &str, range: Range) -> Value {
    let text = |millis| Time::from_millis(millis).unwrap().to_string();
    let mut body = json!({ "keyIds": [key], "person": "Racer", "start": text(range.start) });
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

/// The refusal because the key is booked.
fn overlap(problem: &Value) -> CallResult {
    let conflicts = problem["conflicts"].as_array().unwrap().iter();
    let conflicts =
        conflicts.map(|conflict| (conflict["contractId"].as_str().unwrap().to_owned(), read_range(conflict)));
    CallResult::Overlap(conflicts.collect(), problem.get("nextFree").map(read_range))
}

/// How many clients there are. The environment may say so, since a stack on one machine may not be able to run more
/// functions at once.
fn clients(otherwise: u64) -> u64 {
    std::env::var("KEY_AUTOMAT_RACERS").map_or(otherwise, |count| count.parse().unwrap())
}

/// The contracts of a key as the API lists them: each with its version and range.
async fn listed(stack: &Stack, key: &str) -> BTreeMap<String, (u64, Range)> {
    let (mut bookings, mut after) = (BTreeMap::new(), String::new());
    loop {
        let part = stack.viewer().get(format!("{}&limit=100{after}", contracts_of(key))).await.body(200);
        for contract in part["data"].as_array().unwrap() {
            let version = contract["version"].as_u64().unwrap();
            bookings.insert(contract["contractId"].as_str().unwrap().to_owned(), (version, read_range(contract)));
        }
        let Some(next) = part["page"]["next"].as_str() else { return bookings };
        after = format!("&after={next}");
    }
}
