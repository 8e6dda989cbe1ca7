//! Openings: one file a verb.

mod finish;
mod request;

use domain::{EventKind, Opening, OpeningId, Subject};

use crate::items::{OpeningItem, StoredOpening};
use crate::write::Transaction;
use crate::{Act, Error, Store, Thing};

impl Store {
    /// An opening, as of all writes before.
    pub async fn opening(&self, id: &OpeningId) -> Result<Opening, Error> {
        self.stored_opening(id).await.map(|stored| stored.opening)
    }

    async fn stored_opening(&self, id: &OpeningId) -> Result<StoredOpening, Error> {
        let item = self.get(&OpeningItem::key(id)).await?.ok_or(Error::NotFound(Thing::Opening))?;
        OpeningItem::read(item)
    }

    fn record_opening(
        &self,
        transaction: &mut Transaction,
        stored: &StoredOpening,
        kind: EventKind,
        act: &Act,
    ) -> Result<(), Error> {
        let Opening { automat, locker, key, .. } = &stored.opening;
        let subject = Subject { automat: automat.clone(), locker: Some(*locker), key: key.clone(), contract: None };
        transaction.event(&self.event(kind, subject, act)?, stored.incarnation.as_deref(), self.retention)
    }
}
