//! Notifies contacts, and publishes all events to the topic.
//!
//! The function gets the table's stream, a tick every minute, and bounces from SES. Messages about a record are stored
//! first and then sent. What could not be sent waits in the table for a tick, so a provider never holds up the stream.
//! Records and ticks can be duplicated, late and out of order: the store knows which messages are still to be sent.

mod dispatch;
mod envelope;
mod invocation;
mod messenger;
mod records;
mod tick;
mod topic;

use clock::Clock;
use serde_json::Value;
use store::Store;

use self::invocation::Invocation;
pub use self::messenger::Messenger;
pub use self::topic::Topic;

/// Why an invocation failed. The caller logs it once, and AWS retries.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the event is not from the stream, the schedule or SES")]
    Unreadable,
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("the topic did not accept an event: {0}")]
    Topic(String),
}

#[derive(Debug, Clone)]
pub struct Notifications {
    pub store: Store,
    pub messenger: Messenger,
    pub topic: Topic,
    /// A tick may take half a minute, so the time is read for each message.
    pub clock: Clock,
}

impl Notifications {
    /// Handles an event of Lambda. The response to a batch of records lists those to be retried.
    pub async fn handle(&self, event: &Value) -> Result<Value, Error> {
        match Invocation::of(event)? {
            Invocation::Records(records) => Ok(self.process_records(records).await),
            Invocation::Bounce { reference, provider_id } => {
                self.store.bounce(reference, provider_id, self.clock.now()).await?;
                Ok(Value::Null)
            }
            Invocation::Ignored => Ok(Value::Null),
            Invocation::Tick => self.tick().await.map(|()| Value::Null),
        }
    }
}
