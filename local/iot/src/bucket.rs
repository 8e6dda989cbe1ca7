//! A rate that AWS grants: so much in a second.

use tokio::time::Instant;

/// A token bucket as large as what flows into it in a second.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_second: f64,
    /// Below zero while what was taken is still to be paid for.
    tokens: f64,
    filled_at: Instant,
}

impl Bucket {
    /// A full one.
    pub(crate) fn new(per_second: f64, now: Instant) -> Self {
        Self { per_second, tokens: per_second, filled_at: now }
    }

    /// Takes one token, if there is one.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        self.fill(now);
        let is_granted = self.tokens >= 1.0;
        self.tokens -= if is_granted { 1.0 } else { 0.0 };
        is_granted
    }

    /// Takes tokens that are there or will be, and returns the seconds until then.
    pub(crate) fn take_in_advance(&mut self, tokens: f64, now: Instant) -> f64 {
        self.fill(now);
        self.tokens -= tokens;
        (-self.tokens / self.per_second).max(0.0)
    }

    /// Whether nothing was taken for so long that a new bucket would be no different.
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
