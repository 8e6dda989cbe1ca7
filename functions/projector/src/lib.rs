//! Keeps the index of contracts and messages: the second reader of the table's stream, beside `notifications`.
//!
//! Records may be duplicated, late and out of order. The store makes the index right for the contract or message as it
//! is now, so the function need not keep any order (`store::contract_index` explains why).

use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use store::Store;

/// How many records are projected concurrently.
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
}

impl Projector {
    /// Handles an event of Lambda: a batch of records. The response lists those to be retried.
    pub async fn handle(&self, event: &Value) -> Result<Value, Error> {
        let records = event["Records"].as_array().ok_or(Error::Unreadable)?;
        let running = records.iter().map(|record| self.project(record)).collect::<Result<Vec<_>, _>>()?;
        let failures: Vec<_> =
            stream::iter(running).buffered(AT_ONCE).filter_map(async |failed| failed).collect().await;
        Ok(json!({ "batchItemFailures": failures }))
    }

    /// Projects a record. Returns its entry in the response if it is to be retried.
    fn project<'a>(&'a self, record: &'a Value) -> Result<impl Future<Output = Option<Value>> + Send + 'a, Error> {
        let sequence_number = record["dynamodb"]["SequenceNumber"].as_str().ok_or(Error::Unreadable)?;
        Ok(async move {
            let error = self.store.project(record).await.err()?;
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, record.sequence_number = sequence_number, "could not project a record");
            Some(json!({ "itemIdentifier": sequence_number }))
        })
    }
}
