//! Whether an automat is connected.

use domain::{Instant, Presence};
use protocol::ThingName;

use crate::message::{EventType, LifecycleEvent};
use crate::{Devices, Error, automat};

impl Devices {
    pub(crate) async fn hear_presence(&self, event: &LifecycleEvent, now: Instant) -> Result<(), Error> {
        let thing = ThingName::new(&event.thing);
        let connected = match event.event_type {
            EventType::Connected => true,
            EventType::Disconnected => false,
            EventType::ConnectFailed => {
                // Who could not come has not gone either: the automat itself may be there all the while.
                tracing::warn!(thing.name = %thing, "somebody was not let in under its name");
                return Ok(());
            }
        };
        let at = Instant::from_millis(event.at).unwrap_or(now);
        let presence = Presence { connected, at, number: event.number };
        let heard = self.store.hear_presence(&automat(&thing)?, presence, now).await?;
        tracing::info!(thing.name = %thing, connected, ?heard, "presence");
        Ok(())
    }
}
