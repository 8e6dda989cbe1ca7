//! The topic of all events.

use aws_sdk_sns::Client;
use aws_sdk_sns::error::{BuildError, DisplayErrorContext};
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};

use crate::Error;
use crate::envelope::Envelope;

/// The maximum batch of SNS.
const BATCH: usize = 10;

/// The SNS topic `KeyEvents`.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    arn: String,
}

impl Topic {
    #[must_use]
    pub fn new(client: Client, arn: &str) -> Self {
        Self { client, arn: arn.to_owned() }
    }

    /// Publishes events in order, each with its index in the batch of records. Returns the indexes of those that were
    /// not accepted. Subscribers may get an event twice, and recognize it by its `id`.
    pub(crate) async fn publish(&self, envelopes: &[(usize, Envelope)]) -> Vec<(usize, Error)> {
        let mut refused = Vec::new();
        for batch in envelopes.chunks(BATCH) {
            let entries: Result<Vec<_>, _> = batch.iter().map(|(index, envelope)| entry(*index, envelope)).collect();
            let response = match entries {
                Ok(entries) => {
                    let request = self.client.publish_batch().topic_arn(&self.arn);
                    let response = request.set_publish_batch_request_entries(Some(entries)).send().await;
                    response.map_err(|error| DisplayErrorContext(error).to_string())
                }
                Err(error) => Err(error.to_string()),
            };
            match response {
                Ok(response) => {
                    let index = |id: &str| batch.iter().map(|(index, _)| *index).find(|index| index.to_string() == id);
                    let failed = response.failed().iter();
                    refused.extend(
                        failed.filter_map(|entry| Some((index(entry.id())?, Error::Topic(entry.code().to_owned())))),
                    );
                }
                Err(error) => {
                    refused.extend(batch.iter().map(|(index, _)| (*index, Error::Topic(error.clone()))));
                }
            }
        }
        refused
    }
}

fn entry(index: usize, envelope: &Envelope) -> Result<PublishBatchRequestEntry, BuildError> {
    let entry = PublishBatchRequestEntry::builder()
        .id(index.to_string())
        .message(envelope.body.to_string())
        .message_attributes("type", attribute(envelope.kind)?)
        .message_attributes("automatId", attribute(&envelope.automat_id)?);
    let entry = match &envelope.key_id {
        Some(key) => entry.message_attributes("keyId", attribute(key)?),
        None => entry,
    };
    entry.build()
}

/// A string attribute of a message.
pub(crate) fn attribute(value: &str) -> Result<MessageAttributeValue, BuildError> {
    MessageAttributeValue::builder().data_type("String").string_value(value).build()
}
