//! An automat in the simulation: the real device code, a disk, motors and a connection.

use std::collections::VecDeque;

use automat::device::{Device, Effect, Identity, Input, Sensors};
use automat::journal::{Journal, Record};
use protocol::{Door, ThingName, Topics};

pub(crate) const LOCKERS: u16 = 8;

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

    fn monotonic(&self, now: u64) -> u64 {
        now + self.offset
    }

    /// Restores the power, with another start of the monotonic clock.
    pub(crate) fn start(&mut self, offset: u64) {
        self.life += 1;
        self.offset = offset;
        let identity = Identity { topics: Topics::of(self.thing.clone()), key: None, life: self.life };
        let sensors = (0..LOCKERS).map(|_| Sensors { inside: true, door: Door::Closed }).collect();
        self.device = Some(Device::new(identity, Journal::replay(&self.disk), sensors));
    }

    /// Cuts the power: only the disk is left. Returns the openings that were interrupted.
    pub(crate) fn stop(&mut self) -> Vec<String> {
        self.device = None;
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
        self.effects.extend(device.handle(input, monotonic));
        true
    }

    /// The device's next timer.
    pub(crate) fn wakes_in(&self, now: u64) -> Option<u64> {
        let at = self.device.as_ref()?.wake_at()?;
        Some(at.saturating_sub(self.monotonic(now)).max(1))
    }
}
