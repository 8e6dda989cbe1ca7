//! Remote openings: what a request comes to.

use protocol::{Answer, Outcome, Request, Word};

use super::motors::{Run, Why};
use super::{Device, Display, Effect, Motor};
use crate::clock::Millis;
use crate::journal::Record;

impl Device {
    /// Decides on a request that the shadow holds. `is_missing`: the shadow may not have its word.
    pub(super) fn consider(
        &mut self,
        locker: u16,
        request: Request,
        is_missing: bool,
        now: Millis,
        effects: &mut Vec<Effect>,
    ) {
        let Request { seq, id, issued_at, expires_at } = request;
        if let Some(known) = self.journal.find(locker, &id) {
            // A word is on the disk once it waits to be reported or has been: one that is still being written is
            // added when it is there.
            if known.acknowledged && is_missing {
                self.reports.add(locker, &id);
            }
        } else if seq <= self.journal.highest(locker) || !self.lockers.has(locker) {
            self.settle(locker, seq, id, Outcome::Refused, now, effects);
        } else if self.journal.begun().is_none_or(|begun| issued_at < begun) {
            self.settle(locker, seq, id, Outcome::Failed, now, effects);
        } else if self.is_past(expires_at, now) {
            self.settle(locker, seq, id, Outcome::Expired, now, effects);
        } else {
            self.intents.push(Run { locker, id: id.clone(), expires_at, why: Why::Opening { seq } });
            self.persist(Record::Intent { locker, seq, id }, effects);
        }
    }

    /// Begins a journal that is new, or has taken the place of one that was lost. What was requested before, the device
    /// may have done and forgotten: it never acts on it, and answers `failed`, since nobody knows whether the motor ran.
    ///
    /// What was acted on before is in the first answer, or was issued before that answer was made: the cloud takes a request
    /// out of the shadow only when its result is stored or its life is over.
    pub(super) fn begin_journal(&mut self, at: i64, now: Millis, effects: &mut Vec<Effect>) {
        self.persist(Record::Begun { at }, effects);
        for (locker, Request { seq, id, .. }) in self.desired.clone() {
            if self.lockers.has(locker) {
                self.settle(locker, seq, id, Outcome::Failed, now, effects);
            }
        }
    }

    /// Runs a motor, now or after those that wait for the same one.
    pub(super) fn run_motor(&mut self, run: Run, now: Millis, effects: &mut Vec<Effect>) {
        let locker = run.locker;
        self.motors.add(run);
        self.run_next(locker, now, effects);
    }

    /// Starts the next run of a locker's motor if none is under way, and if it is not too late by now: the disk may have
    /// been slow, or the run before.
    ///
    /// Nothing is written in front of a start: that would take time, and the start would be late after all. So where
    /// something has to be, the next run starts when it is on the disk.
    pub(super) fn run_next(&mut self, locker: u16, now: Millis, effects: &mut Vec<Effect>) {
        while let Some(run) = self.motors.next(locker) {
            match run.why {
                _ if !self.is_past(run.expires_at, now) => {
                    self.lockers.opened_by(locker, &run.id);
                    effects.push(Effect::RunMotor { locker, id: run.id.clone() });
                    return self.motors.start(run);
                }
                Why::Opening { seq } => return self.settle(locker, seq, run.id, Outcome::Expired, now, effects),
                Why::Entry(_) => self.show(Display::TryAgain, now, effects),
            }
        }
    }

    pub(super) fn motor_done(&mut self, locker: u16, motor: Motor, now: Millis, effects: &mut Vec<Effect>) {
        let Some(run) = self.motors.done(locker) else { return };
        if motor == Motor::Jammed {
            self.lockers.did_not_open(locker);
        }
        let display = match (run.why, motor) {
            (Why::Opening { seq }, Motor::Opened) => {
                return self.settle(locker, seq, run.id, Outcome::Opened, now, effects);
            }
            (Why::Opening { seq }, Motor::Jammed) => {
                return self.settle(locker, seq, run.id, Outcome::Failed, now, effects);
            }
            (Why::Entry(purpose), Motor::Opened) => Display::Open { locker, purpose },
            (Why::Entry(_), Motor::Jammed) => Display::Jammed(locker),
        };
        self.show(display, now, effects);
        self.run_next(locker, now, effects);
    }

    /// Openings of an earlier life that had an intent and no word: the device does not know whether the motor ran.
    pub(super) fn settle_dangling(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        for (locker, seq, id) in std::mem::take(&mut self.dangling) {
            self.settle(locker, seq, id, Outcome::Failed, now, effects);
        }
    }

    /// What the cloud answered to the entry with this id.
    pub(super) fn answered(&mut self, id: &str, answer: Answer, now: Millis, effects: &mut Vec<Effect>) {
        if !self.keypad.take_answer(id) {
            return;
        }
        match answer {
            Answer::Open { locker_index: locker, purpose, expires_at } if self.lockers.has(locker) => {
                self.show(Display::Opening(locker), now, effects);
                self.run_motor(Run { locker, id: id.to_owned(), expires_at, why: Why::Entry(purpose) }, now, effects);
            }
            Answer::Open { .. } => self.show(Display::NotValid, now, effects),
            Answer::No { seconds } => {
                self.keypad.pause(seconds.unwrap_or(0), now);
                self.show(Display::NotValid, now, effects);
            }
            Answer::Wait { seconds } => {
                self.keypad.pause(seconds, now);
                self.show(Display::Wait(seconds), now, effects);
            }
        }
    }

    /// Decides what came of a request, for good; it is reported once it is on the disk.
    fn settle(&mut self, locker: u16, seq: u64, id: String, outcome: Outcome, now: Millis, effects: &mut Vec<Effect>) {
        // No request is looked at before the first answer, which sets the clock.
        let at = self.clock.map_or(0, |clock| clock.seconds(now));
        self.persist(Record::Word { locker, seq, word: Word { id, outcome, at } }, effects);
    }

    /// Whether an instant has come, by a clock that never runs behind; without a clock, it has.
    fn is_past(&self, instant: i64, now: Millis) -> bool {
        self.clock.is_none_or(|clock| clock.has_come(instant, now))
    }
}
