//! Deletes the records of a stream that every reader has processed.
//!
//! AWS keeps them for 24 hours instead. On one machine all readers are known, and nobody needs a record after them, while
//! a day of records would be most of the table's file.

use std::error::Error;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::{Progress, Sequence};

/// Interval between two deletions: each holds up the table's writes for some milliseconds.
const TRIM_EVERY: Duration = Duration::from_secs(1);

/// Deletes what all readers of a stream have processed.
#[derive(Debug)]
pub struct Trimmer {
    stop: oneshot::Sender<()>,
    run: JoinHandle<()>,
}

impl Trimmer {
    /// Starts with all readers of the stream: what these have processed is gone for others. `delete` deletes the records
    /// before the given one.
    pub fn start<D, F, E>(readers: Vec<Progress>, delete: D) -> Self
    where
        D: Fn(Sequence) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send,
        E: Error + Send,
    {
        let (stop, mut stopped) = oneshot::channel();
        let run = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(TRIM_EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut trimmed = None;
            loop {
                tokio::select! {
                    _ = &mut stopped => break,
                    _ = ticks.tick() => {}
                }
                let done = Progress::slowest(&readers);
                let Some(sequence) = done.clone().filter(|_| done != trimmed) else { continue };
                match delete(sequence).await {
                    Ok(()) => trimmed = done,
                    Err(error) => tracing::warn!(%error, "cannot delete processed stream records"),
                }
            }
        });
        Self { stop, run }
    }

    /// Stops after a running deletion.
    pub async fn stop(self) {
        _ = self.stop.send(());
        if let Err(error) = self.run.await {
            tracing::warn!(%error, "the trimmer stopped unexpectedly");
        }
    }
}
