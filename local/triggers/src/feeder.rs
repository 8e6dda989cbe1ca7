//! Feeds a function from a table's stream, and keeps how far it has come.
//!
//! The stream is asked each tenth of a second, since the embedded engine has no way to tell of a write.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::Instant;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use crate::{Checkpoint, Failure, Function, Mapping, Settings, Stream};

/// How often the stream is asked for more.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// How long nothing is asked after the stream could not be read.
const ASK_AFTER_ERROR: Duration = Duration::from_secs(1);
/// How long invocations under way may take when the feeder is stopped; what they leave is done after the next start.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// What a feeder is started with.
pub struct Start<N> {
    /// What is read.
    pub stream: Stream,
    /// How it is handed on.
    pub settings: Settings,
    /// What it is handed to.
    pub function: Function,
    /// The file that keeps how far it has come; without one, it begins anew at each start.
    pub file: Option<PathBuf>,
    /// The clock by which the database marks its records.
    pub now: N,
}

/// Feeds a function from a table's stream.
#[derive(Debug)]
pub struct Feeder {
    failures: Arc<Mutex<Vec<Failure>>>,
    drains: mpsc::UnboundedSender<oneshot::Sender<()>>,
    stop: oneshot::Sender<()>,
    run: JoinHandle<()>,
}

impl Feeder {
    /// Starts it where it was stopped.
    pub fn start<N: Fn() -> Instant + Send + 'static>(start: Start<N>) -> Self {
        let checkpoint = start.file.as_ref().map(|file| Checkpoint::of_file(file, start.stream.arn()));
        let failures = Arc::<Mutex<Vec<Failure>>>::default();
        let (drains, drains_asked) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel();
        let worker = Worker {
            mapping: Mapping::new(start.settings.clone(), checkpoint.clone().unwrap_or_default()),
            settings: start.settings,
            stream: start.stream,
            function: start.function,
            file: start.file,
            kept: checkpoint.unwrap_or_default(),
            now: start.now,
            failures: failures.clone(),
            under_way: JoinSet::new(),
        };
        Self { failures, drains, stop, run: tokio::spawn(worker.run(stopped, drains_asked)) }
    }

    /// Waits until everything written before this was asked is dealt with.
    pub async fn drain(&self) {
        let (answer, answered) = oneshot::channel();
        _ = self.drains.send(answer);
        _ = answered.await;
    }

    /// What failed for good since the start: the failure queue of this machine.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops it, once the invocations under way have ended.
    pub async fn stop(self) {
        _ = self.stop.send(());
        if let Err(error) = self.run.await {
            tracing::warn!(%error, "feeding the function from the stream failed");
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

    /// Reads on, and tells how many records there were; none when the stream cannot be read.
    async fn read(&mut self) -> Option<usize> {
        if !self.mapping.has_room() {
            return Some(0);
        }
        match self.stream.read(self.mapping.read()).await {
            Ok(records) => {
                let count = records.len();
                self.mapping.take(records, (self.now)());
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
            // The function runs in a task of its own, so nothing can panic here but ourselves.
            Err(error) => tracing::error!(%error, "an invocation was lost"),
        }
    }

    /// Keeps what is known by now: what failed for good before how far it has come, so that nothing is in neither.
    fn keep(&mut self) {
        for failure in self.mapping.take_failures() {
            tracing::error!(
                queue = self.settings.failure_queue,
                reason = ?failure.reason,
                first = failure.first.as_str(),
                last = failure.last.as_str(),
                items = ?failure.items,
                "records of the stream failed for good"
            );
            self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
        }
        let checkpoint = self.mapping.checkpoint();
        let Some(file) = self.file.as_ref().filter(|_| checkpoint != self.kept) else { return };
        match checkpoint.keep(file, self.stream.arn()) {
            Ok(()) => self.kept = checkpoint,
            Err(error) => tracing::warn!(%error, "cannot keep how far the stream was told"),
        }
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
                    tracing::warn!("the function was still under way");
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
