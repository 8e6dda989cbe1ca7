//! How long what is over is kept.

use crate::{Instant, Invalid, TimeRange};

const DAY_MILLIS: i64 = 24 * 3_600_000;

/// For how many days something is kept: 1 to 3,650.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(u32);

impl Days {
    /// The fewest.
    pub const MIN: u32 = 1;
    /// The most: ten years.
    pub const MAX: u32 = 3_650;
    /// A year.
    pub const YEAR: Self = Self(365);

    /// Takes a number of days.
    pub fn new(days: u32) -> Result<Self, Invalid> {
        let within = (Self::MIN..=Self::MAX).contains(&days);
        within.then_some(Self(days)).ok_or(Invalid::OutOfRange { min: Self::MIN, max: Self::MAX })
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    fn after(self, instant: Instant) -> Instant {
        instant.plus_millis(i64::from(self.0) * DAY_MILLIS)
    }
}

/// How long a stack keeps what is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// How long events are kept, and the openings that they name.
    pub events: Days,
    /// How long a contract is kept after its end.
    pub contracts: Days,
}

impl Default for Retention {
    /// A year each.
    fn default() -> Self {
        Self { events: Days::YEAR, contracts: Days::YEAR }
    }
}

impl Retention {
    /// Messages are kept no longer than this: what they are asked about is whether they came.
    pub const MESSAGES: Days = Days(90);

    /// Until when an event is kept that happened at this instant.
    #[must_use]
    pub fn event_until(self, at: Instant) -> Instant {
        self.events.after(at)
    }

    /// Until when a contract of this range is kept. For good while it has no end, and while the key is out with it,
    /// since the key comes back with it.
    #[must_use]
    pub fn contract_until(self, range: TimeRange, key_out: bool) -> Option<Instant> {
        range.end().filter(|_| !key_out).map(|end| self.contracts.after(end))
    }

    /// Until when a message is kept that was written down at this instant about a contract of this range: never longer
    /// than the contract, also if that ends earlier than it was told.
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
    fn a_contract_is_kept_from_its_end_on_and_never_dropped_while_it_has_none_or_the_key_is_out() {
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
                let told = range(0, Some(40));
                let dropped = short.contract_until(range(0, Some(end)), false).unwrap();
                assert!(short.message_until(day(written), told) <= dropped, "written {written}, ended {end}");
            }
        }
    }
}
