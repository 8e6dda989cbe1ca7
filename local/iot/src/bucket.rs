//! A token bucket, for AWS's limits per second.

use tokio::time::Instant;

/// A token bucket with a capacity of one second's tokens.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_second: f64,
    /// Negative while tokens taken in advance have not been refilled.
    tokens: f64,
    filled_at: Instant,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn new(per_second: f64, now: Instant) -> Self {
        Self { per_second, tokens: per_second, filled_at: now }
    }

    /// Takes one token, if available.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        self.fill(now);
        let is_granted = self.tokens >= 1.0;
        self.tokens -= if is_granted { 1.0 } else { 0.0 };
        is_granted
    }

    /// Takes tokens, if necessary in advance, and returns the seconds until they are available.
    pub(crate) fn take_in_advance(&mut self, tokens: f64, now: Instant) -> f64 {
        self.fill(now);
        self.tokens -= tokens;
        (-self.tokens / self.per_second).max(0.0)
    }

    /// Whether it equals a new bucket, so that it can be dropped.
    pub(crate) fn is_full(&self, now: Instant) -> bool {
        self.tokens + self.inflow(now) >= self.per_second
    }

    fn fill(&mut self, now: Instant) {
        self.tokens = (self.tokens + self.inflow(now)).min(self.per_second);
        self.filled_at = self.filled_at.max(now);
    }

    fn inflow(&self, now: Instant) -> f64 {
        now.saturating_duration_since(self.filled_at).as_secs_f64() * self.per_second
    }
}
