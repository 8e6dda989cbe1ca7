//! What calls the notifications function: the table's stream and the clock, set as the template sets them in AWS.

use std::path::PathBuf;

use ::notifications::{Messenger, Topic};
use api::App;
use clock::Clock;
use dynamodb::Database;
use outbox::Outbox;
use permissions::Role;
use serde_json::Value;
use triggers::{Failure, Feeder, Function, InvokeError, Schedule, Start, Stream, StreamError, TemplateError, Triggers};

use template::TEMPLATE;

/// The function, by its name in the template.
const NOTIFICATIONS: &str = "NotificationsFunction";

/// The same in the list of what functions may do.
pub(crate) const FUNCTION: &str = "notifications";

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

/// The topic that all events go to.
const TOPIC: &str = "arn:aws:sns:local:000000000000:key-events";
/// So many of the latest messages are kept to be looked at.
const KEPT: usize = 1_000;
/// The sender of email, as nobody has set one.
const MAIL_FROM: &str = "Key Automat Cloud <keys@example.com>";
/// The sender of SMS.
const SENDER_ID: &str = "Keys";

/// SNS and SES, which send nothing anywhere.
pub(crate) async fn outbox(access_key_id: String, clock: &Clock) -> Result<Outbox, outbox::StartError> {
    let clock = clock.clone();
    let topics = vec![TOPIC.to_owned()];
    Outbox::start(outbox::Options { keep: KEPT, topics, ..outbox::Options::new(access_key_id, move || clock.now()) })
        .await
}

/// The function, over the store and the outbox.
pub(crate) fn function(app: App, role: &Role, outbox: &Outbox) -> Function {
    let (sns, ses) = (role.sns(&outbox.sns()), role.ses(&outbox.ses()));
    let messenger = Messenger::new(sns.clone(), ses)
        .mail_from(Some(MAIL_FROM.to_owned()), None)
        .sms_sender_id(Some(SENDER_ID.to_owned()));
    let notifications =
        ::notifications::Notifications { store: app.store, messenger, topic: Topic::new(sns, TOPIC), clock: app.clock };
    Function::new(move |event: Value| {
        let notifications = notifications.clone();
        async move { notifications.handle(&event).await }
    })
}
