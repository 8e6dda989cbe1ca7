//! The clock. It is read once per request and passed in, so that tests can set it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::Instant;

/// The machine's clock, or a fixed time for tests.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Settable(Arc<AtomicI64>),
}

impl Clock {
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that shows this time until it is [set](Self::set). Its clones show the same time.
    #[must_use]
    pub fn fixed(now: Instant) -> Self {
        Self(Source::Settable(Arc::new(AtomicI64::new(now.millis()))))
    }

    /// Sets a fixed clock and all its clones. Has no effect on the machine's clock.
    pub fn set(&self, now: Instant) {
        match &self.0 {
            Source::System => {}
            Source::Settable(millis) => millis.store(now.millis(), Ordering::Relaxed),
        }
    }

    #[must_use]
    pub fn now(&self) -> Instant {
        let millis = match &self.0 {
            Source::System => system_millis(),
            Source::Settable(millis) => millis.load(Ordering::Relaxed),
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
}
