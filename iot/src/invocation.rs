//! Rules' functions, invoked as AWS invokes them: asynchronously, and again when they fail.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::{runtime::Handle, task::JoinSet};

use crate::rules::Firing;

/// Lambda tries an asynchronous event so often at most. AWS waits for minutes in between; nobody here wants to.
const ATTEMPTS: u32 = 3;
const WAIT: Duration = Duration::from_millis(100);
/// How long invocations under way may take when all is stopped.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// An event for a function. Its `Debug` leaves the event out.
#[derive(Clone, PartialEq)]
pub struct Invocation {
    /// The function, by its name in the template.
    pub function: String,
    /// What it is given.
    pub event: Value,
}

/// Why a function failed.
pub type InvokeError = Box<dyn std::error::Error + Send + Sync>;

pub(crate) type Invoke =
    dyn Fn(Invocation) -> Pin<Box<dyn Future<Output = Result<(), InvokeError>> + Send>> + Send + Sync;

/// Invokes functions.
pub(crate) struct Invoker {
    invoke: Arc<Invoke>,
    running: Mutex<JoinSet<()>>,
    runtime: Handle,
}

impl Invoker {
    /// One whose functions run where this is called.
    pub(crate) fn new(invoke: Arc<Invoke>) -> Self {
        Self { invoke, running: Mutex::default(), runtime: Handle::current() }
    }

    /// Invokes the functions of a rule.
    pub(crate) fn start(&self, firing: &Firing<'_>) {
        for function in &firing.rule.functions {
            let invocation = Invocation { function: function.clone(), event: firing.event.clone() };
            let attempts = attempt(self.invoke.clone(), firing.rule.name.clone(), invocation);
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            running.spawn_on(attempts, &self.runtime);
            while running.try_join_next().is_some() {} // those that have ended need not be kept
        }
    }

    /// Waits for what is under way.
    pub(crate) async fn finish(&self) {
        let running = std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        if tokio::time::timeout(STOP_WITHIN, running.join_all()).await.is_err() {
            tracing::warn!("rules' functions were still under way");
        }
    }
}

async fn attempt(invoke: Arc<Invoke>, rule: String, invocation: Invocation) {
    for attempt in 1..=ATTEMPTS {
        match invoke(invocation.clone()).await {
            Ok(()) => return,
            Err(error) if attempt == ATTEMPTS => {
                let thing = invocation.event.get("thing").and_then(Value::as_str);
                tracing::error!(error = &*error, rule, thing, "a rule's event failed for good");
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
        let statement = Statement::parse("SELECT * FROM 'a'").unwrap();
        let rule = Rule { name: "r".to_owned(), statement, functions: vec!["F".to_owned()] };
        invoker.start(&Firing { rule: &rule, event: json!({}) });
        invoker.finish().await;
        calls.load(Ordering::SeqCst)
    }

    #[tokio::test(start_paused = true)]
    async fn a_function_that_fails_is_tried_twice_more() {
        assert_eq!(calls_when_failing(0).await, 1);
        assert_eq!(calls_when_failing(1).await, 2);
        assert_eq!(calls_when_failing(9).await, 3);
    }

    #[test]
    fn events_do_not_get_into_logs() {
        let invocation = Invocation { function: "F".to_owned(), event: json!({"code": "abc"}) };
        assert_eq!(format!("{invocation:?}"), r#"Invocation { function: "F", .. }"#);
    }
}
