//! Limits how often contacts are notified that a key was fetched or returned.
//!
//! A sensor may flicker, and a key may go in and out for good reasons. Every movement is recorded as an event, but
//! contacts get at most one message of each kind in two minutes. The first movement is announced at once. Later ones
//! are held back until the two minutes are over; if the key is then not where the last message said, contacts get one
//! more message.

use serde::{Deserialize, Serialize};

use crate::Instant;

/// A key leaving its locker or coming back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyMovement {
    Fetched,
    Returned,
}

/// The event that a message is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub event: String,
    pub at: Instant,
}

/// A message that was decided on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    pub movement: KeyMovement,
    pub cause: Cause,
    /// When it was decided. The two minutes count from here.
    pub at: Instant,
}

/// What has been announced about a key to the contacts of one of its contracts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Announcements {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fetched: Option<Announcement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returned: Option<Announcement>,
    /// The last event of each kind that was held back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_fetched: Option<Cause>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_returned: Option<Cause>,
    /// When to decide about what was held back. It has no serialized form here: whoever stores it has to find it.
    #[serde(skip)]
    pub due: Option<Instant>,
}

impl Announcements {
    /// At most one message of each kind is sent in this time, in milliseconds.
    pub const EVERY_MILLIS: i64 = 2 * 60_000;

    /// Records an event, and returns whether to announce it now. The same event always gets the same answer.
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
        self.record(Announcement { movement, cause, at });
        true
    }

    /// Decides about what was held back. `key` is where the key is now, or `None` if this contract has nothing to do
    /// with that.
    ///
    /// Returns the message to send. Calling it again returns the same message until [`Self::clear_held`] is called. If
    /// it is too early for the message, `due` moves on.
    pub fn settle(&mut self, key: Option<KeyMovement>, now: Instant) -> Option<Announcement> {
        let due = self.due.filter(|due| *due <= now)?;
        let movement = key?;
        if self.last() == Some(movement) {
            // Decided by an earlier attempt that was interrupted, or by an event in the meantime.
            return self.last_of(movement).filter(|last| last.at >= due).cloned();
        }
        let cause = self.held(movement).clone()?;
        let next = self.last_of(movement).map_or(now, |last| last.at.plus_millis(Self::EVERY_MILLIS));
        if next > now {
            self.due = Some(next);
            return None;
        }
        let announcement = Announcement { movement, cause, at: now };
        self.record(announcement.clone());
        Some(announcement)
    }

    pub fn clear_held(&mut self) {
        (self.held_fetched, self.held_returned, self.due) = (None, None, None);
    }

    /// The last announcement, of either kind.
    fn last(&self) -> Option<KeyMovement> {
        let of = |announcement: &Option<Announcement>| announcement.as_ref().map(|it| (it.at, it.cause.at));
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

    fn record(&mut self, announcement: Announcement) {
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
    fn the_first_movement_is_announced_at_once_and_the_next_after_two_minutes() {
        let mut announcements = Announcements::default();
        assert!(announcements.announce(KeyMovement::Fetched, cause(0)));
        assert!(announcements.announce(KeyMovement::Returned, cause(1)));
        assert!(!announcements.announce(KeyMovement::Fetched, cause(119)));
        assert!(!announcements.announce(KeyMovement::Fetched, cause(119)), "the same event again");
        assert!(announcements.announce(KeyMovement::Fetched, cause(0)), "an event that was announced");
        assert!(announcements.announce(KeyMovement::Fetched, cause(120)));
    }

    #[test]
    fn a_held_movement_is_announced_if_the_last_message_is_no_longer_true() {
        let mut announcements = Announcements::default();
        announcements.announce(KeyMovement::Fetched, cause(0));
        announcements.announce(KeyMovement::Returned, cause(1));
        assert!(!announcements.announce(KeyMovement::Fetched, cause(2)));
        assert_eq!(announcements.due, Some(at(120)));
        assert_eq!(announcements.clone().settle(Some(KeyMovement::Returned), at(120)), None, "the key is back");
        let last = announcements.settle(Some(KeyMovement::Fetched), at(120)).unwrap();
        assert_eq!((last.movement, last.cause.clone()), (KeyMovement::Fetched, cause(2)));
        assert_eq!(announcements.settle(Some(KeyMovement::Fetched), at(121)), Some(last), "again after a crash");
        announcements.clear_held();
        assert_eq!(announcements.settle(Some(KeyMovement::Fetched), at(122)), None);
    }

    proptest! {
        #[test]
        fn messages_of_a_kind_are_two_minutes_apart_and_the_last_is_true(
            steps in prop::collection::vec(1..90_i64, 1..60)
        ) {
            let mut announcements = Announcements::default();
            let mut sent: Vec<(KeyMovement, i64)> = Vec::new();
            let mut key = KeyMovement::Returned;
            let mut now = 0;
            let tick = |announcements: &mut Announcements, key, now, sent: &mut Vec<(KeyMovement, i64)>| {
                if announcements.due.is_some_and(|due| due <= at(now)) {
                    // A second message about the same event is the same message.
                    let last = announcements.clone();
                    let known = |event: &str| {
                        let before = [last.fetched.clone(), last.returned.clone()];
                        before.into_iter().flatten().any(|it| it.cause.event == event)
                    };
                    if let Some(settled) = announcements.settle(Some(key), at(now)).filter(|it| !known(&it.cause.event)) {
                        sent.push((settled.movement, now));
                    }
                    if announcements.due.is_none_or(|due| due <= at(now)) {
                        announcements.clear_held();
                    }
                }
            };
            for step in steps {
                now += step;
                key = if key == KeyMovement::Returned { KeyMovement::Fetched } else { KeyMovement::Returned };
                if announcements.announce(key, cause(now)) {
                    sent.push((key, now));
                }
                tick(&mut announcements, key, now, &mut sent);
            }
            for later in 1..6 {
                tick(&mut announcements, key, now + later * 60, &mut sent);
            }
            prop_assert_eq!(sent.last().map(|(movement, _)| *movement), Some(key));
            for kind in [KeyMovement::Fetched, KeyMovement::Returned] {
                let times: Vec<_> = sent.iter().filter(|(movement, _)| *movement == kind).map(|(_, at)| *at).collect();
                prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 120), "{:?}", times);
            }
        }
    }
}
