//! The mapping, batch by batch: invocations, retries, failures and checkpoints.

#![expect(clippy::unwrap_used, reason = "a test whose setup fails stops at once")]

use std::time::Duration;

use domain::Instant;
use serde_json::{Value, json};
use triggers::{Checkpoint, Filter, Mapping, Reason, Record, Settings};

fn settings() -> Settings {
    Settings {
        batch_size: 4,
        window: Duration::ZERO,
        filters: Vec::new(),
        reports_failures: true,
        bisects: true,
        retries: 2,
        max_age: Duration::from_hours(1),
        timeout: Duration::from_mins(1),
        failure_queue: "Failed".to_owned(),
    }
}

fn at(seconds: i64) -> Instant {
    Instant::EPOCH.plus_millis(seconds * 1_000)
}

fn sequence(number: u64) -> String {
    format!("1{number:020}")
}

/// A record of an item, written as many seconds after 1970 as its number.
fn record(number: u64, item: &str) -> Record {
    let keys = json!({"PK": {"S": "KEY#k"}, "SK": {"S": item}});
    let change = json!({"SequenceNumber": sequence(number), "Keys": keys, "ApproximateCreationDateTime": number});
    Record::of_event(json!({"eventName": "INSERT", "dynamodb": change})).unwrap()
}

fn numbers(event: &Value) -> Vec<u64> {
    let number = |record: &Value| record["dynamodb"]["SequenceNumber"].as_str().unwrap()[1..].parse().unwrap();
    event["Records"].as_array().unwrap().iter().map(number).collect()
}

fn failed(numbers: &[u64]) -> Value {
    let failure = |number: &u64| json!({"itemIdentifier": sequence(*number)});
    json!({"batchItemFailures": numbers.iter().map(failure).collect::<Vec<_>>()})
}

/// A mapping with a clock that advances beyond every wait.
struct Bench {
    mapping: Mapping,
    now: Instant,
}

impl Bench {
    fn new(settings: Settings, records: impl IntoIterator<Item = u64>) -> Self {
        let mut mapping = Mapping::new(settings, Checkpoint::default());
        mapping.add_records(records.into_iter().map(|number| record(number, "c")), at(10));
        Self { mapping, now: at(10) }
    }

    fn next(&mut self) -> Option<Vec<u64>> {
        self.now = self.now.plus_millis(2_000);
        self.mapping.next(self.now).map(|invocation| numbers(&invocation))
    }

    fn answer(&mut self, answer: Option<&Value>) {
        self.mapping.settle(answer, self.now);
    }

    /// All batches that are attempted until nothing remains, if the function throws at this record, or names it as
    /// failed.
    fn tries(&mut self, poison: u64, throws: bool) -> Vec<Vec<u64>> {
        let mut tries = Vec::new();
        while let Some(numbers) = self.next() {
            let is_poisoned = numbers.contains(&poison);
            let answer = if is_poisoned { failed(&[poison]) } else { failed(&[]) };
            self.answer(Some(&answer).filter(|_| !(throws && is_poisoned)));
            tries.push(numbers);
        }
        assert!(self.mapping.is_idle());
        tries
    }

    fn given_up(&mut self) -> Vec<(Reason, String, String, usize, u32)> {
        let failures = self.mapping.take_failures().into_iter();
        let seen = |failure: triggers::Failure| {
            let (first, last) = (failure.first.as_str().to_owned(), failure.last.as_str().to_owned());
            (failure.reason, first, last, failure.items.len(), failure.retries)
        };
        failures.map(seen).collect()
    }
}

#[test]
fn no_more_is_read_while_a_full_batch_waits() {
    let mut bench = Bench::new(settings(), 1..4);
    assert!(bench.mapping.has_room());
    bench.mapping.add_records([record(4, "c")], at(10));
    assert!(!bench.mapping.has_room());
    assert_eq!(numbers(&bench.mapping.next(bench.now).unwrap()), [1, 2, 3, 4]);
    assert!(bench.mapping.has_room(), "while that batch is being processed");
}

#[test]
fn batches_have_the_configured_size_and_run_one_at_a_time() {
    let mut bench = Bench::new(settings(), 1..=6);
    assert_eq!(bench.next().unwrap(), [1, 2, 3, 4]);
    assert_eq!(bench.next(), None, "while one is running");
    bench.answer(Some(&json!({})));
    assert_eq!(bench.next().unwrap(), [5, 6]);
    bench.answer(Some(&json!({})));
    assert_eq!(bench.next(), None);
    assert!(bench.mapping.is_idle() && bench.given_up().is_empty());
}

#[test]
fn a_window_waits_for_a_full_batch_and_no_longer() {
    let mut mapping = Mapping::new(Settings { window: Duration::from_secs(5), ..settings() }, Checkpoint::default());
    mapping.add_records([record(1, "c"), record(2, "c")], at(10));
    assert_eq!(mapping.next(at(14)), None);
    assert_eq!(numbers(&mapping.next(at(15)).unwrap()), [1, 2]);
    mapping.settle(Some(&json!({})), at(15));
    mapping.add_records((3..=6).map(|number| record(number, "c")), at(15));
    assert_eq!(numbers(&mapping.next(at(15)).unwrap()), [3, 4, 5, 6], "a full batch does not wait");
}

#[test]
fn a_partial_failure_is_retried_from_the_first_failed_record() {
    let mut bench = Bench::new(settings(), 1..=4);
    assert_eq!(bench.next().unwrap(), [1, 2, 3, 4]);
    bench.answer(Some(&failed(&[4, 2])));
    assert_eq!(bench.next().unwrap(), [2, 3, 4]);
    bench.answer(Some(&failed(&[])));
    assert!(bench.mapping.is_idle() && bench.given_up().is_empty());
}

#[test]
fn an_error_is_retried_in_halves_until_the_failing_record_is_alone() {
    let mut bench = Bench::new(settings(), 1..=4);
    assert_eq!(
        bench.tries(2, true),
        [vec![1, 2, 3, 4], vec![1, 2], vec![1], vec![2], vec![2], vec![2], vec![3, 4]],
        "halving is not a retry"
    );
    assert_eq!(bench.given_up(), [(Reason::RetriesExhausted, sequence(2), sequence(2), 1, 2)]);
}

#[test]
fn without_halving_an_error_gives_up_the_whole_batch() {
    let mut bench = Bench::new(Settings { bisects: false, ..settings() }, 1..=5);
    assert_eq!(bench.tries(2, true), [vec![1, 2, 3, 4], vec![1, 2, 3, 4], vec![1, 2, 3, 4], vec![5]]);
    assert_eq!(bench.given_up(), [(Reason::RetriesExhausted, sequence(1), sequence(4), 4, 2)]);
}

#[test]
fn a_record_named_each_time_is_given_up_with_those_after_it_in_its_batch() {
    let mut bench = Bench::new(settings(), 1..=5);
    assert_eq!(bench.tries(3, false), [vec![1, 2, 3, 4], vec![3, 4], vec![3, 4], vec![3, 4], vec![5]]);
    assert_eq!(bench.given_up(), [(Reason::RetriesExhausted, sequence(3), sequence(4), 2, 2)]);
}

#[test]
fn an_identifier_not_in_the_batch_fails_the_whole_batch() {
    let mut bench = Bench::new(settings(), 1..=4);
    bench.next();
    bench.answer(Some(&failed(&[4, 9])));
    assert_eq!(bench.next().unwrap(), [1, 2], "as an error does");
}

#[test]
fn every_answer_means_success_where_failures_are_not_reported() {
    let mut bench = Bench::new(Settings { reports_failures: false, ..settings() }, 1..=4);
    bench.next();
    bench.answer(Some(&failed(&[1])));
    assert!(bench.mapping.is_idle() && bench.given_up().is_empty());
}

#[test]
fn retries_wait_longer_each_time() {
    let mut mapping = Mapping::new(settings(), Checkpoint::default());
    mapping.add_records([record(1, "c")], at(10));
    let mut now = at(10);
    let mut waits = Vec::new();
    for _ in 0..3 {
        let wait = (0..1_000).step_by(100).find(|wait| mapping.next(now.plus_millis(*wait)).is_some()).unwrap();
        now = now.plus_millis(wait);
        waits.push(wait);
        mapping.settle(None, now);
    }
    assert_eq!(waits, [0, 100, 200]);
}

#[test]
fn records_above_the_maximum_age_are_given_up_unprocessed() {
    let mut bench = Bench::new(settings(), [1, 2, 3_000]);
    bench.now = at(3_601);
    assert_eq!(bench.next().unwrap(), [3_000]);
    bench.answer(None);
    assert_eq!(bench.given_up(), [(Reason::TooOld, sequence(1), sequence(2), 2, 0)]);
    bench.now = at(6_600);
    assert_eq!(bench.next(), None, "nor retried");
    assert_eq!(bench.given_up(), [(Reason::TooOld, sequence(3_000), sequence(3_000), 1, 1)]);
    assert!(bench.mapping.is_idle());
}

#[test]
fn records_that_match_no_filter_are_skipped_and_not_read_again() {
    let filter = Filter::parse(r#"{"dynamodb": {"Keys": {"SK": {"S": [{"prefix": "CONTRACT#"}]}}}}"#).unwrap();
    let mut mapping = Mapping::new(Settings { filters: vec![filter], ..settings() }, Checkpoint::default());
    mapping.add_records([record(1, "CONTRACT#a"), record(2, "TERM#a"), record(3, "TERM#b")], at(10));
    assert_eq!(numbers(&mapping.next(at(10)).unwrap()), [1]);
    mapping.settle(Some(&json!({})), at(10));
    let again = Mapping::new(settings(), mapping.checkpoint());
    assert_eq!(again.read(), Some(record(3, "c").sequence()));
}
