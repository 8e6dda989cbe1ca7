//! Writes of one item by itself, on a condition: half the price of a transaction, where nothing else must happen with
//! them.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::items::{Item, ItemKey};
use crate::race::Race;
use crate::write::{Expression, names, values};
use crate::{Error, Store};

/// How a single write ended; written again with each try that a transaction on the same item got in the way of.
macro_rules! write_alone {
    ($store:ident, $request:ident, $context:literal) => {{
        let mut race = Race::new(&$store.random);
        loop {
            match refusal($request.clone().send().await) {
                Ok(()) => return Ok(true),
                Err(Refusal::ByCondition) => return Ok(false),
                Err(Refusal::ByConflict) => race.lost().await?,
                Err(Refusal::Failure(source)) => return Err(Error::of_call($context, *source)),
            }
        }
    }};
}

impl Store {
    /// Puts an item; says whether the condition held.
    pub(crate) async fn put(&self, item: Item, condition: Expression) -> Result<bool, Error> {
        let request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .set_expression_attribute_names(Some(names(&[&condition.text])))
            .set_expression_attribute_values(values(condition.values))
            .condition_expression(condition.text);
        write_alone!(self, request, "putting an item")
    }

    /// Updates an item; says whether the condition held.
    pub(crate) async fn update(&self, key: ItemKey, update: Expression, condition: Expression) -> Result<bool, Error> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.into_item()))
            .set_expression_attribute_names(Some(names(&[&update.text, &condition.text])))
            .set_expression_attribute_values(values(update.values.into_iter().chain(condition.values).collect()))
            .update_expression(update.text)
            .condition_expression(condition.text);
        write_alone!(self, request, "updating an item")
    }

    /// Deletes an item; says whether the condition held.
    pub(crate) async fn delete(&self, key: ItemKey, condition: Expression) -> Result<bool, Error> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key.into_item()))
            .set_expression_attribute_names(Some(names(&[&condition.text])))
            .set_expression_attribute_values(values(condition.values))
            .condition_expression(condition.text);
        write_alone!(self, request, "deleting an item")
    }
}

/// Why a single write was not made.
enum Refusal<E> {
    /// Its condition did not hold.
    ByCondition,
    /// A transaction was writing the item at that moment.
    ByConflict,
    /// Something that is not to be expected.
    Failure(Box<SdkError<E>>),
}

fn refusal<T, E: ProvideErrorMetadata>(answer: Result<T, SdkError<E>>) -> Result<(), Refusal<E>> {
    let Err(failure) = answer else { return Ok(()) };
    match failure.code() {
        Some("ConditionalCheckFailedException") => Err(Refusal::ByCondition),
        Some("TransactionConflictException") => Err(Refusal::ByConflict),
        _ => Err(Refusal::Failure(Box::new(failure))),
    }
}
