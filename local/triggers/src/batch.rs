//! Records that are handed on together, and what is tried again of them.

use domain::Instant;

use crate::response::Outcome;
use crate::settings::wait_millis;
use crate::{Record, Settings};

/// Records that are handed on together, at least one.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) records: Vec<Record>,
    /// How often it has been tried again.
    pub(crate) retries: u32,
    /// It is not handed on before.
    pub(crate) not_before: Instant,
}

/// What is left to do of a batch that was tried.
#[derive(Debug)]
pub(crate) enum Rest {
    /// Nothing.
    Done,
    /// These, the earlier first, after so many records that are done.
    Again(usize, Vec<Batch>),
    /// It is given up.
    GivenUp(Batch),
}

impl Batch {
    pub(crate) fn new(records: Vec<Record>) -> Self {
        Self { records, retries: 0, not_before: Instant::EPOCH }
    }

    /// What is left to do, by Lambda's rules. A batch of which a part is done is cut there and counts its tries anew;
    /// halving one is no try either. One whose first record fails is neither halved nor cut by the function's naming
    /// that record, so what follows it shares its fate.
    pub(crate) fn after(mut self, outcome: Outcome, settings: &Settings, now: Instant) -> Rest {
        let not_before = now.plus_millis(wait_millis(self.retries));
        match outcome {
            Outcome::Done => Rest::Done,
            Outcome::FailedFrom(done) if done > 0 => {
                let records = self.records.split_off(done);
                Rest::Again(done, vec![Self { records, retries: 0, not_before }])
            }
            Outcome::Failed if settings.bisects && self.records.len() > 1 => {
                let later = self.records.split_off(self.records.len() / 2);
                let half = |records| Self { records, retries: self.retries, not_before };
                Rest::Again(0, vec![half(self.records), half(later)])
            }
            Outcome::FailedFrom(_) | Outcome::Failed if self.retries >= settings.retries => Rest::GivenUp(self),
            Outcome::FailedFrom(_) | Outcome::Failed => {
                Rest::Again(0, vec![Self { retries: self.retries + 1, not_before, ..self }])
            }
        }
    }
}
