//! How long to wait before connecting again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(30);

/// Counts the attempts since the last connection that held.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// A connection came about.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The next wait: doubling, and at random between half of it and the whole, because a broker that comes back is met
    /// by all its automats.
    pub(super) fn next(&mut self, random: u8) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.failures.min(10)).min(LONGEST);
        self.failures += 1;
        whole / 2 + whole / 2 * u32::from(random) / 255
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wait_is_short_and_none_is_longer_than_half_a_minute() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.next(0), FIRST / 2);
        assert_eq!(backoff.next(255), FIRST * 2);
        let waits: Vec<_> = (0..50).map(|_| backoff.next(255)).collect();
        assert!(waits.is_sorted() && waits.last() == Some(&LONGEST), "{waits:?}");
        backoff.reset();
        assert_eq!(backoff.next(255), FIRST);
    }
}
