//! Lambda's event source mapping of one shard, as a machine of states: records in, invocations out, answers in, and
//! out comes what failed for good. No record is left out: it is done, or it is in a [`Failure`].
//!
//! What Lambda promises of a table's stream is order per item, not per partition key, once it runs more than one batch
//! at once; so it is here.

use domain::Instant;
use serde_json::{Value, json};

use crate::lane::Lane;
use crate::response::{Outcome, judge};
use crate::{Checkpoint, Filter, Record, Sequence, Settings};

/// No more is read while so many records wait for their turn.
const MAX_WAITING: usize = 10_000;

/// A function to be invoked: the answer is for [`Mapping::settle`].
#[derive(Clone, PartialEq)]
pub struct Invocation {
    /// Which of the mapping's lanes it is for.
    pub lane: usize,
    /// What the function is given.
    pub event: Value,
}

/// Why records were given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// They failed at every try.
    RetriesExhausted,
    /// They were too old to be tried, or tried again.
    TooOld,
}

/// What goes to the failure queue: where the records are in the stream, and never what is in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub reason: Reason,
    /// The first record.
    pub first: Sequence,
    /// The last record.
    pub last: Sequence,
    /// The keys of the items, one for each record.
    pub items: Vec<String>,
    /// How often they were tried again.
    pub retries: u32,
    /// When they were given up.
    pub at: Instant,
}

impl Failure {
    pub(crate) fn of(records: &[Record], reason: Reason, retries: u32, at: Instant) -> Option<Self> {
        let (first, last) = (records.first()?.sequence.clone(), records.last()?.sequence.clone());
        let items = records.iter().map(|record| record.item.clone()).collect();
        Some(Self { reason, first, last, items, retries, at })
    }
}

/// An event source mapping of one shard.
#[derive(Debug)]
pub struct Mapping {
    settings: Settings,
    lanes: Vec<Lane>,
    /// Everything up to here has been taken.
    read: Option<Sequence>,
    failures: Vec<Failure>,
}

impl Mapping {
    /// One that goes on where another was.
    #[must_use]
    pub fn new(settings: Settings, checkpoint: Checkpoint) -> Self {
        let positions = checkpoint.for_lanes(settings.parallel.max(1));
        let read = positions.iter().min().cloned().flatten();
        Self { lanes: positions.into_iter().map(Lane::new).collect(), settings, read, failures: Vec::new() }
    }

    /// The record after which to read on; `None` for the first that there is.
    #[must_use]
    pub fn read(&self) -> Option<&Sequence> {
        self.read.as_ref()
    }

    /// Whether more should be read.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.lanes.iter().map(Lane::waiting).sum::<usize>() < MAX_WAITING
    }

    /// Takes what was read, in the order of the stream.
    pub fn take(&mut self, records: impl IntoIterator<Item = Record>, now: Instant) {
        for record in records {
            self.read = Some(record.sequence.clone());
            let filters = &self.settings.filters;
            if filters.is_empty() || filters.iter().any(|filter: &Filter| filter.matches(&record.event)) {
                let lane = lane_of(&record.item, self.lanes.len());
                self.lanes[lane].take(record, now);
            }
        }
        self.move_idle_lanes();
    }

    /// What is to be invoked now; to be called until there is nothing more.
    pub fn next(&mut self, now: Instant) -> Option<Invocation> {
        let mut invocation = None;
        for (index, lane) in self.lanes.iter_mut().enumerate() {
            let (records, failure) = lane.next(&self.settings, now);
            self.failures.extend(failure);
            if let Some(records) = records {
                let records: Vec<_> = records.iter().map(|record| &record.event).collect();
                invocation = Some(Invocation { lane: index, event: json!({ "Records": records }) });
                break;
            }
        }
        self.move_idle_lanes();
        invocation
    }

    /// Takes a function's answer, or `None` when it failed, took too long or stopped.
    pub fn settle(&mut self, lane: usize, answer: Option<&Value>, now: Instant) {
        let Some(lane) = self.lanes.get_mut(lane) else { return };
        let outcome = match answer {
            None => Outcome::Failed,
            Some(answer) if self.settings.reports_failures => judge(lane.tried(), answer),
            Some(_) => Outcome::Done,
        };
        self.failures.extend(lane.settle(outcome, &self.settings, now));
        self.move_idle_lanes();
    }

    /// Hands out what was given up since this was last asked.
    pub fn take_failures(&mut self) -> Vec<Failure> {
        std::mem::take(&mut self.failures)
    }

    /// Where to go on after a restart.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(self.lanes.iter().map(|lane| lane.done.clone()).collect())
    }

    /// Whether everything that was taken is dealt with.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.lanes.iter().all(Lane::is_idle)
    }

    /// What was read and is not with a lane is for no lane, or filtered out: it is dealt with.
    fn move_idle_lanes(&mut self) {
        for lane in self.lanes.iter_mut().filter(|lane| lane.is_idle() && lane.done < self.read) {
            lane.done.clone_from(&self.read);
        }
    }
}

/// The lane of an item, the same at every start: FNV-1a, since the standard library's hash may change.
fn lane_of(item: &str, lanes: usize) -> usize {
    let hash = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    item.bytes().fold(2_166_136_261, hash) as usize % lanes
}

impl std::fmt::Debug for Invocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invocation").field("lane", &self.lane).finish_non_exhaustive()
    }
}
