//! Enforces AWS IoT Core's limits for one connection: 100 publish requests and 512 KB per second.
//!
//! <https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits>, *Publish requests per second
//! per connection*: requests above the quota are discarded, and the connection stays open. A discarded request with
//! `QoS` 1 gets no PUBACK, so its client sends it again. *Throughput per second per connection*: traffic above it is
//! delayed.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::bucket::Bucket;

/// Publish requests per second.
const PUBLISHES: f64 = 100.0;
/// Bytes per second.
const BYTES: f64 = 512.0 * 1024.0;
/// Minimum time between two warnings about one connection.
const WARN_EVERY: Duration = Duration::from_secs(10);

/// What to do with a publish request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Verdict {
    /// Process it after this delay.
    Pass(Duration),
    /// Discard it. `warn` is set for the first one in a while.
    Discard { warn: bool },
}

/// The quotas of all connections, by session name.
#[derive(Debug, Default)]
pub(super) struct Quotas(Mutex<HashMap<String, Quota>>);

impl Quotas {
    /// Counts a publish request of this many bytes.
    pub(super) fn publish(&self, session: &str, bytes: usize, now: Instant) -> Verdict {
        let mut quotas = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(quota) = quotas.get_mut(session) {
            return quota.publish(bytes, now);
        }
        quotas.entry(session.to_owned()).or_insert_with(|| Quota::new(now)).publish(bytes, now)
    }

    /// Removes a connection that has ended.
    pub(super) fn end(&self, session: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(session);
    }
}

#[derive(Debug)]
struct Quota {
    publishes: Bucket,
    bytes: Bucket,
    warned_at: Option<Instant>,
}

impl Quota {
    fn new(now: Instant) -> Self {
        Self { publishes: Bucket::new(PUBLISHES, now), bytes: Bucket::new(BYTES, now), warned_at: None }
    }

    #[expect(clippy::cast_precision_loss, reason = "a payload's length is far below 2^52")]
    fn publish(&mut self, bytes: usize, now: Instant) -> Verdict {
        if !self.publishes.take(now) {
            let warn = self.warned_at.is_none_or(|at| now.saturating_duration_since(at) >= WARN_EVERY);
            self.warned_at = if warn { Some(now) } else { self.warned_at };
            return Verdict::Discard { warn };
        }
        Verdict::Pass(Duration::from_secs_f64(self.bytes.take_in_advance(bytes as f64, now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Duration = Duration::ZERO;

    #[test]
    fn publishes_above_100_a_second_are_discarded_with_one_warning() {
        let (quotas, start) = (Quotas::default(), Instant::now());
        let publish = |millis| quotas.publish("lobby", 100, start + Duration::from_millis(millis));
        for _ in 0..100 {
            assert_eq!(publish(0), Verdict::Pass(NONE));
        }
        assert_eq!(publish(0), Verdict::Discard { warn: true });
        assert_eq!(publish(5), Verdict::Discard { warn: false });
        assert_eq!(publish(10), Verdict::Pass(NONE), "one more each 10 ms");
        assert_eq!(publish(10), Verdict::Discard { warn: false });
        let passed = (1..=1000).filter(|tick| matches!(publish(10 + tick), Verdict::Pass(_))).count();
        assert!((99..=101).contains(&passed), "{passed} in a second");
    }

    #[test]
    fn each_connection_has_its_own_quota_and_a_new_one_starts_full() {
        let (quotas, now) = (Quotas::default(), Instant::now());
        for _ in 0..101 {
            quotas.publish("lobby", 1, now);
        }
        assert_eq!(quotas.publish("garage", 1, now), Verdict::Pass(NONE));
        quotas.end("lobby");
        assert_eq!(quotas.publish("lobby", 1, now), Verdict::Pass(NONE));
        assert_eq!(quotas.0.lock().unwrap().len(), 2);
    }

    #[test]
    fn traffic_above_the_throughput_is_delayed() {
        let (quotas, now) = (Quotas::default(), Instant::now());
        let publish = |bytes| quotas.publish("lobby", bytes, now);
        assert_eq!(publish(512 * 1024), Verdict::Pass(NONE));
        assert_eq!(publish(128 * 1024), Verdict::Pass(Duration::from_millis(250)));
        assert_eq!(publish(128 * 1024), Verdict::Pass(Duration::from_millis(500)));
        let after = now + Duration::from_secs(2);
        assert_eq!(quotas.publish("lobby", 128 * 1024, after), Verdict::Pass(NONE));
    }
}
