//! Delivering openings to an automat's shadow, one writer at a time: the holder of the automat's delivery lease
//! delivers all openings that are queued, so that many openings of one moment take one shadow request (ADR 0033).
//!
//! A holder that dies is replaced when its lease ends. Whether it had delivered anything nobody knows then, so its
//! openings are delivered once more, which the device recognises by their ids.

use std::collections::BTreeSet;

use domain::{AutomatId, Instant, Opening, OpeningId};

use crate::expression::{Expression, Update, present};
use crate::items::{ItemKey, Millis, StoredDeliveryLease, read};
use crate::{Error, Store};

/// How long a holder has for delivering before another replaces it.
const LEASE_MILLIS: i64 = 8_000;
/// How long after a lease was released the next one begins: meanwhile openings collect in the queue.
pub const DELIVERY_INTERVAL_MILLIS: i64 = 200;

/// The right to deliver openings to an automat's shadow, until it ends.
#[derive(Debug)]
pub struct DeliveryLease {
    /// The queued openings, the oldest first, one's own included.
    pub waiting: Vec<OpeningId>,
    /// From when on somebody else may hold the lease.
    pub ends_at: Instant,
    automat: AutomatId,
    id: String,
    unconfirmed: BTreeSet<OpeningId>,
}

impl DeliveryLease {
    /// Whether an earlier holder, which died, may have delivered this opening.
    #[must_use]
    pub fn may_be_delivered(&self, opening: &OpeningId) -> bool {
        self.unconfirmed.contains(opening)
    }

    pub(super) fn key(&self) -> ItemKey {
        StoredDeliveryLease::key(&self.automat)
    }

    pub(super) fn is_held(&self) -> Expression {
        StoredDeliveryLease::is_held(&self.id)
    }

    /// What releases it, and removes these openings from the queue.
    pub(super) fn release(settled: &[OpeningId], now: Instant) -> Update {
        StoredDeliveryLease::release(settled, now.plus_millis(DELIVERY_INTERVAL_MILLIS))
    }
}

/// How far the delivery of a queued opening has come.
#[derive(Debug)]
pub enum Delivery {
    /// It waits in the queue, and the caller holds the lease.
    Leased(DeliveryLease),
    /// It waits in the queue. No lease begins before this instant, unless the present one is released earlier.
    Waiting(Instant),
    /// It is not in the queue any more: a holder has delivered it, or found that it had ended.
    Settled,
}

impl Store {
    /// Queues an opening for delivery, and takes the lease if that is free.
    pub async fn queue_delivery(&self, opening: &Opening, now: Instant) -> Result<Delivery, Error> {
        if let Some(lease) = self.take_lease(opening, None, now).await? {
            return Ok(Delivery::Leased(lease));
        }
        let key = StoredDeliveryLease::key(&opening.automat);
        let item = self.update_and_read(key, StoredDeliveryLease::queue(&opening.id, now), present()).await?;
        let stored: StoredDeliveryLease = read(item.ok_or(Error::Busy)?)?;
        Ok(Delivery::Waiting(stored.next_lease_at.map_or(now, |next| next.0)))
    }

    /// Looks at the delivery of an opening that was queued, and takes the lease if that is free or has ended.
    pub async fn check_delivery(&self, opening: &Opening, now: Instant) -> Result<Delivery, Error> {
        let item = self.get(&StoredDeliveryLease::key(&opening.automat)).await?;
        let StoredDeliveryLease { waiting, lease, next_lease_at, .. } = item.map(read).transpose()?.unwrap_or_default();
        if !waiting.contains(&opening.id) {
            return Ok(Delivery::Settled);
        }
        match next_lease_at {
            Some(Millis(next)) if now < next => Ok(Delivery::Waiting(next)),
            _ => Ok(self.take_lease(opening, lease, now).await?.map_or(Delivery::Waiting(now), Delivery::Leased)),
        }
    }

    /// Releases a lease, and removes openings from the queue. `false`: somebody else has taken the lease over.
    pub async fn release_delivery(
        &self,
        lease: &DeliveryLease,
        settled: &[OpeningId],
        now: Instant,
    ) -> Result<bool, Error> {
        self.update(lease.key(), DeliveryLease::release(settled, now), lease.is_held()).await
    }

    /// Takes the lease after one that was released, or after one that has ended without that.
    async fn take_lease(
        &self,
        opening: &Opening,
        abandoned: Option<String>,
        now: Instant,
    ) -> Result<Option<DeliveryLease>, Error> {
        let (automat, id, ends_at) = (opening.automat.clone(), self.random.ulid(now)?, now.plus_millis(LEASE_MILLIS));
        let (update, condition) = match abandoned {
            None => (StoredDeliveryLease::take(&id, ends_at, &opening.id, now), StoredDeliveryLease::is_free(now)),
            Some(abandoned) => (
                StoredDeliveryLease::take_over(&id, ends_at, &opening.id, now),
                StoredDeliveryLease::is_held(&abandoned),
            ),
        };
        let Some(item) = self.update_and_read(StoredDeliveryLease::key(&automat), update, condition).await? else {
            return Ok(None);
        };
        let StoredDeliveryLease { waiting, unconfirmed, .. } = read(item)?;
        let waiting = waiting.into_iter().collect();
        Ok(Some(DeliveryLease { waiting, ends_at, automat, id, unconfirmed }))
    }
}
