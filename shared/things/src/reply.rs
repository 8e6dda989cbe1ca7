//! Answering the keypad.

use aws_sdk_iotdataplane::primitives::Blob;
use protocol::{Reply, ThingName, Topics};

use crate::{Error, Things};

/// MQTT's "at least once": a device that is there gets it.
const AT_LEAST_ONCE: i32 = 1;

impl Things {
    /// Answers a keypad entry.
    pub async fn reply(&self, thing: &ThingName, reply: &Reply) -> Result<(), Error> {
        let payload = serde_json::to_vec(reply).map_err(|error| Error::over("writing a reply", error))?;
        let topic = Topics::of(thing.clone()).keypad_reply();
        let publish = self.client.publish().topic(topic).qos(AT_LEAST_ONCE).payload(Blob::new(payload));
        publish.send().await.map(|_| ()).map_err(|failure| Error::over("publishing a reply", failure))
    }
}
