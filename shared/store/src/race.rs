//! Losing a race is ordinary: read afresh, decide again, and give up politely when it happens too often.

use std::time::Duration;

use crate::{Error, Random};

/// Tries before a caller is asked to come back later: some four seconds of waiting on average, so that 100 writers of
/// one key get through (`cargo bench -p local-cloud`).
const TRIES: u32 = 24;
/// The first wait is up to so long; each further one up to twice as long.
const FIRST_WAIT_MS: u64 = 8;
/// No wait is longer.
const LONGEST_WAIT_MS: u64 = 400;

/// Counts the tries of one act.
pub(crate) struct Race<'a> {
    random: &'a Random,
    lost: u32,
}

impl<'a> Race<'a> {
    pub(crate) fn new(random: &'a Random) -> Self {
        Self { random, lost: 0 }
    }

    /// Waits a random while before the next try, or says that there have been enough.
    pub(crate) async fn lost(&mut self) -> Result<(), Error> {
        self.lost += 1;
        if self.lost >= TRIES {
            return Err(Error::Busy);
        }
        let bound = (FIRST_WAIT_MS << self.lost.min(10)).min(LONGEST_WAIT_MS);
        tokio::time::sleep(Duration::from_millis(self.random.below(bound)?)).await;
        Ok(())
    }
}
