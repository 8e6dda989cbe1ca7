//! Processes a batch of the stream, and tells Lambda which records to retry.

use std::collections::HashMap;

use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use store::Record;

use crate::envelope::Envelope;
use crate::invocation::StreamRecord;
use crate::{Error, Notifications};

/// How many partitions are processed concurrently. Providers take time to respond, and a batch has records of many
/// keys.
const AT_ONCE: usize = 16;

/// Records of one partition in order, each with its index in the batch.
type Partition<'a> = Vec<(usize, &'a Value)>;

impl Notifications {
    /// Processes all records, including those after a failed one, and returns the failed ones. Records of one partition
    /// are processed in order.
    pub(crate) async fn process_records(&self, records: Vec<StreamRecord<'_>>) -> Value {
        let mut failed = vec![false; records.len()];
        let mut envelopes = Vec::new();
        let running: Vec<_> =
            partitions(&records).into_iter().map(|partition| self.process_partition(partition)).collect();
        let results: Vec<_> = stream::iter(running).buffer_unordered(AT_ONCE).concat().await;
        for (index, result) in results {
            match result {
                Ok(envelope) => envelopes.extend(envelope.map(|envelope| (index, envelope))),
                Err(error) => {
                    failed[index] = true;
                    let error: &dyn std::error::Error = &error;
                    tracing::error!(
                        error,
                        record.sequence_number = records[index].sequence_number,
                        "could not send the messages about a record"
                    );
                }
            }
        }
        envelopes.sort_by_key(|(index, _)| *index);
        for (index, error) in self.topic.publish(&envelopes).await {
            failed[index] = true;
            let error: &dyn std::error::Error = &error;
            tracing::error!(
                error,
                record.sequence_number = records[index].sequence_number,
                "could not publish an event"
            );
        }
        let failures = records.iter().zip(failed).filter(|(_, failed)| *failed);
        let failures: Vec<_> =
            failures.map(|(record, _)| json!({ "itemIdentifier": record.sequence_number })).collect();
        json!({ "batchItemFailures": failures })
    }

    async fn process_partition(&self, partition: Partition<'_>) -> Vec<(usize, Result<Option<Envelope>, Error>)> {
        let mut results = Vec::with_capacity(partition.len());
        for (index, record) in partition {
            results.push((index, self.process_record(record).await));
        }
        results
    }

    /// Sends the messages about a record, and returns what to publish.
    async fn process_record(&self, record: &Value) -> Result<Option<Envelope>, Error> {
        let now = self.clock.now();
        match self.store.read_record(record)? {
            Record::Contract(contract) => {
                let claims = self.store.notify_of_contract(&contract, now).await?;
                self.send_all(claims).await;
                Ok(None)
            }
            Record::Event(record) => {
                let claims = self.store.notify_of_event(&record, now).await?;
                self.send_all(claims).await;
                Ok(Some(Envelope::new(&record.event, record.at)))
            }
            Record::Resend(message) => {
                let claims = self.store.claim(&message, now).await?;
                self.send_all(claims.into_iter().collect()).await;
                Ok(None)
            }
            Record::Other => Ok(None),
        }
    }
}

/// Groups the records by partition, each group in the order of the batch.
fn partitions<'a>(records: &[StreamRecord<'a>]) -> Vec<Partition<'a>> {
    let mut order = HashMap::new();
    let mut partitions: Vec<Partition<'a>> = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let at = *order.entry(record.partition).or_insert_with(|| {
            partitions.push(Vec::new());
            partitions.len() - 1
        });
        partitions[at].push((index, record.record));
    }
    partitions
}
