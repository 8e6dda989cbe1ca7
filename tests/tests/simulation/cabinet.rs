//! An automat in the simulation: the real device code, a disk, motors, and a connection that comes and goes.

use std::collections::VecDeque;

use automat::device::{Device, Effect, Identity, Sensors};
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
            session: None,
            life: 0,
            held: Vec::new(),
            offset,
        }
    }

    /// Its own monotonic time.
    pub(crate) fn monotonic(&self, now: u64) -> u64 {
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

    /// Power is gone: only the disk is left.
    pub(crate) fn stop(&mut self) {
        self.device = None;
        self.effects.clear();
        self.session = None;
    }

    pub(crate) fn write(&mut self, record: Record) {
        self.disk.push(record);
    }
}
