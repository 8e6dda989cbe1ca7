//! Messages on the automats' own topics: replies to keypad entries, access, and receipts of journals.

use aws_sdk_iotdataplane::primitives::Blob;
use protocol::{AccessMessage, JournalReceipt, Reply, ThingName, Topics};
use serde::Serialize;

use crate::{Error, Things};

/// MQTT's `QoS` 1: a connected device receives it.
const AT_LEAST_ONCE: i32 = 1;

impl Things {
    pub async fn reply(&self, thing: &ThingName, reply: &Reply) -> Result<(), Error> {
        self.publish(Topics::of(thing.clone()).keypad_reply(), reply).await
    }

    /// What the device may open without the cloud, or the signal that this has changed.
    pub async fn send_access(&self, thing: &ThingName, access: &AccessMessage) -> Result<(), Error> {
        self.publish(Topics::of(thing.clone()).access(), access).await
    }

    /// How much of the device's journal is recorded.
    pub async fn acknowledge_journal(&self, thing: &ThingName, receipt: &JournalReceipt) -> Result<(), Error> {
        self.publish(Topics::of(thing.clone()).journal_receipt(), receipt).await
    }

    async fn publish(&self, topic: String, message: &impl Serialize) -> Result<(), Error> {
        let payload = serde_json::to_vec(message).map_err(|error| Error::over("writing a message", error))?;
        let publish = self.client.publish().topic(topic).qos(AT_LEAST_ONCE).payload(Blob::new(payload));
        publish.send().await.map(|_| ()).map_err(|failure| Error::over("publishing a message", failure))
    }
}
