//! An opening's item, and what a locker's item says of the openings before.

use domain::{
    Actor, AutomatId, FreeText, Instant, KeyId, LockerIndex, Opening, OpeningEnd, OpeningId, OpeningOutcome, Retention,
};
use serde::{Deserialize, Serialize};

use super::{Item, ItemKey, flag, instant, number, read, text, valid, write};
use crate::Error;
use crate::expression::Expression;

/// An opening as it was read.
#[derive(Debug, Clone)]
pub(crate) struct StoredOpening {
    pub(crate) opening: Opening,
    /// Of the key that belonged in the locker, whose record the opening's events stand in.
    pub(crate) incarnation: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpeningItem {
    opening_id: String,
    automat_id: String,
    locker_index: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incarnation: Option<String>,
    seq: u64,
    requested_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    issued_at: i64,
    expires_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<OpeningOutcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<i64>,
    /// Whether the device has said how it ended.
    #[serde(default)]
    confirmed: bool,
    ttl: i64,
}

impl OpeningItem {
    pub(crate) fn key(id: &OpeningId) -> ItemKey {
        ItemKey::new(format!("OPENING#{id}"), "OPENING")
    }

    /// The item, kept as long as the events that name the opening.
    pub(crate) fn write(stored: &StoredOpening, retention: Retention) -> Result<Item, Error> {
        let opening = &stored.opening;
        let record = Self {
            opening_id: opening.id.as_str().to_owned(),
            automat_id: opening.automat.as_str().to_owned(),
            locker_index: opening.locker.get(),
            key_id: opening.key.as_ref().map(|key| key.as_str().to_owned()),
            incarnation: stored.incarnation.clone(),
            seq: opening.seq,
            requested_by: opening.requested_by.as_str().to_owned(),
            reason: opening.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            issued_at: opening.issued_at.millis(),
            expires_at: opening.expires_at.millis(),
            outcome: opening.end.map(|end| end.outcome),
            finished_at: opening.end.map(|end| end.at.millis()),
            confirmed: opening.confirmed_by_device(),
            ttl: retention.event_until(opening.issued_at).seconds(),
        };
        write(&record, Self::key(&opening.id), None)
    }

    pub(crate) fn read(item: Item) -> Result<StoredOpening, Error> {
        let record: Self = read(item)?;
        let end = |outcome: OpeningOutcome, at| -> Result<OpeningEnd, Error> {
            Ok(OpeningEnd { outcome, at: instant(at)?, confirmed_by_device: record.confirmed })
        };
        let end = record.outcome.zip(record.finished_at).map(|(outcome, at)| end(outcome, at)).transpose()?;
        let opening = Opening {
            id: valid(OpeningId::parse(&record.opening_id))?,
            automat: valid(AutomatId::parse(&record.automat_id))?,
            locker: valid(LockerIndex::new(u32::from(record.locker_index)))?,
            key: record.key_id.map(|key| valid(KeyId::parse(&key))).transpose()?,
            seq: record.seq,
            requested_by: Actor::new(&record.requested_by),
            reason: record.reason.map(|reason| valid(FreeText::parse(&reason))).transpose()?,
            issued_at: instant(record.issued_at)?,
            expires_at: instant(record.expires_at)?,
            end,
        };
        Ok(StoredOpening { opening, incarnation: record.incarnation })
    }

    /// What writes an opening's end.
    pub(crate) fn end(end: &OpeningEnd) -> Result<Expression, Error> {
        let outcome = serde_dynamo::to_attribute_value(end.outcome)
            .map_err(|source| Error::internal("writing an outcome", source))?;
        Ok(Expression::new("SET #outcome = :outcome, #finishedAt = :finishedAt, #confirmed = :confirmed")
            .value(":outcome", outcome)
            .value(":finishedAt", number(end.at.millis()))
            .value(":confirmed", flag(end.confirmed_by_device)))
    }

    /// The condition that the opening has ended just as far as it had when it was read: not at all, by us, or by the
    /// device's word.
    pub(crate) fn ended_as(opening: &Opening) -> Expression {
        match opening.end {
            None => Expression::new("attribute_exists(#PK) AND attribute_not_exists(#outcome)"),
            Some(end) => Expression::new("attribute_exists(#outcome) AND #confirmed = :readConfirmed")
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
