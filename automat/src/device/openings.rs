//! Openings: what the device does about a request.

use protocol::{EntryResponse, OpeningReport, OpeningRequest, OpeningResult};

use super::motors::{Decider, Limit, Run, Why};
use super::sequence::Allowed;
use super::{Device, Display, Effect, Motor};
use crate::clock::Millis;
use crate::journal::Record;

impl Device {
    /// Decides on a request in the shadow. `is_missing`: the shadow may not have its report.
    pub(super) fn consider(
        &mut self,
        locker: u16,
        request: OpeningRequest,
        is_missing: bool,
        now: Millis,
        effects: &mut Vec<Effect>,
    ) {
        let OpeningRequest { seq, id, issued_at, expires_at } = request;
        if let Some(known) = self.journal.find(locker, &id) {
            // A report is on the disk once it is waiting or was sent. One that is still being written is added when it
            // is there.
            if known.acknowledged && is_missing {
                self.reports.add(locker, &id);
            }
        } else if seq <= self.journal.highest(locker) || !self.lockers.has(locker) {
            self.settle(locker, seq, id, OpeningResult::Refused, now, effects);
        } else if self.journal.started_at().is_none_or(|started_at| issued_at < started_at) {
            self.settle(locker, seq, id, OpeningResult::Failed, now, effects);
        } else if self.is_past(Limit::Cloud(expires_at), now) {
            self.settle(locker, seq, id, OpeningResult::Expired, now, effects);
        } else {
            let limit = Limit::Cloud(expires_at);
            self.intents.push(Run { locker, id: id.clone(), limit, why: Why::Opening { seq } });
            self.persist(Record::Intent { locker, seq, id }, effects);
        }
    }

    /// Starts a new journal, the first one or after a loss. The device may have acted on anything requested before, so
    /// it acts on none of it and reports `failed`: nobody knows whether the motor ran.
    ///
    /// That covers everything it may have acted on: a request is either in the first response or was issued before it,
    /// since the cloud removes a request from the shadow only when its result is stored or it has expired.
    pub(super) fn begin_journal(&mut self, at: i64, now: Millis, effects: &mut Vec<Effect>) {
        self.persist(Record::Started { at }, effects);
        for (locker, OpeningRequest { seq, id, .. }) in self.desired.clone() {
            if self.lockers.has(locker) {
                self.settle(locker, seq, id, OpeningResult::Failed, now, effects);
            }
        }
    }

    /// Runs a motor, now or after the runs that wait for it.
    pub(super) fn run_motor(&mut self, run: Run, now: Millis, effects: &mut Vec<Effect>) {
        let locker = run.locker;
        self.motors.add(run);
        self.run_next(locker, now, effects);
    }

    /// Starts the next run of a locker's motor if none is under way and it has not expired: the disk or the previous
    /// run may have been slow.
    ///
    /// Nothing is written before a start: it would take time, and the start might be late again. If something has to be
    /// written, the next run starts after that.
    pub(super) fn run_next(&mut self, locker: u16, now: Millis, effects: &mut Vec<Effect>) {
        while let Some(run) = self.motors.next(locker) {
            let is_allowed = match run.why {
                Why::Opening { .. } => true,
                Why::Entry(entry) => self.may_run(locker, entry, now),
            };
            match run.why {
                _ if is_allowed && !self.is_past(run.limit, now) => {
                    self.lockers.opened_by(locker, &run.id);
                    effects.push(Effect::RunMotor { locker, id: run.id.clone() });
                    return self.motors.start(run);
                }
                Why::Opening { seq } => return self.settle(locker, seq, run.id, OpeningResult::Expired, now, effects),
                Why::Entry(_) => self.entry_expired(now, effects),
            }
        }
    }

    pub(super) fn motor_done(&mut self, locker: u16, motor: Motor, now: Millis, effects: &mut Vec<Effect>) {
        let Some(run) = self.motors.done(locker) else { return };
        self.lockers.stopped(locker, motor, now);
        match (run.why, motor) {
            // The next run starts once the result is written.
            (Why::Opening { seq }, Motor::Opened) => {
                self.settle(locker, seq, run.id, OpeningResult::Opened, now, effects);
            }
            (Why::Opening { seq }, Motor::Jammed) => {
                self.settle(locker, seq, run.id, OpeningResult::Failed, now, effects);
            }
            (Why::Entry(entry), motor) => {
                self.entry_done(locker, entry, motor, now, effects);
                self.run_next(locker, now, effects);
            }
        }
    }

    /// Openings from before a restart with an intent and no result: the device does not know whether the motor ran.
    pub(super) fn settle_dangling(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        for (locker, seq, id) in std::mem::take(&mut self.dangling) {
            self.settle(locker, seq, id, OpeningResult::Failed, now, effects);
        }
    }

    /// Handles the reply to the entry with this id.
    pub(super) fn answered(&mut self, id: &str, response: EntryResponse, now: Millis, effects: &mut Vec<Effect>) {
        if !self.take_answer(id) {
            return;
        }
        match response {
            EntryResponse::Open { fetch, give_back, missing, expires_at } => {
                let missing = u16::try_from(missing.len()).unwrap_or(u16::MAX);
                let (limit, decider) = (Limit::Cloud(expires_at), Decider::Cloud);
                let allowed = Allowed { id: id.to_owned(), fetch, give_back, missing, limit, decider };
                self.open_for_entry(allowed, now, effects);
            }
            EntryResponse::No { seconds } => {
                self.keypad.pause(seconds.unwrap_or(0), now);
                self.show(Display::NotValid, now, effects);
            }
            EntryResponse::Wait { seconds } => {
                self.keypad.pause(seconds, now);
                self.show(Display::Wait(seconds), now, effects);
            }
        }
    }

    /// Decides the result of a request, for good. It is reported once it is written.
    fn settle(
        &mut self,
        locker: u16,
        seq: u64,
        id: String,
        result: OpeningResult,
        now: Millis,
        effects: &mut Vec<Effect>,
    ) {
        // Requests are read only after the first response, which sets the clock.
        let at = self.time.clock().map_or(0, |clock| clock.seconds(now));
        self.persist(Record::Report { locker, seq, report: OpeningReport { id, result, at } }, effects);
    }

    /// Whether it is too late: by an estimate of the cloud's time that is never behind. Without one, it is.
    fn is_past(&self, limit: Limit, now: Millis) -> bool {
        match limit {
            Limit::Cloud(instant) => self.time.clock().is_none_or(|clock| clock.is_due(instant, now)),
            Limit::Counter(end) => now >= end,
        }
    }
}
