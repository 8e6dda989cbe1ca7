//! Waits before reconnecting.

use std::time::Duration;

/// The shortest wait. AWS IoT takes "1 MQTT CONNECT operation per second" from one client id:
/// <https://docs.aws.amazon.com/iot/latest/developerguide/limits-iot.html>.
pub const RECONNECT_AFTER: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// Counts the attempts since the last successful connection.
#[derive(Debug)]
pub struct Backoff {
    shortest: Duration,
    failures: u32,
}

impl Backoff {
    #[must_use]
    pub fn new(shortest: Duration) -> Self {
        Self { shortest, failures: 0 }
    }

    /// A connection was established.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// The next wait: doubled each time, then a random value between half of it and all of it, since all automats
    /// reconnect at once when a broker comes back.
    pub fn next(&mut self, random: u8) -> Duration {
        let half = self.shortest.saturating_mul(1 << self.failures.min(10)).min(LONGEST / 2);
        self.failures += 1;
        half + half * u32::from(random) / 255
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_wait_is_shorter_than_aws_allows_or_longer_than_half_a_minute() {
        let mut backoff = Backoff::new(RECONNECT_AFTER);
        assert_eq!(backoff.next(0), Duration::from_secs(1));
        assert_eq!(backoff.next(255), Duration::from_secs(4));
        let waits: Vec<_> = (0..50).map(|_| backoff.next(255)).collect();
        assert!(waits.is_sorted() && waits.last() == Some(&LONGEST), "{waits:?}");
        backoff.reset();
        assert_eq!(backoff.next(255), Duration::from_secs(2));
    }
}
