//! The delivery lease of an automat: which openings are waiting to be delivered to its shadow, and who may deliver
//! them.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{AutomatId, Instant, OpeningId};
use serde::Deserialize;

use super::{AutomatItem, ItemKey, Millis, number, text};
use crate::expression::{Expression, Update, is};
use crate::schema::TTL;

/// The item is deleted when no opening was queued for this long.
const KEPT_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// The item as it was read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StoredDeliveryLease {
    /// The queued openings, the oldest first.
    pub(crate) waiting: BTreeSet<OpeningId>,
    /// Those of them that an earlier holder may have delivered: it never released its lease.
    pub(crate) unconfirmed: BTreeSet<OpeningId>,
    /// The lease that has not been released.
    pub(crate) lease: Option<String>,
    /// When the next lease may begin, unless this one is released earlier.
    pub(crate) next_lease_at: Option<Millis>,
}

impl StoredDeliveryLease {
    pub(crate) fn key(automat: &AutomatId) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), "DELIVERY")
    }

    /// The update that queues an opening.
    pub(crate) fn queue(id: &OpeningId, now: Instant) -> Update {
        let expires = number(now.plus_millis(KEPT_MILLIS).seconds());
        Update::default().add("waiting", set([id])).set(TTL, expires)
    }

    /// The update that queues an opening and takes the lease.
    pub(crate) fn take(lease: &str, until: Instant, id: &OpeningId, now: Instant) -> Update {
        Self::queue(id, now).set("lease", text(lease)).set("nextLeaseAt", number(until.millis()))
    }

    /// The same after a lease that was never released: its holder may have delivered everything that was waiting.
    pub(crate) fn take_over(lease: &str, until: Instant, id: &OpeningId, now: Instant) -> Update {
        Self::take(lease, until, id, now).assign(&["#unconfirmed = #waiting"])
    }

    /// The update that releases the lease and removes openings from the queue.
    pub(crate) fn release<'a>(settled: impl IntoIterator<Item = &'a OpeningId>, next: Instant) -> Update {
        let settled: Vec<_> = settled.into_iter().collect();
        let release = Update::default().set("nextLeaseAt", number(next.millis())).remove("lease");
        if settled.is_empty() {
            return release;
        }
        release.delete("waiting", set(settled.iter().copied())).delete("unconfirmed", set(settled))
    }

    /// The condition that the lease is released, and that the next one may begin.
    pub(crate) fn is_free(now: Instant) -> Expression {
        let next = "attribute_not_exists(#nextLeaseAt) OR #nextLeaseAt <= :now";
        Expression::new(format!("attribute_not_exists(#lease) AND ({next})")).value(":now", number(now.millis()))
    }

    /// The condition that this lease is still the last one, and has not been released.
    pub(crate) fn is_held(lease: &str) -> Expression {
        is("lease", text(lease))
    }
}

fn set<'a>(ids: impl IntoIterator<Item = &'a OpeningId>) -> AttributeValue {
    AttributeValue::Ss(ids.into_iter().map(|id| id.as_str().to_owned()).collect())
}
