//! Doors left open.

use domain::{AutomatId, DoorState, EventKind, Instant, LockerIndex};

use crate::expression::present;
use crate::items::{AutomatItem, LockerItem};
use crate::retry::retry;
use crate::transaction::{Part, Transaction};
use crate::{Error, RequestMetadata, Store};

impl Store {
    /// Records that a door was left open, if it still is. In any case its locker leaves the index `due`.
    pub async fn check_open_door(&self, automat: &AutomatId, locker: LockerIndex, now: Instant) -> Result<(), Error> {
        retry!(self, {
            let stored = self.stored_locker(automat, locker).await?;
            if stored.due_at.is_none_or(|due| due.0 > now) {
                return Ok(());
            }
            let item_key = LockerItem::key(automat, locker);
            let is_there = self.get(&AutomatItem::key(automat)).await?.is_some();
            let mut transaction = Transaction::default();
            let update = LockerItem::watch(&item_key, None);
            transaction.update(Part::Locker, item_key, update, stored.as_reported());
            if is_there && stored.door == DoorState::Open {
                let metadata = RequestMetadata::of_automat(automat, now);
                transaction.check(Part::Automat, AutomatItem::key(automat), present());
                transaction.record_of_locker(self, automat, &stored, EventKind::DoorLeftOpen, &metadata)?;
            }
            transaction.commit(self).await?;
            Ok(())
        })
    }
}
