//! The cloud's time, estimated without a clock of the device's own.
//!
//! An automat's clock may be years off after a power cut, and whoever can set it could make an expired request valid
//! again. So the device trusts only the timestamp in a response of the cloud, and advances it by its monotonic counter.

use protocol::Times;

/// Milliseconds of a monotonic counter with an arbitrary start.
pub type Millis = u64;

/// How far the counter may be off after a long time: 200 parts per million, more than any quartz crystal.
const DRIFT_PER: u64 = 5_000;

/// An estimate of the cloud's time that is never behind it.
///
/// The cloud writes `timestamp`, rounded down to whole seconds, into its response after the request was sent. The
/// estimate counts from the sending and adds the second that rounding may have taken. So it may be ahead, by at most
/// the round trip plus a second, and a request may be found expired too early, but never too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerClock {
    /// The estimate when the counter was at zero.
    zero: i64,
    /// When the request was sent, by the counter.
    sent: Millis,
    /// How long the response took.
    took: Millis,
}

impl ServerClock {
    /// From the response, received at `now`, to a request that was sent at `question_sent`.
    #[must_use]
    pub fn answered(timestamp: i64, question_sent: Millis, now: Millis) -> Self {
        let zero = timestamp.saturating_add(1).saturating_mul(1000).saturating_sub(signed(question_sent));
        Self { zero, sent: question_sent, took: now.saturating_sub(question_sent) }
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn millis(self, now: Millis) -> i64 {
        self.zero.saturating_add(signed(now))
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn seconds(self, now: Millis) -> i64 {
        self.millis(now).div_euclid(1000)
    }

    /// For how long it has been counted since the cloud said it.
    #[must_use]
    pub fn age(self, now: Millis) -> Millis {
        now.saturating_sub(self.sent)
    }

    /// Whether an instant, in seconds since 1970, is now or past.
    #[must_use]
    pub fn is_due(self, instant: i64, now: Millis) -> bool {
        self.seconds(now) >= instant
    }

    /// Between which times it is now.
    ///
    /// The estimate is the latest that it can be, but for the drift of the counter. The cloud may have written its timestamp
    /// just before the response arrived, at the very end of that second; then the estimate is ahead by the round trip and two
    /// seconds.
    #[must_use]
    pub fn times(self, now: Millis) -> Times {
        let drift = signed(drift(now.saturating_sub(self.sent)));
        let latest = self.millis(now).saturating_add(drift);
        let earliest = self.millis(now).saturating_sub(drift).saturating_sub(2000).saturating_sub(signed(self.took));
        Times { from: earliest.div_euclid(1000), to: Some(latest.saturating_add(999).div_euclid(1000)) }
    }
}

/// How far the counter may be off after this long.
#[must_use]
pub(crate) fn drift(passed: Millis) -> Millis {
    passed.div_ceil(DRIFT_PER)
}

fn signed(millis: Millis) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_counts_from_the_sending_and_adds_a_second() {
        let clock = ServerClock::answered(1_000, 5_000, 5_400);
        assert_eq!(clock.millis(5_000), 1_001_000);
        assert_eq!((clock.seconds(7_999), clock.seconds(8_000)), (1_003, 1_004));
        assert!(!clock.is_due(1_004, 7_999));
        assert!(clock.is_due(1_004, 8_000));
    }

    #[test]
    fn absurd_timestamps_do_not_wrap_around() {
        assert!(ServerClock::answered(i64::MAX, 0, 0).is_due(i64::MAX / 1000, 1));
        assert!(!ServerClock::answered(i64::MIN, u64::MAX, 0).is_due(0, 0));
        let times = ServerClock::answered(i64::MIN, u64::MAX, 0).times(u64::MAX);
        assert!(Some(times.from) <= times.to);
    }

    /// The cloud writes its timestamp at any time between the request and the response, and the counter is fast or slow.
    #[test]
    fn the_true_time_is_always_between_the_two() {
        for written in [0_u64, 1, 700, 1_400] {
            for true_millis in [1_000_000_i64, 1_000_001, 1_000_999] {
                let clock = ServerClock::answered(true_millis.div_euclid(1000), 5_000, 6_400);
                for passed in [1_400_u64, 2_000, 61_000, 86_400_000] {
                    for off in [0, drift(passed)] {
                        let truth = true_millis - signed(written) + signed(passed);
                        for now in [5_000 + passed - off, 5_000 + passed + off] {
                            let Times { from, to } = clock.times(now);
                            assert!(from * 1000 <= truth && truth <= to.unwrap() * 1000, "{truth} {from} {to:?}");
                        }
                    }
                }
            }
        }
        let day = ServerClock::answered(1_000, 0, 100).times(86_400_000);
        assert_eq!((day.from, day.to), (87_381, Some(87_419)), "within 20 s after a day");
    }
}
