//! The Lambda binary that notifies contacts and publishes events.

use notifications::{Messenger, Notifications, Topic};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry();
    let runtime::Senders { app, sns, ses, settings } = runtime::senders().await?;
    let messenger = Messenger::new(sns.clone(), ses)
        .mail_from(settings.mail_from, settings.mail_configuration_set)
        .sms_sender_id(settings.sms_sender_id);
    let topic = Topic::new(sns, &settings.topic_arn);
    let notifications = Notifications { store: app.store, messenger, topic, clock: app.clock };
    runtime::handle(async |event| notifications.handle(&event).await).await
}
