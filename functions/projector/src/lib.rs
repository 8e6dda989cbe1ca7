//! Keeps the index of contracts and messages, and what devices know of codes: the second reader of the table's stream, beside
//! `notifications`.
//!
//! Records may be duplicated, late and out of order. The store makes the index right for the contract or message as it
//! is now, so the function need not keep any order (`store::contract_index` explains why). It also makes the verifier of each new
//! PIN, and signals to a device that it should ask again for what it may open without the cloud (ADR 0053).

use clock::Clock;
use domain::LockerIndex;
use futures_util::stream::{self, StreamExt as _};
use protocol::{AccessMessage, ThingName};
use serde_json::{Value, json};
use store::{AccessChange, Store};
use things::Things;

/// How many records are projected concurrently.
const AT_ONCE: usize = 16;
/// For so many PINs of a batch a verifier is made that nobody needs yet. It takes 40 ms of a CPU, so 0.3 s with 256 MB: after
/// an import of thousands of contracts, their entries in the index must not wait for as many verifiers.
const AHEAD: usize = 2;

/// Why an invocation failed. The caller logs it once, and AWS retries.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the event is not from the stream")]
    Unreadable,
}

/// Why a record is to be retried.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Things(#[from] things::Error),
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
        let mut pins = 0;
        let running = records.iter().map(|record| {
            pins += usize::from(is_of_pin(record));
            self.project(record, pins <= AHEAD)
        });
        let running = running.collect::<Result<Vec<_>, _>>()?;
        let failures: Vec<_> =
            stream::iter(running).buffered(AT_ONCE).filter_map(async |failed| failed).collect().await;
        Ok(json!({ "batchItemFailures": failures }))
    }

    /// Projects a record. Returns its entry in the response if it is to be retried.
    fn project<'a>(
        &'a self,
        record: &'a Value,
        ahead: bool,
    ) -> Result<impl Future<Output = Option<Value>> + Send + 'a, Error> {
        let sequence_number = record["dynamodb"]["SequenceNumber"].as_str().ok_or(Error::Unreadable)?;
        Ok(async move {
            let error = self.write(record, ahead).await.err()?;
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, record.sequence_number = sequence_number, "could not project a record");
            Some(json!({ "itemIdentifier": sequence_number }))
        })
    }

    async fn write(&self, record: &Value, ahead: bool) -> Result<(), Failure> {
        self.store.project(record).await?;
        let changed = self.store.project_access(record, ahead, self.clock.now()).await?;
        if let Some(AccessChange { automat, lockers }) = changed {
            let changed = AccessMessage::Changed(lockers.into_iter().map(LockerIndex::get).collect());
            self.things.send_access(&ThingName::of_automat(automat.as_str()), &changed).await?;
        }
        Ok(())
    }
}

fn is_of_pin(record: &Value) -> bool {
    record["dynamodb"]["Keys"]["SK"]["S"].as_str().is_some_and(|name| name.starts_with("PIN#"))
}
