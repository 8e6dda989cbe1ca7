//! Openings, one file per operation.

mod delivery;
mod finish;
mod request;

use std::collections::BTreeSet;

pub use self::delivery::{DELIVERY_INTERVAL_MILLIS, Delivery, DeliveryLease};
use domain::{EventKind, Opening, OpeningId, Subject};

use crate::items::{ItemKey, OpeningItem, StoredOpening, read};
use crate::transaction::Transaction;
use crate::{Error, RequestMetadata, ResourceKind, Store};

impl Store {
    /// Reads consistently.
    pub async fn opening(&self, id: &OpeningId) -> Result<Opening, Error> {
        self.stored_opening(id).await.map(|stored| stored.opening)
    }

    /// Reads consistently. Openings that do not exist are left out.
    pub async fn openings(&self, ids: &[OpeningId]) -> Result<Vec<Opening>, Error> {
        // DynamoDB rejects a batch read with duplicate keys.
        let keys: BTreeSet<&OpeningId> = ids.iter().collect();
        let keys: Vec<ItemKey> = keys.into_iter().map(OpeningItem::key).collect();
        let items = self.get_all(&keys).await?;
        items.into_iter().map(|item| Ok(read::<StoredOpening>(item)?.opening)).collect()
    }

    async fn stored_opening(&self, id: &OpeningId) -> Result<StoredOpening, Error> {
        let item = self.get(&OpeningItem::key(id)).await?.ok_or(Error::NotFound(ResourceKind::Opening))?;
        read(item)
    }

    fn record_opening(
        &self,
        transaction: &mut Transaction,
        stored: &StoredOpening,
        kind: EventKind,
        metadata: &RequestMetadata,
    ) -> Result<(), Error> {
        let Opening { automat, locker, key, .. } = &stored.opening;
        let subject = Subject::of_locker(automat, *locker, key.as_ref());
        transaction.record(self, kind, subject, stored.incarnation.as_deref(), metadata)
    }
}
