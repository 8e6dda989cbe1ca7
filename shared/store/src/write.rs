//! Transactions: writes that happen together or not at all, each on a condition, each named by the part it plays, so
//! that a refusal says whose condition did not hold and what stood there instead.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};

use crate::items::{Item, ItemKey, number};
use crate::{Error, Store};

/// The part that a write plays in its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Automat,
    /// When a fault of a device was last recorded.
    Fault,
    Locker,
    Opening,
    Keypad,
    /// A keypad entry.
    Entry,
    Key,
    Contract,
    Pin,
    /// The PIN that a contract had before.
    FormerPin,
    ReturnCode,
    /// The return code that a key had before.
    FormerReturnCode,
    Word,
    Event,
    Reminder,
    Message,
    /// What a removed key has left.
    Remains,
    Receipt,
}

/// What came of a transaction.
pub(crate) enum Outcome {
    /// All of it was written.
    Committed,
    /// None of it was written: these conditions did not hold, and this is what stood there.
    Refused(Vec<(Part, Option<Item>)>),
    /// None of it was written: somebody else was writing one of the items at that moment.
    Contended,
}

/// An expression with its values. Every attribute is written `#name` in it, so that none can be a reserved word.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expression {
    pub(crate) text: String,
    pub(crate) values: HashMap<String, AttributeValue>,
}

impl Expression {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), values: HashMap::new() }
    }

    /// An update to all attributes of an item; of the optional ones those that it lacks are removed.
    pub(crate) fn assign(mut item: Item, optional: &[&str]) -> Self {
        ItemKey::strip(&mut item);
        let absent: Vec<_> =
            optional.iter().filter(|name| !item.contains_key(**name)).map(|name| format!("#{name}")).collect();
        let mut assigned: Vec<_> = item.keys().map(|name| format!("#{name} = :{name}")).collect();
        assigned.sort();
        let remove = if absent.is_empty() { String::new() } else { format!(" REMOVE {}", absent.join(", ")) };
        let values = item.into_iter().map(|(name, value)| (format!(":{name}"), value)).collect();
        Self { text: format!("SET {}{remove}", assigned.join(", ")), values }
    }

    /// Both conditions.
    pub(crate) fn and(self, other: Self) -> Self {
        let values = self.values.into_iter().chain(other.values).collect();
        Self { text: format!("({}) AND ({})", self.text, other.text), values }
    }

    /// Both updates to one item: DynamoDB takes each of `SET` and `REMOVE` once in an update, so they are sorted out.
    pub(crate) fn then(self, other: Self) -> Self {
        let clauses = |keyword| {
            let of = |text: &str| clause(text, keyword).map(str::to_owned);
            [of(&self.text), of(&other.text)].into_iter().flatten().collect::<Vec<_>>().join(", ")
        };
        let texts = ["SET", "REMOVE"].map(|keyword| (keyword, clauses(keyword)));
        let texts =
            texts.iter().filter(|(_, text)| !text.is_empty()).map(|(keyword, text)| format!("{keyword} {text}"));
        let text = texts.collect::<Vec<_>>().join(" ");
        Self { text, values: self.values.into_iter().chain(other.values).collect() }
    }

    pub(crate) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }
}

/// What follows a keyword in an update of the form `SET … REMOVE …`.
fn clause<'a>(update: &'a str, keyword: &str) -> Option<&'a str> {
    let (set, remove) = update.split_once("REMOVE ").map_or((update, None), |(set, remove)| (set, Some(remove)));
    match keyword {
        "SET" => set.strip_prefix("SET ").map(str::trim_end),
        _ => remove,
    }
}

/// The names behind the `#name`s of some expressions.
pub(crate) fn names(expressions: &[&str]) -> HashMap<String, String> {
    let ends_name = |c: char| !(c.is_alphanumeric() || c == '_');
    let name = |rest: &str| rest.split(ends_name).next().unwrap_or_default().to_owned();
    expressions
        .iter()
        .flat_map(|text| text.split('#').skip(1))
        .map(|rest| (format!("#{}", name(rest)), name(rest)))
        .collect()
}

/// The condition that nothing stands at a key yet.
pub(crate) fn absent() -> Expression {
    Expression::new("attribute_not_exists(#PK)")
}

/// The condition that something stands at a key.
pub(crate) fn present() -> Expression {
    Expression::new("attribute_exists(#PK)")
}

/// The condition that an item is still as it was read: its count of writes has not moved on.
pub(crate) fn unchanged(rev: u64) -> Expression {
    Expression::new("#rev = :readRev").value(":readRev", number(rev))
}

/// Writes gathered for one transaction.
#[derive(Debug, Default)]
pub(crate) struct Transaction(Vec<(Part, Action)>);

#[derive(Debug)]
enum Action {
    Put { item: Item, condition: Expression },
    Update { key: ItemKey, update: Expression, condition: Expression },
    Delete { key: ItemKey, condition: Expression },
    Check { key: ItemKey, condition: Expression },
}

impl Transaction {
    pub(crate) fn put(&mut self, part: Part, item: Item, condition: Expression) {
        self.0.push((part, Action::Put { item, condition }));
    }

    pub(crate) fn update(&mut self, part: Part, key: ItemKey, update: Expression, condition: Expression) {
        self.0.push((part, Action::Update { key, update, condition }));
    }

    pub(crate) fn delete(&mut self, part: Part, key: ItemKey, condition: Expression) {
        self.0.push((part, Action::Delete { key, condition }));
    }

    /// Writes nothing, but makes a condition of all the others.
    pub(crate) fn check(&mut self, part: Part, key: ItemKey, condition: Expression) {
        self.0.push((part, Action::Check { key, condition }));
    }

    /// Sends the writes to the table, all or none.
    pub(crate) async fn commit(self, store: &Store) -> Result<Outcome, Error> {
        let (parts, actions): (Vec<_>, Vec<_>) = self.0.into_iter().unzip();
        let mut request = store.client.transact_write_items();
        for action in actions {
            request = request.transact_items(action.into_item(&store.table)?);
        }
        match request.send().await {
            Ok(_) => Ok(Outcome::Committed),
            Err(failure) => outcome(&parts, failure),
        }
    }
}

impl Action {
    fn into_item(self, table: &str) -> Result<TransactWriteItem, Error> {
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let item = TransactWriteItem::builder();
        let item = match self {
            Self::Put { item: put, condition } => item.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(put))
                    .set_expression_attribute_names(Some(names(&[&condition.text])))
                    .set_expression_attribute_values(values(condition.values))
                    .condition_expression(condition.text)
                    .return_values_on_condition_check_failure(old)
                    .build()
                    .map_err(|source| Error::internal("building a put", source))?,
            ),
            Self::Update { key, update, condition } => item.update(
                Update::builder()
                    .table_name(table)
                    .set_key(Some(key.into_item()))
                    .set_expression_attribute_names(Some(names(&[&update.text, &condition.text])))
                    .set_expression_attribute_values(values(
                        update.values.into_iter().chain(condition.values).collect(),
                    ))
                    .update_expression(update.text)
                    .condition_expression(condition.text)
                    .return_values_on_condition_check_failure(old)
                    .build()
                    .map_err(|source| Error::internal("building an update", source))?,
            ),
            Self::Delete { key, condition } => item.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(key.into_item()))
                    .set_expression_attribute_names(Some(names(&[&condition.text])))
                    .set_expression_attribute_values(values(condition.values))
                    .condition_expression(condition.text)
                    .return_values_on_condition_check_failure(old)
                    .build()
                    .map_err(|source| Error::internal("building a delete", source))?,
            ),
            Self::Check { key, condition } => item.condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(key.into_item()))
                    .set_expression_attribute_names(Some(names(&[&condition.text])))
                    .set_expression_attribute_values(values(condition.values))
                    .condition_expression(condition.text)
                    .return_values_on_condition_check_failure(old)
                    .build()
                    .map_err(|source| Error::internal("building a check", source))?,
            ),
        };
        Ok(item.build())
    }
}

/// DynamoDB refuses an empty map of values.
pub(crate) fn values(values: HashMap<String, AttributeValue>) -> Option<HashMap<String, AttributeValue>> {
    (!values.is_empty()).then_some(values)
}

fn outcome(parts: &[Part], failure: SdkError<TransactWriteItemsError>) -> Result<Outcome, Error> {
    let reasons = match failure.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled.cancellation_reasons(),
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => return Ok(Outcome::Contended),
        _ => return Err(Error::of_call("writing a transaction", failure)),
    };
    let has = |code: &str| reasons.iter().any(|reason| reason.code() == Some(code));
    let refused: Vec<_> = parts
        .iter()
        .zip(reasons)
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(part, reason)| (*part, reason.item.clone()))
        .collect();
    if !refused.is_empty() {
        Ok(Outcome::Refused(refused))
    } else if has("TransactionConflict") || reasons.iter().any(is_throttling) {
        Ok(Outcome::Contended)
    } else {
        Err(Error::internal("writing a transaction", failure))
    }
}

fn is_throttling(reason: &CancellationReason) -> bool {
    matches!(reason.code(), Some("ThrottlingError" | "ProvisionedThroughputExceeded"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_update_follows_another_with_each_keyword_once() {
        let then = |a: &str, b: &str| Expression::new(a).then(Expression::new(b)).text;
        assert_eq!(
            then("SET #a = :a REMOVE #b", "SET #c = :c REMOVE #d, #e"),
            "SET #a = :a, #c = :c REMOVE #b, #d, #e"
        );
        assert_eq!(then("SET #a = :a", "REMOVE #b"), "SET #a = :a REMOVE #b");
        assert_eq!(then("REMOVE #b", "REMOVE #d"), "REMOVE #b, #d");
    }

    #[test]
    fn attribute_names_are_found_in_expressions() {
        let found = names(&["#rev = :rev AND attribute_not_exists(#PK)", "SET #rev = :next"]);
        let expected = [("#PK", "PK"), ("#rev", "rev")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(found, HashMap::from(expected));
    }
}
