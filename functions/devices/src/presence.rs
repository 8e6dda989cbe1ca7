//! Whether an automat is connected.

use domain::{DeviceFault, Instant, MAX_AHEAD_MILLIS, Presence};
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
        if event.is_duplicate_client() {
            self.store.record_fault(&automat(&thing)?, DeviceFault::DuplicateClient, None, now).await?;
        }
        // By AWS's clock, not the device's; even so no mark may lie in the future.
        let at = Instant::from_millis(event.at).unwrap_or(now).min(now.plus_millis(MAX_AHEAD_MILLIS));
        let presence = Presence { connected, at, number: event.number };
        let heard = self.store.hear_presence(&automat(&thing)?, presence, now).await?;
        tracing::info!(thing.name = %thing, connected, ?heard, "presence");
        Ok(())
    }
}
