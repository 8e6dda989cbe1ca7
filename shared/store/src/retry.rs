//! Optimistic concurrency: an attempt reads, decides, and writes on condition that what it read is unchanged. If
//! another writer was quicker, the whole attempt is repeated from a fresh read.

use std::pin::Pin;
use std::time::Duration;

use clock::Random;
use tokio::time::Instant;

use crate::Error;

/// After this time the caller gets [`Error::Busy`]. The HTTP API waits for 30 s. A bound on the time and not on the
/// number of attempts: an attempt of one who waits long costs little, and giving up costs all attempts made.
const PATIENCE: Duration = Duration::from_secs(8);
/// Upper bound of the first wait; it doubles with each further attempt.
const FIRST_WAIT_MS: u64 = 16;
/// With longer waits, writers of one item fail less often and the last one waits longer: `docs/measurements.md` compares.
const LONGEST_WAIT_MS: u64 = 800;

/// Why an attempt has no result.
#[derive(Debug)]
pub(crate) enum NotDone {
    /// Another writer was quicker: the next attempt may succeed.
    Again,
    /// Another attempt would not help.
    Refused(Error),
}

impl<E: Into<Error>> From<E> for NotDone {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// Repeats an attempt, a block that evaluates to `Result<_, NotDone>`, until it succeeds or is refused. Evaluates to
/// `Result<_, Error>`; [`Error::Busy`] if all attempts are used up.
///
/// A macro and not a function that takes an async closure, because attempts keep state for the next one (`&mut`) and
/// the compiler cannot prove that the futures of such a closure are `Send` (rust-lang/rust#151398).
macro_rules! retry {
    ($store:expr, $attempt:block) => {{
        let mut attempts = $crate::retry::Attempts::default();
        loop {
            let result = $crate::retry::boxed(async { $attempt }).await;
            if let Some(last) = attempts.judge(result, &$store.random).await {
                break last;
            }
        }
    }};
}
pub(crate) use retry;

/// Boxes an attempt: its local variables would otherwise enlarge the future of every caller.
pub(crate) fn boxed<'a, T>(
    attempt: impl Future<Output = Result<T, NotDone>> + Send + 'a,
) -> Pin<Box<dyn Future<Output = Result<T, NotDone>> + Send + 'a>> {
    Box::pin(attempt)
}

#[derive(Debug)]
pub(crate) struct Attempts {
    made: u32,
    first: Instant,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { made: 0, first: Instant::now() }
    }
}

impl Attempts {
    /// The final result, or `None` if there is to be another attempt. Then it has waited a random time, so that
    /// writers of one item do not collide again.
    pub(crate) async fn judge<T>(&mut self, result: Result<T, NotDone>, random: &Random) -> Option<Result<T, Error>> {
        match result {
            Ok(done) => return Some(Ok(done)),
            Err(NotDone::Refused(error)) => return Some(Err(error)),
            Err(NotDone::Again) => self.made += 1,
        }
        let bound = (FIRST_WAIT_MS << (self.made - 1).min(10)).min(LONGEST_WAIT_MS);
        let wait = match random.below(bound) {
            Ok(millis) => Duration::from_millis(millis),
            Err(error) => return Some(Err(error.into())),
        };
        if self.first.elapsed() + wait > PATIENCE {
            return Some(Err(Error::Busy));
        }
        tokio::time::sleep(wait).await;
        None
    }
}
