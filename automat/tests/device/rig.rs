//! A driver without hardware: carries out the device's decisions at once, and records them.

use std::collections::VecDeque;

use automat::clock::Millis;
use automat::device::{Device, DeviceKey, Display, Effect, Hashing, Identity, Input, Keys, Motor, Sensors};
use automat::journal::{Journal, Record};
use protocol::{Door, JournalFact, JournalLine, OfflineEntry, OpeningResult, ThingName, Topics};
use serde_json::{Value, json};

use crate::cloud::PageBook;

/// The cloud's time when the device's counter is at zero.
pub(crate) const START: i64 = 1_795_521_600;
pub(crate) const LOCKERS: u16 = 10;
/// The shortest time between two updates.
pub(crate) const PACE: Millis = 200;
/// A sensor reading settles after this long.
pub(crate) const SETTLES_AFTER: Millis = 2_000;

pub(crate) struct Rig {
    pub(crate) device: Device,
    pub(crate) now: Millis,
    pub(crate) journal: Journal,
    /// Whether the disk is slow: then records wait in `unwritten`.
    pub(crate) slow_disk: bool,
    pub(crate) unwritten: VecDeque<Record>,
    /// Whether the processor is slow: then computations wait in `hashes`.
    pub(crate) slow_hash: bool,
    pub(crate) hashes: VecDeque<Hashing>,
    pub(crate) published: Vec<(String, Value)>,
    pub(crate) motors: Vec<(u16, String)>,
    pub(crate) shown: Vec<Display>,
    /// The lockers that have their key by the last readings.
    keys: Vec<bool>,
    life: u64,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self {
            device: device(&Journal::default(), 0),
            now: 0,
            journal: Journal::default(),
            slow_disk: false,
            unwritten: VecDeque::new(),
            slow_hash: false,
            hashes: VecDeque::new(),
            published: Vec::new(),
            motors: Vec::new(),
            shown: Vec::new(),
            keys: (0..LOCKERS).map(is_odd).collect(),
            life: 0,
        }
    }

    /// Connected, and the shadow has no requests.
    pub(crate) fn online() -> Self {
        let mut rig = Self::just_online(DeviceKey::new(&[1; 32]));
        rig.published.clear();
        rig
    }

    /// The same with these keys. The messages sent so far are kept.
    pub(crate) fn just_online(key: DeviceKey) -> Self {
        let mut rig = Self { device: device_with(key, &Journal::default(), 0, is_odd), ..Self::new() };
        rig.give(Input::Connected);
        rig.answer(&json!({}));
        rig
    }

    /// Gives the device an input and carries out the effects.
    pub(crate) fn give(&mut self, input: Input) {
        if let Input::KeySensor { locker, inside } = input
            && let Some(key) = self.keys.get_mut(usize::from(locker))
        {
            *key = inside;
        }
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for effect in self.device.handle(input, self.now) {
                match effect {
                    Effect::Persist(record) if self.slow_disk => self.unwritten.push_back(record),
                    Effect::Persist(record) => {
                        self.journal.apply(&record);
                        inputs.push_back(Input::Persisted(record));
                    }
                    Effect::RunMotor { locker, id } => self.motors.push((locker, id)),
                    Effect::Publish { topic, payload } => {
                        self.published.push((topic, serde_json::from_slice(&payload).unwrap()));
                    }
                    Effect::Show(display) => self.shown.push(display),
                    Effect::Hash(hashing) if self.slow_hash => self.hashes.push_back(hashing),
                    Effect::Hash(hashing) => inputs.push_back(hashing.carry_out()),
                }
            }
        }
    }

    /// The slow disk writes the records that wait.
    pub(crate) fn write(&mut self) {
        self.slow_disk = false;
        while let Some(record) = self.unwritten.pop_front() {
            self.journal.apply(&record);
            self.give(Input::Persisted(record));
        }
    }

    /// The slow processor finishes the computations that wait.
    pub(crate) fn compute(&mut self) {
        self.slow_hash = false;
        while let Some(hashing) = self.hashes.pop_front() {
            self.give(hashing.carry_out());
        }
    }

    /// Loses power, and restarts without a network.
    pub(crate) fn cut_power(&mut self) {
        self.cut_power_with(DeviceKey::new(&[1; 32]));
    }

    /// The same, and then with other keys for codes.
    pub(crate) fn cut_power_with(&mut self, key: DeviceKey) {
        self.slow_disk = false;
        self.unwritten.clear();
        self.hashes.clear();
        self.published.clear();
        self.life += 1;
        self.device = device_with(key, &self.journal, self.life, |locker| self.keys[usize::from(locker)]);
    }

    /// Loses power, restarts and connects.
    pub(crate) fn restart(&mut self) {
        self.cut_power();
        self.give(Input::Connected);
    }

    /// Connects, and the shadow has no requests.
    pub(crate) fn connect(&mut self) {
        self.give(Input::Connected);
        self.answer(&json!({}));
    }

    /// The cloud answers the last question for pages and a lease.
    pub(crate) fn answer_access(&mut self, book: &PageBook) {
        let question = (*self.sent(&topics().access_request()).last().unwrap()).clone();
        for answer in book.answers(&question, usize::MAX) {
            self.receive(&topics().access(), &answer);
        }
    }

    /// The entries that the device has decided by itself.
    pub(crate) fn entries_written(&self) -> Vec<OfflineEntry> {
        let entry = |line: &JournalLine| match &line.what {
            JournalFact::Entry(entry) => Some(entry.clone()),
            JournalFact::WrongEntry(_) | JournalFact::Lockers(_) => None,
        };
        self.journal.lines().waiting().filter_map(entry).collect()
    }

    /// Time passes, and everything due is done.
    pub(crate) fn wait(&mut self, millis: Millis) {
        let end = self.now + millis;
        while let Some(due) = self.device.wake_at().filter(|&due| due <= end) {
            self.now = due.max(self.now);
            self.give(Input::Tick);
            assert_ne!(self.device.wake_at(), Some(due), "everything due was done");
        }
        self.now = end;
    }

    pub(crate) fn receive(&mut self, topic: &str, payload: &Value) {
        self.give(Input::Message { topic: topic.to_owned(), payload: serde_json::to_vec(payload).unwrap() });
    }

    pub(crate) fn receive_shadow(&mut self, rest: &str, payload: &Value) {
        self.receive(&topics().shadow(rest), payload);
    }

    /// The messages on a topic of the shadow.
    pub(crate) fn sent(&self, topic: &str) -> Vec<&Value> {
        self.published.iter().filter(|(to, _)| to == topic).map(|(_, payload)| payload).collect()
    }

    /// The token of the last read.
    pub(crate) fn question(&self) -> Value {
        self.sent(&topics().shadow("get")).last().unwrap()["clientToken"].clone()
    }

    /// Responds to the last read with these requests, at the present time.
    pub(crate) fn answer(&mut self, o: &Value) {
        self.answer_with(&json!({"desired": {"o": o}}));
    }

    /// Responds to the last read with this state, at the present time.
    pub(crate) fn answer_with(&mut self, state: &Value) {
        let answer = json!({
            "state": state,
            "version": 1,
            "timestamp": self.cloud_seconds(),
            "clientToken": self.question(),
        });
        self.receive_shadow("get/accepted", &answer);
    }

    /// The cloud requests this, and the device reads it.
    pub(crate) fn ask(&mut self, o: &Value) {
        self.receive_shadow("update/delta", &json!({"state": {"o": o}}));
        self.answer(o);
    }

    /// The reports since the last call: locker, opening, result, and whether the request was echoed.
    pub(crate) fn reports(&mut self) -> Vec<(u16, String, OpeningResult, bool)> {
        let update = topics().shadow("update");
        let (updates, rest) = std::mem::take(&mut self.published).into_iter().partition(|(to, _)| *to == update);
        self.published = rest;
        let updates: Vec<(String, Value)> = updates;
        let reports = updates.iter().flat_map(|(_, update)| {
            let reported: protocol::Reported = serde_json::from_value(update["state"]["reported"].clone()).unwrap();
            reported.r.into_iter().map(move |(locker, report)| {
                let report = report.unwrap();
                (locker, report.id, report.result, reported.o[&locker].is_some())
            })
        });
        reports.collect()
    }

    /// The shadow accepts every update that was published.
    pub(crate) fn accept_reports(&mut self) {
        for update in self.sent(&topics().shadow("update")).into_iter().cloned().collect::<Vec<_>>() {
            let token = &update["clientToken"];
            self.receive_shadow("update/accepted", &json!({"clientToken": token, "timestamp": self.cloud_seconds()}));
        }
    }

    pub(crate) fn motor_done(&mut self, locker: u16, motor: Motor) {
        self.give(Input::MotorDone { locker, motor });
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.give(Input::Typed { keys: Keys::new(keys), random: u128::from(self.now) + 1 });
    }

    pub(crate) fn cloud_seconds(&self) -> i64 {
        START + i64::try_from(self.now / 1000).unwrap()
    }
}

pub(crate) fn topics() -> Topics {
    Topics::of(ThingName::of_automat("lobby"))
}

pub(crate) fn device(journal: &Journal, life: u64) -> Device {
    device_with_keys(journal, life, is_odd)
}

/// The same, with a key inside where `inside` says so.
pub(crate) fn device_with_keys(journal: &Journal, life: u64, inside: impl Fn(u16) -> bool) -> Device {
    device_with(DeviceKey::new(&[1; 32]), journal, life, inside)
}

fn is_odd(locker: u16) -> bool {
    locker % 2 == 1
}

fn device_with(key: DeviceKey, journal: &Journal, life: u64, inside: impl Fn(u16) -> bool) -> Device {
    let sensors = (0..LOCKERS).map(|locker| Sensors { inside: inside(locker), door: Door::Closed });
    let identity = Identity { topics: topics(), key: Some(key), life };
    Device::new(identity, journal.clone(), sensors.collect())
}
