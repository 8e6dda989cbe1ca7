//! Faults of a device: what it sends that cannot be right, and how often that is recorded.

use crate::{EventKind, Instant};

/// How far ahead of the cloud's clock a number or time from a device may be, in milliseconds.
///
/// A device's own estimate may be ahead by some seconds, and a device that reserves numbers in its journal by another
/// minute. Anything further ahead is refused and not stored: a stored number from the future would make the cloud
/// ignore every true report that follows.
pub const MAX_AHEAD_MILLIS: i64 = 5 * 60_000;

/// Whether a number or time from a device, in milliseconds since 1970, is too far ahead to be accepted.
#[must_use]
pub fn is_too_far_ahead(millis: u64, now: Instant) -> bool {
    i64::try_from(millis).map_or(true, |millis| millis > now.plus_millis(MAX_AHEAD_MILLIS).millis())
}

/// A fault of a device, or of what it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceFault {
    /// It sends numbers or times from the future.
    ClockWrong,
    NotUnderstood,
    /// Two connections use its certificate.
    DuplicateClient,
    /// It reports the result of an opening that nobody requested.
    OpeningUnexpected,
}

impl DeviceFault {
    /// The same fault of the same automat is recorded at most once in this time, in milliseconds. A broken device
    /// repeats it with each message.
    pub const RECORDED_EVERY_MILLIS: i64 = 3_600_000;

    #[must_use]
    pub fn event(self) -> EventKind {
        match self {
            Self::ClockWrong => EventKind::AutomatClockWrong,
            Self::NotUnderstood => EventKind::AutomatMessageNotUnderstood,
            Self::DuplicateClient => EventKind::AutomatDuplicateClient,
            Self::OpeningUnexpected => EventKind::OpeningUnexpected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_minutes_ahead_is_accepted_and_a_millisecond_more_is_not() {
        let now = Instant::from_millis(1_795_521_600_000).unwrap();
        assert!(!is_too_far_ahead(1_795_521_900_000, now));
        assert!(is_too_far_ahead(1_795_521_900_001, now));
        assert!(is_too_far_ahead(1_795_521_600_000_000, now), "microseconds");
        assert!(is_too_far_ahead(u64::MAX, now));
        assert!(!is_too_far_ahead(0, now), "older numbers are sorted out later");
    }
}
