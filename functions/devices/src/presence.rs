//! Whether an automat is connected.

use domain::{Instant, Presence};
use protocol::ThingName;

use crate::message::{EventType, LifecycleEvent};
use crate::{Devices, Error, automat};

impl Devices {
    pub(crate) async fn hear_presence(&self, event: &LifecycleEvent, now: Instant) -> Result<(), Error> {
        let thing = ThingName::new(&event.thing);
        let connected = event.event_type == EventType::Connected;
        let at = Instant::from_millis(event.at).unwrap_or(now);
        let presence = Presence { connected, at, number: event.number };
        let heard = self.store.hear_presence(&automat(&thing)?, presence, now).await?;
        tracing::info!(thing.name = %thing, connected, ?heard, "presence");
        Ok(())
    }
}
