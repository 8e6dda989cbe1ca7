//! An opening's item, and what a locker's item holds of its openings.

use domain::{Instant, Opening, OpeningEnd, OpeningId, Retention};
use serde::{Deserialize, Serialize};

use super::{Item, ItemKey, attribute, flag, number, text, write};
use crate::Error;
use crate::expression::{Expression, Update, is, is_or_absent};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredOpening {
    #[serde(flatten)]
    pub(crate) opening: Opening,
    /// Of the key assigned to the locker; the opening's events are listed under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) incarnation: Option<String>,
}

pub(crate) struct OpeningItem;

impl OpeningItem {
    pub(crate) fn key(id: &OpeningId) -> ItemKey {
        ItemKey::new(format!("OPENING#{id}"), "OPENING")
    }

    /// Kept as long as the events that refer to it.
    pub(crate) fn write(stored: &StoredOpening, retention: Retention) -> Result<Item, Error> {
        let expires = retention.event_until(stored.opening.issued_at);
        write(stored, Self::key(&stored.opening.id), None, Some(expires))
    }

    /// Update: the end of an opening.
    pub(crate) fn end(end: &OpeningEnd) -> Result<Update, Error> {
        Ok(Update::default().set("end", attribute(end)?))
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
    pub(crate) fn begin_in_locker(opening: &Opening) -> Update {
        Update::default()
            .set("lockerIndex", number(opening.locker.get()))
            .set("seq", number(opening.seq))
            .set("opening", text(opening.id.as_str()))
            .set("openingUntil", number(opening.expires_at.millis()))
    }

    /// Condition on the locker: no opening is pending, and `seq` is as it was read.
    pub(crate) fn none_in_locker(seq: u64, now: Instant) -> Expression {
        Expression::new("attribute_not_exists(#opening) OR #openingUntil <= :now")
            .value(":now", number(now.millis()))
            .and(is_or_absent("seq", (seq > 0).then(|| number(seq))))
    }

    /// Update of the locker: no opening is pending.
    pub(crate) fn end_in_locker() -> Update {
        Update::default().remove("opening").remove("openingUntil")
    }

    /// Condition on the locker: this opening is the pending one.
    pub(crate) fn in_locker(id: &OpeningId) -> Expression {
        is("opening", text(id.as_str()))
    }
}
