//! What a request with an `Idempotency-Key` created (ADR 0003), or that it created nothing (ADR 0026).

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Instant;

use super::{Item, ItemKey, number, text};
use crate::expression::Expression;
use crate::schema::TTL;
use crate::{Error, Receipt};

/// How long the same answer is given.
const CREATION_SECONDS: i64 = 24 * 3600;

/// How long nothing can be created under a key after a try that created nothing. A try that runs beside it has begun
/// before the client repeated it, and ends within the functions' time limit of 29 s; so twice that, and some for clocks.
const NOTHING_SECONDS: i64 = 2 * 60;

pub(crate) struct ReceiptItem;

/// What a receipt that counts says.
pub(crate) enum Recorded {
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
    pub(crate) fn read(mut item: Item, receipt: &Receipt, now: Instant) -> Result<Option<Recorded>, Error> {
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
