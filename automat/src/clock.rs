//! What time it is for the cloud, told without a clock of one's own.
//!
//! An automat's clock may be years off after a power cut, and whoever can set it could make an old request young again.
//! So the device believes only the time in the cloud's answer, carried on by its monotonic counter.

/// Milliseconds of a counter that never goes back and counts from anywhere.
pub type Millis = u64;

/// An estimate of the cloud's time that never runs behind it.
///
/// The cloud put `timestamp`, whole seconds rounded down, into its answer after the question was sent. So counting from
/// the sending, and adding the second that rounding may have taken, can only be late in the device's disfavour: it finds
/// a request expired too early by at most the time that the question took, and never too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerClock {
    /// The estimate when the counter was at zero.
    zero: i64,
}

impl ServerClock {
    /// From the answer to a question.
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

    /// Whether this instant, in seconds since 1970, has come.
    #[must_use]
    pub fn has_come(self, instant: i64, now: Millis) -> bool {
        self.seconds(now) >= instant
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_counts_from_the_question_and_adds_the_second_that_rounding_took() {
        let clock = ServerClock::answered(1_000, 5_000);
        assert_eq!(clock.millis(5_000), 1_001_000);
        assert_eq!((clock.seconds(7_999), clock.seconds(8_000)), (1_003, 1_004));
        assert!(!clock.has_come(1_004, 7_999));
        assert!(clock.has_come(1_004, 8_000));
    }

    #[test]
    fn absurd_timestamps_do_not_wrap_around() {
        assert!(ServerClock::answered(i64::MAX, 0).has_come(i64::MAX / 1000, 1));
        assert!(!ServerClock::answered(i64::MIN, u64::MAX).has_come(0, 0));
    }
}
