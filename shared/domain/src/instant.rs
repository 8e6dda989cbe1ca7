//! Points in time and the ranges between them. Local time is in `zone`.

use serde::{Deserialize, Serialize};
use std::fmt;

use chrono::{DateTime, Datelike as _, SecondsFormat, Timelike as _, Utc};

use crate::Invalid;

/// A point in time, in whole milliseconds from 1970-01-01T00:00:00Z to the end of the year 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// 1970-01-01T00:00:00Z, the earliest instant.
    pub const EPOCH: Self = Self(0);
    /// 9999-12-31T23:59:59.999Z, the last instant that RFC 3339 can write.
    pub const MAX: Self = Self(Self::MAX_MILLIS);
    const MAX_MILLIS: i64 = 253_402_300_799_999;

    /// Parses RFC 3339 with any offset. Digits beyond milliseconds are dropped.
    ///
    /// `chrono` is more lenient than the grammar of RFC 3339, section 5.6: it accepts U+2212 as the minus of an
    /// offset, and second 60 at any time of day.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| Invalid::InstantForm)?;
        if !text.is_ascii() || (parsed.nanosecond() >= 1_000_000_000 && !may_leap(parsed.to_utc())) {
            return Err(Invalid::InstantForm);
        }
        Self::from_millis(parsed.timestamp_millis()).ok_or(Invalid::InstantForm)
    }

    /// `None` if it is out of range.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        (0..=Self::MAX_MILLIS).contains(&millis).then_some(Self(millis))
    }

    /// Since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0 / 1000
    }

    /// This instant, rounded down to a second.
    #[must_use]
    pub fn whole_second(self) -> Self {
        Self(self.seconds() * 1000)
    }

    /// This many milliseconds later, limited to the range of instants.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis).clamp(0, Self::MAX_MILLIS))
    }
}

/// Whether a leap second is possible here. RFC 3339, section 5.7, has second 60 only at the end of a month in which one
/// occurs, to date June or December, at 23:59 in UTC.
fn may_leap(utc: DateTime<Utc>) -> bool {
    let at_midnight = (utc.hour(), utc.minute(), utc.second()) == (23, 59, 59);
    at_midnight && matches!((utc.month(), utc.day()), (6, 30) | (12, 31))
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc: DateTime<Utc> = DateTime::from_timestamp_millis(self.0).unwrap_or_default();
        f.write_str(&utc.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `[start, end)`: the start is included, the end is not. Without an end it never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Bounds")]
pub struct TimeRange {
    start: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Instant>,
}

/// A range as it is deserialized, before the order of its bounds is checked.
#[derive(Deserialize)]
struct Bounds {
    start: Instant,
    end: Option<Instant>,
}

impl TryFrom<Bounds> for TimeRange {
    type Error = &'static str;

    fn try_from(Bounds { start, end }: Bounds) -> Result<Self, Self::Error> {
        Self::new(start, end).ok_or("a range must end after its start")
    }
}

impl TimeRange {
    /// `None` if the end is not after the start.
    #[must_use]
    pub fn new(start: Instant, end: Option<Instant>) -> Option<Self> {
        end.is_none_or(|end| start < end).then_some(Self { start, end })
    }

    #[must_use]
    pub fn start(self) -> Instant {
        self.start
    }

    /// The first instant after the range; `None` if it never ends.
    #[must_use]
    pub fn end(self) -> Option<Instant> {
        self.end
    }

    #[must_use]
    pub fn contains(self, instant: Instant) -> bool {
        self.start <= instant && !self.has_ended(instant)
    }

    #[must_use]
    pub fn has_ended(self, now: Instant) -> bool {
        self.end.is_some_and(|end| end <= now)
    }

    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        !self.has_ended(other.start) && !other.has_ended(self.start)
    }

    /// The range of the same length with another start; `None` if its end would be out of range.
    #[must_use]
    pub fn moved_to(self, start: Instant) -> Option<Self> {
        match self.end {
            None => Self::new(start, None),
            Some(end) => {
                let end = Instant::from_millis(start.millis() + (end.millis() - self.start.millis()))?;
                Self::new(start, Some(end))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_with_any_offset_and_written_in_utc() {
        assert_eq!(Instant::parse("2026-11-24T14:00:00+02:00").unwrap().to_string(), "2026-11-24T12:00:00Z");
        assert_eq!(Instant::parse("2026-11-24T12:00:00.5Z").unwrap().to_string(), "2026-11-24T12:00:00.500Z");
        assert_eq!(Instant::parse("2026-11-24T12:00:00.123456Z").unwrap().to_string(), "2026-11-24T12:00:00.123Z");
    }

    #[test]
    fn instants_without_an_offset_or_out_of_bounds_are_refused() {
        for bad in ["2026-11-24T12:00:00", "2026-11-24", "1969-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "now", ""] {
            assert_eq!(Instant::parse(bad), Err(Invalid::InstantForm), "{bad:?}");
        }
        assert_eq!(Instant::parse("9999-12-31T23:59:59.999Z").unwrap().millis(), Instant::MAX_MILLIS);
    }

    #[test]
    fn second_60_is_read_only_where_a_leap_second_may_be() {
        for good in ["2016-12-31T23:59:60Z", "2015-07-01T01:59:60+02:00", "2016-12-31T23:59:60.5Z"] {
            assert!(Instant::parse(good).is_ok(), "{good}");
        }
        for bad in ["2031-02-07T12:30:60Z", "2016-12-31T23:59:60+02:00", "2031-03-31T23:59:60Z", "2016-12-31T23:58:60Z"]
        {
            assert_eq!(Instant::parse(bad), Err(Invalid::InstantForm), "{bad}");
        }
    }

    #[test]
    fn an_offset_needs_an_ascii_minus() {
        assert!(Instant::parse("2032-02-07T12:00:00-02:00").is_ok());
        assert_eq!(Instant::parse("2032-02-07T12:00:00\u{2212}02:00"), Err(Invalid::InstantForm));
    }

    #[test]
    fn ranges_that_only_touch_do_not_overlap() {
        let at = |hour: i64| Instant::from_millis(hour * 3_600_000).unwrap();
        let range = |start, end| TimeRange::new(at(start), Some(at(end))).unwrap();
        assert!(!range(1, 2).overlaps(range(2, 3)));
        assert!(range(1, 3).overlaps(range(2, 4)));
        assert!(TimeRange::new(at(2), None).unwrap().overlaps(range(1, 3)));
        assert!(!TimeRange::new(at(3), None).unwrap().overlaps(range(1, 3)));
        assert_eq!(TimeRange::new(at(2), Some(at(2))), None);
    }
}
