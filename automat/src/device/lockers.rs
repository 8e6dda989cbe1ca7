//! What the device tells the cloud of its lockers.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{Door, LockerState, LockersMessage};

use super::Sensors;
use crate::journal::Record;

/// So many numbers are set aside in the journal at a time: at most one write a minute, since numbers follow the
/// milliseconds of the clock.
const SET_ASIDE: u64 = 60_000;

/// The lockers as the sensors see them, and which of them the cloud has yet to hear of.
#[derive(Debug)]
pub(super) struct Lockers {
    states: Vec<LockerState>,
    /// Who had opened a locker before the one whose motor runs now.
    before: BTreeMap<u16, Option<String>>,
    due: BTreeSet<u16>,
    /// Whether the shadow was read on this connection, so that the time is known and all lockers are due or told.
    asked: bool,
    last: u64,
    set_aside: u64,
    setting_aside: bool,
}

/// A step towards telling.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// First write this: after a power cut numbers go on above it.
    Reserve(Record),
    /// Send this.
    Send(LockersMessage),
}

impl Lockers {
    pub(super) fn new(sensors: Vec<Sensors>, numbers: u64) -> Self {
        let state = |sensors: Sensors| LockerState { key: sensors.inside, door: sensors.door, by: None };
        Self {
            states: sensors.into_iter().map(state).collect(),
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

    /// Those with a key inside.
    pub(super) fn inside(&self) -> impl Iterator<Item = u16> {
        (0..).zip(&self.states).filter(|(_, state)| state.key).map(|(locker, _)| locker)
    }

    pub(super) fn key(&mut self, locker: u16, inside: bool) {
        self.change(locker, |state| state.key = inside);
    }

    pub(super) fn door(&mut self, locker: u16, door: Door) {
        self.change(locker, |state| state.door = door);
    }

    /// A motor is about to run for this opening or entry: what happens to the locker from here on is its doing.
    pub(super) fn opened_by(&mut self, locker: u16, id: &str) {
        if let Some(state) = self.states.get_mut(usize::from(locker)) {
            self.before.insert(locker, state.by.replace(id.to_owned()));
        }
    }

    /// The motor ran and the lock did not open: it is still the one before who last opened it.
    pub(super) fn did_not_open(&mut self, locker: u16) {
        if let (Some(state), Some(before)) = (self.states.get_mut(usize::from(locker)), self.before.remove(&locker)) {
            state.by = before;
        }
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

    /// What to do to tell those that are due, at this time in milliseconds since 1970. With all of them goes which keys
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
        let state = |locker: u16| Some((locker, self.states.get(usize::from(locker))?.clone()));
        let device_keys = if due.len() == self.states.len() { device_keys.to_vec() } else { Vec::new() };
        Some(Telling::Send(LockersMessage { n, lockers: due.into_iter().filter_map(state).collect(), device_keys }))
    }

    fn change(&mut self, locker: u16, change: impl FnOnce(&mut LockerState)) {
        let Some(state) = self.states.get_mut(usize::from(locker)) else { return };
        let before = state.clone();
        change(state);
        if *state != before {
            self.due.insert(locker);
        }
    }
}
