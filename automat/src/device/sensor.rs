//! A sensor that may flicker: a change counts once it has lasted.
//!
//! A key that moves in its holder, or a door that swings against its latch, changes several times within a second.
//! Reporting each change would send a message to a person each time.

use crate::clock::Millis;

/// A reading is settled when it has not changed for this long.
pub(super) const SETTLES_AFTER: Millis = 2_000;

#[derive(Debug)]
pub(super) struct Sensor<T> {
    settled: T,
    unsettled: Option<Unsettled<T>>,
}

#[derive(Debug)]
struct Unsettled<T> {
    reading: T,
    since: Millis,
    /// Who had opened the locker last when the reading changed. The change is attributed to them even if somebody else
    /// opens the locker before it has settled.
    by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settled {
    /// The opening or entry that the change is attributed to, if known.
    pub(super) by: Option<String>,
}

impl<T: Copy + PartialEq> Sensor<T> {
    /// The first reading counts as settled: there is nothing to compare it with.
    pub(super) fn new(reading: T) -> Self {
        Self { settled: reading, unsettled: None }
    }

    pub(super) fn settled(&self) -> T {
        self.settled
    }

    /// The latest reading, whether or not it has settled.
    pub(super) fn latest(&self) -> T {
        self.unsettled.as_ref().map_or(self.settled, |unsettled| unsettled.reading)
    }

    pub(super) fn may_be(&self, reading: T) -> bool {
        self.settled == reading || self.unsettled.as_ref().is_some_and(|unsettled| unsettled.reading == reading)
    }

    /// Takes a reading, with who opened the locker last. Going back to the settled reading cancels a change; any other
    /// change restarts its time.
    pub(super) fn read(&mut self, reading: T, by: Option<&str>, now: Millis) {
        if reading == self.settled {
            self.unsettled = None;
        } else if self.unsettled.as_ref().is_none_or(|unsettled| unsettled.reading != reading) {
            self.unsettled = Some(Unsettled { reading, since: now, by: by.map(str::to_owned) });
        }
    }

    /// Settles the reading if it has lasted.
    pub(super) fn settle(&mut self, now: Millis) -> Option<Settled> {
        let Unsettled { reading, by, .. } = self.unsettled.take_if(|unsettled| unsettled.is_due(now))?;
        self.settled = reading;
        Some(Settled { by })
    }

    /// When the reading settles; `None` if it has.
    pub(super) fn settles_at(&self) -> Option<Millis> {
        self.unsettled.as_ref().map(Unsettled::due)
    }

    /// The run with this id did not open the lock: an unsettled reading is attributed to the previous one.
    pub(super) fn reattribute(&mut self, id: &str, before: Option<&str>) {
        if let Some(unsettled) = &mut self.unsettled
            && unsettled.by.as_deref() == Some(id)
        {
            unsettled.by = before.map(str::to_owned);
        }
    }
}

impl<T> Unsettled<T> {
    fn due(&self) -> Millis {
        self.since.saturating_add(SETTLES_AFTER)
    }

    fn is_due(&self, now: Millis) -> bool {
        self.due() <= now
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by(id: &str) -> Settled {
        Settled { by: Some(id.to_owned()) }
    }

    #[test]
    fn a_reading_settles_when_it_has_lasted_two_seconds() {
        let mut sensor = Sensor::new(true);
        sensor.read(false, Some("a"), 1_000);
        sensor.read(false, Some("b"), 2_000);
        assert_eq!((sensor.settle(2_999), sensor.settled(), sensor.settles_at()), (None, true, Some(3_000)));
        assert!(sensor.may_be(true) && sensor.may_be(false));
        assert_eq!((sensor.settle(3_000), sensor.settled()), (Some(by("a")), false));
        assert_eq!((sensor.settle(9_000), sensor.settles_at()), (None, None));
        assert!(!sensor.may_be(true));
    }

    #[test]
    fn a_run_that_did_not_open_is_not_the_cause() {
        let mut sensor = Sensor::new(true);
        sensor.read(false, Some("b"), 0);
        sensor.reattribute("c", None);
        sensor.reattribute("b", Some("a"));
        assert_eq!(sensor.settle(SETTLES_AFTER), Some(by("a")));
    }

    proptest! {
        /// Compared with the definition: the settled reading is the last one that lasted two seconds, or the first one.
        #[test]
        fn a_reading_that_lasted_is_settled(readings in prop::collection::vec((0_u64..4_000, any::<bool>()), 1..40)) {
            let mut sensor = Sensor::new(true);
            let (mut now, mut reading, mut since, mut expected) = (0, true, 0, true);
            for (pause, next) in readings {
                now += pause;
                if now - since >= SETTLES_AFTER {
                    expected = reading;
                }
                sensor.settle(now);
                prop_assert_eq!(sensor.settled(), expected);
                if next != reading {
                    (reading, since) = (next, now);
                }
                sensor.read(next, None, now);
            }
        }
    }
}
