//! `EventBridge`'s schedule.

use std::time::Duration;

use domain::Instant;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::{Function, InvokeError};

/// Invokes a function at fixed intervals, starting immediately, so that work which became due while nothing ran is
/// done.
#[derive(Debug)]
pub struct Schedule {
    ticks: JoinHandle<()>,
}

impl Schedule {
    /// Starts the schedule. Intervals follow the system clock; the time in the event comes from `now`.
    pub fn start(
        every: Duration,
        timeout: Duration,
        function: Function,
        now: impl Fn() -> Instant + Send + 'static,
    ) -> Self {
        let ticks = tokio::spawn(async move {
            let mut times = tokio::time::interval(every);
            times.set_missed_tick_behavior(MissedTickBehavior::Skip);
            loop {
                times.tick().await;
                // A failed invocation is not retried: the next one does the same work.
                _ = function.invoke_within(timeout, event(now())).await;
            }
        });
        Self { ticks }
    }

    /// Invokes the function as the schedule does, and returns its answer.
    pub async fn tick(function: &Function, now: Instant) -> Result<Value, InvokeError> {
        function.invoke(event(now)).await
    }

    /// Stops the schedule. A running invocation is aborted; a later one completes its work.
    pub async fn stop(mut self) {
        self.ticks.abort();
        _ = (&mut self.ticks).await;
    }
}

impl Drop for Schedule {
    fn drop(&mut self) {
        self.ticks.abort();
    }
}

/// The event of a scheduled rule, by `EventBridge`'s user guide.
fn event(now: Instant) -> Value {
    json!({
        "version": "0",
        "id": format!("00000000-0000-0000-0000-{:012x}", now.millis()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": now.whole_second().to_string(),
        "region": "local",
        "resources": ["arn:aws:events:local:000000000000:rule/schedule"],
        "detail": {},
    })
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn invokes_at_once_and_then_each_minute_even_after_a_failure() {
        let began = tokio::time::Instant::now();
        let (received, mut events) = mpsc::unbounded_channel();
        let function = Function::new(move |event: Value| {
            _ = received.send((began.elapsed(), event["source"].clone(), event["time"].clone()));
            async { Err("no".to_owned()) }
        });
        let now = || Instant::parse("2026-03-29T01:00:00.5Z").unwrap();
        let schedule = Schedule::start(MINUTE, MINUTE, function, now);
        for minutes in 0..3 {
            let event = events.recv().await.unwrap();
            assert_eq!(event, (MINUTE * minutes, json!("aws.events"), json!("2026-03-29T01:00:00Z")));
        }
        schedule.stop().await;
        assert!(events.recv().await.is_none(), "the schedule has stopped");
    }

    #[tokio::test]
    async fn a_manual_tick_returns_the_functions_answer() {
        let function = Function::new(|event: Value| async move { Ok::<_, InvokeError>(event["detail-type"].clone()) });
        assert_eq!(Schedule::tick(&function, Instant::EPOCH).await.unwrap(), "Scheduled Event");
    }
}
