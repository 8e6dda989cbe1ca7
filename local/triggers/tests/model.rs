//! The mapping against a function that fails in any way, with crashes in between: no record is lost, none overtakes
//! another of its item, and a record that always fails has a bounded cost.

#![expect(clippy::unwrap_used, reason = "a test whose setup fails stops at once")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::Instant;
use proptest::prelude::*;
use serde_json::{Value, json};
use triggers::{Checkpoint, Mapping, Record, Settings};

/// How a record fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FailureMode {
    Good,
    /// This number of invocations that contain it fail.
    Throws(u32),
    /// The function names it as failed this number of times.
    Named(u32),
    /// The function names a record that is not in the batch, this number of times.
    NamesUnknown(u32),
}

const ALWAYS: u32 = u32::MAX;

fn failure_mode() -> impl Strategy<Value = FailureMode> {
    let times = || prop_oneof![1..4_u32, Just(ALWAYS)];
    prop_oneof![
        6 => Just(FailureMode::Good),
        1 => times().prop_map(FailureMode::Throws),
        1 => times().prop_map(FailureMode::Named),
        1 => times().prop_map(FailureMode::NamesUnknown),
    ]
}

/// An event in a run.
#[derive(Debug, Clone, Copy)]
enum Step {
    Read(usize),
    Invoke,
    /// The running invocation is answered.
    Answer,
    /// The process ends, and another continues from the checkpoint.
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..6_usize).prop_map(Step::Read),
        4 => Just(Step::Invoke),
        4 => Just(Step::Answer),
        1 => Just(Step::Crash),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    (1..9_usize, 0..4_u32, any::<bool>()).prop_map(|(batch_size, retries, bisects)| Settings {
        batch_size,
        window: Duration::ZERO,
        filters: Vec::new(),
        reports_failures: true,
        bisects,
        retries,
        max_age: Duration::from_hours(12),
        timeout: Duration::from_mins(1),
        failure_queue: "Failed".to_owned(),
    })
}

fn sequence(index: usize) -> String {
    format!("1{index:020}")
}

fn record(index: usize, item: u8) -> Record {
    let keys = json!({"PK": {"S": "KEY#k"}, "SK": {"S": format!("CONTRACT#{item}")}});
    let change = json!({"SequenceNumber": sequence(index), "Keys": keys, "ApproximateCreationDateTime": 0});
    Record::of_event(json!({"eventName": "MODIFY", "dynamodb": change})).unwrap()
}

/// The stream, the function, and the state of each record.
struct World {
    settings: Settings,
    stream: Vec<(u8, FailureMode)>,
    mapping: Mapping,
    under_way: Option<Vec<usize>>,
    done: BTreeSet<usize>,
    given_up: BTreeSet<usize>,
    invocations: usize,
    now: Instant,
}

impl World {
    fn new(settings: Settings, stream: Vec<(u8, FailureMode)>) -> Self {
        Self {
            mapping: Mapping::new(settings.clone(), Checkpoint::default()),
            settings,
            stream,
            under_way: None,
            done: BTreeSet::new(),
            given_up: BTreeSet::new(),
            invocations: 0,
            now: Instant::EPOCH,
        }
    }

    fn is_settled(&self, index: usize) -> bool {
        self.done.contains(&index) || self.given_up.contains(&index)
    }

    fn read(&mut self, count: usize) {
        let first = self.mapping.read().map_or(0, |read| read.as_str()[1..].parse::<usize>().unwrap() + 1);
        let next = (first..self.stream.len()).take(count).map(|index| record(index, self.stream[index].0));
        self.mapping.add_records(next.collect::<Vec<_>>(), self.now);
    }

    fn invoke(&mut self) -> bool {
        let Some(event) = self.mapping.next(self.now) else { return false };
        let batch = indices(&event);
        assert!(!batch.is_empty() && batch.len() <= self.settings.batch_size);
        assert!(batch.is_sorted_by(|a, b| a < b), "in the stream's order: {batch:?}");
        assert!(self.under_way.is_none(), "one at a time");
        for &index in &batch {
            let earlier = (0..index).filter(|earlier| self.stream[*earlier].0 == self.stream[index].0);
            for earlier in earlier {
                assert!(self.is_settled(earlier) || batch.contains(&earlier), "{index} overtook {earlier}");
            }
        }
        self.invocations += 1;
        self.under_way = Some(batch);
        true
    }

    fn answer(&mut self) {
        let Some(batch) = self.under_way.take() else { return };
        let answer = self.call(&batch);
        self.mapping.settle(answer.as_ref(), self.now);
        self.collect();
    }

    /// The function: which records fail, and how it reports them.
    fn call(&mut self, batch: &[usize]) -> Option<Value> {
        let mut named = Vec::new();
        let (mut throws, mut confuses) = (false, false);
        for &index in batch {
            match &mut self.stream[index].1 {
                FailureMode::Throws(left) if *left > 0 => throws |= use_up(left),
                FailureMode::NamesUnknown(left) if *left > 0 => confuses |= use_up(left),
                FailureMode::Named(left) if *left > 0 => {
                    use_up(left);
                    named.push(index);
                }
                _ => {}
            }
        }
        if throws {
            return None;
        }
        if confuses {
            return Some(json!({"batchItemFailures": [{"itemIdentifier": "elsewhere"}]}));
        }
        let first = named.first().copied().unwrap_or(usize::MAX);
        self.done.extend(batch.iter().filter(|index| **index < first));
        let failures: Vec<_> = named.into_iter().map(|index| json!({"itemIdentifier": sequence(index)})).collect();
        Some(json!({ "batchItemFailures": failures }))
    }

    fn collect(&mut self) {
        for failure in self.mapping.take_failures() {
            let position = |sequence: &triggers::Sequence| sequence.as_str()[1..].parse::<usize>().unwrap();
            let range = position(&failure.first)..=position(&failure.last);
            let of_item =
                |index: &usize| failure.items.contains(&record(*index, self.stream[*index].0).item().to_owned());
            self.given_up.extend(range.filter(of_item));
        }
        let kept = Mapping::new(self.settings.clone(), self.mapping.checkpoint());
        let kept = kept.read().map_or(0, |read| read.as_str()[1..].parse::<usize>().unwrap() + 1);
        assert!((0..kept).all(|index| self.is_settled(index)), "a checkpoint is beyond an unsettled record");
    }

    /// The running invocation is lost with the process, whether or not it succeeded.
    fn crash(&mut self) {
        if let Some(batch) = self.under_way.take() {
            self.call(&batch);
        }
        self.mapping = Mapping::new(self.settings.clone(), self.mapping.checkpoint());
    }

    fn step(&mut self, step: Step) {
        self.now = self.now.plus_millis(500);
        match step {
            Step::Read(count) => self.read(count),
            Step::Invoke => _ = self.invoke(),
            Step::Answer => self.answer(),
            Step::Crash => self.crash(),
        }
    }

    /// Continues without crashes until nothing remains.
    fn finish(&mut self) {
        self.read(self.stream.len());
        while !self.mapping.is_idle() {
            self.now = self.now.plus_millis(1_000);
            self.invoke();
            self.answer();
        }
        self.collect();
    }
}

/// Counts a failure down; `u32::MAX` never ends.
fn use_up(left: &mut u32) -> bool {
    if *left != ALWAYS {
        *left -= 1;
    }
    true
}

fn indices(event: &Value) -> Vec<usize> {
    let records = event["Records"].as_array().unwrap();
    let index = |record: &Value| record["dynamodb"]["SequenceNumber"].as_str().unwrap()[1..].parse().unwrap();
    records.iter().map(index).collect()
}

proptest! {
    #[test]
    fn every_record_is_done_or_given_up_in_the_order_of_its_item(
        settings in settings(),
        stream in prop::collection::vec((0..5_u8, failure_mode()), 0..40),
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut world = World::new(settings, stream);
        for step in steps {
            world.step(step);
        }
        world.finish();
        for index in 0..world.stream.len() {
            prop_assert!(world.is_settled(index), "{} is neither", index);
        }
        for (index, (_, failure_mode)) in world.stream.iter().enumerate() {
            let is_poison = matches!(failure_mode, FailureMode::Throws(ALWAYS) | FailureMode::Named(ALWAYS));
            prop_assert!(!is_poison || world.given_up.contains(&index), "{} cannot have been done", index);
        }
    }

    #[test]
    fn a_record_that_always_throws_costs_only_its_retries_and_splits(
        settings in settings(),
        items in prop::collection::vec(0..5_u8, 1..40),
        poison in any::<prop::sample::Index>(),
    ) {
        let poison = poison.index(items.len());
        let failure_modeed = |(index, item)| (item, if index == poison { FailureMode::Throws(ALWAYS) } else { FailureMode::Good });
        let mut world = World::new(
            Settings { bisects: true, ..settings.clone() },
            items.iter().copied().enumerate().map(failure_modeed).collect(),
        );
        world.finish();
        prop_assert_eq!(&world.given_up, &BTreeSet::from([poison]));
        let mut clean = World::new(settings.clone(), items.into_iter().map(|item| (item, FailureMode::Good)).collect());
        clean.finish();
        // Each split adds two invocations, one of which contains the failing record.
        let halvings = settings.batch_size.next_power_of_two().ilog2() as usize;
        prop_assert!(world.invocations <= clean.invocations + 2 * halvings + settings.retries as usize);
    }

    #[test]
    fn a_function_that_fails_now_and_then_loses_nothing(
        settings in settings(),
        stream in prop::collection::vec((0..5_u8, (0..3_u32).prop_map(FailureMode::Named)), 0..40),
    ) {
        let settings = Settings { retries: 3, ..settings };
        let mut world = World::new(settings, stream);
        world.finish();
        let mut lost = BTreeMap::new();
        for index in &world.given_up {
            lost.insert(*index, world.stream[*index]);
        }
        prop_assert!(lost.is_empty(), "{:?}", lost);
    }
}
