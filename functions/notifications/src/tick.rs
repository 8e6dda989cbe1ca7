//! A minute has passed: whatever is due by now is done, however long it has been waiting.

use std::time::{Duration, Instant as Stopwatch};

use store::{DUE_SHARDS, Due};
use tokio::task::JoinSet;

use crate::{Error, Notifications};

/// How long a tick goes on taking up what is due. The rest waits for the next one, and so the function stays well
/// within its time.
const PATIENCE: Duration = Duration::from_secs(30);
/// So many are read of a shard at a time.
const STEP: usize = 50;
/// Shards dealt with at once.
const AT_ONCE: usize = 4;

impl Notifications {
    /// Does what is due, in every shard of the index, and finishes removals of keys that were left half done. If one
    /// of these fails the others go on, and the first failure is answered.
    pub(crate) async fn tick(&self) -> Result<(), Error> {
        let begun = Stopwatch::now();
        let mut running = JoinSet::new();
        let mut outcome = Ok(());
        for shard in 0..DUE_SHARDS {
            if running.len() == AT_ONCE {
                outcome = outcome.and(joined(running.join_next().await));
            }
            let this = self.clone();
            running.spawn(async move { this.sweep(shard, begun).await });
        }
        while let Some(swept) = running.join_next().await {
            outcome = outcome.and(joined(Some(swept)));
        }
        let finished = self.store.finish_abandoned_removals(self.clock.now()).await?;
        if finished > 0 {
            tracing::info!(keys = finished, "finished removals that had been interrupted");
        }
        outcome
    }

    /// Does what is due in a shard, the longest due first, until nothing is or the time is up.
    async fn sweep(&self, shard: u8, begun: Stopwatch) -> Result<(), Error> {
        let mut outcome = Ok(());
        while begun.elapsed() < PATIENCE {
            let due = self.store.due(shard, self.clock.now(), STEP).await?;
            let found = due.len();
            let mut done = 0;
            for due in due {
                if begun.elapsed() >= PATIENCE {
                    break;
                }
                match self.take_up(due).await {
                    Ok(()) => done += 1,
                    // It stays due, and must not keep the others from their turn.
                    Err(error) => {
                        tracing::error!(error = &error as &dyn std::error::Error, "not done, though due");
                        outcome = outcome.and(Err(error));
                    }
                }
            }
            if found < STEP || done == 0 {
                break;
            }
        }
        outcome
    }

    async fn take_up(&self, due: Due) -> Result<(), Error> {
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

fn joined(swept: Option<Result<Result<(), Error>, tokio::task::JoinError>>) -> Result<(), Error> {
    match swept {
        None => Ok(()),
        Some(Ok(swept)) => swept,
        Some(Err(source)) => {
            Err(store::Error::Internal { context: "sweeping a shard", source: Some(Box::new(source)) }.into())
        }
    }
}
