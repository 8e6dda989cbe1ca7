//! An opening's item, and what a locker's item holds of its openings.

use domain::{Instant, Opening, OpeningEnd, OpeningId, Retention};
use serde::{Deserialize, Serialize};

use super::{Item, ItemKey, flag, number, read, text, write};
use crate::Error;
use crate::expression::Expression;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredOpening {
    #[serde(flatten)]
    pub(crate) opening: Opening,
    /// Of the key assigned to the locker; the opening's events are listed under it.
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

    /// Kept as long as the events that refer to it.
    pub(crate) fn write(stored: &StoredOpening, retention: Retention) -> Result<Item, Error> {
        let ttl = retention.event_until(stored.opening.issued_at).seconds();
        write(&OpeningItem { stored, ttl }, Self::key(&stored.opening.id), None)
    }

    pub(crate) fn read(item: Item) -> Result<StoredOpening, Error> {
        read(item)
    }

    /// Update: the end of an opening.
    pub(crate) fn end(end: &OpeningEnd) -> Result<Expression, Error> {
        let end = serde_dynamo::to_attribute_value(end)
            .map_err(|source| Error::internal("writing an opening's end", source))?;
        Ok(Expression::new("SET #end = :end").value(":end", end))
    }

    /// Condition: the opening has not ended further than when it was read: not at all, by us, or by a report.
    pub(crate) fn ended_as(opening: &Opening) -> Expression {
        match opening.end {
            None => Expression::new("attribute_exists(#PK) AND attribute_not_exists(#end)"),
            Some(end) => Expression::new("#end.#confirmedByDevice = :readConfirmed")
                .value(":readConfirmed", flag(end.confirmed_by_device)),
        }
    }

    /// Update of the locker: this opening is pending.
    pub(crate) fn begin_in_locker(opening: &Opening) -> Expression {
        Expression::new("SET #lockerIndex = :locker, #seq = :seq, #opening = :opening, #openingUntil = :until")
            .value(":locker", number(opening.locker.get()))
            .value(":seq", number(opening.seq))
            .value(":opening", text(opening.id.as_str()))
            .value(":until", number(opening.expires_at.millis()))
    }

    /// Condition on the locker: no opening is pending, and `seq` is as it was read.
    pub(crate) fn none_in_locker(seq: u64, now: Instant) -> Expression {
        let quiet = "(attribute_not_exists(#opening) OR #openingUntil <= :now)";
        let same = if seq == 0 { "attribute_not_exists(#seq)" } else { "#seq = :readSeq" };
        let condition = Expression::new(format!("{quiet} AND {same}")).value(":now", number(now.millis()));
        if seq == 0 { condition } else { condition.value(":readSeq", number(seq)) }
    }

    /// Update of the locker: no opening is pending.
    pub(crate) fn end_in_locker() -> Expression {
        Expression::new("REMOVE #opening, #openingUntil")
    }

    /// Condition on the locker: this opening is the pending one.
    pub(crate) fn in_locker(id: &OpeningId) -> Expression {
        Expression::new("#opening = :ownOpening").value(":ownOpening", text(id.as_str()))
    }
}
