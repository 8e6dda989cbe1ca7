//! The records of some items, one batch after the other.

use std::collections::VecDeque;

use domain::Instant;

use crate::batch::{Batch, Rest};
use crate::mapping::{Failure, Reason};
use crate::response::Outcome;
use crate::{Record, Sequence, Settings};

/// One of the ways that a shard's records take at once. All records of an item take the same, so they stay in order.
#[derive(Debug)]
pub(crate) struct Lane {
    /// Everything of this lane up to here is dealt with.
    pub(crate) done: Option<Sequence>,
    /// Those that have not been tried, and since when the first of them may have waited.
    waiting: VecDeque<(Record, Instant)>,
    /// Those to be tried again, the earliest last. All are earlier than those waiting.
    again: Vec<Batch>,
    /// The one that is being tried: earlier than all others.
    tried: Option<Batch>,
}

impl Lane {
    pub(crate) fn new(done: Option<Sequence>) -> Self {
        Self { done, waiting: VecDeque::new(), again: Vec::new(), tried: None }
    }

    /// Takes a record, unless it was dealt with before.
    pub(crate) fn take(&mut self, record: Record, now: Instant) {
        if self.done.as_ref().is_none_or(|done| record.sequence > *done) {
            self.waiting.push_back((record, now));
        }
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.again.is_empty() && self.tried.is_none()
    }

    /// The records to be tried now, and what is given up because it is too old.
    pub(crate) fn next(&mut self, settings: &Settings, now: Instant) -> (Option<&[Record]>, Option<Failure>) {
        if self.tried.is_some() {
            return (None, None);
        }
        let Some(mut batch) = self.due(settings, now) else { return (None, None) };
        let max_age = i64::try_from(settings.max_age.as_millis()).unwrap_or(i64::MAX);
        let is_fresh = |record: &Record| record.written_at.plus_millis(max_age) > now;
        let fresh = batch.records.split_off(batch.records.iter().position(is_fresh).unwrap_or(batch.records.len()));
        let too_old = std::mem::replace(&mut batch.records, fresh);
        if let Some(last) = too_old.last() {
            self.done = Some(last.sequence.clone());
        }
        let failure = Failure::of(&too_old, Reason::TooOld, batch.retries, now);
        if !batch.records.is_empty() {
            self.tried = Some(batch);
        }
        (self.tried.as_ref().map(|batch| &*batch.records), failure)
    }

    fn due(&mut self, settings: &Settings, now: Instant) -> Option<Batch> {
        if let Some(batch) = self.again.last() {
            return if batch.not_before <= now { self.again.pop() } else { None };
        }
        let (_, since) = self.waiting.front()?;
        let window = i64::try_from(settings.window.as_millis()).unwrap_or(i64::MAX);
        if self.waiting.len() < settings.batch_size && since.plus_millis(window) > now {
            return None;
        }
        let size = settings.batch_size.min(self.waiting.len());
        Some(Batch::new(self.waiting.drain(..size).map(|(record, _)| record).collect()))
    }

    /// The records that are being tried.
    pub(crate) fn tried(&self) -> &[Record] {
        self.tried.as_ref().map_or(&[], |batch| &batch.records)
    }

    /// Takes what became of the batch that was tried, and tells what is given up.
    pub(crate) fn settle(&mut self, outcome: Outcome, settings: &Settings, now: Instant) -> Option<Failure> {
        let batch = self.tried.take()?;
        let sequences: Vec<_> = batch.records.iter().map(|record| record.sequence.clone()).collect();
        let (done, failure) = match batch.after(outcome, settings, now) {
            Rest::Done => (sequences.len(), None),
            Rest::Again(done, batches) => {
                self.again.extend(batches.into_iter().rev());
                (done, None)
            }
            Rest::GivenUp(batch) => {
                (sequences.len(), Failure::of(&batch.records, Reason::RetriesExhausted, batch.retries, now))
            }
        };
        if let Some(last) = done.checked_sub(1).and_then(|index| sequences.into_iter().nth(index)) {
            self.done = Some(last);
        }
        failure
    }
}
