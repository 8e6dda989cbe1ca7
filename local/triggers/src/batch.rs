//! Batches: records passed to the function together, and what remains of a batch after an attempt.

use domain::Instant;

use crate::response::BatchResult;
use crate::settings::wait_millis;
use crate::{Record, Settings};

/// One or more records that are passed to the function together.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) records: Vec<Record>,
    /// How often it has been retried.
    pub(crate) retries: u32,
    /// The earliest time of the next attempt.
    pub(crate) not_before: Instant,
}

/// What remains of a batch after an attempt.
#[derive(Debug)]
pub(crate) enum Remaining {
    Done,
    /// The first records are done, as many as the number; these batches remain, in order.
    Again(usize, Vec<Batch>),
    /// All retries are used up.
    GivenUp(Batch),
}

impl Batch {
    pub(crate) fn new(records: Vec<Record>) -> Self {
        Self { records, retries: 0, not_before: Instant::EPOCH }
    }

    /// What remains, by Lambda's rules. When the first part of a batch is done, the rest is a new batch with its own
    /// retries; splitting a batch in half does not count as a retry either. When the first record fails, naming it
    /// neither splits nor shortens the batch, so the records after it are retried and given up with it.
    pub(crate) fn after(mut self, outcome: BatchResult, settings: &Settings, now: Instant) -> Remaining {
        let not_before = now.plus_millis(wait_millis(self.retries));
        match outcome {
            BatchResult::Done => Remaining::Done,
            BatchResult::FailedFrom(done) if done > 0 => {
                let records = self.records.split_off(done);
                Remaining::Again(done, vec![Self { records, retries: 0, not_before }])
            }
            BatchResult::Failed if settings.bisects && self.records.len() > 1 => {
                let later = self.records.split_off(self.records.len() / 2);
                let half = |records| Self { records, retries: self.retries, not_before };
                Remaining::Again(0, vec![half(self.records), half(later)])
            }
            BatchResult::FailedFrom(_) | BatchResult::Failed if self.retries >= settings.retries => {
                Remaining::GivenUp(self)
            }
            BatchResult::FailedFrom(_) | BatchResult::Failed => {
                Remaining::Again(0, vec![Self { retries: self.retries + 1, not_before, ..self }])
            }
        }
    }
}
