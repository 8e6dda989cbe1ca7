//! `Idempotency-Key`: a request creates something at most once, and never after it was refused (ADR 0003, ADR 0026).
//!
//! A client that lost an answer may repeat its request while the first attempt is still running. So the receipt is
//! written in the transaction that creates the resource, on condition that there is none yet. An attempt that creates
//! nothing writes an empty receipt before it answers; from then on the condition makes every other attempt fail.
//!
//! Nobody reads the receipt before that: a request is seldom repeated, and when it is, its attempt fails and finds the
//! receipt.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Automat, Contract, ContractRefusal, Instant, Key, KeyRefusal, Opening};

use crate::expression::Expression;
use crate::items::{AutomatItem, ContractItem, Item, ItemKey, KeyItem, StoredOpening, number, read, text};
use crate::retry::{NotDone, retry};
use crate::schema::TTL;
use crate::transaction::{Part, Refused, Transaction};
use crate::{Error, RequestMetadata, Store};

/// An `Idempotency-Key`, reduced to a name for the request and a hash of its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Hash of the caller, the method, the path and the key: names the receipt in the table.
    pub name: String,
    /// Hash of the body: another body under the same key is a mistake of the client.
    pub request_hash: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created<T> {
    New(T),
    /// An earlier request with the same `Idempotency-Key` created it; this is what that request was answered.
    Replayed(T),
    /// It existed already, exactly as requested.
    Existing(T),
}

impl<T> Created<T> {
    pub fn into_inner(self) -> T {
        match self {
            Self::New(thing) | Self::Replayed(thing) | Self::Existing(thing) => thing,
        }
    }
}

/// A resource that a request can create, and that a receipt keeps a copy of.
pub(crate) trait Creation: Sized + Send + Sync {
    /// Reads the copy in the receipt.
    fn read(item: Item, store: &Store) -> Result<Self, Error>;

    /// Whether the resource still exists with the keys, codes and times of the first answer.
    fn is_current(&self, store: &Store) -> impl Future<Output = Result<bool, Error>> + Send;
}

impl Store {
    /// Creates something, unless an earlier request with the same `Idempotency-Key` did so or was refused.
    pub(crate) async fn once<T: Creation>(
        &self,
        metadata: &RequestMetadata,
        create: impl Future<Output = Result<Created<T>, Error>>,
    ) -> Result<Created<T>, Error> {
        let Some(receipt) = &metadata.receipt else { return create.await };
        match create.await {
            Ok(existing @ Created::Existing(_)) => self.close_key(receipt, metadata, Ok(existing)).await,
            Ok(new) => Ok(new),
            Err(refusal) if refusal.is_about_the_table() => self.close_key(receipt, metadata, Err(refusal)).await,
            // There is a receipt, or the outcome is unknown: the creation may have been committed and its answer lost.
            Err(error) => match self.recorded(receipt, metadata).await? {
                Some(Recorded::Created(copy)) => self.replay(copy).await,
                Some(Recorded::Nothing) | None => Err(error),
            },
        }
    }

    /// Returns an answer that created nothing, after making sure that no other attempt under the key can create
    /// anything.
    async fn close_key<T: Creation>(
        &self,
        receipt: &Receipt,
        metadata: &RequestMetadata,
        answer: Result<Created<T>, Error>,
    ) -> Result<Created<T>, Error> {
        let created = retry!(self, {
            let nothing = ReceiptItem::of_nothing(receipt, metadata.now);
            if self.put(nothing, ReceiptItem::none_or_of_nothing(receipt, metadata.now)).await? {
                return Ok(None);
            }
            match self.recorded(receipt, metadata).await? {
                Some(Recorded::Created(copy)) => Ok(Some(copy)),
                // The receipt that failed the condition has just expired.
                Some(Recorded::Nothing) | None => Err(NotDone::Again),
            }
        })?;
        match created {
            Some(copy) => self.replay(copy).await,
            None => answer,
        }
    }

    async fn recorded(&self, receipt: &Receipt, metadata: &RequestMetadata) -> Result<Option<Recorded>, Error> {
        match self.get(&ReceiptItem::key(receipt)).await? {
            Some(item) => ReceiptItem::read(item, receipt, metadata.now),
            None => Ok(None),
        }
    }

    async fn replay<T: Creation>(&self, copy: Item) -> Result<Created<T>, Error> {
        let created = T::read(copy, self)?;
        if created.is_current(self).await? { Ok(Created::Replayed(created)) } else { Err(Error::IdempotencyOutdated) }
    }
}

impl Transaction {
    /// Adds the receipt, if the caller sent an `Idempotency-Key`.
    pub(crate) fn receipt(&mut self, metadata: &RequestMetadata, created: &Item) {
        if let Some(receipt) = &metadata.receipt {
            let item = ReceiptItem::of_creation(receipt, created.clone(), metadata.now);
            self.put(Part::Receipt, item, ReceiptItem::none_that_counts(metadata.now));
        }
    }
}

/// Asks for another attempt, unless another request under the same key has written its receipt meanwhile. If that
/// request created the resource, [`Store::once`] answers with it.
pub(crate) fn again_unless_recorded(refused: &Refused) -> NotDone {
    if refused.has(Part::Receipt) { Error::IdempotencyOutdated.into() } else { NotDone::Again }
}

fn if_found<T>(found: Result<T, Error>) -> Result<Option<T>, Error> {
    match found {
        Ok(thing) => Ok(Some(thing)),
        Err(
            Error::NotFound(_)
            | Error::Key(KeyRefusal::BeingRemoved)
            | Error::Contract(ContractRefusal::KeyBeingRemoved { .. }),
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Creation for Contract {
    fn read(item: Item, store: &Store) -> Result<Self, Error> {
        Ok(ContractItem::read(item, &store.codes)?.contract)
    }

    async fn is_current(&self, store: &Store) -> Result<bool, Error> {
        let now = if_found(store.contract(&self.id).await)?;
        Ok(now.is_some_and(|now| now.pin == self.pin && now.range == self.range && now.keys == self.keys))
    }
}

impl Creation for Key {
    fn read(item: Item, store: &Store) -> Result<Self, Error> {
        Ok(KeyItem::read(item, &store.codes)?.key)
    }

    async fn is_current(&self, store: &Store) -> Result<bool, Error> {
        let now = if_found(store.active_key(&self.id).await)?;
        let location = |key: &Self| (key.automat.clone(), key.locker);
        Ok(now.is_some_and(|now| now.return_code == self.return_code && location(&now) == location(self)))
    }
}

impl Creation for Automat {
    fn read(item: Item, _: &Store) -> Result<Self, Error> {
        Ok(AutomatItem::read(item)?.automat)
    }

    async fn is_current(&self, store: &Store) -> Result<bool, Error> {
        Ok(if_found(store.automat(&self.id).await)?.is_some())
    }
}

/// An opening is kept longer than its receipt, and a repeated request gets its current state.
impl Creation for Opening {
    fn read(item: Item, _: &Store) -> Result<Self, Error> {
        Ok(read::<StoredOpening>(item)?.opening)
    }

    async fn is_current(&self, _: &Store) -> Result<bool, Error> {
        Ok(true)
    }
}

/// How long a creation is answered from its receipt.
const CREATION_SECONDS: i64 = 24 * 3600;

/// How long nothing can be created under a key after an attempt that created nothing. Another attempt must have begun
/// before the client repeated its request, and ends within the functions' time limit of 29 s; doubled, plus some for
/// clocks that differ.
const NOTHING_SECONDS: i64 = 2 * 60;

pub(crate) struct ReceiptItem;

/// The content of a receipt that has not expired.
enum Recorded {
    Created(Item),
    /// Nothing was created, and nothing may be.
    Nothing,
}

impl ReceiptItem {
    pub(crate) fn key(receipt: &Receipt) -> ItemKey {
        ItemKey::new(format!("RECEIPT#{}", receipt.name), "-")
    }

    /// A receipt for a creation. It holds the resource's own item, in which codes are sealed.
    pub(crate) fn of_creation(receipt: &Receipt, created: Item, now: Instant) -> Item {
        let mut item = Self::lasting(receipt, now, CREATION_SECONDS);
        item.insert("created".to_owned(), AttributeValue::M(created));
        item
    }

    /// An empty receipt.
    pub(crate) fn of_nothing(receipt: &Receipt, now: Instant) -> Item {
        Self::lasting(receipt, now, NOTHING_SECONDS)
    }

    fn lasting(receipt: &Receipt, now: Instant, seconds: i64) -> Item {
        let mut item = Self::key(receipt).into_item();
        item.insert("requestHash".to_owned(), text(&receipt.request_hash));
        item.insert(TTL.to_owned(), number(now.seconds() + seconds));
        item
    }

    /// Condition: no receipt, or an expired one. DynamoDB may take days to delete expired items.
    pub(crate) fn none_that_counts(now: Instant) -> Expression {
        Expression::new("attribute_not_exists(#PK) OR #ttl <= :nowSeconds").value(":nowSeconds", number(now.seconds()))
    }

    /// Condition: no receipt, or an empty one of the same request, whose lifetime is then extended.
    pub(crate) fn none_or_of_nothing(receipt: &Receipt, now: Instant) -> Expression {
        let Expression { text: none, values } = Self::none_that_counts(now);
        let same = "attribute_not_exists(#created) AND #requestHash = :requestHash";
        Expression { text: format!("{none} OR ({same})"), values }.value(":requestHash", text(&receipt.request_hash))
    }

    /// Condition: a receipt of this request.
    pub(crate) fn is_of(receipt: &Receipt) -> Expression {
        Expression::new("#requestHash = :requestHash").value(":requestHash", text(&receipt.request_hash))
    }

    /// The item of the created resource, unless the receipt has expired.
    pub(crate) fn created(item: &Item, now: Instant) -> Option<&Item> {
        let expires: i64 = item.get(TTL)?.as_n().ok()?.parse().ok()?;
        item.get("created")?.as_m().ok().filter(|_| expires > now.seconds())
    }

    /// `None` if the receipt has expired.
    fn read(mut item: Item, receipt: &Receipt, now: Instant) -> Result<Option<Recorded>, Error> {
        let broken = || Error::Internal { context: "reading a receipt", source: None };
        let expires = item.get(TTL).and_then(|ttl| ttl.as_n().ok()?.parse::<i64>().ok()).ok_or_else(broken)?;
        if expires <= now.seconds() {
            return Ok(None);
        }
        if item.get("requestHash") != Some(&text(&receipt.request_hash)) {
            return Err(Error::IdempotencyKeyReused);
        }
        match item.remove("created") {
            Some(AttributeValue::M(created)) => Ok(Some(Recorded::Created(created))),
            Some(_) => Err(broken()),
            None => Ok(Some(Recorded::Nothing)),
        }
    }
}
