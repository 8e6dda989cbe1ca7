//! Invokes the notifications function from the table's stream and on a schedule, both configured by the template as in
//! AWS.

use std::path::PathBuf;

use ::notifications::{Messenger, Topic};
use anyhow::Context as _;
use api::App;
use clock::Clock;
use dynamodb::Database;
use outbox::Outbox;
use permissions::Role;
use serde_json::Value;
use triggers::{Failure, Feeder, Function, InvokeError, Progress, Schedule, Start, Stream, Triggers};

use template::TEMPLATE;

/// Logical id of the function in `template.yaml`.
const NOTIFICATIONS: &str = "NotificationsFunction";

/// The same function's name in [`Permissions`](permissions::Permissions).
pub(crate) const FUNCTION: &str = "notifications";

/// The running triggers of the notifications function.
#[derive(Debug)]
pub(crate) struct Notifications {
    function: Function,
    feeder: Feeder,
    schedule: Schedule,
    clock: Clock,
}

impl Notifications {
    /// Starts to invoke the function from the table's stream, from the checkpoint in the file on, and on its schedule.
    pub(crate) async fn start(
        function: Function,
        database: &Database,
        table: &str,
        file: Option<PathBuf>,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let triggers = Triggers::read(TEMPLATE, NOTIFICATIONS)?;
        let stream = Stream::of_table(database.streams_client(), table).await?;
        // The embedded database dates records by the system clock, so their age is measured by that clock, too.
        let (timeout, machine) = (triggers.stream.timeout, Clock::system());
        let feeder = Feeder::start(Start {
            stream,
            settings: triggers.stream,
            function: function.clone(),
            file,
            now: move || machine.now(),
        });
        let ticking = clock.clone();
        let every = triggers.every.context("the notifications function has no schedule")?;
        let schedule = Schedule::start(every, timeout, function.clone(), move || ticking.now());
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

    /// How far it has processed the table's stream.
    pub(crate) fn progress(&self) -> Progress {
        self.feeder.progress()
    }

    pub(crate) async fn stop(self) {
        self.schedule.stop().await;
        self.feeder.stop().await;
    }
}

/// The topic for all events.
const TOPIC: &str = "arn:aws:sns:local:000000000000:key-events";
/// Number of latest messages kept in the outbox.
const KEPT: usize = 1_000;
/// Sender of emails, since no other is configured here.
const MAIL_FROM: &str = "Key Automat Cloud <keys@example.com>";
/// Sender ID of SMS.
const SENDER_ID: &str = "Keys";

/// Local SNS and SES, which send nothing to anyone.
pub(crate) async fn outbox(access_key_id: String, clock: &Clock) -> Result<Outbox, outbox::PortError> {
    let clock = clock.clone();
    let topics = vec![TOPIC.to_owned()];
    Outbox::start(outbox::Options { keep: KEPT, topics, ..outbox::Options::new(access_key_id, move || clock.now()) })
        .await
}

/// The function with its store and senders.
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
