//! The clock. It is read once per request and passed in, so that tests can set it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::Instant;

/// The machine's clock, or a fixed time for tests.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Settable { millis: Arc<AtomicI64>, skips: bool },
}

impl Clock {
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that shows this time until it is [set](Self::set). Its clones show the same time.
    #[must_use]
    pub fn fixed(now: Instant) -> Self {
        Self(Source::Settable { millis: Arc::new(AtomicI64::new(now.millis())), skips: false })
    }

    /// The same for a simulation: a [wait](Self::sleep) takes no time, and moves the clock on by its length.
    #[must_use]
    pub fn skipping(now: Instant) -> Self {
        Self(Source::Settable { millis: Arc::new(AtomicI64::new(now.millis())), skips: true })
    }

    /// Waits. By a fixed clock that takes as long as by the machine's.
    pub async fn sleep(&self, pause: Duration) {
        match &self.0 {
            Source::Settable { millis, skips: true } => {
                let pause = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
                millis.fetch_add(pause, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
            Source::System | Source::Settable { .. } => tokio::time::sleep(pause).await,
        }
    }

    /// Sets a fixed clock and all its clones. Has no effect on the machine's clock.
    pub fn set(&self, now: Instant) {
        match &self.0 {
            Source::System => {}
            Source::Settable { millis, .. } => millis.store(now.millis(), Ordering::Relaxed),
        }
    }

    #[must_use]
    pub fn now(&self) -> Instant {
        let millis = match &self.0 {
            Source::System => system_millis(),
            Source::Settable { millis, .. } => millis.load(Ordering::Relaxed),
        };
        let Some(epoch) = Instant::from_millis(0) else { unreachable!("1970 is a valid instant") };
        epoch.plus_millis(millis)
    }
}

#[expect(clippy::disallowed_methods, reason = "the only place that reads the machine's clock")]
fn system_millis() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_fixed_clock_are_set_together() {
        let clock = Clock::fixed(Instant::from_millis(1_000).unwrap());
        let clone = clock.clone();
        clock.set(Instant::from_millis(2_000).unwrap());
        assert_eq!(clone.now().millis(), 2_000);
    }

    #[tokio::test]
    async fn a_wait_moves_only_a_skipping_clock_on() {
        let (now, hour) = (Instant::from_millis(1_000).unwrap(), Duration::from_hours(1));
        let skipping = Clock::skipping(now);
        skipping.sleep(hour).await;
        assert_eq!(skipping.now(), now.plus_millis(3_600_000));
        let fixed = Clock::fixed(now);
        fixed.sleep(Duration::from_millis(1)).await;
        assert_eq!(fixed.now(), now);
    }
}
