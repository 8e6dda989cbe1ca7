//! A batch of the stream: what each record says is told, and which records have to come again.

use std::collections::HashMap;

use serde_json::{Value, json};
use store::Record;
use tokio::task::JoinSet;

use crate::envelope::Envelope;
use crate::invocation::StreamRecord;
use crate::{Error, Notifications};

/// Partitions dealt with at once: a provider's answer takes its time, and a batch has records of many keys.
const AT_ONCE: usize = 16;

/// A record of the batch, by its place in it.
struct Numbered {
    place: usize,
    record: Value,
}

impl Notifications {
    /// Deals with all records, those after a failed one too, and answers which have failed. Records of one partition
    /// are dealt with in order.
    pub(crate) async fn hear(&self, records: Vec<StreamRecord<'_>>) -> Value {
        let mut failed = vec![false; records.len()];
        let mut envelopes = Vec::new();
        for (place, heard) in self.hear_partitions(&records).await {
            match heard {
                Ok(envelope) => envelopes.extend(envelope.map(|envelope| (place, envelope))),
                Err(error) => {
                    failed[place] = true;
                    let error: &dyn std::error::Error = &error;
                    tracing::error!(error, record.sequence_number = records[place].sequence_number, "not told");
                }
            }
        }
        envelopes.sort_by_key(|(place, _)| *place);
        for (place, error) in self.topic.publish(&envelopes).await {
            failed[place] = true;
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, record.sequence_number = records[place].sequence_number, "not published");
        }
        let failures = records.iter().zip(failed).filter(|(_, failed)| *failed);
        let failures: Vec<_> =
            failures.map(|(record, _)| json!({ "itemIdentifier": record.sequence_number })).collect();
        json!({ "batchItemFailures": failures })
    }

    async fn hear_partitions(&self, records: &[StreamRecord<'_>]) -> Vec<(usize, Result<Option<Envelope>, Error>)> {
        let mut running = JoinSet::new();
        let mut heard = Vec::with_capacity(records.len());
        for partition in partitions(records) {
            if running.len() == AT_ONCE {
                heard.extend(running.join_next().await.into_iter().flatten().flatten());
            }
            let this = self.clone();
            running.spawn(async move {
                let mut heard = Vec::with_capacity(partition.len());
                for Numbered { place, record } in partition {
                    heard.push((place, this.hear_record(&record).await));
                }
                heard
            });
        }
        heard.extend(running.join_all().await.into_iter().flatten());
        heard
    }

    /// Tells what a record says, and gives what is to be published of it.
    async fn hear_record(&self, record: &Value) -> Result<Option<Envelope>, Error> {
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

/// The records by partition, each in the order of the batch.
fn partitions(records: &[StreamRecord<'_>]) -> Vec<Vec<Numbered>> {
    let mut order = HashMap::new();
    let mut partitions: Vec<Vec<Numbered>> = Vec::new();
    for (place, record) in records.iter().enumerate() {
        let at = *order.entry(record.partition).or_insert_with(|| {
            partitions.push(Vec::new());
            partitions.len() - 1
        });
        partitions[at].push(Numbered { place, record: record.record.clone() });
    }
    partitions
}
