//! Replies to keypad entries.

use aws_sdk_iotdataplane::primitives::Blob;
use protocol::{Reply, ThingName, Topics};

use crate::{Error, Things};

/// MQTT's `QoS` 1: a connected device receives it.
const AT_LEAST_ONCE: i32 = 1;

impl Things {
    pub async fn reply(&self, thing: &ThingName, reply: &Reply) -> Result<(), Error> {
        let payload = serde_json::to_vec(reply).map_err(|error| Error::over("writing a reply", error))?;
        let topic = Topics::of(thing.clone()).keypad_reply();
        let publish = self.client.publish().topic(topic).qos(AT_LEAST_ONCE).payload(Blob::new(payload));
        publish.send().await.map(|_| ()).map_err(|failure| Error::over("publishing a reply", failure))
    }
}
