//! Keeps the index of contracts and messages, and the pages of devices: the second reader of the table's stream, beside
//! `notifications`.
//!
//! Records may be duplicated, late and out of order. The store makes index and pages right for the contract, message, key or
//! PIN as it is now, so the function need not keep any order (`store::contract_index` and `store::access` explain why). Then it
//! signals to each device once that it should ask for what is new (ADR 0054).

use std::collections::{BTreeMap, BTreeSet};

use clock::Clock;
use domain::AutomatId;
use futures_util::stream::{self, StreamExt as _};
use protocol::{AccessMessage, ThingName};
use serde_json::{Value, json};
use store::Store;
use things::Things;

/// How many records are projected concurrently, and how many devices signalled.
const AT_ONCE: usize = 16;

/// Why an invocation failed. The caller logs it once, and AWS retries.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the event is not from the stream")]
    Unreadable,
}

#[derive(Debug, Clone)]
pub struct Projector {
    /// It opens no code, so [`Store::without_codes`] will do.
    pub store: Store,
    pub things: Things,
    pub clock: Clock,
}

impl Projector {
    /// Handles an event of Lambda: a batch of records. The response lists those to be retried.
    pub async fn handle(&self, event: &Value) -> Result<Value, Error> {
        let records = event["Records"].as_array().ok_or(Error::Unreadable)?;
        let running = records.iter().map(|record| {
            let number = record["dynamodb"]["SequenceNumber"].as_str().ok_or(Error::Unreadable)?;
            Ok(self.project(number, record))
        });
        let running = running.collect::<Result<Vec<_>, Error>>()?;
        let projected: Vec<_> = stream::iter(running).buffered(AT_ONCE).collect().await;
        let mut failed = BTreeSet::new();
        let mut changed: BTreeMap<AutomatId, Vec<&str>> = BTreeMap::new();
        for (number, result) in projected {
            match result {
                Ok(automats) => {
                    for automat in automats {
                        changed.entry(automat).or_default().push(number);
                    }
                }
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    tracing::error!(error, record.sequence_number = number, "could not project a record");
                    failed.insert(number);
                }
            }
        }
        let signals: Vec<_> = changed.into_iter().map(|(automat, numbers)| self.signal(automat, numbers)).collect();
        failed.extend(stream::iter(signals).buffered(AT_ONCE).collect::<Vec<_>>().await.into_iter().flatten());
        // In the order of the batch.
        let numbers = records.iter().filter_map(|record| record["dynamodb"]["SequenceNumber"].as_str());
        let failures: Vec<_> = numbers
            .filter(|number| failed.contains(number))
            .map(|number| json!({ "itemIdentifier": number }))
            .collect();
        Ok(json!({ "batchItemFailures": failures }))
    }

    /// Projects a record. Returns its number with the automats whose device is to ask again.
    async fn project<'r>(
        &'r self,
        number: &'r str,
        record: &'r Value,
    ) -> (&'r str, Result<BTreeSet<AutomatId>, store::Error>) {
        let projected = async {
            self.store.project(record).await?;
            self.store.project_access(record, self.clock.now()).await
        };
        (number, projected.await)
    }

    /// Signals to a device that something has changed. Returns the records of that if they are to be retried: a page that no
    /// device asks for in time can open what it should not.
    async fn signal<'r>(&'r self, automat: AutomatId, records: Vec<&'r str>) -> Vec<&'r str> {
        let thing = ThingName::of_automat(automat.as_str());
        let Err(error) = self.things.send_access(&thing, &AccessMessage::Changed {}).await else { return Vec::new() };
        let error: &dyn std::error::Error = &error;
        tracing::error!(error, automat.id = %automat, "could not signal a change");
        records
    }
}
