//! Connects and disconnects of automats.

use domain::{DeviceFault, Instant, MAX_AHEAD_MILLIS, Presence};
use protocol::ThingName;

use crate::message::{EventType, LifecycleEvent};
use crate::{Devices, Error, automat};

impl Devices {
    pub(crate) async fn handle_presence(
        &self,
        thing: &ThingName,
        event: &LifecycleEvent,
        now: Instant,
    ) -> Result<(), Error> {
        let connected = match event.event_type {
            EventType::Connected => true,
            EventType::Disconnected => false,
            EventType::ConnectFailed => {
                // The automat itself may be connected all the while.
                tracing::warn!(thing.name = %thing, "a connection under the name of the automat was rejected");
                return Ok(());
            }
        };
        if event.is_duplicate_client() {
            self.store.record_fault(&automat(thing)?, DeviceFault::DuplicateClient, None, now).await?;
        }
        // AWS's clock, not the device's. Even so, a stored time must not be in the future.
        let at = Instant::from_millis(event.at).unwrap_or(now).min(now.plus_millis(MAX_AHEAD_MILLIS));
        let presence = Presence { connected, at, number: event.number };
        let outcome = self.store.record_presence(&automat(thing)?, presence, now).await?;
        tracing::info!(thing.name = %thing, connected, ?outcome, "presence changed");
        Ok(())
    }
}
