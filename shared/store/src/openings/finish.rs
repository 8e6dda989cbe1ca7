//! The end of an opening: the device's report, or that the device was never asked.

use domain::{AutomatId, EventKind, Instant, LockerIndex, Opening, OpeningId, OpeningOutcome};

use crate::idempotency::ReceiptItem;
use crate::items::{LockerItem, OpeningItem, StoredOpening};
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{DeliveryLease, Error, ReportOutcome, RequestMetadata, ResourceKind, Store};

impl Store {
    /// Stores the device's report of an opening. The first report counts, whatever was assumed before.
    pub async fn finish_opening(
        &self,
        automat: &AutomatId,
        locker: LockerIndex,
        id: &OpeningId,
        outcome: OpeningOutcome,
        at: Instant,
        now: Instant,
    ) -> Result<ReportOutcome, Error> {
        retry!(self, {
            let stored = self.stored_opening(id).await?;
            // A device may report only its own openings.
            if stored.opening.automat != *automat || stored.opening.locker != locker {
                return Err(Error::NotFound(ResourceKind::Opening).into());
            }
            let Some(reported) = stored.opening.reported(outcome, at, now) else { return Ok(ReportOutcome::Outdated) };
            let transaction =
                self.build_opening_end(&stored, &reported, &RequestMetadata::of_automat(automat, now)).await?;
            transaction.commit(self).await?;
            Ok(ReportOutcome::Stored)
        })
    }

    /// Withdraws an opening that was not sent to the device, so that its locker is free at once, and deletes its
    /// receipt, so that the same request can still succeed. The lease is released in the same transaction: its next
    /// holder finds the opening withdrawn. Returns `false` if another holder has taken over the lease and may deliver
    /// the opening, or if the opening has ended otherwise.
    pub async fn withdraw_opening(
        &self,
        id: &OpeningId,
        lease: &DeliveryLease,
        metadata: &RequestMetadata,
    ) -> Result<bool, Error> {
        retry!(self, {
            let stored = self.stored_opening(id).await?;
            let Some(withdrawn) = stored.opening.withdrawn(metadata.now) else { return Ok(false) };
            let mut transaction = self.build_opening_end(&stored, &withdrawn, metadata).await?;
            if let Some(receipt) = &metadata.receipt {
                transaction.delete(Part::Receipt, ReceiptItem::key(receipt), ReceiptItem::is_of(receipt));
            }
            let release = DeliveryLease::release(std::slice::from_ref(id), metadata.now);
            transaction.update(Part::DeliveryLease, lease.key(), release, lease.is_held());
            match transaction.try_commit(self).await? {
                Ok(()) => Ok(true),
                Err(refused) if refused.has(Part::DeliveryLease) => Ok(false),
                Err(_) => Err(NotDone::Again),
            }
        })
    }

    /// The end of an opening, and its locker free again.
    async fn build_opening_end(
        &self,
        stored: &StoredOpening,
        ended: &Opening,
        metadata: &RequestMetadata,
    ) -> Result<Transaction, Error> {
        let StoredOpening { opening, .. } = stored;
        let end = ended.end.as_ref().ok_or(Error::Internal { context: "ending an opening", source: None })?;
        let locker = self.stored_locker(&opening.automat, opening.locker).await?;
        let mut transaction = Transaction::default();
        let (update, as_read) = (OpeningItem::end(end)?, OpeningItem::ended_as(opening));
        transaction.update(Part::Opening, OpeningItem::key(&opening.id), update, as_read);
        // If a later opening is pending by now, the locker is not ours to free.
        if locker.openings().live.is_some_and(|(live, _)| live == opening.id) {
            let item_key = LockerItem::key(&opening.automat, opening.locker);
            let ours = OpeningItem::in_locker(&opening.id);
            transaction.update(Part::Locker, item_key, OpeningItem::end_in_locker(), ours);
        }
        let kind = EventKind::OpeningFinished {
            opening: opening.id.clone(),
            outcome: end.outcome,
            confirmed_by_device: end.confirmed_by_device,
        };
        self.record_opening(&mut transaction, stored, kind, metadata)?;
        Ok(transaction)
    }
}
