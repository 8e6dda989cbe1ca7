//! A sensor that may flicker: a change counts once it has lasted.
//!
//! A key that is being turned in its holder, or a door that swings against its latch, changes several times within a
//! second. Each report of such a change would be a message to a person.

use crate::clock::Millis;

/// A reading is settled when it has not changed for so long.
pub(super) const SETTLES_AFTER: Millis = 2_000;

/// A sensor's readings.
#[derive(Debug)]
pub(super) struct Sensor<T> {
    settled: T,
    /// A reading that is not the settled one.
    unsettled: Option<Unsettled<T>>,
}

#[derive(Debug)]
struct Unsettled<T> {
    reading: T,
    since: Millis,
    /// Who had opened the locker last when the reading began: it is their doing, even if somebody else opens the locker
    /// before it has settled.
    by: Option<String>,
}

/// A reading has settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settled {
    /// Whose doing it was, if that is known.
    pub(super) by: Option<String>,
}

impl<T: Copy + PartialEq> Sensor<T> {
    /// What a sensor reads at the start is taken as settled: there is nothing to compare it with.
    pub(super) fn new(reading: T) -> Self {
        Self { settled: reading, unsettled: None }
    }

    /// What has been the case for long enough.
    pub(super) fn settled(&self) -> T {
        self.settled
    }

    /// Whether either the settled or the latest reading is this one.
    pub(super) fn may_be(&self, reading: T) -> bool {
        self.settled == reading || self.unsettled.as_ref().is_some_and(|unsettled| unsettled.reading == reading)
    }

    /// Takes a reading, with who opened the locker last. Returning to the settled reading undoes a change; any other
    /// change starts its time anew.
    pub(super) fn read(&mut self, reading: T, by: Option<&str>, now: Millis) {
        if reading == self.settled {
            self.unsettled = None;
        } else if self.unsettled.as_ref().is_none_or(|unsettled| unsettled.reading != reading) {
            self.unsettled = Some(Unsettled { reading, since: now, by: by.map(str::to_owned) });
        }
    }

    /// Settles a reading that has lasted.
    pub(super) fn settle(&mut self, now: Millis) -> Option<Settled> {
        let Unsettled { reading, by, .. } = self.unsettled.take_if(|unsettled| unsettled.is_due(now))?;
        self.settled = reading;
        Some(Settled { by })
    }

    /// When the reading settles, if it is not settled.
    pub(super) fn settles_at(&self) -> Option<Millis> {
        self.unsettled.as_ref().map(Unsettled::due)
    }

    /// The run with this id did not open the lock after all: what is unsettled is the doing of the one before.
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
    fn a_run_that_did_not_open_is_not_named() {
        let mut sensor = Sensor::new(true);
        sensor.read(false, Some("b"), 0);
        sensor.reattribute("c", None);
        sensor.reattribute("b", Some("a"));
        assert_eq!(sensor.settle(SETTLES_AFTER), Some(by("a")));
    }

    proptest! {
        /// Against the definition: the settled reading is the last one that lasted two seconds, or the first of all.
        #[test]
        fn it_settles_on_what_lasted(readings in prop::collection::vec((0_u64..4_000, any::<bool>()), 1..40)) {
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
