//! The cloud's time, estimated without a clock of the device's own.
//!
//! An automat's clock may be years off after a power cut, and whoever can set it could make an expired request valid
//! again. So the device trusts only the timestamp in a response of the cloud, and advances it by its monotonic counter.

/// Milliseconds of a monotonic counter with an arbitrary start.
pub type Millis = u64;

/// An estimate of the cloud's time that is never behind it.
///
/// The cloud writes `timestamp`, rounded down to whole seconds, into its response after the request was sent. The
/// estimate counts from the sending and adds the second that rounding may have taken. So it may be ahead, by at most
/// the round trip plus a second, and a request may be found expired too early, but never too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerClock {
    /// The estimate when the counter was at zero.
    zero: i64,
}

impl ServerClock {
    /// From the response to a request that was sent at `question_sent`.
    #[must_use]
    pub fn answered(timestamp: i64, question_sent: Millis) -> Self {
        let sent = i64::try_from(question_sent).unwrap_or(i64::MAX);
        Self { zero: timestamp.saturating_add(1).saturating_mul(1000).saturating_sub(sent) }
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn millis(self, now: Millis) -> i64 {
        self.zero.saturating_add(i64::try_from(now).unwrap_or(i64::MAX))
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn seconds(self, now: Millis) -> i64 {
        self.millis(now).div_euclid(1000)
    }

    /// Whether an instant, in seconds since 1970, is now or past.
    #[must_use]
    pub fn is_due(self, instant: i64, now: Millis) -> bool {
        self.seconds(now) >= instant
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_counts_from_the_sending_and_adds_a_second() {
        let clock = ServerClock::answered(1_000, 5_000);
        assert_eq!(clock.millis(5_000), 1_001_000);
        assert_eq!((clock.seconds(7_999), clock.seconds(8_000)), (1_003, 1_004));
        assert!(!clock.is_due(1_004, 7_999));
        assert!(clock.is_due(1_004, 8_000));
    }

    #[test]
    fn absurd_timestamps_do_not_wrap_around() {
        assert!(ServerClock::answered(i64::MAX, 0).is_due(i64::MAX / 1000, 1));
        assert!(!ServerClock::answered(i64::MIN, u64::MAX).is_due(0, 0));
    }
}
