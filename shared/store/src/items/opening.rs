//! An opening's item, and what a locker's item says of the openings before.

use domain::{Instant, Opening, OpeningEnd, OpeningId, Retention};
use serde::{Deserialize, Serialize};

use super::{Item, ItemKey, flag, number, read, text, write};
use crate::Error;
use crate::expression::Expression;

/// An opening as it was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredOpening {
    #[serde(flatten)]
    pub(crate) opening: Opening,
    /// Of the key that belonged in the locker, whose record the opening's events stand in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) incarnation: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct OpeningItem<'a> {
    #[serde(flatten)]
    stored: &'a StoredOpening,
    ttl: i64,
}

impl OpeningItem<'_> {
    pub(crate) fn key(id: &OpeningId) -> ItemKey {
        ItemKey::new(format!("OPENING#{id}"), "OPENING")
    }

    /// The item, kept as long as the events that name the opening.
    pub(crate) fn write(stored: &StoredOpening, retention: Retention) -> Result<Item, Error> {
        let ttl = retention.event_until(stored.opening.issued_at).seconds();
        write(&OpeningItem { stored, ttl }, Self::key(&stored.opening.id), None)
    }

    pub(crate) fn read(item: Item) -> Result<StoredOpening, Error> {
        read(item)
    }

    /// What writes an opening's end.
    pub(crate) fn end(end: &OpeningEnd) -> Result<Expression, Error> {
        let end = serde_dynamo::to_attribute_value(end)
            .map_err(|source| Error::internal("writing an opening's end", source))?;
        Ok(Expression::new("SET #end = :end").value(":end", end))
    }

    /// The condition that the opening has ended just as far as it had when it was read: not at all, by us, or by the
    /// device's word.
    pub(crate) fn ended_as(opening: &Opening) -> Expression {
        match opening.end {
            None => Expression::new("attribute_exists(#PK) AND attribute_not_exists(#end)"),
            Some(end) => Expression::new("#end.#confirmedByDevice = :readConfirmed")
                .value(":readConfirmed", flag(end.confirmed_by_device)),
        }
    }

    /// What writes into a locker that an opening of it is under way.
    pub(crate) fn begin_in_locker(opening: &Opening) -> Expression {
        Expression::new("SET #lockerIndex = :locker, #seq = :seq, #opening = :opening, #openingUntil = :until")
            .value(":locker", number(opening.locker.get()))
            .value(":seq", number(opening.seq))
            .value(":opening", text(opening.id.as_str()))
            .value(":until", number(opening.expires_at.millis()))
    }

    /// The condition that no opening is under way in a locker, and that none has been since its last `seq` was read.
    pub(crate) fn none_in_locker(seq: u64, now: Instant) -> Expression {
        let quiet = "(attribute_not_exists(#opening) OR #openingUntil <= :now)";
        let same = if seq == 0 { "attribute_not_exists(#seq)" } else { "#seq = :readSeq" };
        let condition = Expression::new(format!("{quiet} AND {same}")).value(":now", number(now.millis()));
        if seq == 0 { condition } else { condition.value(":readSeq", number(seq)) }
    }

    /// What writes into a locker that its opening is over.
    pub(crate) fn end_in_locker() -> Expression {
        Expression::new("REMOVE #opening, #openingUntil")
    }

    /// The condition that this is the opening under way in a locker.
    pub(crate) fn in_locker(id: &OpeningId) -> Expression {
        Expression::new("#opening = :ownOpening").value(":ownOpening", text(id.as_str()))
    }
}
