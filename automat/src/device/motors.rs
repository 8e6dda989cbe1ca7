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

/// The motors by locker.
#[derive(Debug, Default)]
pub(super) struct Motors(BTreeMap<u16, Lane>);

/// One motor.
#[derive(Debug, Default)]
struct Lane {
    running: Option<Run>,
    waiting: VecDeque<Run>,
}

impl Motors {
    /// Adds a run behind those that wait.
    pub(super) fn add(&mut self, run: Run) {
        self.0.entry(run.locker).or_default().waiting.push_back(run);
    }

    /// Takes out the run that may start now: none does while one is under way.
    pub(super) fn next(&mut self, locker: u16) -> Option<Run> {
        self.0.get_mut(&locker).filter(|lane| lane.running.is_none())?.waiting.pop_front()
    }

    /// This run starts.
    pub(super) fn start(&mut self, run: Run) {
        let lane = self.0.entry(run.locker).or_default();
        lane.running = Some(run);
    }

    /// Takes out the run that is done.
    pub(super) fn done(&mut self, locker: u16) -> Option<Run> {
        self.0.get_mut(&locker)?.running.take()
    }
}
