//! Lambda's event source mapping of one shard as a state machine: records and answers in, invocations and failures out.
//! No record is lost: it is either done or in a [`Failure`].
//!
//! Batches are processed one at a time, so all records keep their order, whatever the parallelization factor. With one above 1, Lambda
//! keeps only the order of each item's records: a function that needs more than that works here and not in AWS.

use std::collections::VecDeque;

use domain::Instant;
use serde_json::{Value, json};

use crate::batch::{Batch, Remaining};
use crate::response::{BatchResult, interpret};
use crate::{Checkpoint, Filter, Record, Sequence, Settings};

/// Why records were given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// All retries have failed.
    RetriesExhausted,
    /// The records exceeded the maximum age before they were processed.
    TooOld,
}

/// The content of a message to the failure queue: the position of the records in the stream, without their content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Why they were given up.
    pub reason: Reason,
    /// Sequence number of the first record.
    pub first: Sequence,
    /// Sequence number of the last record.
    pub last: Sequence,
    /// The keys of the items, one for each record.
    pub items: Vec<String>,
    /// How often the records were retried.
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

/// An event source mapping of one shard, with one invocation at a time.
#[derive(Debug)]
pub struct Mapping {
    settings: Settings,
    /// The last record that was read.
    read: Option<Sequence>,
    /// Everything up to this record is done, given up or filtered out.
    done: Option<Sequence>,
    /// Records without an attempt so far, with the time at which each was read.
    waiting: VecDeque<(Record, Instant)>,
    /// Batches to retry, the earliest last. All of them precede the waiting records.
    again: Vec<Batch>,
    /// The batch of the running invocation, which precedes all others.
    tried: Option<Batch>,
    failures: Vec<Failure>,
}

impl Mapping {
    /// Continues from a checkpoint.
    #[must_use]
    pub fn new(settings: Settings, checkpoint: Checkpoint) -> Self {
        let done = checkpoint.done;
        Self {
            settings,
            read: done.clone(),
            done,
            waiting: VecDeque::new(),
            again: Vec::new(),
            tried: None,
            failures: Vec::new(),
        }
    }

    /// The record after which to read on; `None` to read from the start.
    #[must_use]
    pub fn read(&self) -> Option<&Sequence> {
        self.read.as_ref()
    }

    /// Whether more records should be read: no full batch waits. The rest is safe in the stream, and takes memory here.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.waiting.len() < self.settings.batch_size
    }

    /// Adds records that were read, in the order of the stream.
    pub fn add_records(&mut self, records: impl IntoIterator<Item = Record>, now: Instant) {
        for record in records {
            self.read = Some(record.sequence.clone());
            let filters = &self.settings.filters;
            if filters.is_empty() || filters.iter().any(|filter: &Filter| filter.matches(&record.event)) {
                self.waiting.push_back((record, now));
            }
        }
        self.skip_filtered();
    }

    /// The event for the next invocation; pass its answer to [`Mapping::settle`]. `None` while an invocation is
    /// running, or nothing is due.
    pub fn next(&mut self, now: Instant) -> Option<Value> {
        if self.tried.is_some() {
            return None;
        }
        while let Some(batch) = self.due(now) {
            if let Some(batch) = self.drop_expired(batch, now) {
                let records: Vec<_> = batch.records.iter().map(|record| &record.event).collect();
                let event = json!({ "Records": records });
                self.tried = Some(batch);
                return Some(event);
            }
        }
        self.skip_filtered();
        None
    }

    /// Processes a function's answer; `None` if it failed, timed out or panicked.
    pub fn settle(&mut self, answer: Option<&Value>, now: Instant) {
        let Some(batch) = self.tried.take() else { return };
        let outcome = match answer {
            None => BatchResult::Failed,
            Some(answer) if self.settings.reports_failures => interpret(&batch.records, answer),
            Some(_) => BatchResult::Done,
        };
        let sequences: Vec<_> = batch.records.iter().map(|record| record.sequence.clone()).collect();
        let done = match batch.after(outcome, &self.settings, now) {
            Remaining::Done => sequences.len(),
            Remaining::Again(done, batches) => {
                self.again.extend(batches.into_iter().rev());
                done
            }
            Remaining::GivenUp(batch) => {
                self.failures.extend(Failure::of(&batch.records, Reason::RetriesExhausted, batch.retries, now));
                sequences.len()
            }
        };
        if let Some(last) = done.checked_sub(1).and_then(|index| sequences.into_iter().nth(index)) {
            self.done = Some(last);
        }
        self.skip_filtered();
    }

    /// Returns the failures since the last call.
    pub fn take_failures(&mut self) -> Vec<Failure> {
        std::mem::take(&mut self.failures)
    }

    /// Where to continue after a restart.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint { done: self.done.clone() }
    }

    /// Whether all records that were read are done or given up.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.again.is_empty() && self.tried.is_none()
    }

    /// The next batch that is due.
    fn due(&mut self, now: Instant) -> Option<Batch> {
        if let Some(batch) = self.again.last() {
            return if batch.not_before <= now { self.again.pop() } else { None };
        }
        let (_, since) = self.waiting.front()?;
        let window = i64::try_from(self.settings.window.as_millis()).unwrap_or(i64::MAX);
        if self.waiting.len() < self.settings.batch_size && since.plus_millis(window) > now {
            return None;
        }
        let size = self.settings.batch_size.min(self.waiting.len());
        Some(Batch::new(self.waiting.drain(..size).map(|(record, _)| record).collect()))
    }

    /// The batch without the records that exceed the maximum age, which are given up.
    fn drop_expired(&mut self, mut batch: Batch, now: Instant) -> Option<Batch> {
        let max_age = i64::try_from(self.settings.max_age.as_millis()).unwrap_or(i64::MAX);
        let is_fresh = |record: &Record| record.written_at.plus_millis(max_age) > now;
        let fresh = batch.records.split_off(batch.records.iter().position(is_fresh).unwrap_or(batch.records.len()));
        let old = std::mem::replace(&mut batch.records, fresh);
        if let Some(last) = old.last() {
            self.done = Some(last.sequence.clone());
        }
        self.failures.extend(Failure::of(&old, Reason::TooOld, batch.retries, now));
        (!batch.records.is_empty()).then_some(batch)
    }

    /// When nothing remains, advances the checkpoint past the trailing records that were filtered out.
    fn skip_filtered(&mut self) {
        if self.is_idle() {
            self.done.clone_from(&self.read);
        }
    }
}
