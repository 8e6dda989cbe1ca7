//! Optimistic concurrency: an attempt reads, decides, and writes on condition that what it read is unchanged. When
//! somebody else was quicker, the whole attempt is made again from a fresh read.

use std::pin::Pin;
use std::time::Duration;

use clock::Random;

use crate::Error;

/// Attempts before a caller is asked to come back later: some four seconds of waiting on average, so that 100 writers of
/// one key get through (`cargo bench -p local-cloud`).
const ATTEMPTS: u32 = 24;
/// Upper bound of the first wait; it doubles with each further one.
const FIRST_WAIT_MS: u64 = 16;
/// No wait is longer.
const LONGEST_WAIT_MS: u64 = 400;

/// Why an attempt did not reach its result.
#[derive(Debug)]
pub(crate) enum NotDone {
    /// Another writer was quicker: the next attempt may succeed.
    Again,
    /// No further attempt would change this.
    Refused(Error),
}

impl<E: Into<Error>> From<E> for NotDone {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// Makes an attempt, a block that ends in `Result<_, NotDone>`, until it is done or refused: `Result<_, Error>`, with
/// [`Error::Busy`] when all attempts are used up.
///
/// It is no function over an async closure, since attempts remember things for the next one (`&mut`), and the compiler
/// cannot see that the futures of such a closure are `Send` (rust-lang/rust#151398).
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

/// An attempt as a future of one pointer: what it keeps between its reads and writes would be in every caller's future.
pub(crate) fn boxed<'a, T>(
    attempt: impl Future<Output = Result<T, NotDone>> + Send + 'a,
) -> Pin<Box<dyn Future<Output = Result<T, NotDone>> + Send + 'a>> {
    Box::pin(attempt)
}

/// Counts the attempts at one thing.
#[derive(Debug, Default)]
pub(crate) struct Attempts(u32);

impl Attempts {
    /// The result of the last attempt. `None` after a random wait, so that writers of one item do not meet again, when
    /// there is to be another.
    pub(crate) async fn judge<T>(&mut self, result: Result<T, NotDone>, random: &Random) -> Option<Result<T, Error>> {
        match result {
            Ok(done) => return Some(Ok(done)),
            Err(NotDone::Refused(error)) => return Some(Err(error)),
            Err(NotDone::Again) => self.0 += 1,
        }
        if self.0 == ATTEMPTS {
            return Some(Err(Error::Busy));
        }
        let bound = (FIRST_WAIT_MS << (self.0 - 1).min(10)).min(LONGEST_WAIT_MS);
        match random.below(bound) {
            Ok(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
            Err(error) => return Some(Err(error.into())),
        }
        None
    }
}
