//! The invariants: every opening must agree with its motor.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use domain::{Instant, Opening, OpeningStatus};

/// The maximum difference of clocks in milliseconds, rounding to seconds included.
const SKEW: i64 = 2_000;

/// At least this many entries open several lockers.
const SEVERAL: usize = 25;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MotorRun {
    pub(crate) at: Instant,
    pub(crate) opened: bool,
}

/// What happened in the cabinets, by opening.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    runs: BTreeMap<String, Vec<MotorRun>>,
    /// The device lost power after it wrote that it would open, and before it wrote the result.
    interrupted: BTreeSet<String>,
    /// The device lost the journal with its report before the shadow had taken it.
    forgotten: BTreeSet<String>,
    /// When each device started a new journal.
    begun: BTreeMap<String, Vec<Instant>>,
}

impl Truth {
    pub(crate) fn note(&mut self, opening: &str, run: MotorRun) {
        self.runs.entry(opening.to_owned()).or_default().push(run);
    }

    pub(crate) fn interrupt(&mut self, opening: String) {
        self.interrupted.insert(opening);
    }

    pub(crate) fn forget(&mut self, opening: String) {
        self.forgotten.insert(opening);
    }

    pub(crate) fn begin(&mut self, automat: String, at: Instant) {
        self.begun.entry(automat).or_default().push(at);
    }

    /// Whether a device with a new journal may have reported `failed`, because the opening was requested before.
    fn may_be_forgotten(&self, opening: &Opening, now: Instant) -> bool {
        let Some(finished) = opening.finished_at(now) else { return false };
        let near = |begun: &&Instant| {
            opening.issued_at.millis() <= begun.millis() + SKEW && finished.millis() >= begun.millis() - SKEW
        };
        self.begun.get(opening.automat.as_str()).into_iter().flatten().any(|begun| near(&begun))
    }

    fn of(&self, opening: &Opening) -> &[MotorRun] {
        self.runs.get(opening.id.as_str()).map_or(&[], Vec::as_slice)
    }

    /// What is wrong with the result of an opening at an instant.
    pub(crate) fn lie(&self, opening: &Opening, now: Instant) -> Option<String> {
        let runs = self.of(opening);
        let (status, confirmed) = (opening.status(now), opening.is_confirmed_by_device());
        let wrong = match (runs, status, confirmed) {
            ([_, _, ..], ..) => "the motor ran twice",
            ([run], ..) if run.at >= opening.expires_at => "the motor ran when the opening's life was over",
            // The lock is jammed, or the device reports that it cannot know whether the motor ran.
            ([run], OpeningStatus::Failed, true) if !run.opened => return None,
            (_, OpeningStatus::Failed, true) if self.interrupted.contains(opening.id.as_str()) => return None,
            (_, OpeningStatus::Failed, true) if self.may_be_forgotten(opening, now) => return None,
            (_, OpeningStatus::Expired, false) if self.forgotten.contains(opening.id.as_str()) => return None,
            ([run], OpeningStatus::Opened, true) if run.opened => return None,
            ([], OpeningStatus::Refused | OpeningStatus::Expired, _) => return None,
            _ => "it does not say what the motor knows",
        };
        Some(format!("{wrong}: {status:?}, confirmed: {confirmed}, runs: {runs:?}, {opening:?}"))
    }

    /// What is wrong with a response during the run: it may not know the result yet, but must not be false.
    pub(crate) fn premature(&self, opening: &Opening, now: Instant) -> Option<String> {
        let said_opened = opening.status(now) == OpeningStatus::Opened;
        let opened = self.of(opening).iter().any(|run| run.opened);
        (said_opened && !opened).then(|| format!("it was said to be open before the motor ran: {opening:?}"))
    }
}

/// The result of a run.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) lies: Vec<String>,
    /// The number of openings by result.
    pub(crate) ended: BTreeMap<String, usize>,
    /// The number of faults by kind.
    pub(crate) mishaps: BTreeMap<&'static str, usize>,
    /// The number of keypad entries by what came of them.
    pub(crate) entries: BTreeMap<&'static str, usize>,
}

impl Verdict {
    /// Something came of an entry, this many times.
    pub(crate) fn count(&mut self, what: &'static str, times: usize) {
        *self.entries.entry(what).or_default() += times;
    }

    /// Whether the run was hard enough: every result occurred, most openings still opened, and many entries opened several
    /// lockers.
    pub(crate) fn is_significant(&self) -> bool {
        let count = |end: &str| self.ended.get(end).copied().unwrap_or_default();
        let entries = |what: &str| self.entries.get(what).copied().unwrap_or_default();
        let all: usize = self.ended.values().sum();
        count("Opened confirmed") * 3 > all
            && ["Failed confirmed", "Expired confirmed"].into_iter().all(|end| count(end) > 0)
            && self.mishaps.values().chain(self.entries.values()).all(|&times| times > 0)
            && entries("several lockers") >= SEVERAL
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ended, mishaps, entries, .. } = self;
        write!(f, "{ended:?}, and of entries {entries:?}, after {mishaps:?}")
    }
}
