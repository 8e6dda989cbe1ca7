//! Removing a contract. Its PIN becomes free.

use domain::{ContractId, EventKind, KeyId};

use crate::items::{ContractItem, PinItem};
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{Error, Expected, RequestMetadata, Store};

impl Store {
    /// Removes a contract. While the key is out with it, `force` is required.
    pub async fn remove_contract(
        &self,
        key: &KeyId,
        id: &ContractId,
        force: bool,
        expected: Expected,
        metadata: &RequestMetadata,
    ) -> Result<(), Error> {
        let mut pin_is_ours = true;
        let _queued = self.queue(key).await;
        retry!(self, {
            let (stored_key, stored) = self.stored_contract(key, id).await?;
            expected.check(stored.contract.version)?;
            let mut transaction = Transaction::default();
            let calendar = stored_key.key.cancel(id, force, metadata.now)?;
            if stored_key.key.calendar.entry(id).is_some() {
                transaction.calendar(&stored_key, &calendar);
            }
            transaction.delete(Part::Contract, ContractItem::key(key, id), stored.unchanged());
            if pin_is_ours {
                let pin = PinItem::key(&stored_key.key.automat, &stored.pin_mac);
                transaction.delete(Part::Pin, pin, PinItem::own_or_gone(key, id));
            }
            transaction.record_of_key(self, &stored_key, Some(id), EventKind::ContractRemoved, metadata)?;
            let Err(refused) = transaction.try_commit(self).await? else { return Ok(()) };
            // An ended contract's PIN may have been taken by another contract. Then the next attempt leaves it alone.
            pin_is_ours = !refused.has(Part::Pin);
            Err(NotDone::Again)
        })
    }
}
