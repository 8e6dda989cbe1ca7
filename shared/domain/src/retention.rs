//! How long records are kept.

use crate::{Instant, Invalid, TimeRange};

const DAY_MILLIS: i64 = 24 * 3_600_000;

/// A number of days: 1 to 3,650.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(u32);

impl Days {
    pub const MIN: u32 = 1;
    /// Ten years.
    pub const MAX: u32 = 3_650;
    pub const YEAR: Self = Self(365);

    pub fn new(days: u32) -> Result<Self, Invalid> {
        let within = (Self::MIN..=Self::MAX).contains(&days);
        within.then_some(Self(days)).ok_or(Invalid::OutOfRange { min: Self::MIN, max: Self::MAX })
    }

    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    fn after(self, instant: Instant) -> Instant {
        instant.plus_millis(i64::from(self.0) * DAY_MILLIS)
    }
}

/// How long a stack keeps its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// How long events and openings are kept.
    pub events: Days,
    /// How long a contract is kept after its end.
    pub contracts: Days,
}

impl Default for Retention {
    fn default() -> Self {
        Self { events: Days::YEAR, contracts: Days::YEAR }
    }
}

impl Retention {
    /// The longest time that a message is kept. People ask whether a message arrived, and they ask soon.
    pub const MESSAGES: Days = Days(90);

    /// Until when an event is kept.
    #[must_use]
    pub fn event_until(self, at: Instant) -> Instant {
        self.events.after(at)
    }

    /// Until when a contract is kept. `None`, so indefinitely, while it has no end or the key is out with it, since the
    /// key is returned with it.
    #[must_use]
    pub fn contract_until(self, range: TimeRange, key_out: bool) -> Option<Instant> {
        range.end().filter(|_| !key_out).map(|end| self.contracts.after(end))
    }

    /// Until when a message about a contract is kept. Never longer than the contract, even if that is ended earlier
    /// than the message says.
    #[must_use]
    pub fn message_until(self, written: Instant, range: TimeRange) -> Instant {
        let kept = if self.contracts.0 < Self::MESSAGES.0 { self.contracts } else { Self::MESSAGES };
        let until = kept.after(written);
        range.end().map_or(until, |end| until.min(self.contracts.after(end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(days: i64) -> Instant {
        Instant::EPOCH.plus_millis(days * DAY_MILLIS)
    }

    fn range(start: i64, end: Option<i64>) -> TimeRange {
        TimeRange::new(day(start), end.map(day)).unwrap()
    }

    fn keeping(events: u32, contracts: u32) -> Retention {
        Retention { events: Days::new(events).unwrap(), contracts: Days::new(contracts).unwrap() }
    }

    #[test]
    fn days_have_bounds() {
        for bad in [0, 3_651, u32::MAX] {
            assert_eq!(Days::new(bad), Err(Invalid::OutOfRange { min: 1, max: 3_650 }), "{bad}");
        }
        assert_eq!([1, 3_650].map(|days| Days::new(days).unwrap().get()), [1, 3_650]);
    }

    #[test]
    fn a_contract_without_an_end_or_with_the_key_out_is_kept_indefinitely() {
        let retention = keeping(10, 30);
        assert_eq!(retention.contract_until(range(1, Some(5)), false), Some(day(35)));
        assert_eq!(retention.contract_until(range(1, Some(5)), true), None);
        assert_eq!(retention.contract_until(range(1, None), false), None);
        assert_eq!(retention.event_until(day(5)), day(15));
    }

    #[test]
    fn a_message_never_outlives_its_contract() {
        for (contracts, written, end, until) in [
            (365, 1, None, 91),
            (365, 1, Some(5), 91),
            (30, 1, Some(5), 31), // an end that is brought forward to any day after it was written is covered
            (30, 6, Some(5), 35), // written after the end: the key came back late
            (30, 1, None, 31),
        ] {
            assert_eq!(keeping(365, contracts).message_until(day(written), range(0, end)), day(until), "{contracts}");
        }
        let short = keeping(365, 30);
        for written in 1..20 {
            for end in written..40 {
                let before = range(0, Some(40));
                let dropped = short.contract_until(range(0, Some(end)), false).unwrap();
                assert!(short.message_until(day(written), before) <= dropped, "written {written}, ended {end}");
            }
        }
    }
}
