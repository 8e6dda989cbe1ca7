//! What the device reports of its lockers: doors and keys.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{Door, LockerState, LockersMessage};

use super::Sensors;
use super::sensor::Sensor;
use crate::clock::Millis;
use crate::journal::Record;

/// So many numbers are set aside in the journal at a time: at most one write a minute, since numbers follow the
/// milliseconds of the clock.
const SET_ASIDE: u64 = 60_000;

/// The lockers as the sensors see them, and which of them the cloud has yet to hear of.
#[derive(Debug)]
pub(super) struct Lockers {
    states: Vec<Locker>,
    /// Who had opened a locker before the one whose motor runs now.
    before: BTreeMap<u16, Option<String>>,
    due: BTreeSet<u16>,
    /// Whether the shadow was read on this connection, so that the time is known and all lockers are due or reported.
    asked: bool,
    last: u64,
    set_aside: u64,
    setting_aside: bool,
}

#[derive(Debug)]
struct Locker {
    key: Sensor<bool>,
    door: Sensor<Door>,
    /// Who opened it last.
    opened_by: Option<String>,
    /// Whose doing its settled state is.
    by: Option<String>,
}

/// A step towards reporting.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// First write this: after a power cut numbers go on above it.
    Reserve(Record),
    /// Send this.
    Send(LockersMessage),
}

impl Lockers {
    pub(super) fn new(sensors: Vec<Sensors>, numbers: u64) -> Self {
        let locker = |Sensors { inside, door }| Locker {
            key: Sensor::new(inside),
            door: Sensor::new(door),
            opened_by: None,
            by: None,
        };
        Self {
            states: sensors.into_iter().map(locker).collect(),
            before: BTreeMap::new(),
            due: BTreeSet::new(),
            asked: false,
            last: numbers,
            set_aside: numbers,
            setting_aside: false,
        }
    }

    pub(super) fn has(&self, locker: u16) -> bool {
        usize::from(locker) < self.states.len()
    }

    /// Those that may have a key inside. While a sensor is unsettled either reading counts: a locker is opened for a
    /// return on less than for a fetch, so one that may hold a key must not pass as empty.
    pub(super) fn inside(&self) -> impl Iterator<Item = u16> {
        (0..).zip(&self.states).filter(|(_, state)| state.key.may_be(true)).map(|(locker, _)| locker)
    }

    pub(super) fn key(&mut self, locker: u16, inside: bool, now: Millis) {
        if let Some(state) = self.states.get_mut(usize::from(locker)) {
            state.key.read(inside, state.opened_by.as_deref(), now);
        }
    }

    pub(super) fn door(&mut self, locker: u16, door: Door, now: Millis) {
        if let Some(state) = self.states.get_mut(usize::from(locker)) {
            state.door.read(door, state.opened_by.as_deref(), now);
        }
    }

    /// A motor is about to run for this opening or entry: what happens to the locker from here on is its doing.
    pub(super) fn opened_by(&mut self, locker: u16, id: &str) {
        if let Some(state) = self.states.get_mut(usize::from(locker)) {
            self.before.insert(locker, state.opened_by.replace(id.to_owned()));
        }
    }

    /// The motor ran and the lock did not open: it is still the one before who last opened it.
    pub(super) fn did_not_open(&mut self, locker: u16) {
        if let (Some(state), Some(before)) = (self.states.get_mut(usize::from(locker)), self.before.remove(&locker)) {
            let failed = std::mem::replace(&mut state.opened_by, before);
            if let Some(failed) = failed {
                state.key.reattribute(&failed, state.opened_by.as_deref());
                state.door.reattribute(&failed, state.opened_by.as_deref());
            }
        }
    }

    /// Settles the readings that have lasted. With or without a connection: what settles without one is reported with the
    /// next.
    pub(super) fn settle(&mut self, now: Millis) {
        for (locker, state) in (0..).zip(&mut self.states) {
            // In the order in which they settle: of two, the later one says who opened the locker last.
            let door_first = state.door.settles_at() <= state.key.settles_at();
            let (key, door) = (state.key.settle(now), state.door.settle(now));
            let latest = if door_first { key.clone().or(door.clone()) } else { door.clone().or(key.clone()) };
            if let Some(settled) = latest {
                state.by = settled.by;
                self.due.insert(locker);
            }
        }
    }

    /// When the next reading settles.
    pub(super) fn settles_at(&self) -> Option<Millis> {
        let readings = self.states.iter().flat_map(|state| [state.key.settles_at(), state.door.settles_at()]);
        readings.flatten().min()
    }

    /// The first answer on this connection makes all lockers due: what was sent before may be lost.
    pub(super) fn tell_all_once(&mut self) {
        if !self.asked {
            self.asked = true;
            self.due = (0..).take(self.states.len()).collect();
        }
    }

    /// The connection is gone, and with it whatever was on its way.
    pub(super) fn lose_all(&mut self) {
        self.asked = false;
        self.due.clear();
    }

    pub(super) fn may_be_told(&self) -> bool {
        self.asked
    }

    pub(super) fn are_told(&self) -> bool {
        self.asked && self.due.is_empty()
    }

    /// Numbers up to this one are set aside.
    pub(super) fn reserved(&mut self, up_to: u64) {
        self.setting_aside = false;
        self.set_aside = self.set_aside.max(up_to);
    }

    /// What to do to report those that are due, at this time in milliseconds since 1970. With all of them goes which keys
    /// the device has.
    pub(super) fn tell(&mut self, millis: i64, device_keys: &[String]) -> Option<Telling> {
        if !self.asked || self.due.is_empty() || self.setting_aside {
            return None;
        }
        let n = u64::try_from(millis).unwrap_or(0).max(self.last.saturating_add(1));
        if n > self.set_aside {
            self.setting_aside = true;
            return Some(Telling::Reserve(Record::Numbers { up_to: n.saturating_add(SET_ASIDE) }));
        }
        self.last = n;
        let due = std::mem::take(&mut self.due);
        let state = |locker: u16| Some((locker, self.states.get(usize::from(locker))?.state()));
        let device_keys = if due.len() == self.states.len() { device_keys.to_vec() } else { Vec::new() };
        Some(Telling::Send(LockersMessage { n, lockers: due.into_iter().filter_map(state).collect(), device_keys }))
    }
}

impl Locker {
    fn state(&self) -> LockerState {
        LockerState { key: self.key.settled(), door: self.door.settled(), by: self.by.clone() }
    }
}
