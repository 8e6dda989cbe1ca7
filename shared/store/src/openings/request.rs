//! Requesting an opening.

use domain::{EventKind, Opening, OpeningDraft, OpeningId};

use crate::expression::absent;
use crate::idempotency::again_unless_recorded;
use crate::items::{LockerItem, OpeningItem, StoredLocker, StoredOpening};
use crate::retry::retry;
use crate::transaction::{Part, Transaction};
use crate::{Created, Error, RequestMetadata, Store};

impl Store {
    /// Stores a request to open a locker, unless another opening of it is pending. The caller sends it to the device.
    pub async fn request_opening(
        &self,
        draft: OpeningDraft,
        metadata: &RequestMetadata,
    ) -> Result<Created<Opening>, Error> {
        self.once(metadata, self.add_opening(draft, metadata)).await
    }

    async fn add_opening(&self, draft: OpeningDraft, metadata: &RequestMetadata) -> Result<Created<Opening>, Error> {
        let id = self.random.ulid(metadata.now)?;
        let id = OpeningId::parse(&id).map_err(|source| Error::internal("generating an opening id", source))?;
        retry!(self, {
            // The automat is no condition of the write, so that openings of different lockers do not conflict. If the
            // locker or the automat has just been removed, the device refuses.
            let automat = self.stored_automat(&draft.automat).await?.automat;
            automat.check_locker(draft.locker)?;
            let locker = self.stored_locker(&draft.automat, draft.locker).await?;
            let (before, actor) = (locker.openings(), metadata.actor.clone());
            let opening =
                Opening::request(draft.clone(), id.clone(), automat.connection, &before, actor, metadata.now)?;
            let stored = StoredOpening { opening, incarnation: locker.incarnation.clone() };
            match self.build_opening_request(&stored, &locker, metadata)?.try_commit(self).await? {
                Ok(()) => Ok(Created::New(stored.opening)),
                Err(refused) => Err(again_unless_recorded(&refused)),
            }
        })
    }

    fn build_opening_request(
        &self,
        stored: &StoredOpening,
        locker: &StoredLocker,
        metadata: &RequestMetadata,
    ) -> Result<Transaction, Error> {
        let opening = &stored.opening;
        let item = OpeningItem::write(stored, self.retention)?;
        let mut transaction = Transaction::default();
        transaction.receipt(metadata, &item);
        transaction.put(Part::Opening, item, absent());
        let quiet = OpeningItem::none_in_locker(locker.seq, metadata.now).and(locker.same_key());
        let item_key = LockerItem::key(&opening.automat, opening.locker);
        transaction.update(Part::Locker, item_key, OpeningItem::begin_in_locker(opening), quiet);
        let kind = EventKind::OpeningRequested { opening: opening.id.clone() };
        self.record_opening(&mut transaction, stored, kind, metadata)?;
        Ok(transaction)
    }
}
