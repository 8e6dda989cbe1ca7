//! What calls the notifications function: the table's stream and the clock, set as the template sets them in AWS.

use std::path::PathBuf;

use api::Clock;
use embedded::Database;
use serde_json::Value;
use triggers::{Failure, Feeder, Function, InvokeError, Schedule, Start, Stream, StreamError, TemplateError, Triggers};

use crate::template::TEMPLATE;

/// The function, by its name in the template.
const NOTIFICATIONS: &str = "NotificationsFunction";

/// Why nobody would be told anything.
#[derive(Debug, thiserror::Error)]
pub enum NotificationsError {
    /// The template cannot be followed.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The table's stream cannot be read.
    #[error(transparent)]
    Stream(#[from] StreamError),
}

/// The notifications function, fed and ticking.
#[derive(Debug)]
pub(crate) struct Notifications {
    function: Function,
    feeder: Feeder,
    schedule: Schedule,
    clock: Clock,
}

impl Notifications {
    /// Feeds a function from the table's stream, from where the file says on, and has it tick.
    pub(crate) async fn start(
        function: Function,
        database: &Database,
        table: &str,
        file: Option<PathBuf>,
        clock: Clock,
    ) -> Result<Self, NotificationsError> {
        let triggers = Triggers::read(TEMPLATE, NOTIFICATIONS)?;
        let stream = Stream::of_table(database.streams_client(), table).await?;
        // The engine marks records by the machine's clock, so their age is told by that too.
        let (timeout, machine) = (triggers.stream.timeout, Clock::system());
        let feeder = Feeder::start(Start {
            stream,
            settings: triggers.stream,
            function: function.clone(),
            file,
            now: move || machine.now(),
        });
        let ticking = clock.clone();
        let schedule = Schedule::start(triggers.every, timeout, function.clone(), move || ticking.now());
        Ok(Self { function, feeder, schedule, clock })
    }

    pub(crate) async fn tick(&self) -> Result<Value, InvokeError> {
        Schedule::tick(&self.function, self.clock.now()).await
    }

    pub(crate) async fn drain(&self) {
        self.feeder.drain().await;
    }

    pub(crate) fn failures(&self) -> Vec<Failure> {
        self.feeder.failures()
    }

    pub(crate) async fn stop(self) {
        self.schedule.stop().await;
        self.feeder.stop().await;
    }
}

/// PLACEHOLDER until `functions/notifications` is there: takes everything and tells nobody. Its handler, over the SNS
/// and SES ends of `outbox`, goes here.
pub(crate) fn function() -> Function {
    Function::new(|_event: Value| async { Ok::<_, InvokeError>(serde_json::json!({ "batchItemFailures": [] })) })
}
