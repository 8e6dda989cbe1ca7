//! Several lockers opened by one entry, one after the other.
//!
//! The next locker opens when the door of the one before has been closed, so that a person looks after one open locker at a
//! time. A lock that jams, or a door that nobody opens, is passed over. A door that stays open ends the sequence. Nothing of
//! it is written: after a power cut nothing opens, and whoever types the code again goes on with the keys that are left.

use std::collections::VecDeque;

use protocol::{Door, Purpose};

use super::motors::{Decider, EntryRun, Limit, Run, Why};
use super::{Device, Display, Effect, Motor};
use crate::clock::Millis;

/// How long the question which keys to fetch or to return is shown.
const CHOICE: Millis = 20_000;
/// The next locker opens at most this long after the last door was closed.
const NEXT: Millis = 30_000;
/// How long an unlocked door may stay closed before the next locker opens.
const UNOPENED: Millis = 10_000;
/// How long a door may stay open.
const DOOR_OPEN: Millis = 120_000;
/// A door counts as closed when its sensor has said so for this long: a sensor may flicker.
const CLOSED_FOR: Millis = 1_000;
/// How long a jam is shown before the next locker opens.
const JAM_SHOWN: Millis = 3_000;

/// What the cloud allowed for an entry, or the device without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Allowed {
    /// The entry's id.
    pub(super) id: String,
    pub(super) fetch: Vec<u16>,
    pub(super) give_back: Vec<u16>,
    /// How many keys of the code somebody else has.
    pub(super) missing: u16,
    /// For the first locker.
    pub(super) limit: Limit,
    pub(super) decider: Decider,
}

/// The sequence under way.
#[derive(Debug, Default)]
pub(super) struct Sequence(Option<Stage>);

#[derive(Debug)]
enum Stage {
    /// The display asks what is wanted.
    Choosing {
        allowed: Allowed,
        until: Millis,
    },
    Opening {
        rest: Rest,
        locker: u16,
        now: Step,
    },
}

/// What is still to be done after the current locker.
#[derive(Debug)]
struct Rest {
    id: String,
    run: EntryRun,
    lockers: VecDeque<u16>,
    missing: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Its motor is to run, or runs.
    Motor,
    Unlocked {
        until: Millis,
    },
    DoorOpen {
        until: Millis,
    },
    Closed {
        until: Millis,
    },
    /// It did not open.
    Jammed {
        until: Millis,
    },
}

impl Sequence {
    /// Whether the digits 1 and 2 answer the question on the display.
    pub(super) fn is_choosing(&self) -> bool {
        matches!(self.0, Some(Stage::Choosing { .. }))
    }

    /// Whether a person is busy with lockers, so that the keypad takes no code.
    pub(super) fn is_busy(&self) -> bool {
        matches!(&self.0, Some(Stage::Opening { rest, now, .. }) if !rest.lockers.is_empty() || *now == Step::Motor)
    }

    pub(super) fn wake_at(&self) -> Option<Millis> {
        match self.0.as_ref()? {
            Stage::Choosing { until, .. } => Some(*until),
            Stage::Opening { now, .. } => match now {
                Step::Motor => None,
                Step::Unlocked { until }
                | Step::DoorOpen { until }
                | Step::Closed { until }
                | Step::Jammed { until } => Some(*until),
            },
        }
    }
}

impl Device {
    /// Opens what an entry may open, or asks first.
    pub(super) fn open_for_entry(&mut self, mut allowed: Allowed, now: Millis, effects: &mut Vec<Effect>) {
        allowed.fetch.retain(|locker| self.lockers.has(*locker));
        allowed.give_back.retain(|locker| self.lockers.has(*locker));
        match (allowed.fetch.is_empty(), allowed.give_back.is_empty()) {
            (true, true) => self.show(Display::NotValid, now, effects),
            (false, true) => self.begin(allowed, Purpose::Fetch, now, effects),
            (true, false) => self.begin(allowed, Purpose::Return, now, effects),
            (false, false) => {
                self.sequence.0 = Some(Stage::Choosing { allowed, until: now + CHOICE });
                self.show(Display::FetchOrReturn, now, effects);
            }
        }
    }

    /// A key of the keypad while the display asks: 1 to fetch, 2 to return, `*` for neither.
    pub(super) fn choose(&mut self, key: char, now: Millis, effects: &mut Vec<Effect>) {
        let purpose = match key {
            '1' => Purpose::Fetch,
            '2' => Purpose::Return,
            '*' => {
                self.sequence.0 = None;
                return self.show(Display::Ready, now, effects);
            }
            _ => return,
        };
        if let Some(Stage::Choosing { allowed, .. }) = self.sequence.0.take() {
            self.begin(allowed, purpose, now, effects);
        }
    }

    fn begin(&mut self, allowed: Allowed, purpose: Purpose, now: Millis, effects: &mut Vec<Effect>) {
        let Allowed { id, fetch, give_back, missing, limit, decider } = allowed;
        let (mut lockers, missing) = match purpose {
            Purpose::Fetch => (fetch, missing),
            Purpose::Return => (give_back, 0),
        };
        let run = EntryRun { purpose, decider };
        lockers.retain(|locker| self.may_run(*locker, run, now));
        if lockers.is_empty() {
            self.sequence.0 = None;
            return self.show(Display::NotValid, now, effects);
        }
        self.open_next(Rest { id, run, lockers: lockers.into(), missing }, limit, now, effects);
    }

    fn open_next(&mut self, mut rest: Rest, limit: Limit, now: Millis, effects: &mut Vec<Effect>) {
        rest.lockers.retain(|locker| self.may_run(*locker, rest.run, now));
        let Some(locker) = rest.lockers.pop_front() else {
            if rest.missing > 0 {
                self.show(Display::StillOut(rest.missing), now, effects);
            }
            return;
        };
        let run = Run { locker, id: rest.id.clone(), limit, why: Why::Entry(rest.run) };
        self.sequence.0 = Some(Stage::Opening { rest, locker, now: Step::Motor });
        self.show(Display::Opening(locker), now, effects);
        self.run_motor(run, now, effects);
    }

    /// The entry came too late for this locker.
    pub(super) fn entry_expired(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        self.sequence.0 = None;
        self.show(Display::TryAgain, now, effects);
    }

    /// A motor has run for an entry.
    pub(super) fn entry_done(
        &mut self,
        locker: u16,
        run: EntryRun,
        motor: Motor,
        now: Millis,
        effects: &mut Vec<Effect>,
    ) {
        // A door may spring open before the motor stops.
        let is_open = self.lockers.is_door_open(locker);
        let more = match &mut self.sequence.0 {
            Some(Stage::Opening { rest, locker: current, now: step }) if *current == locker => {
                *step = match motor {
                    Motor::Opened if is_open => Step::DoorOpen { until: now + DOOR_OPEN },
                    Motor::Opened => Step::Unlocked { until: now + UNOPENED },
                    Motor::Jammed => Step::Jammed { until: now + JAM_SHOWN },
                };
                let more = u16::try_from(rest.lockers.len()).unwrap_or(u16::MAX);
                if more == 0 && rest.missing == 0 {
                    self.sequence.0 = None;
                }
                more
            }
            _ => 0,
        };
        let EntryRun { purpose, decider } = run;
        let display = match (motor, decider) {
            (Motor::Jammed, _) => Display::Jammed(locker),
            (Motor::Opened, Decider::Device { .. }) => Display::OpenOffline { locker, purpose, more },
            (Motor::Opened, Decider::Cloud) if more == 0 => Display::Open { locker, purpose },
            (Motor::Opened, Decider::Cloud) => Display::OpenOfSeveral { locker, purpose, more },
        };
        self.show(display, now, effects);
    }

    /// A door's sensor has another reading.
    pub(super) fn sequence_door(&mut self, locker: u16, door: Door, now: Millis) {
        let Some(Stage::Opening { locker: current, now: step, .. }) = &mut self.sequence.0 else { return };
        if *current != locker {
            return;
        }
        match (*step, door) {
            (Step::Unlocked { .. } | Step::Closed { .. }, Door::Open) => {
                *step = Step::DoorOpen { until: now + DOOR_OPEN }
            }
            (Step::DoorOpen { .. }, Door::Closed) => *step = Step::Closed { until: now + CLOSED_FOR },
            _ => {}
        }
    }

    /// Whatever of the sequence is due now.
    pub(super) fn catch_up_sequence(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        if self.sequence.wake_at().is_none_or(|due| due > now) {
            return;
        }
        match &self.sequence.0 {
            Some(Stage::Opening { now: Step::DoorOpen { .. }, locker, .. }) => {
                let locker = *locker;
                self.sequence.0 = None;
                self.show(Display::DoorOpen(locker), now, effects);
            }
            Some(Stage::Opening { .. }) => self.go_on(now, effects),
            Some(Stage::Choosing { .. }) | None => {
                self.sequence.0 = None;
                self.show(Display::Ready, now, effects);
            }
        }
    }

    /// Opens the next locker.
    fn go_on(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        if let Some(Stage::Opening { rest, .. }) = self.sequence.0.take() {
            self.open_next(rest, Limit::Counter(now + NEXT), now, effects);
        }
    }
}
