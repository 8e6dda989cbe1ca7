//! Reads: one item, some items, or part of an index. Whatever a decision depends on is read consistently.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};

use crate::expression::{Expression, names};
use crate::items::{Item, ItemKey, text};
use crate::retry::{NotDone, retry};
use crate::schema::{DUE, LIST_PK, LIST_SK, LISTS, PK, SK};
use crate::{Error, Store};

/// DynamoDB's limit on the items in one batch read.
pub(crate) const BATCH: usize = 100;

/// Read units per second of a full scan: a third of what one partition supplies.
const PACE: f64 = 1_000.0;
/// Cost of scanning 1 MB without strong consistency, in case the response has no figure.
const UNITS_OF_A_PART: f64 = 128.0;

/// How long a full scan takes for a part that cost this many units, so that other requests are not throttled.
pub(crate) fn time_for(units: Option<f64>) -> Duration {
    Duration::from_secs_f64(units.unwrap_or(UNITS_OF_A_PART) / PACE)
}

/// A range of the table or of one of its indexes, in order.
pub(crate) struct Stretch {
    index: Option<&'static str>,
    condition: Expression,
    backwards: bool,
    from: Option<Item>,
}

/// The result of a query, and where it continues.
pub(crate) struct QueryResult {
    pub(crate) items: Vec<Item>,
    pub(crate) rest: Option<Item>,
}

impl Stretch {
    fn new(index: Option<&'static str>, condition: Expression) -> Self {
        Self { index, condition, backwards: false, from: None }
    }

    /// A whole partition.
    pub(crate) fn of_partition(pk: String) -> Self {
        Self::new(None, Expression::new("#PK = :pk").value(":pk", text(pk)))
    }

    /// The items of a partition whose sort keys begin with this.
    pub(crate) fn of_prefix(pk: String, prefix: &str) -> Self {
        let condition = Expression::new("#PK = :pk AND begins_with(#SK, :prefix)").value(":pk", text(pk));
        Self::new(None, condition.value(":prefix", text(prefix)))
    }

    /// The items of a partition from one sort key to another, both included.
    pub(crate) fn of_range(from: &ItemKey, to: &ItemKey) -> Self {
        let condition = Expression::new("#PK = :pk AND #SK BETWEEN :from AND :to").value(":pk", text(from.pk.as_str()));
        Self::new(None, condition.value(":from", text(from.sk.as_str())).value(":to", text(to.sk.as_str())))
    }

    /// A whole list. Eventually consistent, as global indexes are.
    pub(crate) fn of_list(list: &str) -> Self {
        Self::of_lists(Expression::new("#listPK = :list").value(":list", text(list)))
    }

    /// A range of a list, by a condition on `#listPK` and `#listSK`.
    pub(crate) fn of_lists(condition: Expression) -> Self {
        Self::new(Some(LISTS), condition)
    }

    /// A range of what is due, by a condition on `#dueShard` and `#dueAt`. Eventually consistent as well.
    pub(crate) fn of_due(condition: Expression) -> Self {
        Self::new(Some(DUE), condition)
    }

    pub(crate) fn backwards(self, backwards: bool) -> Self {
        Self { backwards, ..self }
    }

    /// Starts after this item, which need not exist any more.
    pub(crate) fn after(self, from: Option<Item>) -> Self {
        Self { from, ..self }
    }
}

/// The attributes that locate an item in an index: DynamoDB's `ExclusiveStartKey`.
pub(crate) fn start_key(item: &Item) -> Item {
    [PK, SK, LIST_PK, LIST_SK]
        .iter()
        .filter_map(|&name| item.get(name).map(|value| (name.to_owned(), value.clone())))
        .collect()
}

impl Store {
    pub(crate) async fn get(&self, key: &ItemKey) -> Result<Option<Item>, Error> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key.clone().into_item()));
        let answer = request.consistent_read(true).send().await;
        answer.map(|found| found.item).map_err(|source| Error::of_call("reading an item", source))
    }

    /// Items in the order of their keys; missing ones are left out. What a busy table leaves unprocessed is requested
    /// again after a wait ("we strongly recommend that you use an exponential backoff algorithm": DynamoDB's API
    /// reference, `BatchGetItem`), up to the usual number of attempts.
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

    /// The same by their keys, each read once.
    pub(crate) async fn get_by_key(
        &self,
        keys: impl IntoIterator<Item = ItemKey>,
    ) -> Result<HashMap<ItemKey, Item>, Error> {
        let keys: BTreeSet<_> = keys.into_iter().collect();
        let items = self.get_all(&keys.into_iter().collect::<Vec<_>>()).await?;
        Ok(items.into_iter().filter_map(|item| Some((ItemKey::of(&item)?, item))).collect())
    }

    /// One response's worth of a range: at most `limit` items, fewer if they are large.
    pub(crate) async fn query(&self, stretch: &Stretch, limit: Option<usize>) -> Result<QueryResult, Error> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(stretch.index.map(str::to_owned))
            .consistent_read(stretch.index.is_none())
            .key_condition_expression(&stretch.condition.text)
            .set_expression_attribute_names(Some(names(&[&stretch.condition.text])))
            .set_expression_attribute_values(Some(stretch.condition.values.clone()))
            .scan_index_forward(!stretch.backwards)
            .set_exclusive_start_key(stretch.from.clone())
            .set_limit(limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
            .send()
            .await
            .map_err(|source| Error::of_call("querying the table", source))?;
        Ok(QueryResult { items: answer.items.unwrap_or_default(), rest: answer.last_evaluated_key })
    }

    /// One response's worth of the whole table, starting after an item that need not exist any more: the items that
    /// match the filter, with some of their attributes, and the read units that it cost. Eventually consistent, and
    /// charged for every item scanned. Only for what no index can find.
    pub(crate) async fn scan(
        &self,
        filter: &Expression,
        attributes: &str,
        from: Option<Item>,
    ) -> Result<(QueryResult, Option<f64>), Error> {
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
            .map_err(|source| Error::of_call("scanning the table", source))?;
        let units = answer.consumed_capacity.and_then(|consumed| consumed.capacity_units);
        Ok((QueryResult { items: answer.items.unwrap_or_default(), rest: answer.last_evaluated_key }, units))
    }

    /// A range up to `limit` items, in as many requests as needed.
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
