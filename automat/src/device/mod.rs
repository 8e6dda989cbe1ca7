//! The device's decisions: inputs in, effects out, and nothing else.
//!
//! [`Device`] has no clock, network, disk or randomness: [`Device::handle`] takes one [`Input`] and the monotonic time,
//! and returns [`Effect`]s that a driver carries out in order. So a test can cut the power between any two of them, and
//! a manufacturer can use the same rules on other hardware.
//!
//! *Invariant:* the motor runs for an opening only after `Persisted(Intent)`, and never again for the same id, however
//! often the request arrives. *Invariant:* the device trusts no message that it has not asked for: a delta only makes
//! it read the shadow.
//!
//! *Invariant:* without the cloud it opens lockers only for a code that a page has, and only after `Persisted(Line)` of
//! the entry: one that is empty by its sensor, to return the key; or one that has its key, to fetch it, while a lease
//! is in force for exactly the pages that the device has, and at every time that it can be now the contract runs and
//! the lease has not ended. It looks again before each motor runs.
//!
//! *Invariant:* a page or a lease counts only after `Persisted(Pages)`, if it is sealed under the device's key for this
//! thing and locker; and a page only if its version is higher than that of the page before.

mod access;
mod decide;
mod display;
mod effect;
mod entry;
mod guesses;
mod health;
mod keypad;
mod lockers;
mod motors;
mod numbers;
mod offline;
mod openings;
mod pages;
mod question;
mod reports;
mod sensor;
mod sequence;
mod shadow;
mod time;
mod upload;
mod verifier;

use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::{OpeningRequest, Topics};

pub use display::Display;
pub use effect::{Effect, Input, Keys, Motor, Sensors};
pub use entry::DeviceKey;
pub use verifier::Hashing;

use crate::clock::Millis;
use crate::journal::{Journal, Record};
use access::AccessQuestions;
use guesses::Guesses;
use health::Health;
use keypad::Keypad;
use lockers::Lockers;
use motors::{Motors, Run};
use numbers::Numbers;
use offline::Pending;
use pages::OpenPages;
use question::Question;
use reports::Reports;
use sequence::Sequence;
use time::Time;
use upload::Upload;

#[derive(Debug, Clone)]
pub struct Identity {
    pub topics: Topics,
    /// The key for keypad codes. Without one, the keypad is off.
    pub key: Option<DeviceKey>,
    /// Random at every start, so that no client token of an earlier run is mistaken for a current one.
    pub life: u64,
}

#[derive(Debug)]
pub struct Device {
    identity: Identity,
    /// Shared with whoever writes all of it anew.
    journal: Arc<Journal>,
    connected: bool,
    /// Whether it has had an input since its start.
    is_running: bool,
    time: Time,
    question: Question,
    /// The requests in the last response; reports echo them.
    desired: BTreeMap<u16, OpeningRequest>,
    /// Openings whose intent is being written.
    intents: Vec<Run>,
    /// Intents from before a restart; their motor may or may not have run.
    dangling: Vec<(u16, u64, String)>,
    motors: Motors,
    reports: Reports,
    /// The shadow was too full for a report.
    is_full: bool,
    lockers: Lockers,
    /// Of reports about lockers and about the device itself.
    numbers: Numbers,
    health: Health,
    keypad: Keypad,
    /// The entry that is being decided.
    pending: Option<Pending>,
    sequence: Sequence,
    access: AccessQuestions,
    pages: OpenPages,
    /// The wrong entries without the cloud.
    guesses: Guesses,
    upload: Upload,
}

impl Device {
    /// A device that has just started, with its journal and its sensors.
    #[must_use]
    pub fn new(identity: Identity, journal: Journal, sensors: Vec<Sensors>) -> Self {
        let mut reports = Reports::new(identity.life);
        journal.unacknowledged().for_each(|(locker, entry)| reports.add(locker, &entry.id));
        Self {
            question: Question::new(identity.life),
            dangling: journal.intents().map(|(locker, entry)| (locker, entry.seq, entry.id.clone())).collect(),
            lockers: Lockers::new(sensors),
            numbers: Numbers::new(journal.numbers()),
            health: Health::default(),
            access: AccessQuestions::new(identity.life),
            pages: OpenPages::new(identity.topics.thing().clone(), identity.key.clone(), journal.pages()),
            time: Time::new(journal.time()),
            guesses: Guesses::default(),
            upload: Upload::new(journal.lines()),
            identity,
            journal: Arc::new(journal),
            connected: false,
            is_running: false,
            desired: BTreeMap::new(),
            intents: Vec::new(),
            motors: Motors::default(),
            reports,
            is_full: false,
            keypad: Keypad::default(),
            pending: None,
            sequence: Sequence::default(),
        }
    }

    /// Handles one input at a monotonic time. Returns what to do, in order.
    pub fn handle(&mut self, input: Input, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        if !std::mem::replace(&mut self.is_running, true) {
            self.time.start(now);
            self.guesses = Guesses::resume(self.journal.guesses(), now);
        }
        // First: the input may change a reading that has already lasted long enough.
        self.lockers.settle(now);
        self.health.settle(now);
        match input {
            Input::Connected => {
                self.connected = true;
                self.upload.connected(now);
                self.ask(now, &mut effects);
            }
            Input::Disconnected => {
                self.connected = false;
                self.question.forget();
                self.reports.lose_all();
                self.is_full = false;
                self.lockers.lose_all();
                self.health.lose_all();
                self.access.lose_all();
                self.upload.lose_all();
                self.lose_answer(now, &mut effects);
            }
            Input::Message { topic, payload } => self.read(&topic, &payload, now, &mut effects),
            Input::Persisted(record) => self.persisted(record, now, &mut effects),
            Input::MotorDone { locker, motor } => self.motor_done(locker, motor, now, &mut effects),
            Input::KeySensor { locker, inside } => self.lockers.key(locker, inside, now),
            Input::DoorSensor { locker, door } => {
                self.lockers.door(locker, door, now);
                self.sequence_door(locker, door, now);
            }
            Input::Readings(readings) => self.health.read(readings, now),
            Input::Typed { keys, random } => self.typed(&keys, random, now, &mut effects),
            Input::Hashed { id, verifiers } => self.hashed(&id, &verifiers, now, &mut effects),
            Input::Tick => {}
        }
        self.catch_up(now, &mut effects);
        effects
    }

    /// When to call [`Device::handle`] with [`Input::Tick`] at the latest.
    #[must_use]
    pub fn wake_at(&self) -> Option<Millis> {
        // Nothing is sent before the shadow was read.
        let health = self.health.wake_at().filter(|_| !self.numbers.is_reserving());
        let sent =
            [self.reports.wake_at(), self.asks_for_access_at(), self.upload.wake_at(self.journal.lines()), health];
        let sent = sent.map(|wake_at| wake_at.filter(|_| self.lockers.can_be_reported()));
        let online = sent.into_iter().chain([self.question.wake_at()]).flatten().filter(|_| self.connected);
        let settles = [self.lockers.settles_at(), self.health.settles_at()];
        let own = [self.time.wake_at(), self.keypad.wake_at(), self.sequence.wake_at()].into_iter().chain(settles);
        online.chain(own.flatten()).chain(self.pending.as_ref().map(Pending::wake_at)).min()
    }

    /// What it remembers, including all that it has asked to persist.
    #[must_use]
    pub fn journal(&self) -> Arc<Journal> {
        Arc::clone(&self.journal)
    }

    /// Whether the device is connected, knows the time and has reported all its lockers.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.connected && self.lockers.are_reported()
    }

    /// A record was written: now the device may act on it.
    fn persisted(&mut self, record: Record, now: Millis, effects: &mut Vec<Effect>) {
        match record {
            Record::Intent { id, .. } => {
                if let Some(position) = self.intents.iter().position(|run| run.id == id) {
                    let run = self.intents.swap_remove(position);
                    self.run_motor(run, now, effects);
                }
            }
            Record::Report { locker, report, .. } => {
                self.reports.add(locker, &report.id);
                self.run_next(locker, now, effects);
            }
            Record::Numbers { up_to } => self.numbers.reserved(up_to),
            Record::Line { line } => self.line_written(line.j, now, effects),
            Record::Pages { pages, end } => {
                self.pages.written(&pages, end.as_ref());
                self.access.written(self.pages.are_complete(), self.pages.ask_in(), now);
            }
            Record::Started { .. }
            | Record::Acknowledged { .. }
            | Record::Highest { .. }
            | Record::Holder { .. }
            | Record::Time { .. }
            | Record::Received { .. }
            | Record::Guesses(_) => {}
        }
    }

    /// Whatever is due now.
    fn catch_up(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        self.catch_up_sequence(now, effects);
        self.catch_up_entry(now, effects);
        effects.extend(self.keypad.catch_up(now).map(Effect::Show));
        if let Some(record) = self.time.due(now) {
            self.persist(record, effects);
        }
        self.note_changes(now, effects);
        if !self.connected {
            return;
        }
        if self.question.is_overdue(now) {
            self.ask(now, effects);
        }
        self.report_openings(now, effects);
        self.send_lines(now, effects);
        self.report_lockers(now, effects);
        self.report_health(now, effects);
        self.ask_for_access(now, effects);
    }

    /// Reports the lockers that have changed, once the time is known.
    fn report_lockers(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        let Some(clock) = self.time.clock().filter(|_| self.reports_lockers()) else { return };
        let device_keys = self.identity.key.as_ref().map(DeviceKey::ids).unwrap_or_default();
        match self.lockers.next_step(&mut self.numbers, clock.millis(now), &device_keys) {
            Some(lockers::ReportStep::Reserve(record)) => self.persist(record, effects),
            Some(lockers::ReportStep::Send(message)) => {
                effects.push(Effect::publish(self.identity.topics.lockers(), &message));
            }
            None => {}
        }
    }

    fn persist(&mut self, record: Record, effects: &mut Vec<Effect>) {
        Arc::make_mut(&mut self.journal).apply(&record);
        effects.push(Effect::Persist(record));
    }
}
