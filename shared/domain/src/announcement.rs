//! How often contacts are told that a key was fetched or returned.
//!
//! A sensor may flicker, and a key may go in and out for good reasons. Every change is recorded; contacts get at most one
//! message of each kind in two minutes. The first change is told at once. What is held back is looked at again when its
//! two minutes are over: if the key is then somewhere else than contacts were told last, they are told once more.

use crate::Instant;

/// A key that leaves its locker or comes back into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyMovement {
    /// It was fetched.
    Fetched,
    /// It was returned.
    Returned,
}

/// The event that a message was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The event's identifier.
    pub event: String,
    /// When it happened.
    pub at: Instant,
}

/// A message that was decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// What it says.
    pub movement: KeyMovement,
    /// The event that it is about.
    pub cause: Cause,
    /// When it was decided on: from then on the two minutes count.
    pub at: Instant,
}

/// What contacts were told of a key and one of its contracts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Announcements {
    /// The last message of each kind.
    pub fetched: Option<Announcement>,
    /// The last message of each kind.
    pub returned: Option<Announcement>,
    /// The last event of each kind that was held back.
    pub held_fetched: Option<Cause>,
    /// The last event of each kind that was held back.
    pub held_returned: Option<Cause>,
    /// When to look again at what was held back.
    pub due: Option<Instant>,
}

impl Announcements {
    /// At most one message of each kind goes in this time, in milliseconds.
    pub const EVERY_MILLIS: i64 = 2 * 60_000;

    /// Takes note of an event, and says whether contacts are told of it now. The same event again gets the same answer.
    pub fn announce(&mut self, movement: KeyMovement, cause: Cause) -> bool {
        if let Some(last) = self.last_of(movement) {
            if last.cause.event == cause.event {
                return true;
            }
            let next = last.at.plus_millis(Self::EVERY_MILLIS);
            if cause.at < next {
                *self.held(movement) = Some(cause);
                self.due = Some(self.due.map_or(next, |due| due.min(next)));
                return false;
            }
        }
        let at = cause.at;
        self.tell(Announcement { movement, cause, at });
        true
    }

    /// Decides what becomes of what was held back, by where the key is now: `None` if it is nowhere that this contract
    /// has to do with. Gives the message to be sent, which is the same one until [`Self::done`] is called. If it is too
    /// early for that message, `due` moves.
    pub fn settle(&mut self, key: Option<KeyMovement>, now: Instant) -> Option<Announcement> {
        let due = self.due.filter(|due| *due <= now)?;
        let movement = key?;
        if self.last() == Some(movement) {
            // Decided by an earlier try that did not get to the end, or by an event meanwhile.
            return self.last_of(movement).filter(|last| last.at >= due).cloned();
        }
        let cause = self.held(movement).clone()?;
        let next = self.last_of(movement).map_or(now, |last| last.at.plus_millis(Self::EVERY_MILLIS));
        if next > now {
            self.due = Some(next);
            return None;
        }
        let announcement = Announcement { movement, cause, at: now };
        self.tell(announcement.clone());
        Some(announcement)
    }

    /// Nothing is held back any more.
    pub fn done(&mut self) {
        (self.held_fetched, self.held_returned, self.due) = (None, None, None);
    }

    /// What contacts were told last.
    fn last(&self) -> Option<KeyMovement> {
        let of = |announcement: &Option<Announcement>| announcement.as_ref().map(|told| (told.at, told.cause.at));
        match (of(&self.fetched), of(&self.returned)) {
            (None, None) => None,
            (fetched, returned) if fetched > returned => Some(KeyMovement::Fetched),
            _ => Some(KeyMovement::Returned),
        }
    }

    fn last_of(&self, movement: KeyMovement) -> Option<&Announcement> {
        match movement {
            KeyMovement::Fetched => self.fetched.as_ref(),
            KeyMovement::Returned => self.returned.as_ref(),
        }
    }

    fn held(&mut self, movement: KeyMovement) -> &mut Option<Cause> {
        match movement {
            KeyMovement::Fetched => &mut self.held_fetched,
            KeyMovement::Returned => &mut self.held_returned,
        }
    }

    fn tell(&mut self, announcement: Announcement) {
        match announcement.movement {
            KeyMovement::Fetched => self.fetched = Some(announcement),
            KeyMovement::Returned => self.returned = Some(announcement),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(seconds * 1000).unwrap()
    }

    fn cause(seconds: i64) -> Cause {
        Cause { event: format!("{seconds:08}"), at: at(seconds) }
    }

    #[test]
    fn the_first_change_is_told_at_once_and_the_next_of_its_kind_after_two_minutes() {
        let mut told = Announcements::default();
        assert!(told.announce(KeyMovement::Fetched, cause(0)));
        assert!(told.announce(KeyMovement::Returned, cause(1)));
        assert!(!told.announce(KeyMovement::Fetched, cause(119)));
        assert!(!told.announce(KeyMovement::Fetched, cause(119)), "the same event again");
        assert!(told.announce(KeyMovement::Fetched, cause(0)), "and of one that was told");
        assert!(told.announce(KeyMovement::Fetched, cause(120)));
    }

    #[test]
    fn what_was_held_back_is_told_if_the_key_is_not_where_contacts_believe_it() {
        let mut told = Announcements::default();
        told.announce(KeyMovement::Fetched, cause(0));
        told.announce(KeyMovement::Returned, cause(1));
        assert!(!told.announce(KeyMovement::Fetched, cause(2)));
        assert_eq!(told.due, Some(at(120)));
        assert_eq!(told.clone().settle(Some(KeyMovement::Returned), at(120)), None, "it has come back");
        let last = told.settle(Some(KeyMovement::Fetched), at(120)).unwrap();
        assert_eq!((last.movement, last.cause.clone()), (KeyMovement::Fetched, cause(2)));
        assert_eq!(told.settle(Some(KeyMovement::Fetched), at(121)), Some(last), "again after a crash");
        told.done();
        assert_eq!(told.settle(Some(KeyMovement::Fetched), at(122)), None);
    }

    proptest! {
        #[test]
        fn no_two_messages_of_a_kind_in_two_minutes_and_the_last_one_is_true(
            steps in prop::collection::vec(1..90_i64, 1..60)
        ) {
            let mut told = Announcements::default();
            let mut sent: Vec<(KeyMovement, i64)> = Vec::new();
            let mut key = KeyMovement::Returned;
            let mut now = 0;
            let tick = |told: &mut Announcements, key, now, sent: &mut Vec<(KeyMovement, i64)>| {
                if told.due.is_some_and(|due| due <= at(now)) {
                    // A message of the same event again is the same message.
                    let last = told.clone();
                    let known = |event: &str| {
                        let before = [last.fetched.clone(), last.returned.clone()];
                        before.into_iter().flatten().any(|told| told.cause.event == event)
                    };
                    if let Some(settled) = told.settle(Some(key), at(now)).filter(|told| !known(&told.cause.event)) {
                        sent.push((settled.movement, now));
                    }
                    if told.due.is_none_or(|due| due <= at(now)) {
                        told.done();
                    }
                }
            };
            for step in steps {
                now += step;
                key = if key == KeyMovement::Returned { KeyMovement::Fetched } else { KeyMovement::Returned };
                if told.announce(key, cause(now)) {
                    sent.push((key, now));
                }
                tick(&mut told, key, now, &mut sent);
            }
            for later in 1..6 {
                tick(&mut told, key, now + later * 60, &mut sent);
            }
            prop_assert_eq!(sent.last().map(|(movement, _)| *movement), Some(key));
            for kind in [KeyMovement::Fetched, KeyMovement::Returned] {
                let times: Vec<_> = sent.iter().filter(|(movement, _)| *movement == kind).map(|(_, at)| *at).collect();
                prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 120), "{:?}", times);
            }
        }
    }
}
