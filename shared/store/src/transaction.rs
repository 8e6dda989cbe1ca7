//! Conditional writes: several in one transaction, or a single one at half the price. Each write of a transaction is
//! labelled with its [`Part`], so that a caller can see whose condition failed and which item was there.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};

use domain::{ContractId, Instant, Notify};

use crate::expression::{self, Expression, absent, names, values};
use crate::items::{Item, ItemKey, QuietRemoval};
use crate::retry::{NotDone, retry};
use crate::{Error, Store};

/// The role of a write in its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Automat,
    /// When a fault of a device was last recorded.
    Fault,
    Locker,
    Opening,
    DeliveryLease,
    Keypad,
    Entry,
    /// How far the journal of a device is recorded.
    Journal,
    /// Which pages a device has.
    Access,
    Key,
    Contract,
    /// A contract in a key's history.
    Pin,
    /// The PIN that a contract had before.
    FormerPin,
    ReturnCode,
    /// The return code that a key had before.
    FormerReturnCode,
    SearchTerm,
    Event,
    Reminder,
    Message,
    /// The mark of a removal that notifies nobody.
    QuietRemoval,
    /// An item left over from a removed key.
    Remains,
    Receipt,
}

/// The writes whose conditions failed, each with the item that was there. Nothing was written.
#[derive(Debug)]
pub(crate) struct Refused(Vec<(Part, Option<Item>)>);

impl Refused {
    pub(crate) fn has(&self, part: Part) -> bool {
        self.0.iter().any(|(refused, _)| *refused == part)
    }

    /// Whether no other part was refused.
    pub(crate) fn is_only(&self, parts: &[Part]) -> bool {
        self.0.iter().all(|(refused, _)| parts.contains(refused))
    }

    /// The item that was there when the part was refused.
    pub(crate) fn item(&self, part: Part) -> Option<&Item> {
        self.0.iter().find(|(refused, _)| *refused == part)?.1.as_ref()
    }

    /// The keys of these items.
    pub(crate) fn item_keys(&self, part: Part) -> impl Iterator<Item = ItemKey> {
        self.items(part).filter_map(ItemKey::of)
    }

    /// The items that were there when these parts were refused.
    pub(crate) fn items(&self, part: Part) -> impl Iterator<Item = &Item> {
        self.0.iter().filter(move |(refused, _)| *refused == part).filter_map(|(_, item)| item.as_ref())
    }
}

#[derive(Debug, Default)]
pub(crate) struct Transaction(Vec<Write>);

#[derive(Debug)]
struct Write {
    part: Part,
    action: Action,
    condition: Expression,
}

#[derive(Debug)]
enum Action {
    Put(Item),
    Update(ItemKey, Expression),
    Delete(ItemKey),
    Check(ItemKey),
}

/// Adds table and condition to a write. The SDK has seven builders with these same methods, and no trait in common.
macro_rules! on_condition {
    ($builder:expr, $table:expr, $condition:expr $(, $update:expr)?) => {
        $builder
            .table_name($table)
            .set_expression_attribute_names(Some(names(&[&$condition.text $(, &$update.text)?])))
            .set_expression_attribute_values(values(
                $condition.values.clone().into_iter()$(.chain($update.values.clone()))?.collect(),
            ))
            $(.update_expression(&$update.text))?
            .condition_expression(&$condition.text)
    };
}

impl Transaction {
    pub(crate) fn put(&mut self, part: Part, item: Item, condition: Expression) {
        self.0.push(Write { part, action: Action::Put(item), condition });
    }

    pub(crate) fn update(&mut self, part: Part, key: ItemKey, update: expression::Update, condition: Expression) {
        self.0.push(Write { part, action: Action::Update(key, update.into_expression()), condition });
    }

    pub(crate) fn delete(&mut self, part: Part, key: ItemKey, condition: Expression) {
        self.0.push(Write { part, action: Action::Delete(key), condition });
    }

    /// Marks a contract's removal, if it notifies nobody.
    pub(crate) fn mark_quiet(&mut self, notify: Notify, contract: &ContractId, incarnation: &str, now: Instant) {
        match notify {
            Notify::Contacts => {}
            Notify::Nobody => {
                self.put(Part::QuietRemoval, QuietRemoval::write(contract, incarnation, now), absent());
            }
        }
    }

    /// Adds a condition on an item that is not written.
    pub(crate) fn check(&mut self, part: Part, key: ItemKey, condition: Expression) {
        self.0.push(Write { part, action: Action::Check(key), condition });
    }

    /// Writes everything. If any condition fails, the caller's attempt is repeated.
    pub(crate) async fn commit(self, store: &Store) -> Result<(), NotDone> {
        self.try_commit(store).await?.map_err(|_| NotDone::Again)
    }

    /// Writes everything or nothing. Failed conditions are returned for the caller to inspect; a conflict with
    /// another transaction asks for another attempt.
    pub(crate) async fn try_commit(self, store: &Store) -> Result<Result<(), Refused>, NotDone> {
        let parts: Vec<_> = self.0.iter().map(|write| write.part).collect();
        let items = self.0.into_iter().map(|write| write.into_item(&store.table)).collect::<Result<_, _>>()?;
        match store.client.transact_write_items().set_transact_items(Some(items)).send().await {
            Ok(_) => Ok(Ok(())),
            Err(failure) => refused(&parts, failure).map(Err),
        }
    }
}

impl Write {
    fn into_item(self, table: &str) -> Result<TransactWriteItem, Error> {
        macro_rules! build {
            ($builder:expr $(, $update:expr)?) => {
                on_condition!($builder, table, self.condition $(, $update)?)
                    .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                    .build()
                    .map_err(|source| Error::internal("building a transaction", source))?
            };
        }
        let item = TransactWriteItem::builder();
        let item = match self.action {
            Action::Put(put) => item.put(build!(Put::builder().set_item(Some(put)))),
            Action::Update(key, update) => {
                item.update(build!(Update::builder().set_key(Some(key.into_item())), update))
            }
            Action::Delete(key) => item.delete(build!(Delete::builder().set_key(Some(key.into_item())))),
            Action::Check(key) => {
                item.condition_check(build!(ConditionCheck::builder().set_key(Some(key.into_item()))))
            }
        };
        Ok(item.build())
    }
}

/// Sorts out why a transaction failed: failed conditions, a conflict that is worth another attempt, or an error.
fn refused(parts: &[Part], failure: SdkError<TransactWriteItemsError>) -> Result<Refused, NotDone> {
    let reasons = match failure.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled.cancellation_reasons(),
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => return Err(NotDone::Again),
        _ => return Err(Error::of_call("writing a transaction", failure).into()),
    };
    let has = |code: &str| reasons.iter().any(|reason| reason.code() == Some(code));
    let refused: Vec<_> = parts
        .iter()
        .zip(reasons)
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(part, reason)| (*part, reason.item.clone()))
        .collect();
    if !refused.is_empty() {
        Ok(Refused(refused))
    } else if has("TransactionConflict") || reasons.iter().any(is_throttling) {
        Err(NotDone::Again)
    } else {
        Err(Error::internal("writing a transaction", failure).into())
    }
}

fn is_throttling(reason: &CancellationReason) -> bool {
    matches!(reason.code(), Some("ThrottlingError" | "ProvisionedThroughputExceeded"))
}

impl Store {
    /// Puts an item. Returns whether the condition held.
    pub(crate) async fn put(&self, item: Item, condition: Expression) -> Result<bool, Error> {
        let request = on_condition!(self.client.put_item(), &self.table, condition).set_item(Some(item));
        retry!(self, { is_written("putting an item", request.clone().send().await) })
    }

    /// Puts an item, whatever is there.
    pub(crate) async fn put_always(&self, item: Item) -> Result<(), Error> {
        let request = self.client.put_item().table_name(&self.table).set_item(Some(item));
        retry!(self, { is_written("putting an item", request.clone().send().await) })?;
        Ok(())
    }

    /// Updates an item. Returns whether the condition held.
    pub(crate) async fn update(
        &self,
        key: ItemKey,
        update: expression::Update,
        condition: Expression,
    ) -> Result<bool, Error> {
        let update = update.into_expression();
        let request = on_condition!(self.client.update_item(), &self.table, condition, update);
        let request = request.set_key(Some(key.into_item()));
        retry!(self, { is_written("updating an item", request.clone().send().await) })
    }

    /// Updates an item and returns it as it is then; `None` if the condition did not hold.
    pub(crate) async fn update_and_read(
        &self,
        key: ItemKey,
        update: expression::Update,
        condition: Expression,
    ) -> Result<Option<Item>, Error> {
        let update = update.into_expression();
        let request = on_condition!(self.client.update_item(), &self.table, condition, update);
        let request = request.set_key(Some(key.into_item())).return_values(ReturnValue::AllNew);
        let written = retry!(self, { written("updating an item", request.clone().send().await) });
        Ok(written?.map(|output| output.attributes.unwrap_or_default()))
    }

    /// Deletes an item. Returns whether the condition held.
    pub(crate) async fn delete(&self, key: ItemKey, condition: Expression) -> Result<bool, Error> {
        let request = on_condition!(self.client.delete_item(), &self.table, condition);
        let request = request.set_key(Some(key.into_item()));
        retry!(self, { is_written("deleting an item", request.clone().send().await) })
    }
}

/// Whether a single write succeeded. A conflict with a transaction on the same item asks for another attempt.
fn is_written<T, E>(context: &'static str, answer: Result<T, SdkError<E>>) -> Result<bool, NotDone>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    written(context, answer).map(|output| output.is_some())
}

/// The answer to a write that stands alone; `None` if its condition did not hold. It is tried again when a transaction
/// on the same item got in its way.
fn written<T, E>(context: &'static str, answer: Result<T, SdkError<E>>) -> Result<Option<T>, NotDone>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let failure = match answer {
        Ok(output) => return Ok(Some(output)),
        Err(failure) => failure,
    };
    match failure.code() {
        Some("ConditionalCheckFailedException") => Ok(None),
        Some("TransactionConflictException") => Err(NotDone::Again),
        _ => Err(Error::of_call(context, failure).into()),
    }
}
