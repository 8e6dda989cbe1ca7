//! Runs a mapping: reads a table's stream, invokes the function, and keeps a checkpoint.
//!
//! The stream is polled ten times a second, since the embedded engine cannot report writes.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::Instant;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use crate::{Checkpoint, Failure, Function, Mapping, Progress, Settings, Stream};

/// Interval of polling the stream.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// Pause after the stream could not be read.
const ASK_AFTER_ERROR: Duration = Duration::from_secs(1);
/// How long running invocations may take when the feeder stops; what remains is processed after the next start.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// Options of a feeder.
pub struct Start<N> {
    /// The stream to read.
    pub stream: Stream,
    /// The settings of the mapping.
    pub settings: Settings,
    /// The function to invoke.
    pub function: Function,
    /// The file of the checkpoint; without one, each start reads the stream from its start.
    pub file: Option<PathBuf>,
    /// The clock with which the database dates its records.
    pub now: N,
}

/// Invokes a function from a table's stream.
#[derive(Debug)]
pub struct Feeder {
    failures: Arc<Mutex<Vec<Failure>>>,
    progress: Progress,
    drains: mpsc::UnboundedSender<oneshot::Sender<()>>,
    stop: oneshot::Sender<()>,
    run: JoinHandle<()>,
}

impl Feeder {
    /// Starts from the checkpoint.
    pub fn start<N: Fn() -> Instant + Send + 'static>(start: Start<N>) -> Self {
        let checkpoint =
            start.file.as_ref().map(|file| Checkpoint::of_file(file, start.stream.arn())).unwrap_or_default();
        let progress = Progress::new(checkpoint.done.clone());
        let failures = Arc::<Mutex<Vec<Failure>>>::default();
        let (drains, drains_asked) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel();
        let worker = Worker {
            mapping: Mapping::new(start.settings.clone(), checkpoint.clone()),
            settings: start.settings,
            stream: start.stream,
            function: start.function,
            file: start.file,
            kept: checkpoint,
            progress: progress.clone(),
            now: start.now,
            failures: failures.clone(),
            under_way: JoinSet::new(),
        };
        Self { failures, progress, drains, stop, run: tokio::spawn(worker.run(stopped, drains_asked)) }
    }

    /// Waits until everything written before this call is processed.
    pub async fn drain(&self) {
        let (answer, answered) = oneshot::channel();
        _ = self.drains.send(answer);
        _ = answered.await;
    }

    /// Records given up since the start; they replace AWS's failure queue.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Stops after running invocations.
    pub async fn stop(self) {
        _ = self.stop.send(());
        if let Err(error) = self.run.await {
            tracing::warn!(%error, "the feeder stopped unexpectedly");
        }
    }
}

struct Worker<N> {
    mapping: Mapping,
    settings: Settings,
    stream: Stream,
    function: Function,
    file: Option<PathBuf>,
    kept: Checkpoint,
    progress: Progress,
    now: N,
    failures: Arc<Mutex<Vec<Failure>>>,
    under_way: JoinSet<Option<Value>>,
}

impl<N: Fn() -> Instant> Worker<N> {
    async fn run(
        mut self,
        mut stopped: oneshot::Receiver<()>,
        mut drains_asked: mpsc::UnboundedReceiver<oneshot::Sender<()>>,
    ) {
        let mut drains = Vec::new();
        loop {
            let mut wait = ASK_EVERY;
            match self.read().await {
                Some(0) if self.mapping.is_idle() => {
                    drains.drain(..).for_each(|drain: oneshot::Sender<()>| _ = drain.send(()));
                }
                Some(0) => {}
                Some(_) => wait = Duration::ZERO,
                None => wait = ASK_AFTER_ERROR,
            }
            self.invoke();
            self.keep();
            tokio::select! {
                biased;
                _ = &mut stopped => break,
                Some(ended) = self.under_way.join_next() => self.settle(ended),
                Some(drain) = drains_asked.recv() => drains.push(drain),
                () = tokio::time::sleep(wait) => {}
            }
        }
        self.finish().await;
    }

    /// Reads on. Returns the number of records, or `None` if the stream cannot be read.
    async fn read(&mut self) -> Option<usize> {
        if !self.mapping.has_room() {
            return Some(0);
        }
        match self.stream.read(self.mapping.read()).await {
            Ok(records) => {
                let count = records.len();
                self.mapping.add_records(records, (self.now)());
                Some(count)
            }
            Err(error) => {
                tracing::warn!(%error, "reading the stream failed");
                None
            }
        }
    }

    fn invoke(&mut self) {
        if let Some(event) = self.mapping.next((self.now)()) {
            let (function, timeout) = (self.function.clone(), self.settings.timeout);
            self.under_way.spawn(async move { function.invoke_within(timeout, event).await });
        }
    }

    fn settle(&mut self, ended: Result<Option<Value>, tokio::task::JoinError>) {
        match ended {
            Ok(answer) => self.mapping.settle(answer.as_ref(), (self.now)()),
            // The function runs in a task of its own, so only a bug of the feeder itself can panic here.
            Err(error) => tracing::error!(%error, "an invocation was lost"),
        }
    }

    /// Records failures before it writes the checkpoint, so that a crash in between never loses a failure.
    fn keep(&mut self) {
        for failure in self.mapping.take_failures() {
            tracing::error!(
                queue = self.settings.failure_queue,
                reason = ?failure.reason,
                first = failure.first.as_str(),
                last = failure.last.as_str(),
                items = ?failure.items,
                "gave up records of the stream after all retries"
            );
            self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
        }
        let checkpoint = self.mapping.checkpoint();
        if checkpoint == self.kept {
            return;
        }
        if let Some(Err(error)) = self.file.as_ref().map(|file| checkpoint.keep(file, self.stream.arn())) {
            tracing::warn!(%error, "cannot write the stream's checkpoint");
            return;
        }
        self.progress.set(checkpoint.done.clone());
        self.kept = checkpoint;
    }

    async fn finish(mut self) {
        let end = tokio::time::sleep(STOP_WITHIN);
        tokio::pin!(end);
        loop {
            tokio::select! {
                ended = self.under_way.join_next() => match ended {
                    Some(ended) => self.settle(ended),
                    None => break,
                },
                () = &mut end => {
                    tracing::warn!("the feeder stopped before the invocation was completed");
                    break;
                }
            }
        }
        self.keep();
    }
}

impl<N> std::fmt::Debug for Start<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Start").field("stream", &self.stream).field("settings", &self.settings).finish_non_exhaustive()
    }
}
