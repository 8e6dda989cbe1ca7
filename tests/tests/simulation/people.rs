//! People: those who type codes at the keypads and use the lockers that open, and those whose locker an operator opens.

use automat::device::{Display, Input, Keys};
use domain::Purpose;
use protocol::Door;

use crate::SECOND;
use crate::event::Happening;
use crate::world::World;

/// The average interval between two people at a keypad.
const VISITED_EVERY: u64 = 60 * SECOND;
/// A person who sees nothing happen for this long tries again, or leaves.
const PATIENCE: u64 = 25 * SECOND;

/// A person at a keypad.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) number: u64,
    /// The person's contract.
    pub(crate) booking: usize,
    tries_left: u32,
    /// How often something has happened: who waits for it is not impatient any more.
    noticed: u32,
    /// Whether the person only looks at what opens.
    only_looks: bool,
}

/// What a person at a keypad does.
#[derive(Debug)]
pub(crate) enum Step {
    Presses(String),
    /// Says what is wanted, if the display still asks.
    Chooses(&'static str),
    /// Opens a door that is unlocked, to use the locker.
    Opens(u16, Purpose),
    /// Takes the key or puts it in, and closes the door.
    Uses(u16, Purpose),
    /// Tries again or leaves, unless something has happened since.
    IsImpatient(u32),
}

/// What anybody does, at any time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    OpensDoor(u16),
    /// Takes the key if it is there, or puts back the one that was taken without a code.
    MovesKey(u16),
    ClosesDoor(u16),
}

impl World {
    pub(crate) fn visit_soon(&mut self, cabinet: usize) {
        if !self.is_closing {
            let pause = self.seed.below(2 * VISITED_EVERY);
            self.after(pause, Happening::Visited(cabinet));
        }
    }

    /// Somebody comes to the keypad and types a code.
    pub(crate) fn visit(&mut self, cabinet: usize) {
        let here = |booking: &usize| self.bookings[*booking].lockers(cabinet).next().is_some();
        let bookings: Vec<_> = (0..self.bookings.len()).filter(here).collect();
        let booking = *self.seed.one_of(&bookings);
        self.come(cabinet, booking, false);
    }

    pub(crate) fn come(&mut self, cabinet: usize, booking: usize, only_looks: bool) {
        self.visits += 1;
        let number = self.visits;
        self.cabinets[cabinet].visit = Some(Visit { number, booking, tries_left: 4, noticed: 0, only_looks });
        self.type_code(cabinet, SECOND);
    }

    fn type_code(&mut self, cabinet: usize, pause: u64) {
        let Some(visit) = &mut self.cabinets[cabinet].visit else { return };
        visit.tries_left = visit.tries_left.saturating_sub(1);
        let keys = format!("{}#", self.bookings[visit.booking].pin);
        self.step_after(cabinet, pause, Step::Presses(keys));
    }

    fn step_after(&mut self, cabinet: usize, pause: u64, step: Step) {
        if let Some(visit) = self.cabinets[cabinet].visit.as_ref().map(|visit| visit.number) {
            self.after(pause, Happening::Stepped { cabinet, visit, step });
        }
    }

    pub(crate) fn take_step(&mut self, cabinet: usize, step: Step) {
        match step {
            Step::Presses(keys) => {
                let random = u128::from(self.seed.below(u64::MAX));
                self.input(cabinet, Input::Typed { keys: Keys::new(&keys), random });
                self.notice(cabinet);
            }
            Step::Chooses(wanted) => {
                if self.cabinets[cabinet].display == Display::FetchOrReturn {
                    self.take_step(cabinet, Step::Presses(wanted.to_owned()));
                }
            }
            Step::Opens(locker, purpose) => {
                self.open_door(cabinet, locker);
                let pause = 500 + self.seed.below(8 * SECOND);
                self.step_after(cabinet, pause, Step::Uses(locker, purpose));
                self.notice(cabinet);
            }
            Step::Uses(locker, purpose) => {
                self.use_locker(cabinet, locker, purpose);
                self.notice(cabinet);
            }
            Step::IsImpatient(noticed) => {
                let visit = self.cabinets[cabinet].visit.as_ref().filter(|visit| visit.noticed == noticed);
                match visit.map(|visit| visit.tries_left > 0) {
                    Some(true) => self.type_code(cabinet, 0),
                    Some(false) => self.leave(cabinet),
                    None => {}
                }
            }
        }
    }

    fn use_locker(&mut self, cabinet: usize, locker: u16, purpose: Purpose) {
        let Some(booking) = self.cabinets[cabinet].visit.as_ref().map(|visit| visit.booking) else { return };
        let holder = self.holders.get(&(cabinet, locker)).copied();
        let can = match purpose {
            Purpose::Fetch => holder.is_none(),
            Purpose::Return => holder == Some(Some(booking)),
        };
        if can && !self.seed.once_in(8) {
            self.move_key(cabinet, locker, Some(booking));
        }
        let is_left_open = self.happens("door left open", |chances| chances.left_open);
        let pause = if is_left_open { self.seed.below(300 * SECOND) } else { 300 + self.seed.below(5 * SECOND) };
        self.after(pause, Happening::Helped { cabinet, deed: Deed::ClosesDoor(locker) });
    }

    /// The person reads the display.
    pub(crate) fn read(&mut self, cabinet: usize, display: Display) {
        self.cabinets[cabinet].display = display;
        let Some(visit) = &self.cabinets[cabinet].visit else { return };
        let (booking, only_looks) = (visit.booking, visit.only_looks);
        let pause = 500 + self.seed.below(3 * SECOND);
        match display {
            // Not everybody sees in time what opens.
            Display::Open { locker, purpose }
            | Display::OpenOfSeveral { locker, purpose, .. }
            | Display::OpenOffline { locker, purpose, .. }
                if !only_looks && !self.seed.once_in(12) =>
            {
                let purpose = match purpose {
                    protocol::Purpose::Fetch => Purpose::Fetch,
                    protocol::Purpose::Return => Purpose::Return,
                };
                self.step_after(cabinet, pause, Step::Opens(locker, purpose));
            }
            Display::FetchOrReturn if !only_looks => {
                let has_keys = self.holders.values().any(|holder| *holder == Some(booking));
                let likely = if has_keys { "2" } else { "1" };
                let wanted = *self.seed.one_of(&[likely, likely, likely, "1", "2", "*"]);
                let pause = self.seed.below(22 * SECOND);
                self.step_after(cabinet, pause, Step::Chooses(wanted));
            }
            Display::DoorOpen(locker) => {
                self.verdict.count("ended by an open door", 1);
                self.after(pause, Happening::Helped { cabinet, deed: Deed::ClosesDoor(locker) });
            }
            Display::NotValid | Display::Wait(_) => return self.leave(cabinet),
            _ => {}
        }
        self.notice(cabinet);
    }

    /// Something has happened: the person waits for what comes next.
    fn notice(&mut self, cabinet: usize) {
        let Some(visit) = &mut self.cabinets[cabinet].visit else { return };
        visit.noticed += 1;
        let (noticed, only_looks) = (visit.noticed, visit.only_looks);
        if !only_looks {
            let pause = PATIENCE / 5 + self.seed.below(PATIENCE);
            self.step_after(cabinet, pause, Step::IsImpatient(noticed));
        }
    }

    fn leave(&mut self, cabinet: usize) {
        self.cabinets[cabinet].visit = None;
        self.visit_soon(cabinet);
    }

    /// An operator has opened a locker: now and then somebody uses it.
    pub(crate) fn help(&mut self, cabinet: usize, locker: u16) {
        if self.is_closing || !self.seed.once_in(6) {
            return;
        }
        let mut at = SECOND + self.seed.below(4 * SECOND);
        self.after(at, Happening::Helped { cabinet, deed: Deed::OpensDoor(locker) });
        if self.seed.once_in(3) {
            at += self.seed.below(4 * SECOND);
            self.after(at, Happening::Helped { cabinet, deed: Deed::MovesKey(locker) });
        }
        at += self.seed.below(8 * SECOND);
        self.after(at, Happening::Helped { cabinet, deed: Deed::ClosesDoor(locker) });
    }

    pub(crate) fn help_now(&mut self, cabinet: usize, deed: Deed) {
        match deed {
            Deed::OpensDoor(locker) => self.open_door(cabinet, locker),
            Deed::MovesKey(locker) => self.move_key(cabinet, locker, None),
            Deed::ClosesDoor(locker) => self.set_door(cabinet, locker, Door::Closed),
        }
    }

    fn open_door(&mut self, cabinet: usize, locker: u16) {
        if self.cabinets[cabinet].locker(locker).is_unlocked {
            self.set_door(cabinet, locker, Door::Open);
        }
    }

    pub(crate) fn set_door(&mut self, cabinet: usize, locker: u16, door: Door) {
        let now = self.now;
        if self.cabinets[cabinet].locker(locker).set_door(door, now) {
            self.input(cabinet, Input::DoorSensor { locker, door });
        }
    }

    /// Takes the key, or puts it in, if this person can. `None` is somebody without a code.
    fn move_key(&mut self, cabinet: usize, locker: u16, person: Option<usize>) {
        let (at, now) = ((cabinet, locker), self.now);
        let state = self.cabinets[cabinet].locker(locker);
        let is_there = state.is_inside();
        let has_it = self.holders.get(&at) == Some(&person);
        if state.door == Door::Closed || !state.rests(now) || !(is_there || has_it) {
            return;
        }
        state.move_key(now);
        if is_there {
            self.holders.insert(at, person);
        } else {
            self.holders.remove(&at);
        }
        self.input(cabinet, Input::KeySensor { locker, inside: !is_there });
    }
}
