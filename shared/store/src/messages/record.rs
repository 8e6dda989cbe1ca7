//! Reading the table's stream as Lambda passes it on. A malformed image is an error on every retry; its content stays
//! out of the error.

use domain::Instant;
use serde_json::Value;

use super::{Change, ContractRecord, DueMessage, EventRecord, Record};
use crate::items::{ContractItem, EventItem, Item, ItemKey, MessageItem, StoredContract, read};
use crate::{Error, Store};

pub(crate) const POISON: Error = Error::Internal { context: "reading a malformed stream record", source: None };

impl Store {
    /// Reads a record in DynamoDB's JSON with both images.
    pub fn read_record(&self, record: &Value) -> Result<Record, Error> {
        self.meaning(record).map_err(|_| POISON)
    }

    fn meaning(&self, record: &Value) -> Result<Record, Error> {
        let stream = &record["dynamodb"];
        let item_key = image(&stream["Keys"])?.as_ref().and_then(ItemKey::of).ok_or(POISON)?;
        let name = record["eventName"].as_str().ok_or(POISON)?;
        if is_sweeping(record) {
            return Ok(Record::Other);
        }
        if ContractItem::contract_at(&item_key).is_some() {
            let (before, after) = (self.contract_image(stream, "OldImage")?, self.contract_image(stream, "NewImage")?);
            let change = match (name, before, after) {
                ("INSERT", _, Some(made)) => Change::Made(made),
                // A change of retention only, which concerns no contact.
                ("MODIFY", Some(before), Some(after)) if before.rev == after.rev => return Ok(Record::Other),
                ("MODIFY", Some(before), Some(after)) => Change::Edited { before: Box::new(before), after },
                ("REMOVE", Some(removed), _) => Change::Removed(removed),
                _ => return Err(POISON),
            };
            return Ok(Record::Contract(Box::new(ContractRecord { at: written_at(stream)?, change })));
        }
        if item_key.sk.starts_with("EVENT#") && name == "INSERT" {
            let item = image(&stream["NewImage"])?.ok_or(POISON)?;
            let incarnation = EventItem::incarnation(&item);
            let event = read(item)?;
            return Ok(Record::Event(Box::new(EventRecord { event, at: written_at(stream)?, incarnation })));
        }
        if MessageItem::is_at(&item_key) && name == "MODIFY" {
            let item = image(&stream["NewImage"])?.ok_or(POISON)?;
            if MessageItem::is_asked_for(&item) {
                return Ok(Record::Resend(DueMessage { item_key }));
            }
        }
        Ok(Record::Other)
    }

    fn contract_image(&self, stream: &Value, name: &str) -> Result<Option<StoredContract>, Error> {
        image(&stream[name])?.map(|item| ContractItem::read(item, &self.codes)).transpose()
    }
}

impl ContractRecord {
    pub(super) fn before(&self) -> Option<&StoredContract> {
        match &self.change {
            Change::Made(_) => None,
            Change::Edited { before, .. } => Some(before),
            Change::Removed(before) => Some(before),
        }
    }

    /// The contract after the write. For a removal, the removed one.
    pub(super) fn last(&self) -> &StoredContract {
        match &self.change {
            Change::Made(after) | Change::Edited { after, .. } | Change::Removed(after) => after,
        }
    }
}

/// Whether DynamoDB itself deleted the item because its `ttl` had passed.
fn is_sweeping(record: &Value) -> bool {
    record["userIdentity"]["principalId"] == "dynamodb.amazonaws.com"
}

pub(crate) fn image(json: &Value) -> Result<Option<Item>, Error> {
    if json.is_null() {
        return Ok(None);
    }
    let item: serde_dynamo::Item = serde_json::from_value(json.clone()).map_err(|_| POISON)?;
    Ok(Some(item.into()))
}

/// Lambda gives epoch seconds, whole or with a fraction.
fn written_at(stream: &Value) -> Result<Instant, Error> {
    let seconds = stream["ApproximateCreationDateTime"].as_f64().ok_or(POISON)?;
    #[expect(clippy::cast_possible_truncation, reason = "what is no instant is refused by `from_millis`")]
    Instant::from_millis((seconds * 1000.0).round() as i64).ok_or(POISON)
}
