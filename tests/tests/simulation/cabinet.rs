//! An automat in the simulation: the real device code, a disk, motors, and a connection that comes and goes.

use std::collections::VecDeque;

use automat::device::{Device, Effect, Identity, Input, Sensors};
use automat::journal::{Journal, Record};
use protocol::{Door, ThingName, Topics};

/// Lockers of each.
pub(crate) const LOCKERS: u16 = 8;

/// An automat.
#[derive(Debug)]
pub(crate) struct Cabinet {
    pub(crate) thing: ThingName,
    /// Nothing while it is without power.
    pub(crate) device: Option<Device>,
    /// What its disk holds.
    disk: Vec<Record>,
    /// What is still to be carried out, in order.
    pub(crate) effects: VecDeque<Effect>,
    /// Whether its disk is writing, and everything else waits.
    pub(crate) writing: bool,
    /// What the device hears next: first of its own disk, then of the world, as its driver has it.
    persisted: VecDeque<Input>,
    inbox: VecDeque<Input>,
    /// Which session it is connected in, if it is.
    pub(crate) session: Option<u64>,
    /// How often it has started: whatever belongs to an earlier life is void.
    pub(crate) life: u64,
    /// Messages that a broken session held back, for the next one.
    pub(crate) held: Vec<(String, Vec<u8>)>,
    /// Its monotonic clock at the simulation's zero: as if it had been running for any time.
    offset: u64,
}

impl Cabinet {
    pub(crate) fn new(thing: ThingName, offset: u64) -> Self {
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
        }
    }

    /// Its own monotonic time.
    fn monotonic(&self, now: u64) -> u64 {
        now + self.offset
    }

    /// Power comes back, and with it another beginning of the monotonic clock.
    pub(crate) fn start(&mut self, offset: u64) {
        self.life += 1;
        self.offset = offset;
        let identity = Identity { topics: Topics::of(self.thing.clone()), key: None, life: self.life };
        let sensors = (0..LOCKERS).map(|_| Sensors { inside: true, door: Door::Closed }).collect();
        self.device = Some(Device::new(identity, Journal::replay(&self.disk), sensors));
    }

    /// Power is gone: only the disk is left. Gives the openings that it was in the middle of.
    pub(crate) fn stop(&mut self) -> Vec<String> {
        self.device = None;
        self.effects.clear();
        self.persisted.clear();
        self.inbox.clear();
        self.writing = false;
        self.session = None;
        Journal::replay(&self.disk).intents().map(|(_, entry)| entry.id.clone()).collect()
    }

    /// The disk is gone too. Gives the openings that only it knew of.
    pub(crate) fn lose_disk(&mut self) -> Vec<String> {
        let lost = Journal::replay(&std::mem::take(&mut self.disk));
        lost.intents().chain(lost.untold()).map(|(_, entry)| entry.id.clone()).collect()
    }

    /// Queues an input for the device.
    pub(crate) fn hear(&mut self, input: Input) {
        if self.device.is_some() {
            self.inbox.push_back(input);
        }
    }

    /// The disk has written, which the device hears of before anything else.
    pub(crate) fn write(&mut self, record: Record) {
        self.disk.push(record.clone());
        self.persisted.push_back(Input::Persisted(record));
    }

    /// Gives the device the next thing to hear. `false`: there is none.
    pub(crate) fn take(&mut self, now: u64) -> bool {
        let monotonic = self.monotonic(now);
        let Some(device) = &mut self.device else { return false };
        let Some(input) = self.persisted.pop_front().or_else(|| self.inbox.pop_front()) else { return false };
        self.effects.extend(device.handle(input, monotonic));
        true
    }

    /// In how long the device wants to be woken.
    pub(crate) fn wakes_in(&self, now: u64) -> Option<u64> {
        let at = self.device.as_ref()?.wake_at()?;
        Some(at.saturating_sub(self.monotonic(now)).max(1))
    }
}
