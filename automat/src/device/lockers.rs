//! Reports about lockers: doors and keys.
//!
//! What cannot be reported becomes a line of the journal of what was done without the cloud.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{Door, LockerState, LockersMessage};

use super::numbers::{Number, Numbers};
use super::sensor::Sensor;
use super::{Motor, Sensors};
use crate::clock::Millis;
use crate::journal::Record;

/// The most lockers in a line, so that the cloud can record each line at once.
const WRITTEN_AT_ONCE: usize = 50;

/// The lockers by their sensors, and those that are yet to be reported.
#[derive(Debug)]
pub(super) struct Lockers {
    states: Vec<Locker>,
    /// The lockers whose motor is running, each with who had opened it before.
    running: BTreeMap<u16, Option<String>>,
    due: BTreeSet<u16>,
    /// The lockers that have changed and are neither due nor in a line.
    changed: BTreeSet<u16>,
    /// Whether the shadow was read on this connection: then the time is known, and all lockers are due or reported.
    is_shadow_read: bool,
}

#[derive(Debug)]
struct Locker {
    key: Sensor<bool>,
    door: Sensor<Door>,
    /// The opening or entry that opened it last.
    opened_by: Option<String>,
    /// The opening or entry that is reported as the cause of its state.
    by: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum ReportStep {
    /// Write this first: after a power cut, numbers continue above it.
    Reserve(Record),
    Send(LockersMessage),
}

impl Lockers {
    pub(super) fn new(sensors: Vec<Sensors>) -> Self {
        let locker = |Sensors { inside, door }| Locker {
            key: Sensor::new(inside),
            door: Sensor::new(door),
            opened_by: None,
            by: None,
        };
        Self {
            states: sensors.into_iter().map(locker).collect(),
            running: BTreeMap::new(),
            due: BTreeSet::new(),
            changed: BTreeSet::new(),
            is_shadow_read: false,
        }
    }

    pub(super) fn has(&self, locker: u16) -> bool {
        usize::from(locker) < self.states.len()
    }

    /// The lockers that may hold a key. While a sensor is unsettled, either reading counts: a return opens a locker
    /// more easily than a fetch, so a locker that may hold a key must not count as empty.
    pub(super) fn inside(&self) -> impl Iterator<Item = u16> {
        (0..).zip(&self.states).filter(|(_, state)| state.key.may_be(true)).map(|(locker, _)| locker)
    }

    /// Whether the device has this locker and neither reading of its sensor has a key.
    pub(super) fn is_empty(&self, locker: u16) -> bool {
        self.states.get(usize::from(locker)).is_some_and(|state| !state.key.may_be(true))
    }

    /// Whether the device has this locker and both readings of its sensor have a key.
    pub(super) fn is_inside(&self, locker: u16) -> bool {
        self.states.get(usize::from(locker)).is_some_and(|state| !state.key.may_be(false))
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

    /// Whether the door's sensor says open now, settled or not.
    pub(super) fn is_door_open(&self, locker: u16) -> bool {
        self.states.get(usize::from(locker)).is_some_and(|state| state.door.latest() == Door::Open)
    }

    /// A motor is about to run for this opening or entry: later changes of the locker are attributed to it.
    pub(super) fn opened_by(&mut self, locker: u16, id: &str) {
        if let Some(state) = self.states.get_mut(usize::from(locker)) {
            self.running.insert(locker, state.opened_by.replace(id.to_owned()));
        }
    }

    /// The motor has stopped. If the lock did not open, changes are attributed to the previous opening or entry again.
    pub(super) fn stopped(&mut self, locker: u16, motor: Motor, now: Millis) {
        if let (Some(state), Some(before)) = (self.states.get_mut(usize::from(locker)), self.running.remove(&locker))
            && motor == Motor::Jammed
        {
            let failed = std::mem::replace(&mut state.opened_by, before);
            if let Some(failed) = failed {
                state.key.reattribute(&failed, state.opened_by.as_deref());
                state.door.reattribute(&failed, state.opened_by.as_deref());
            }
        }
        self.settle(now);
    }

    /// Settles the readings that have lasted, connected or not. While a motor runs, the readings of its locker wait: only
    /// its end shows who they are attributed to.
    pub(super) fn settle(&mut self, now: Millis) {
        let settling = (0..).zip(&mut self.states).filter(|(locker, _)| !self.running.contains_key(locker));
        for (locker, state) in settling {
            // In the order in which they settle: the later one decides who opened the locker last.
            let door_first = state.door.settles_at() <= state.key.settles_at();
            let (key, door) = (state.key.settle(now), state.door.settle(now));
            let latest = if door_first { key.or(door) } else { door.or(key) };
            if let Some(settled) = latest {
                state.by = settled.by;
                self.changed.insert(locker);
            }
        }
    }

    pub(super) fn settles_at(&self) -> Option<Millis> {
        let settling = (0..).zip(&self.states).filter(|(locker, _)| !self.running.contains_key(locker));
        let readings = settling.flat_map(|(_, state)| [state.key.settles_at(), state.door.settles_at()]);
        readings.flatten().min()
    }

    /// Makes the changed lockers due.
    pub(super) fn report_changed(&mut self) {
        self.due.append(&mut self.changed);
    }

    /// A report of the changed lockers that is written instead of sent, if there are any.
    pub(super) fn write_changed(&mut self, numbers: &mut Numbers, millis: Option<i64>) -> Option<LockersMessage> {
        let changed: BTreeSet<u16> = self.changed.iter().copied().take(WRITTEN_AT_ONCE).collect();
        self.changed.retain(|locker| !changed.contains(locker));
        if changed.is_empty() {
            return None;
        }
        Some(self.report(numbers.next_to_write(millis), changed, Vec::new()))
    }

    /// Makes all lockers due: what was written about them has not reached the cloud.
    pub(super) fn report_all(&mut self) {
        self.due = (0..).take(self.states.len()).collect();
    }

    /// Makes all lockers due after the first response on a connection: earlier messages may be lost.
    pub(super) fn report_all_once(&mut self) {
        if !self.is_shadow_read {
            self.is_shadow_read = true;
            self.report_all();
        }
    }

    /// The connection is lost, with everything in transit.
    pub(super) fn lose_all(&mut self) {
        self.is_shadow_read = false;
        self.due.clear();
    }

    pub(super) fn can_be_reported(&self) -> bool {
        self.is_shadow_read
    }

    pub(super) fn are_reported(&self) -> bool {
        self.is_shadow_read && self.due.is_empty()
    }

    /// The next step to report the lockers that are due. `millis` is since 1970. A report of all lockers includes the
    /// ids of the device's keys.
    pub(super) fn next_step(
        &mut self,
        numbers: &mut Numbers,
        millis: i64,
        device_keys: &[String],
    ) -> Option<ReportStep> {
        if !self.is_shadow_read || self.due.is_empty() {
            return None;
        }
        let n = match numbers.next_to_send(millis)? {
            Number::Reserve(record) => return Some(ReportStep::Reserve(record)),
            Number::Use(n) => n,
        };
        let due = std::mem::take(&mut self.due);
        let device_keys = if due.len() == self.states.len() { device_keys.to_vec() } else { Vec::new() };
        Some(ReportStep::Send(self.report(n, due, device_keys)))
    }

    fn report(&self, n: u64, lockers: BTreeSet<u16>, device_keys: Vec<String>) -> LockersMessage {
        let state = |locker: u16| Some((locker, self.states.get(usize::from(locker))?.state()));
        LockersMessage { n, lockers: lockers.into_iter().filter_map(state).collect(), device_keys }
    }
}

impl Locker {
    fn state(&self) -> LockerState {
        LockerState { key: self.key.settled(), door: self.door.settled(), by: self.by.clone() }
    }
}
