//! What a request with an `Idempotency-Key` created, kept for a day and written in the same transaction (ADR 0003).

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Instant;

use super::{Item, ItemKey, number, text};
use crate::schema::TTL;
use crate::write::Expression;
use crate::{Error, Receipt};

/// How long the same answer is given.
const KEPT_SECONDS: i64 = 24 * 3600;

pub(crate) struct ReceiptItem;

impl ReceiptItem {
    pub(crate) fn key(receipt: &Receipt) -> ItemKey {
        ItemKey::new(format!("RECEIPT#{}", receipt.name), "-")
    }

    /// The receipt for a thing: it keeps the thing's own item, in which codes are sealed.
    pub(crate) fn write(receipt: &Receipt, created: Item, now: Instant) -> Item {
        let mut item = Self::key(receipt).into_item();
        item.insert("requestHash".to_owned(), text(&receipt.request_hash));
        item.insert("created".to_owned(), AttributeValue::M(created));
        item.insert(TTL.to_owned(), number(now.seconds() + KEPT_SECONDS));
        item
    }

    /// The condition that no receipt stands there that still counts; sweeping may be late by days.
    pub(crate) fn none_that_counts(now: Instant) -> Expression {
        Expression::new("attribute_not_exists(#PK) OR #ttl <= :nowSeconds").value(":nowSeconds", number(now.seconds()))
    }

    /// The item of the thing that was created, if the receipt still counts.
    pub(crate) fn created(item: &Item, now: Instant) -> Option<&Item> {
        let expires: i64 = item.get(TTL)?.as_n().ok()?.parse().ok()?;
        item.get("created")?.as_m().ok().filter(|_| expires > now.seconds())
    }

    /// The item of the thing that was created; `None` when the receipt no longer counts.
    pub(crate) fn read(mut item: Item, receipt: &Receipt, now: Instant) -> Result<Option<Item>, Error> {
        let broken = || Error::Internal { context: "reading a receipt", source: None };
        let expires = item.get(TTL).and_then(|ttl| ttl.as_n().ok()?.parse::<i64>().ok()).ok_or_else(broken)?;
        if expires <= now.seconds() {
            return Ok(None);
        }
        if item.get("requestHash") != Some(&text(&receipt.request_hash)) {
            return Err(Error::IdempotencyKeyReused);
        }
        match item.remove("created") {
            Some(AttributeValue::M(created)) => Ok(Some(created)),
            _ => Err(broken()),
        }
    }
}
