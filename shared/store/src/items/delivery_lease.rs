//! The delivery lease of an automat: which openings are waiting to be delivered to its shadow, and who may deliver
//! them.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{AutomatId, Instant, OpeningId};
use serde::Deserialize;

use super::{AutomatItem, Item, ItemKey, instant, number, read, text, valid};
use crate::Error;
use crate::expression::Expression;

/// The item is deleted when no opening was queued for this long.
const KEPT_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// The item as it was read.
#[derive(Debug, Default)]
pub(crate) struct StoredDeliveryLease {
    /// The queued openings, the oldest first.
    pub(crate) waiting: BTreeSet<OpeningId>,
    /// Those of them that an earlier holder may have delivered: it never released its lease.
    pub(crate) unconfirmed: BTreeSet<OpeningId>,
    /// The lease that has not been released.
    pub(crate) lease: Option<String>,
    /// When the next lease may begin, unless this one is released earlier.
    pub(crate) next_lease_at: Option<Instant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeliveryLeaseItem {
    #[serde(default)]
    waiting: BTreeSet<String>,
    #[serde(default)]
    unconfirmed: BTreeSet<String>,
    lease: Option<String>,
    next_lease_at: Option<i64>,
}

impl DeliveryLeaseItem {
    pub(crate) fn key(automat: &AutomatId) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), "DELIVERY")
    }

    pub(crate) fn read(item: Item) -> Result<StoredDeliveryLease, Error> {
        let Self { waiting, unconfirmed, lease, next_lease_at } = read(item)?;
        let ids = |ids: BTreeSet<String>| ids.iter().map(|id| valid(OpeningId::parse(id))).collect::<Result<_, _>>();
        Ok(StoredDeliveryLease {
            waiting: ids(waiting)?,
            unconfirmed: ids(unconfirmed)?,
            lease,
            next_lease_at: next_lease_at.map(instant).transpose()?,
        })
    }

    /// The update that queues an opening.
    pub(crate) fn queue(id: &OpeningId, now: Instant) -> Expression {
        Expression::new("ADD #waiting :waiting SET #ttl = :ttl").value(":waiting", set([id])).value(":ttl", ttl(now))
    }

    /// The update that queues an opening and takes the lease.
    pub(crate) fn take(lease: &str, until: Instant, id: &OpeningId, now: Instant) -> Expression {
        Expression::new("ADD #waiting :waiting SET #lease = :lease, #nextLeaseAt = :until, #ttl = :ttl")
            .value(":waiting", set([id]))
            .value(":lease", text(lease))
            .value(":until", number(until.millis()))
            .value(":ttl", ttl(now))
    }

    /// The same after a lease that was never released: its holder may have delivered everything that was waiting.
    pub(crate) fn take_over(lease: &str, until: Instant, id: &OpeningId, now: Instant) -> Expression {
        let Expression { text, values } = Self::take(lease, until, id, now);
        Expression { text: format!("{text}, #unconfirmed = #waiting"), values }
    }

    /// The update that releases the lease and removes openings from the queue.
    pub(crate) fn release<'a>(settled: impl IntoIterator<Item = &'a OpeningId>, next: Instant) -> Expression {
        let settled: Vec<_> = settled.into_iter().collect();
        let release = Expression::new("SET #nextLeaseAt = :next REMOVE #lease").value(":next", number(next.millis()));
        if settled.is_empty() {
            return release;
        }
        let Expression { text, values } = release;
        let text = format!("DELETE #waiting :settled, #unconfirmed :settled {text}");
        Expression { text, values }.value(":settled", set(settled))
    }

    /// The condition that the lease is released, and that the next one may begin.
    pub(crate) fn is_free(now: Instant) -> Expression {
        let next = "attribute_not_exists(#nextLeaseAt) OR #nextLeaseAt <= :now";
        Expression::new(format!("attribute_not_exists(#lease) AND ({next})")).value(":now", number(now.millis()))
    }

    /// The condition that this lease is still the last one, and has not been released.
    pub(crate) fn is_held(lease: &str) -> Expression {
        Expression::new("#lease = :heldLease").value(":heldLease", text(lease))
    }
}

fn set<'a>(ids: impl IntoIterator<Item = &'a OpeningId>) -> AttributeValue {
    AttributeValue::Ss(ids.into_iter().map(|id| id.as_str().to_owned()).collect())
}

fn ttl(now: Instant) -> AttributeValue {
    number(now.plus_millis(KEPT_MILLIS).seconds())
}
