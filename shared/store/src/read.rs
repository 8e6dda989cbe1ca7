//! Reads: one item, some items, or a stretch of an index. Whatever decides something is read consistently.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};

use crate::expression::{Expression, names};
use crate::items::{Item, ItemKey};
use crate::retry::{NotDone, retry};
use crate::schema::{BY_START, DUE, LIST_PK, LIST_SK, LISTS, PK, SK, STARTS_AT};
use crate::{Error, Store};

/// DynamoDB reads at most so many items in one batch.
pub(crate) const BATCH: usize = 100;

/// Read units a second of a walk through the whole table: a third of what one partition gives.
const PACE: f64 = 1_000.0;
/// What a scan of 1 MB without strong consistency costs, where the answer does not tell.
const UNITS_OF_A_PART: f64 = 128.0;

/// How long a walk through the whole table takes over a part that cost so many units, so that it leaves the table to
/// others.
pub(crate) fn time_for(units: Option<f64>) -> Duration {
    Duration::from_secs_f64(units.unwrap_or(UNITS_OF_A_PART) / PACE)
}

/// A stretch of the table or of one of its indexes, in order.
pub(crate) struct Stretch {
    index: Option<&'static str>,
    condition: Expression,
    backwards: bool,
    from: Option<Item>,
}

/// What a query found, and where it goes on.
pub(crate) struct Found {
    pub(crate) items: Vec<Item>,
    pub(crate) rest: Option<Item>,
}

impl Stretch {
    /// Part of a partition, by a condition on `#PK` and `#SK`.
    pub(crate) fn of_table(condition: Expression) -> Self {
        Self { index: None, condition, backwards: false, from: None }
    }

    /// Part of a list, by a condition on `#listPK` and `#listSK`. Eventually consistent, as global indexes are.
    pub(crate) fn of_lists(condition: Expression) -> Self {
        Self { index: Some(LISTS), condition, backwards: false, from: None }
    }

    /// Part of what is to be done, by a condition on `#dueShard` and `#dueAt`. Eventually consistent as well.
    pub(crate) fn of_due(condition: Expression) -> Self {
        Self { index: Some(DUE), condition, backwards: false, from: None }
    }

    /// Part of a key's contracts in order of start, by a condition on `#PK` and `#startsAt`.
    pub(crate) fn of_starts(condition: Expression) -> Self {
        Self { index: Some(BY_START), condition, backwards: false, from: None }
    }

    pub(crate) fn backwards(self, backwards: bool) -> Self {
        Self { backwards, ..self }
    }

    /// Only what comes after this item, which need not exist any more.
    pub(crate) fn after(self, from: Option<Item>) -> Self {
        Self { from, ..self }
    }
}

/// The attributes that say where an item stands in an index, for going on after it.
pub(crate) fn start_key(item: &Item) -> Item {
    [PK, SK, LIST_PK, LIST_SK, STARTS_AT]
        .iter()
        .filter_map(|&name| item.get(name).map(|value| (name.to_owned(), value.clone())))
        .collect()
}

impl Store {
    /// One item, as of all writes before.
    pub(crate) async fn get(&self, key: &ItemKey) -> Result<Option<Item>, Error> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key.clone().into_item()));
        let answer = request.consistent_read(true).send().await;
        answer.map(|found| found.item).map_err(|source| Error::of_call("reading an item", source))
    }

    /// Some items by key, in the order of the keys; those that are gone are left out. What a busy table leaves unread is
    /// asked for again after a while ("we strongly recommend that you use an exponential backoff algorithm": DynamoDB's API
    /// reference, `BatchGetItem`), until it has been asked for often enough.
    pub(crate) async fn get_all(&self, keys: &[ItemKey]) -> Result<Vec<Item>, Error> {
        let mut found = HashMap::new();
        for batch in keys.chunks(BATCH) {
            let mut wanted: Vec<Item> = batch.iter().map(|key| key.clone().into_item()).collect();
            retry!(self, {
                let keys = Some(wanted.clone());
                let request = KeysAndAttributes::builder().set_keys(keys).consistent_read(true).build();
                let request = request.map_err(|source| Error::internal("building a batch", source))?;
                let answer = self.client.batch_get_item().request_items(&self.table, request).send().await;
                let answer = answer.map_err(|source| Error::of_call("reading a batch", source))?;
                let items = answer.responses.unwrap_or_default().remove(&self.table).unwrap_or_default();
                found.extend(items.into_iter().filter_map(|item| Some((ItemKey::of(&item)?, item))));
                let unread = answer.unprocessed_keys.unwrap_or_default().remove(&self.table);
                wanted = unread.map(|unread| unread.keys).unwrap_or_default();
                if wanted.is_empty() { Ok(()) } else { Err(NotDone::Again) }
            })?;
        }
        Ok(keys.iter().filter_map(|key| found.remove(key)).collect())
    }

    /// One answer's worth of a stretch: at most `limit` items, fewer when they are large.
    pub(crate) async fn query(&self, stretch: &Stretch, limit: Option<usize>) -> Result<Found, Error> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(stretch.index.map(str::to_owned))
            .consistent_read(!matches!(stretch.index, Some(LISTS | DUE)))
            .key_condition_expression(&stretch.condition.text)
            .set_expression_attribute_names(Some(names(&[&stretch.condition.text])))
            .set_expression_attribute_values(Some(stretch.condition.values.clone()))
            .scan_index_forward(!stretch.backwards)
            .set_exclusive_start_key(stretch.from.clone())
            .set_limit(limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
            .send()
            .await
            .map_err(|source| Error::of_call("querying", source))?;
        Ok(Found { items: answer.items.unwrap_or_default(), rest: answer.last_evaluated_key })
    }

    /// One answer's worth of the whole table, beginning after an item that need not exist any more: those items that a
    /// condition holds for, with some of their attributes, and how many read units it cost. Eventually consistent, and
    /// paid for by what is looked at. Only for what no index can find.
    pub(crate) async fn scan(
        &self,
        filter: &Expression,
        attributes: &str,
        from: Option<Item>,
    ) -> Result<(Found, Option<f64>), Error> {
        let answer = self
            .client
            .scan()
            .table_name(&self.table)
            .filter_expression(&filter.text)
            .projection_expression(attributes)
            .set_expression_attribute_names(Some(names(&[&filter.text, attributes])))
            .set_expression_attribute_values(Some(filter.values.clone()))
            .set_exclusive_start_key(from)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|source| Error::of_call("walking through the table", source))?;
        let units = answer.consumed_capacity.and_then(|consumed| consumed.capacity_units);
        Ok((Found { items: answer.items.unwrap_or_default(), rest: answer.last_evaluated_key }, units))
    }

    /// A stretch up to so many items, in as many answers as that takes.
    pub(crate) async fn query_all(&self, mut stretch: Stretch, limit: usize) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        loop {
            let found = self.query(&stretch, Some(limit - items.len())).await?;
            items.extend(found.items);
            match found.rest {
                Some(rest) if items.len() < limit => stretch = stretch.after(Some(rest)),
                _ => return Ok(items),
            }
        }
    }
}
