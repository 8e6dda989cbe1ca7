//! One automat: its device, storage and cabinet, in true time.

use std::collections::{BTreeMap, VecDeque};

use automat::device::{Device, DeviceKey, Display, Effect, Identity, Input, Keys, Motor, Sensors};
use automat::journal::StoredJournal;
use protocol::{Door, ThingName, Topics, Verifier};

use super::dice::Dice;
use super::network::Network;
use super::oracle::{Oracle, Run};
use super::side::{Side, verifier};
use crate::memory::{Left, Memory, Torn};

pub(crate) const LOCKERS: u16 = 6;
/// The true time at zero, in seconds since 1970.
pub(crate) const START: i64 = 1_795_521_600;
pub(crate) const SECOND: u64 = 1_000;
pub(crate) const HOUR: u64 = 3_600 * SECOND;
pub(crate) const DAY: u64 = 24 * HOUR;
/// Of each slot.
pub(crate) const ROOM: usize = 128 * 1024;

pub(crate) struct World {
    pub(crate) dice: Dice,
    /// True milliseconds.
    pub(crate) now: u64,
    pub(crate) side: Side,
    pub(crate) network: Network,
    pub(crate) oracle: Oracle,
    pub(crate) memory: Memory,
    pub(crate) running: Option<Running>,
    pub(crate) keys: Vec<bool>,
    pub(crate) doors: Vec<Door>,
    pub(crate) shown: Display,
    /// The PIN that was typed last.
    pub(crate) typed: String,
    /// The power fails after so many steps of the device.
    pub(crate) cut_in: Option<u64>,
    /// The device keys that the device has.
    pub(crate) device_keys: Vec<u8>,
    /// How far the counter is off, in parts per million.
    pub(crate) ppm: i64,
    /// The lockers whose motor ran in the current visit.
    pub(crate) opened: Vec<u16>,
    /// All PINs that there ever were.
    pub(crate) pins: Vec<String>,
    /// How many contracts there ever were.
    pub(crate) handles: u64,
    motors: Vec<(u64, u16)>,
    lives: u64,
    entries: u128,
}

pub(crate) struct Running {
    pub(crate) device: Device,
    stored: StoredJournal<Memory>,
    powered_at: u64,
    ppm: i64,
}

/// A time in seconds since 1970.
pub(crate) fn seconds(now: u64) -> i64 {
    START + i64::try_from(now / SECOND).unwrap()
}

pub(crate) fn topics() -> Topics {
    Topics::of(ThingName::of_automat("lobby"))
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let keys = (0..LOCKERS).map(|_| dice.percent(70)).collect();
        let ppm = dice.around(200);
        let mut world = Self {
            dice,
            now: 0,
            side: Side::new(),
            network: Network::default(),
            oracle: Oracle::default(),
            memory: Memory::of(ROOM),
            running: None,
            keys,
            doors: vec![Door::Closed; usize::from(LOCKERS)],
            shown: Display::Off,
            typed: String::new(),
            cut_in: None,
            device_keys: vec![1],
            ppm,
            opened: Vec::new(),
            pins: Vec::new(),
            handles: 0,
            motors: Vec::new(),
            lives: 0,
            entries: 0,
        };
        world.power_on();
        world
    }

    pub(crate) fn power_on(&mut self) {
        if self.running.is_some() {
            return;
        }
        let (stored, journal) = match StoredJournal::open(self.memory.clone()) {
            Ok(opened) => opened,
            Err(error) => return self.oracle.fault(self.now, &format!("the device does not start: {error}")),
        };
        let keys = &self.device_keys;
        let key = DeviceKey::new(&[keys[0]; 32]);
        let key = Some(keys.get(1).map_or(key.clone(), |other| key.with_other(&[*other; 32])));
        self.lives += 1;
        // Of each world and start another one, as ids of questions and journals are made of it.
        let life = self.dice.below(u64::MAX);
        let sensors = self.keys.iter().zip(&self.doors).map(|(&inside, &door)| Sensors { inside, door }).collect();
        let device = Device::new(Identity { topics: topics(), key, life }, journal, sensors);
        self.running = Some(Running { device, stored, powered_at: self.now, ppm: self.ppm });
        if self.network.is_up {
            self.connect();
        }
    }

    pub(crate) fn power_cut(&mut self) {
        self.running = None;
        self.cut_in = None;
        self.memory.repower();
        self.shown = Display::Off;
        self.network.lose_device();
        self.oracle.counts.power_cuts += 1;
    }

    /// The power fails while the next writes are made.
    pub(crate) fn cut_writes_after(&mut self, bytes: usize) {
        let left = self.dice.one_of(&[Left::Beginning, Left::End, Left::Edges]);
        let torn = self.dice.one_of(&[Torn::Nothing, Torn::Zeros]);
        self.memory.cut_after(bytes, left, torn);
    }

    /// Time passes, and everything happens that is due.
    pub(crate) fn pass(&mut self, millis: u64) {
        let end = self.now + millis;
        loop {
            let wakes_at = self.running.as_ref().and_then(Running::wakes_at);
            let motor = self.motors.iter().map(|(at, _)| *at).min();
            let next = [wakes_at, motor, self.network.next()].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            if motor.is_some_and(|at| at <= self.now) {
                self.stop_motor();
            } else if self.network.next().is_some_and(|at| at <= self.now) {
                self.deliver();
            } else {
                self.give(Input::Tick);
            }
        }
        self.now = end;
    }

    pub(crate) fn type_keys(&mut self, keys: &str) {
        self.entries += 1;
        // Ids of entries are unique, whatever became of the flash memory.
        self.give(Input::Typed { keys: Keys::new(keys), random: self.entries << 64 | u128::from(self.now) });
    }

    /// Gives the device an input, and carries out what it decides.
    pub(crate) fn give(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            if self.is_cut() {
                return;
            }
            let Some(running) = &mut self.running else { return };
            let counter = running.counter(self.now);
            let effects = running.device.handle(input, counter);
            for effect in effects {
                if self.is_cut() {
                    return;
                }
                let Some(running) = &mut self.running else { return };
                match effect {
                    Effect::Persist(record) => {
                        if running.stored.append(&record, &running.device.journal()).is_err() {
                            self.oracle.counts.torn_writes += 1;
                            return self.power_cut();
                        }
                        self.oracle.written(&record);
                        inputs.push_back(Input::Persisted(record));
                    }
                    Effect::RunMotor { locker, id } => self.run_motor(locker, &id),
                    Effect::Publish { topic, payload } => self.publish(topic, &payload),
                    Effect::Show(display) => self.shown = display,
                    Effect::Hash(hashing) => {
                        inputs.push_back(Input::Hashed { id: hashing.id().to_owned(), verifiers: self.verifiers() });
                    }
                }
            }
        }
    }

    /// What the hashing of the typed PIN results in. The real one would take most of the time.
    fn verifiers(&self) -> Vec<Verifier> {
        self.device_keys.iter().map(|key| verifier(*key, &self.typed)).collect()
    }

    fn is_cut(&mut self) -> bool {
        match &mut self.cut_in {
            Some(0) => {
                self.power_cut();
                true
            }
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    fn run_motor(&mut self, locker: u16, id: &str) {
        let Some(running) = &self.running else { return };
        let journal = running.device.journal();
        let run = Run { now: self.now, id, locker, pin: &self.typed, inside: self.keys[usize::from(locker)] };
        self.oracle.run(&run, &self.side, &journal);
        self.opened.push(locker);
        let takes = self.dice.between(200, 1_500);
        self.motors.push((self.now + takes, locker));
    }

    fn stop_motor(&mut self) {
        let position = self.motors.iter().position(|(at, _)| *at <= self.now).unwrap();
        let (_, locker) = self.motors.remove(position);
        let motor = if self.dice.percent(96) { Motor::Opened } else { Motor::Jammed };
        if motor == Motor::Opened {
            self.set_door(locker, Door::Open);
        }
        self.give(Input::MotorDone { locker, motor });
    }

    pub(crate) fn set_door(&mut self, locker: u16, door: Door) {
        self.doors[usize::from(locker)] = door;
        self.give(Input::DoorSensor { locker, door });
    }

    pub(crate) fn set_key(&mut self, locker: u16, inside: bool) {
        self.keys[usize::from(locker)] = inside;
        self.give(Input::KeySensor { locker, inside });
    }

    pub(crate) fn open_door(&self) -> Option<u16> {
        (0..LOCKERS).find(|locker| self.doors[usize::from(*locker)] == Door::Open)
    }

    /// Where the keys are.
    pub(crate) fn keys_inside(&self) -> BTreeMap<u16, bool> {
        (0..).zip(self.keys.iter().copied()).collect()
    }
}

impl Running {
    fn counter(&self, now: u64) -> u64 {
        let passed = i128::from(now - self.powered_at);
        u64::try_from(passed * i128::from(1_000_000 + self.ppm) / 1_000_000).unwrap()
    }

    /// In true time.
    fn wakes_at(&self) -> Option<u64> {
        let wake_at = i128::from(self.device.wake_at()?);
        let rate = i128::from(1_000_000 + self.ppm);
        Some(self.powered_at + u64::try_from((wake_at * 1_000_000 + rate - 1) / rate).unwrap())
    }
}
