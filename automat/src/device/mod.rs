//! The device's mind: what comes in, what is to be done, and nothing else.
//!
//! [`Device`] has no clock, no network, no disk and no randomness: [`Device::handle`] takes one [`Input`] and the monotonic
//! time and answers with [`Effect`]s for a driver to carry out in order. So a test can cut the power between any two of
//! them, and a maker can put the same rules over other hardware.
//!
//! *Invariant:* the motor runs for a remote opening only after `Persisted(Intent)` has come back, and for one id never
//! again, however often the request arrives. *Invariant:* nothing that the cloud sends unasked is believed: a delta only
//! makes the device ask.

mod display;
mod effect;
mod entry;
mod keypad;
mod lockers;
mod motors;
mod openings;
mod question;
mod reports;
mod sensor;
mod shadow;

use std::collections::BTreeMap;

use protocol::{Request, Topics};

pub use display::Display;
pub use effect::{Effect, Input, Keys, Motor, Sensors};
pub use entry::DeviceKey;

use crate::clock::{Millis, ServerClock};
use crate::journal::{Journal, Record};
use keypad::Keypad;
use lockers::Lockers;
use motors::{Motors, Run};
use question::Question;
use reports::Reports;

/// Who the device is.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its topics, by its thing's name.
    pub topics: Topics,
    /// The key under which it names codes. Without one the keypad is off.
    pub key: Option<DeviceKey>,
    /// Drawn anew at every start, so that no client token of an earlier life is taken for one of this.
    pub life: u64,
}

/// An automat's state.
#[derive(Debug)]
pub struct Device {
    identity: Identity,
    journal: Journal,
    connected: bool,
    clock: Option<ServerClock>,
    question: Question,
    /// The requests in the last answer: what a report echoes.
    desired: BTreeMap<u16, Request>,
    /// Openings whose intent is on its way to the disk.
    intents: Vec<Run>,
    /// Intents of an earlier life, whose motor may or may not have run.
    dangling: Vec<(u16, u64, String)>,
    motors: Motors,
    reports: Reports,
    /// The shadow had no room for a report.
    is_full: bool,
    lockers: Lockers,
    keypad: Keypad,
}

impl Device {
    /// A device that has just started, with what its journal and its sensors say.
    #[must_use]
    pub fn new(identity: Identity, journal: Journal, sensors: Vec<Sensors>) -> Self {
        let mut reports = Reports::new(identity.life);
        journal.untold().for_each(|(locker, entry)| reports.add(locker, &entry.id));
        Self {
            question: Question::new(identity.life),
            dangling: journal.intents().map(|(locker, entry)| (locker, entry.seq, entry.id.clone())).collect(),
            lockers: Lockers::new(sensors, journal.numbers()),
            identity,
            journal,
            connected: false,
            clock: None,
            desired: BTreeMap::new(),
            intents: Vec::new(),
            motors: Motors::default(),
            reports,
            is_full: false,
            keypad: Keypad::default(),
        }
    }

    /// Takes one input at a monotonic time; what to do about it, in order.
    pub fn handle(&mut self, input: Input, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        // Before what has just happened: a reading that it changes may have lasted long enough.
        self.lockers.settle(now);
        match input {
            Input::Connected => {
                self.connected = true;
                self.ask(now, &mut effects);
            }
            Input::Disconnected => {
                self.connected = false;
                self.question.forget();
                self.reports.lose_all();
                self.is_full = false;
                self.lockers.lose_all();
            }
            Input::Message { topic, payload } => self.read(&topic, &payload, now, &mut effects),
            Input::Persisted(record) => self.persisted(record, now, &mut effects),
            Input::MotorDone { locker, motor } => self.motor_done(locker, motor, now, &mut effects),
            Input::KeySensor { locker, inside } => self.lockers.key(locker, inside, now),
            Input::DoorSensor { locker, door } => self.lockers.door(locker, door, now),
            Input::Typed { keys, random } => self.typed(&keys, random, now, &mut effects),
            Input::Tick => {}
        }
        self.catch_up(now, &mut effects);
        effects
    }

    /// When to call [`Device::handle`] with [`Input::Tick`] at the latest.
    #[must_use]
    pub fn wake_at(&self) -> Option<Millis> {
        // Before the first answer nothing is reported.
        let reports = self.reports.wake_at().filter(|_| self.lockers.may_be_told());
        let online = [self.question.wake_at(), reports, self.lockers.settles_at()].into_iter().flatten();
        online.filter(|_| self.connected).chain(self.keypad.wake_at()).min()
    }

    /// Whether it is connected, knows the time and has told the cloud of all its lockers.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.connected && self.lockers.are_told()
    }

    /// A record is on the disk: now it may be acted on.
    fn persisted(&mut self, record: Record, now: Millis, effects: &mut Vec<Effect>) {
        match record {
            Record::Intent { id, .. } => {
                if let Some(place) = self.intents.iter().position(|run| run.id == id) {
                    let run = self.intents.swap_remove(place);
                    self.run_motor(run, now, effects);
                }
            }
            Record::Word { locker, word, .. } => {
                self.reports.add(locker, &word.id);
                self.run_next(locker, now, effects);
            }
            Record::Numbers { up_to } => self.lockers.reserved(up_to),
            Record::Begun { .. } | Record::Acknowledged { .. } | Record::Highest { .. } => {}
        }
    }

    /// What has become due, by the time or by what just happened.
    fn catch_up(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        effects.extend(self.keypad.catch_up(now).map(Effect::Show));
        if !self.connected {
            return;
        }
        if self.question.is_overdue(now) {
            self.ask(now, effects);
        }
        self.report(now, effects);
        self.tell(now, effects);
    }

    /// Tells the cloud of the lockers that have changed, as soon as it can be said when.
    fn tell(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        let Some(clock) = self.clock else { return };
        let device_keys = self.identity.key.as_ref().map(DeviceKey::ids).unwrap_or_default();
        match self.lockers.tell(clock.millis(now), &device_keys) {
            Some(lockers::Telling::Reserve(record)) => self.persist(record, effects),
            Some(lockers::Telling::Send(message)) => {
                effects.push(Effect::publish(self.identity.topics.lockers(), &message));
            }
            None => {}
        }
    }

    fn persist(&mut self, record: Record, effects: &mut Vec<Effect>) {
        self.journal.apply(&record);
        effects.push(Effect::Persist(record));
    }
}
