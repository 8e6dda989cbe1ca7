//! The lockers of a cabinet as they are: locks, doors and keys, and what the device can know of who moved a key.

use std::collections::BTreeSet;
use std::fmt;

use automat::device::Sensors;
use protocol::Door;

use crate::SECOND;

/// How long a moved key stays where it is: longer than a slow disk keeps the device from seeing it, and until its sensor
/// has settled. Two moves within that time may be one, or none, for the device.
pub(crate) const KEY_RESTS: u64 = 20 * SECOND;
/// A change of a sensor that has lasted this long counts.
const SETTLES_AFTER: u64 = 2 * SECOND;

#[derive(Debug)]
pub(crate) struct Locker {
    pub(crate) door: Door,
    /// Whether the lock has been opened since the door was last closed.
    pub(crate) is_unlocked: bool,
    /// When the door was last opened, and when it was last closed.
    pub(crate) opened_at: u64,
    pub(crate) closed_at: u64,
    /// The opening or entry whose motor run has opened the lock last, since the device started.
    opener: Option<String>,
    /// Every movement of its key, oldest first. The first is how it was at the start.
    pub(crate) moves: Vec<KeyMove>,
    /// The highest number of a report with this locker that the cloud may have stored.
    tried: u64,
}

/// A key was put in or taken out.
#[derive(Debug)]
pub(crate) struct KeyMove {
    pub(crate) inside: bool,
    pub(crate) at: u64,
    /// When the device saw it.
    seen_at: Option<u64>,
    /// What had opened the locker, by what the device has seen.
    pub(crate) by: Option<String>,
    /// The device may have lost power before it reported `by`.
    pub(crate) may_be_forgotten: bool,
    /// What opened the locker since then: a later report of the door is in their name.
    later: Later,
    /// What the first report said that the cloud certainly stored, and when it did.
    pub(crate) reported: Option<(Option<String>, u64)>,
}

/// Ids of openings and entries: too many to be shown.
#[derive(Default)]
struct Later(BTreeSet<String>);

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} others", self.0.len())
    }
}

impl Locker {
    /// A closed locker, with its key inside or without a key.
    pub(crate) fn new(inside: bool) -> Self {
        Self {
            door: Door::Closed,
            is_unlocked: false,
            opened_at: 0,
            closed_at: 0,
            opener: None,
            moves: vec![KeyMove { seen_at: Some(0), ..KeyMove::new(inside, 0) }],
            tried: 0,
        }
    }

    fn last(&self) -> &KeyMove {
        &self.moves[self.moves.len() - 1]
    }

    pub(crate) fn is_inside(&self) -> bool {
        self.last().inside
    }

    pub(crate) fn sensors(&self) -> Sensors {
        Sensors { inside: self.is_inside(), door: self.door }
    }

    /// Whether its key had been where it is for so long that the device had noticed, at this time.
    pub(crate) fn rests(&self, at: u64) -> bool {
        self.last().at + KEY_RESTS <= at
    }

    /// A motor run opens the lock.
    pub(crate) fn unlock(&mut self, by: &str) {
        self.is_unlocked = true;
        self.opener = Some(by.to_owned());
        // A report before the last movement has settled is still about the one before it.
        for moved in self.moves.iter_mut().rev().take(2) {
            moved.later.0.insert(by.to_owned());
        }
    }

    /// Opens or closes the door, if it is not so already.
    pub(crate) fn set_door(&mut self, door: Door, now: u64) -> bool {
        if self.door == door {
            return false;
        }
        self.door = door;
        if door == Door::Open {
            self.opened_at = now;
        } else {
            self.closed_at = now;
            self.is_unlocked = false;
        }
        true
    }

    pub(crate) fn move_key(&mut self, now: u64) {
        self.moves.push(KeyMove::new(!self.is_inside(), now));
    }

    /// The device sees that the key was moved.
    pub(crate) fn see(&mut self, now: u64) {
        let opener = self.opener.clone();
        if let Some(last) = self.moves.last_mut().filter(|last| last.seen_at.is_none()) {
            (last.seen_at, last.by) = (Some(now), opener);
        }
    }

    /// The device loses power, and with it who opened the locker.
    pub(crate) fn forget(&mut self, now: u64) {
        self.opener = None;
        if let Some(last) = self.moves.last_mut() {
            match last.seen_at {
                Some(seen_at) if seen_at + SETTLES_AFTER <= now => last.may_be_forgotten = true,
                _ => (last.seen_at, last.by) = (None, None),
            }
        }
    }

    /// The movement that a reading of the key's sensor is about, by its position. `None` for the key that was always
    /// there.
    pub(crate) fn move_of(&self, inside: bool) -> Option<usize> {
        self.moves.iter().rposition(|moved| moved.inside == inside && moved.seen_at.is_some())
    }

    /// What is wrong with a report that the device sends of this movement.
    pub(crate) fn false_report(&self, moved: usize, by: Option<&String>) -> Option<String> {
        let moved = &self.moves[moved];
        let known = by == moved.by.as_ref() || (by.is_none() && moved.may_be_forgotten);
        // The door was opened after it, for another one.
        let is_later = by.is_some_and(|by| moved.later.0.contains(by));
        (!known && !is_later).then(|| format!("a report says that {by:?} moved the key: {moved:?}"))
    }

    /// The cloud handles a report with this number, about the movement at a position, to its end or not.
    pub(crate) fn report(&mut self, n: u64, moved: Option<usize>, by: Option<&String>, is_handled: bool, now: u64) {
        if is_handled
            && n >= self.tried
            && let Some(moved) = moved.and_then(|moved| self.moves.get_mut(moved))
        {
            moved.reported.get_or_insert((by.cloned(), now));
        }
        self.tried = self.tried.max(n);
    }

    /// What was reported to the cloud of who moved the key last, and when. `None` if it may not know it, because a report was
    /// lost or overtaken.
    pub(crate) fn known(&self) -> Option<(Option<&String>, u64)> {
        let before = self.moves.len().checked_sub(2).map(|before| &self.moves[before]);
        let (by, at) = self.last().reported.as_ref()?;
        before.is_none_or(|before| before.reported.is_some()).then_some((by.as_ref(), *at))
    }
}

impl KeyMove {
    fn new(inside: bool, at: u64) -> Self {
        Self { inside, at, seen_at: None, by: None, may_be_forgotten: false, later: Later::default(), reported: None }
    }
}
