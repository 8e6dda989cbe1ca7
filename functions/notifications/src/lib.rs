//! Tells the contacts what they need to know, and whoever listens to the topic everything that happens.
//!
//! It gets the table's stream, a tick each minute, and what SES tells of emails that came back. What a record says is written down as messages first and sent
//! then; what could not be sent waits in the table for a tick, so that no provider ever holds up the stream. Records
//! and ticks may come twice, late and out of order: the store knows which messages are still to be sent.

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

/// Why an invocation came to nothing. It is logged once, by whoever calls, and AWS calls again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is of none of those that the function is for.
    #[error("an event that is neither of the stream, nor of the schedule, nor of SES")]
    Unreadable,
    /// The table failed us.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The topic did not take an event.
    #[error("the topic did not take an event: {0}")]
    Topic(String),
}

/// Everything that the handler needs.
#[derive(Debug, Clone)]
pub struct Notifications {
    /// The stack's table.
    pub store: Store,
    /// How contacts are reached.
    pub messenger: Messenger,
    /// Where all events go.
    pub topic: Topic,
    /// What time it is: a tick may take half a minute, and what is sent at its end was not sent at its beginning.
    pub clock: Clock,
}

impl Notifications {
    /// Deals with an event of Lambda's: of a batch of records it tells those that have to come again.
    pub async fn handle(&self, event: &Value) -> Result<Value, Error> {
        match Invocation::of(event)? {
            Invocation::Records(records) => Ok(self.hear(records).await),
            Invocation::Bounce { reference, provider_id } => {
                self.store.bounce(reference, provider_id, self.clock.now()).await?;
                Ok(Value::Null)
            }
            Invocation::Nothing => Ok(Value::Null),
            Invocation::Tick => self.tick().await.map(|()| Value::Null),
        }
    }
}
