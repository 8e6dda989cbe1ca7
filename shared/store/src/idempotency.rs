//! `Idempotency-Key`: what a request creates it creates once, and what it was refused it does not create afterwards
//! (ADR 0003, ADR 0026).
//!
//! A client that lost an answer repeats its request while the first try may still be running. So the receipt is written
//! in the transaction that creates the thing, on condition that there is none yet. A try that creates nothing writes a
//! receipt of its own, without a thing, before it answers: from then on the other tries fail on that condition.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Automat, Contract, Instant, Key, KeyRefusal, Opening};

use crate::expression::Expression;
use crate::items::{AutomatItem, ContractItem, Item, ItemKey, KeyItem, OpeningItem, number, text};
use crate::retry::{NotDone, retry};
use crate::schema::TTL;
use crate::transaction::{Part, Refused, Transaction};
use crate::{Act, Error, Store};

/// What an `Idempotency-Key` comes to: a name for the request and a hash of what it asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Hash of the caller, the method, the path and the key: names the receipt in the table.
    pub name: String,
    /// Hash of the body: another body under the same key is a mistake of the client.
    pub request_hash: String,
}

/// What came of a request to create something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created<T> {
    /// It was created now.
    New(T),
    /// It was created by an earlier request with the same `Idempotency-Key`; this is what that one was answered.
    Replayed(T),
    /// It stood there already, just as it was asked for.
    Existing(T),
}

impl<T> Created<T> {
    /// The thing, however it came to be.
    pub fn into_inner(self) -> T {
        match self {
            Self::New(thing) | Self::Replayed(thing) | Self::Existing(thing) => thing,
        }
    }
}

/// Something that a request creates, and that a receipt can answer with later.
pub(crate) trait Creation: Sized + Send + Sync {
    /// Reads the copy that the receipt has.
    fn read(item: Item, store: &Store) -> Result<Self, Error>;

    /// Whether the thing still exists, with the codes and times that the first answer gave.
    fn is_current(&self, store: &Store) -> impl Future<Output = Result<bool, Error>> + Send;
}

impl Store {
    /// Creates something unless an earlier request with the same `Idempotency-Key` has, or was told that it was not.
    pub(crate) async fn once<T: Creation>(
        &self,
        act: &Act,
        create: impl Future<Output = Result<Created<T>, Error>>,
    ) -> Result<Created<T>, Error> {
        let Some(receipt) = &act.receipt else { return create.await };
        if let Some(Recorded::Created(copy)) = self.recorded(receipt, act).await? {
            return self.replay(copy).await;
        }
        match create.await {
            Ok(existing @ Created::Existing(_)) => self.close_key(receipt, act, Ok(existing)).await,
            Ok(new) => Ok(new),
            Err(refusal) if refusal.is_about_the_table() => self.close_key(receipt, act, Err(refusal)).await,
            // Nothing is known to have been decided. The creation may even have been committed and its answer lost.
            Err(error) => match self.recorded(receipt, act).await? {
                Some(Recorded::Created(copy)) => self.replay(copy).await,
                Some(Recorded::Nothing) | None => Err(error),
            },
        }
    }

    /// Gives an answer that created nothing, once no other try under the key can create anything.
    async fn close_key<T: Creation>(
        &self,
        receipt: &Receipt,
        act: &Act,
        answer: Result<Created<T>, Error>,
    ) -> Result<Created<T>, Error> {
        let created = retry!(self, {
            let nothing = ReceiptItem::of_nothing(receipt, act.now);
            if self.put(nothing, ReceiptItem::none_or_of_nothing(receipt, act.now)).await? {
                return Ok(None);
            }
            match self.recorded(receipt, act).await? {
                Some(Recorded::Created(copy)) => Ok(Some(copy)),
                // What refused the write has just expired.
                Some(Recorded::Nothing) | None => Err(NotDone::Again),
            }
        })?;
        match created {
            Some(copy) => self.replay(copy).await,
            None => answer,
        }
    }

    async fn recorded(&self, receipt: &Receipt, act: &Act) -> Result<Option<Recorded>, Error> {
        match self.get(&ReceiptItem::key(receipt)).await? {
            Some(item) => ReceiptItem::read(item, receipt, act.now),
            None => Ok(None),
        }
    }

    async fn replay<T: Creation>(&self, copy: Item) -> Result<Created<T>, Error> {
        let created = T::read(copy, self)?;
        if created.is_current(self).await? { Ok(Created::Replayed(created)) } else { Err(Error::IdempotencyOutdated) }
    }
}

impl Transaction {
    /// Adds the receipt for what the transaction creates, if the caller wants one.
    pub(crate) fn receipt(&mut self, act: &Act, created: &Item) {
        if let Some(receipt) = &act.receipt {
            let item = ReceiptItem::of_creation(receipt, created.clone(), act.now);
            self.put(Part::Receipt, item, ReceiptItem::none_that_counts(act.now));
        }
    }
}

/// Asks for another attempt of a creation, unless another request under the same key has written its receipt meanwhile.
/// If that one created the thing, [`Store::once`] answers with it.
pub(crate) fn again_unless_recorded(refused: &Refused) -> NotDone {
    if refused.has(Part::Receipt) { Error::IdempotencyOutdated.into() } else { NotDone::Again }
}

/// `None` where the thing is gone.
fn if_found<T>(found: Result<T, Error>) -> Result<Option<T>, Error> {
    match found {
        Ok(thing) => Ok(Some(thing)),
        Err(Error::NotFound(_) | Error::Key(KeyRefusal::BeingRemoved)) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Creation for Contract {
    fn read(item: Item, store: &Store) -> Result<Self, Error> {
        Ok(ContractItem::read(item, &store.codes)?.contract)
    }

    async fn is_current(&self, store: &Store) -> Result<bool, Error> {
        let now = if_found(store.contract(&self.key, &self.id).await)?;
        Ok(now.is_some_and(|now| now.pin == self.pin && now.range == self.range))
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

/// An opening is kept longer than its receipt, and whoever asks again is answered with how it stands by then.
impl Creation for Opening {
    fn read(item: Item, _: &Store) -> Result<Self, Error> {
        Ok(OpeningItem::read(item)?.opening)
    }

    async fn is_current(&self, _: &Store) -> Result<bool, Error> {
        Ok(true)
    }
}

/// How long the same answer is given.
const CREATION_SECONDS: i64 = 24 * 3600;

/// How long nothing can be created under a key after a try that created nothing. A try that runs beside it has begun
/// before the client repeated it, and ends within the functions' time limit of 29 s; so twice that, and some for clocks.
const NOTHING_SECONDS: i64 = 2 * 60;

pub(crate) struct ReceiptItem;

/// What a receipt that counts says.
enum Recorded {
    /// This was created.
    Created(Item),
    /// Nothing was, and nothing is to be.
    Nothing,
}

impl ReceiptItem {
    pub(crate) fn key(receipt: &Receipt) -> ItemKey {
        ItemKey::new(format!("RECEIPT#{}", receipt.name), "-")
    }

    /// The receipt for a thing: it keeps the thing's own item, in which codes are sealed.
    pub(crate) fn of_creation(receipt: &Receipt, created: Item, now: Instant) -> Item {
        let mut item = Self::lasting(receipt, now, CREATION_SECONDS);
        item.insert("created".to_owned(), AttributeValue::M(created));
        item
    }

    /// The receipt for nothing.
    pub(crate) fn of_nothing(receipt: &Receipt, now: Instant) -> Item {
        Self::lasting(receipt, now, NOTHING_SECONDS)
    }

    fn lasting(receipt: &Receipt, now: Instant, seconds: i64) -> Item {
        let mut item = Self::key(receipt).into_item();
        item.insert("requestHash".to_owned(), text(&receipt.request_hash));
        item.insert(TTL.to_owned(), number(now.seconds() + seconds));
        item
    }

    /// The condition that no receipt stands there that still counts; sweeping may be late by days.
    pub(crate) fn none_that_counts(now: Instant) -> Expression {
        Expression::new("attribute_not_exists(#PK) OR #ttl <= :nowSeconds").value(":nowSeconds", number(now.seconds()))
    }

    /// The condition that none counts but one for nothing, of the same request: that one is to last longer.
    pub(crate) fn none_or_of_nothing(receipt: &Receipt, now: Instant) -> Expression {
        let Expression { text: none, values } = Self::none_that_counts(now);
        let same = "attribute_not_exists(#created) AND #requestHash = :requestHash";
        Expression { text: format!("{none} OR ({same})"), values }.value(":requestHash", text(&receipt.request_hash))
    }

    /// The condition that it is there, and of this request.
    pub(crate) fn is_of(receipt: &Receipt) -> Expression {
        Expression::new("#requestHash = :requestHash").value(":requestHash", text(&receipt.request_hash))
    }

    /// The item of the thing that was created, if the receipt still counts.
    pub(crate) fn created(item: &Item, now: Instant) -> Option<&Item> {
        let expires: i64 = item.get(TTL)?.as_n().ok()?.parse().ok()?;
        item.get("created")?.as_m().ok().filter(|_| expires > now.seconds())
    }

    /// What the receipt says; `None` when it no longer counts.
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
