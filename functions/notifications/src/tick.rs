//! The tick: every minute, does what is due by now, however long it has waited.

use std::time::{Duration, Instant as Stopwatch};

use futures_util::stream::{self, StreamExt as _};
use store::{DUE_SHARDS, Due};

use crate::{Error, Notifications};

/// How long a tick starts new work. The rest waits for the next tick, so the function stays well within its timeout.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// How many due items are read at a time.
const PAGE_SIZE: usize = 50;
/// How many shards are processed concurrently.
const AT_ONCE: usize = 4;

impl Notifications {
    /// Does what is due in every shard of the index, and completes interrupted removals of keys. A failure does not
    /// stop the others; the first one is returned.
    pub(crate) async fn tick(&self) -> Result<(), Error> {
        let begun = Stopwatch::now();
        let sweeps: Vec<_> = (0..DUE_SHARDS).map(|shard| self.sweep(shard, begun)).collect();
        let swept: Vec<Result<(), Error>> = stream::iter(sweeps).buffer_unordered(AT_ONCE).collect().await;
        let finished = self.store.finish_abandoned_removals(self.clock.now()).await?;
        if finished > 0 {
            tracing::info!(keys = finished, "completed interrupted removals");
        }
        swept.into_iter().collect()
    }

    /// Does what is due in one shard, oldest first, until nothing is left or the time is up.
    async fn sweep(&self, shard: u8, begun: Stopwatch) -> Result<(), Error> {
        let mut outcome = Ok(());
        while begun.elapsed() < TIME_LIMIT {
            let due = self.store.due(shard, self.clock.now(), PAGE_SIZE).await?;
            let found = due.len();
            let mut done = 0;
            for due in due {
                if begun.elapsed() >= TIME_LIMIT {
                    break;
                }
                match self.process(due).await {
                    Ok(()) => done += 1,
                    // It stays due, and must not hold up the others.
                    Err(error) => {
                        tracing::error!(error = &error as &dyn std::error::Error, "could not process a due item");
                        outcome = outcome.and(Err(error));
                    }
                }
            }
            if found < PAGE_SIZE || done == 0 {
                break;
            }
        }
        outcome
    }

    async fn process(&self, due: Due) -> Result<(), Error> {
        let now = self.clock.now();
        let claims = match due {
            Due::Message(message) => self.store.claim(&message, now).await?.into_iter().collect(),
            Due::Reminder(reminder) => self.store.remind(&reminder, now).await?,
            Due::Announcements(held) => self.store.announce_held(&held, now).await?,
            Due::ZoneChanged { automat } => {
                self.store.notify_of_time_zone(&automat, now).await?;
                Vec::new()
            }
            Due::OpenDoor { automat, locker } => {
                self.store.check_open_door(&automat, locker, now).await?;
                Vec::new()
            }
        };
        self.send_all(claims).await;
        Ok(())
    }
}
