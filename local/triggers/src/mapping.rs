//! Lambda's event source mapping of one shard, as a machine of states: records in, invocations out, answers in, and
//! out comes what failed for good. No record is left out: it is done, or it is in a [`Failure`].
//!
//! One batch goes after the other, so all records keep their order. With a parallelization factor above 1, Lambda would
//! keep the order of an item's records only; [`Triggers`](crate::Triggers) refuses it.

use std::collections::VecDeque;

use domain::Instant;
use serde_json::{Value, json};

use crate::batch::{Batch, Rest};
use crate::response::{Outcome, judge};
use crate::{Checkpoint, Filter, Record, Sequence, Settings};

/// No more is read while so many records wait for their turn.
const MAX_WAITING: usize = 10_000;

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

/// An event source mapping of one shard. One batch is under way at a time.
#[derive(Debug)]
pub struct Mapping {
    settings: Settings,
    /// Everything up to here has been taken.
    read: Option<Sequence>,
    /// Everything up to here is done, given up or filtered out.
    done: Option<Sequence>,
    /// Those that have not been tried, and since when the first of them may have waited.
    waiting: VecDeque<(Record, Instant)>,
    /// Those to be tried again, the earliest last. All are earlier than those waiting.
    again: Vec<Batch>,
    /// The one that is being tried: earlier than all others.
    tried: Option<Batch>,
    failures: Vec<Failure>,
}

impl Mapping {
    /// One that goes on where another was.
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

    /// The record after which to read on; `None` for the first that there is.
    #[must_use]
    pub fn read(&self) -> Option<&Sequence> {
        self.read.as_ref()
    }

    /// Whether more should be read.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.waiting.len() < MAX_WAITING
    }

    /// Takes what was read, in the order of the stream.
    pub fn take(&mut self, records: impl IntoIterator<Item = Record>, now: Instant) {
        for record in records {
            self.read = Some(record.sequence.clone());
            let filters = &self.settings.filters;
            if filters.is_empty() || filters.iter().any(|filter: &Filter| filter.matches(&record.event)) {
                self.waiting.push_back((record, now));
            }
        }
        self.pass_filtered();
    }

    /// The event that the function is to be invoked with now; its answer is for [`Mapping::settle`]. None while another
    /// is under way.
    pub fn next(&mut self, now: Instant) -> Option<Value> {
        if self.tried.is_some() {
            return None;
        }
        while let Some(batch) = self.due(now) {
            if let Some(batch) = self.without_old(batch, now) {
                let records: Vec<_> = batch.records.iter().map(|record| &record.event).collect();
                let event = json!({ "Records": records });
                self.tried = Some(batch);
                return Some(event);
            }
        }
        self.pass_filtered();
        None
    }

    /// Takes a function's answer, or `None` when it failed, took too long or stopped.
    pub fn settle(&mut self, answer: Option<&Value>, now: Instant) {
        let Some(batch) = self.tried.take() else { return };
        let outcome = match answer {
            None => Outcome::Failed,
            Some(answer) if self.settings.reports_failures => judge(&batch.records, answer),
            Some(_) => Outcome::Done,
        };
        let sequences: Vec<_> = batch.records.iter().map(|record| record.sequence.clone()).collect();
        let done = match batch.after(outcome, &self.settings, now) {
            Rest::Done => sequences.len(),
            Rest::Again(done, batches) => {
                self.again.extend(batches.into_iter().rev());
                done
            }
            Rest::GivenUp(batch) => {
                self.failures.extend(Failure::of(&batch.records, Reason::RetriesExhausted, batch.retries, now));
                sequences.len()
            }
        };
        if let Some(last) = done.checked_sub(1).and_then(|index| sequences.into_iter().nth(index)) {
            self.done = Some(last);
        }
        self.pass_filtered();
    }

    /// Hands out what was given up since this was last asked.
    pub fn take_failures(&mut self) -> Vec<Failure> {
        std::mem::take(&mut self.failures)
    }

    /// Where to go on after a restart.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint { done: self.done.clone() }
    }

    /// Whether everything that was taken is done or given up.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.again.is_empty() && self.tried.is_none()
    }

    /// The batch whose time has come.
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

    /// What is left of a batch when the records that are too old to be tried have been given up.
    fn without_old(&mut self, mut batch: Batch, now: Instant) -> Option<Batch> {
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

    /// When nothing is left to do, what was read after the last record was filtered out.
    fn pass_filtered(&mut self) {
        if self.is_idle() {
            self.done.clone_from(&self.read);
        }
    }
}
