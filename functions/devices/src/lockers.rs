//! Doors and keys.

use domain::{DoorState, Instant, LockerIndex};
use protocol::{Door, LockersMessage, ThingName};
use store::{LockerTelling, Telling};

use crate::{Devices, Error, automat};

impl Devices {
    pub(crate) async fn hear_lockers(
        &self,
        thing: &ThingName,
        message: LockersMessage,
        now: Instant,
    ) -> Result<(), Error> {
        let lockers = message.lockers.into_iter().filter_map(|(index, state)| {
            let door = match state.door {
                Door::Open => DoorState::Open,
                Door::Closed => DoorState::Closed,
            };
            let telling = LockerTelling { key_inside: state.key, door, by: state.by };
            Some((LockerIndex::new(u32::from(index)).ok()?, telling))
        });
        // No device has more than two keys, nor an id another length.
        let device_keys = message.device_keys.into_iter().filter(|id| id.len() == 8).take(2).collect();
        let telling = Telling { n: message.n, lockers: lockers.collect(), device_keys };
        Ok(self.store.hear_lockers(&automat(thing)?, telling, now).await?)
    }
}
