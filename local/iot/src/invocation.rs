//! Invokes the functions of rules as AWS does: asynchronously, with retries.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    task::{JoinHandle, JoinSet},
    time::Instant,
};

use crate::rules::Firing;

/// Lambda attempts an asynchronous event at most three times. AWS waits minutes between attempts, which would be too
/// long here.
const ATTEMPTS: u32 = 3;
const WAIT: Duration = Duration::from_millis(100);
/// Maximum number of concurrent invocations. Lambda's default is 1,000 for an account, but here all of them share one
/// database.
const CONCURRENCY: usize = 16;
/// Maximum number of queued events.
const QUEUE: usize = 1_000;
/// Minimum time between two log entries about dropped events.
const LOG_DROPPED_EVERY: Duration = Duration::from_secs(1);
/// How long running invocations may take when the service stops.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// An event for a function. `Debug` omits the event.
#[derive(Clone, PartialEq)]
pub struct Invocation {
    /// The function's logical id in the template.
    pub function: String,
    /// The event passed to the function.
    pub event: Value,
}

/// Why an invocation failed.
pub type InvokeError = Box<dyn std::error::Error + Send + Sync>;

pub(crate) type Invoke =
    dyn Fn(Invocation) -> Pin<Box<dyn Future<Output = Result<(), InvokeError>> + Send>> + Send + Sync;

/// Invokes functions with limited concurrency and a queue, as Lambda does with asynchronous events.
///
/// Lambda's queue holds hours of events, this one a fixed number; events above that are dropped, and their number is
/// logged.
pub(crate) struct Invoker {
    queue: Mutex<Option<Sender<Queued>>>,
    worker: Mutex<Option<JoinHandle<()>>>,
    dropped: Mutex<Dropped>,
}

struct Queued {
    rule: String,
    invocation: Invocation,
}

/// Events dropped since the last log entry.
#[derive(Default)]
struct Dropped {
    events: u64,
    logged_at: Option<Instant>,
}

impl Invoker {
    /// The functions run on the runtime in which this is called.
    pub(crate) fn new(invoke: Arc<Invoke>) -> Self {
        let (queue, queued) = mpsc::channel(QUEUE);
        let worker = tokio::spawn(work(invoke, queued));
        Self { queue: Mutex::new(Some(queue)), worker: Mutex::new(Some(worker)), dropped: Mutex::default() }
    }

    /// Queues an event for each function of a rule.
    pub(crate) fn start(&self, firing: &Firing<'_>) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = queue.as_ref() else { return };
        for function in &firing.rule.functions {
            let invocation = Invocation { function: function.clone(), event: firing.event.clone() };
            let queued = Queued { rule: firing.rule.name.clone(), invocation };
            if queue.try_send(queued).is_err() {
                self.dropped(&firing.rule.name);
            }
        }
    }

    fn dropped(&self, rule: &str) {
        let mut dropped = self.dropped.lock().unwrap_or_else(PoisonError::into_inner);
        dropped.events += 1;
        if dropped.logged_at.is_none_or(|at| at.elapsed() >= LOG_DROPPED_EVERY) {
            tracing::error!(rule, events = dropped.events, "the queue of rule events is full; dropped events");
            *dropped = Dropped { events: 0, logged_at: Some(Instant::now()) };
        }
    }

    /// Accepts no more events, and waits for the queued ones.
    pub(crate) async fn finish(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut worker) = worker else { return };
        if tokio::time::timeout(STOP_WITHIN, &mut worker).await.is_err() {
            tracing::warn!("stopped before all invocations by rules were completed");
            worker.abort(); // also aborts the invocations it has started
        }
    }
}

/// Takes events from the queue, and runs their functions concurrently.
async fn work(invoke: Arc<Invoke>, mut queued: Receiver<Queued>) {
    let mut running = JoinSet::new();
    while let Some(Queued { rule, invocation }) = queued.recv().await {
        if running.len() >= CONCURRENCY {
            _ = running.join_next().await;
        }
        while running.try_join_next().is_some() {} // drop finished tasks
        running.spawn(attempt(invoke.clone(), rule, invocation));
    }
    while running.join_next().await.is_some() {}
}

async fn attempt(invoke: Arc<Invoke>, rule: String, invocation: Invocation) {
    for attempt in 1..=ATTEMPTS {
        match invoke(invocation.clone()).await {
            Ok(()) => return,
            Err(error) if attempt == ATTEMPTS => {
                let thing = invocation.event.get("thing").and_then(Value::as_str);
                tracing::error!(error = &*error, rule, thing, "an invocation by a rule failed after all retries");
            }
            Err(_) => tokio::time::sleep(WAIT * attempt).await,
        }
    }
}

impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation").field("function", &self.function).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use serde_json::json;

    use super::*;
    use crate::rules::{Rule, Statement};

    async fn calls_when_failing(times: u32) -> u32 {
        let calls = Arc::new(AtomicU32::new(0));
        let counted = calls.clone();
        let invoker = Invoker::new(Arc::new(move |_| {
            let call = counted.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move { if call < times { Err("not yet".into()) } else { Ok(()) } })
        }));
        let statement = Statement::parse("SELECT a FROM 'a'").unwrap();
        let rule = Rule { name: "r".to_owned(), statement, functions: vec!["F".to_owned()] };
        invoker.start(&Firing { rule: &rule, event: json!({}) });
        invoker.finish().await;
        calls.load(Ordering::SeqCst)
    }

    #[tokio::test(start_paused = true)]
    async fn a_failing_function_is_retried_twice() {
        assert_eq!(calls_when_failing(0).await, 1);
        assert_eq!(calls_when_failing(1).await, 2);
        assert_eq!(calls_when_failing(9).await, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn events_above_the_concurrency_are_queued_and_above_the_queue_dropped() {
        const EVENTS: usize = 5_000;
        let (running, most, calls) =
            (Arc::<AtomicU32>::default(), Arc::<AtomicU32>::default(), Arc::<AtomicU32>::default());
        let (in_call, seen, counted) = (running.clone(), most.clone(), calls.clone());
        let invoker = Invoker::new(Arc::new(move |_| {
            let (running, most, calls) = (in_call.clone(), seen.clone(), counted.clone());
            Box::pin(async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(10)).await;
                running.fetch_sub(1, Ordering::SeqCst);
                calls.fetch_add(1, Ordering::SeqCst);
                Ok(())
            })
        }));
        let statement = Statement::parse("SELECT a FROM 'a'").unwrap();
        let rule = Rule { name: "r".to_owned(), statement, functions: vec!["F".to_owned()] };
        for _ in 0..EVENTS {
            invoker.start(&Firing { rule: &rule, event: json!({}) });
        }
        invoker.finish().await;
        assert_eq!(most.load(Ordering::SeqCst) as usize, CONCURRENCY);
        assert_eq!(calls.load(Ordering::SeqCst) as usize, QUEUE, "the rest were dropped");
    }

    #[test]
    fn events_do_not_get_into_logs() {
        let invocation = Invocation { function: "F".to_owned(), event: json!({"code": "abc"}) };
        assert_eq!(format!("{invocation:?}"), r#"Invocation { function: "F", .. }"#);
    }
}
