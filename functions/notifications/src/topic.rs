//! The topic that all events go to.

use aws_sdk_sns::Client;
use aws_sdk_sns::error::{BuildError, DisplayErrorContext};
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};

use crate::Error;
use crate::envelope::Envelope;

/// SNS takes at most so many in one batch.
const BATCH: usize = 10;

/// The SNS topic `KeyEvents`.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    arn: String,
}

impl Topic {
    /// By its ARN, over an SDK client.
    #[must_use]
    pub fn new(client: Client, arn: &str) -> Self {
        Self { client, arn: arn.to_owned() }
    }

    /// Publishes events, each with its place in a batch of records, in that order. Gives the places of those that were
    /// not taken. Whoever listens may get an event twice, and knows it by its `id`.
    pub(crate) async fn publish(&self, envelopes: &[(usize, Envelope)]) -> Vec<(usize, Error)> {
        let mut refused = Vec::new();
        for batch in envelopes.chunks(BATCH) {
            let entries: Result<Vec<_>, _> = batch.iter().map(|(place, envelope)| entry(*place, envelope)).collect();
            let answer = match entries {
                Ok(entries) => {
                    let request = self.client.publish_batch().topic_arn(&self.arn);
                    let answer = request.set_publish_batch_request_entries(Some(entries)).send().await;
                    answer.map_err(|error| DisplayErrorContext(error).to_string())
                }
                Err(error) => Err(error.to_string()),
            };
            match answer {
                Ok(answer) => {
                    let place = |id: &str| batch.iter().map(|(place, _)| *place).find(|place| place.to_string() == id);
                    let failed = answer.failed().iter();
                    refused.extend(
                        failed.filter_map(|entry| Some((place(entry.id())?, Error::Topic(entry.code().to_owned())))),
                    );
                }
                Err(error) => {
                    refused.extend(batch.iter().map(|(place, _)| (*place, Error::Topic(error.clone()))));
                }
            }
        }
        refused
    }
}

fn entry(place: usize, envelope: &Envelope) -> Result<PublishBatchRequestEntry, BuildError> {
    let entry = PublishBatchRequestEntry::builder()
        .id(place.to_string())
        .message(envelope.body.to_string())
        .message_attributes("type", attribute(envelope.kind)?)
        .message_attributes("automatId", attribute(&envelope.automat_id)?);
    let entry = match &envelope.key_id {
        Some(key) => entry.message_attributes("keyId", attribute(key)?),
        None => entry,
    };
    entry.build()
}

/// A text that a message carries beside its words.
pub(crate) fn attribute(value: &str) -> Result<MessageAttributeValue, BuildError> {
    MessageAttributeValue::builder().data_type("String").string_value(value).build()
}
