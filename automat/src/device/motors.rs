//! The lock motors: one run at a time per locker, lockers beside each other.

use std::collections::{BTreeMap, VecDeque};

use protocol::Purpose;

/// What a motor is to run for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) locker: u16,
    /// The opening's or the entry's id.
    pub(super) id: String,
    /// From when on it must not start, in seconds since 1970.
    pub(super) expires_at: i64,
    pub(super) why: Why,
}

/// Who asked for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The cloud, by a request with this `seq`; its intent is on the disk.
    Opening { seq: u64 },
    /// Somebody at the keypad. No intent is written: the entry lives in memory alone, so after a power cut there is
    /// nothing left that could run the motor a second time.
    Entry(Purpose),
}

/// The runs by locker; the first of each is running.
#[derive(Debug, Default)]
pub(super) struct Motors(BTreeMap<u16, VecDeque<Run>>);

impl Motors {
    /// Whether this locker's motor runs.
    pub(super) fn is_running(&self, locker: u16) -> bool {
        self.0.contains_key(&locker)
    }

    /// Adds a run: it runs now if none ran, or waits.
    pub(super) fn add(&mut self, run: Run) {
        self.0.entry(run.locker).or_default().push_back(run);
    }

    /// Takes out the run that is done, and those that waited behind it.
    pub(super) fn done(&mut self, locker: u16) -> Option<(Run, VecDeque<Run>)> {
        let mut runs = self.0.remove(&locker)?;
        runs.pop_front().map(|done| (done, runs))
    }
}
