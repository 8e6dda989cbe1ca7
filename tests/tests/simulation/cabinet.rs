//! An automat in the simulation: the real device code, a disk, motors and a connection.

use std::collections::{BTreeMap, VecDeque};

use automat::device::{Device, DeviceKey, Display, Effect, Identity, Input};
use automat::journal::{Journal, Record};
use protocol::{LockersMessage, SealedPage, ThingName, Topics};

use crate::lockers::Locker;
use crate::people::Visit;

pub(crate) const LOCKERS: u16 = 8;
/// The first lockers have a key each; the others have none.
pub(crate) const KEYS: u16 = 6;

#[derive(Debug)]
pub(crate) struct Cabinet {
    pub(crate) thing: ThingName,
    /// `None` without power.
    pub(crate) device: Option<Device>,
    /// The content of its disk.
    disk: Vec<Record>,
    /// The effects still to be carried out, in order.
    pub(crate) effects: VecDeque<Effect>,
    /// Whether its disk is writing, while everything else waits.
    pub(crate) writing: bool,
    /// The inputs of the device: first from its own disk, then from outside, as in its driver.
    persisted: VecDeque<Input>,
    inbox: VecDeque<Input>,
    /// The current session, if it is connected.
    pub(crate) session: Option<u64>,
    /// How often it has started. Events of an earlier start are ignored.
    pub(crate) life: u64,
    /// Messages that a broken session kept for the next one.
    pub(crate) held: Vec<(String, Vec<u8>)>,
    /// Its monotonic clock at the start of the simulation, as if it had been running for some time.
    offset: u64,
    key: DeviceKey,
    pub(crate) lockers: Vec<Locker>,
    /// What its reports are about, by their numbers: for each locker the movement of its key, and in whose name.
    reports: BTreeMap<u64, Reported>,
    pub(crate) display: Display,
    /// The person at its keypad.
    pub(crate) visit: Option<Visit>,
}

type Reported = BTreeMap<u16, (Option<usize>, Option<String>)>;

impl Cabinet {
    pub(crate) fn new(thing: ThingName, offset: u64, key: DeviceKey) -> Self {
        Self {
            thing,
            device: None,
            disk: Vec::new(),
            effects: VecDeque::new(),
            writing: false,
            persisted: VecDeque::new(),
            inbox: VecDeque::new(),
            session: None,
            life: 0,
            held: Vec::new(),
            offset,
            key,
            lockers: (0..LOCKERS).map(|locker| Locker::new(locker < KEYS)).collect(),
            reports: BTreeMap::new(),
            display: Display::Off,
            visit: None,
        }
    }

    fn monotonic(&self, now: u64) -> u64 {
        now + self.offset
    }

    pub(crate) fn locker(&mut self, locker: u16) -> &mut Locker {
        &mut self.lockers[usize::from(locker)]
    }

    /// Restores the power, with another start of the monotonic clock.
    pub(crate) fn start(&mut self, offset: u64, now: u64) {
        self.life += 1;
        self.offset = offset;
        let topics = Topics::of(self.thing.clone());
        let identity = Identity { topics, key: Some(self.key.clone()), life: self.life };
        let sensors = self.lockers.iter().map(Locker::sensors).collect();
        self.lockers.iter_mut().for_each(|locker| locker.see(now));
        self.device = Some(Device::new(identity, Journal::replay(&self.disk), sensors));
    }

    /// Cuts the power: only the disk is left. Returns the openings that were interrupted.
    pub(crate) fn stop(&mut self, now: u64) -> Vec<String> {
        self.device = None;
        self.display = Display::Off;
        self.lockers.iter_mut().for_each(|locker| locker.forget(now));
        self.effects.clear();
        self.persisted.clear();
        self.inbox.clear();
        self.writing = false;
        self.session = None;
        Journal::replay(&self.disk).intents().map(|(_, entry)| entry.id.clone()).collect()
    }

    /// Loses the disk too. Returns the openings that only it knew of.
    pub(crate) fn lose_disk(&mut self) -> Vec<String> {
        let lost = Journal::replay(&std::mem::take(&mut self.disk));
        lost.intents().chain(lost.unacknowledged()).map(|(_, entry)| entry.id.clone()).collect()
    }

    /// The pages on its disk.
    pub(crate) fn pages(&self) -> BTreeMap<u16, SealedPage> {
        Journal::replay(&self.disk).pages().pages().clone()
    }

    /// Queues an input for the device.
    pub(crate) fn receive(&mut self, input: Input) {
        if self.device.is_some() {
            self.inbox.push_back(input);
        }
    }

    /// The disk has finished writing, which is the device's next input.
    pub(crate) fn write(&mut self, record: Record) {
        self.disk.push(record.clone());
        self.persisted.push_back(Input::Persisted(record));
    }

    /// Gives the device its next input. `false` if there is none.
    pub(crate) fn take(&mut self, now: u64) -> bool {
        let monotonic = self.monotonic(now);
        let Some(device) = &mut self.device else { return false };
        let Some(input) = self.persisted.pop_front().or_else(|| self.inbox.pop_front()) else { return false };
        if let Input::KeySensor { locker, .. } = input {
            self.lockers[usize::from(locker)].see(now);
        }
        self.effects.extend(device.handle(input, monotonic));
        true
    }

    /// The device's next timer.
    pub(crate) fn wakes_in(&self, now: u64) -> Option<u64> {
        let at = self.device.as_ref()?.wake_at()?;
        Some(at.saturating_sub(self.monotonic(now)).max(1))
    }

    /// The device sends a report. Returns what is wrong with it.
    pub(crate) fn note(&mut self, message: &LockersMessage) -> Vec<String> {
        let mut lies = Vec::new();
        let mut reported = Reported::new();
        for (&index, state) in &message.lockers {
            let locker = &self.lockers[usize::from(index)];
            let moved = locker.move_of(state.key);
            lies.extend(moved.and_then(|moved| locker.false_report(moved, state.by.as_ref())));
            reported.insert(index, (moved, state.by.clone()));
        }
        self.reports.insert(message.n, reported);
        lies
    }

    /// The cloud handles a report, to its end or not.
    pub(crate) fn reported(&mut self, n: u64, is_handled: bool, now: u64) {
        for (index, (moved, by)) in self.reports.get(&n).into_iter().flatten() {
            self.lockers[usize::from(*index)].report(n, *moved, by.as_ref(), is_handled, now);
        }
    }
}
