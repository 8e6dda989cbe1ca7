//! The lock motors: one run at a time per locker; lockers are independent.

use std::collections::{BTreeMap, VecDeque};

use protocol::{Handle, Purpose};

use crate::clock::Millis;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) locker: u16,
    /// The id of the opening or the entry.
    pub(super) id: String,
    pub(super) limit: Limit,
    pub(super) why: Why,
}

/// When it is too late for a motor to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// At or after this time of the cloud, in seconds since 1970.
    Cloud(i64),
    /// At or after this count of the device, which needs no time of the cloud.
    Counter(Millis),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// A request with this `seq`; its intent is written.
    Opening { seq: u64 },
    /// A keypad entry. No intent is written: the entry exists in memory only, so nothing can run the motor a second
    /// time after a power cut.
    Entry(EntryRun),
}

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EntryRun {
    pub(super) purpose: Purpose,
    pub(super) decider: Decider,
}

/// Who has decided that an entry opens lockers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decider {
    Cloud,
    /// The device itself, which looks again before each motor runs.
    Device {
        /// The contract of a PIN.
        contract: Option<Handle>,
    },
}

#[derive(Debug, Default)]
pub(super) struct Motors(BTreeMap<u16, Lane>);

#[derive(Debug, Default)]
struct Lane {
    running: Option<Run>,
    waiting: VecDeque<Run>,
}

impl Motors {
    pub(super) fn add(&mut self, run: Run) {
        self.0.entry(run.locker).or_default().waiting.push_back(run);
    }

    /// Removes the run that may start now. None may while another is under way.
    pub(super) fn next(&mut self, locker: u16) -> Option<Run> {
        self.0.get_mut(&locker).filter(|lane| lane.running.is_none())?.waiting.pop_front()
    }

    pub(super) fn start(&mut self, run: Run) {
        let lane = self.0.entry(run.locker).or_default();
        lane.running = Some(run);
    }

    /// Removes the run that has ended.
    pub(super) fn done(&mut self, locker: u16) -> Option<Run> {
        self.0.get_mut(&locker)?.running.take()
    }
}
