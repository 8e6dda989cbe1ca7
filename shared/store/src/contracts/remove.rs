//! Removing a contract. Its PIN becomes free.

use std::collections::HashSet;

use domain::{ContractId, EventKind};

use crate::items::{ContractItem, PinItem};
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{Error, Expected, RequestMetadata, Store};

impl Store {
    /// Removes a contract. While a key is out with it, `force` is required.
    pub async fn remove_contract(
        &self,
        id: &ContractId,
        force: bool,
        expected: Expected,
        metadata: &RequestMetadata,
    ) -> Result<(), Error> {
        let mut foreign_pins = HashSet::new();
        let _queued = self.queue_of_contract(id, None).await?;
        retry!(self, {
            let (stored, keys) = self.writable_contract(id).await?;
            expected.check(stored.contract.version)?;
            let mut transaction = Transaction::default();
            for key in &keys {
                transaction.unbook(key, &stored.contract, force, metadata)?;
                transaction.record_of_key(self, key, Some(id), EventKind::ContractRemoved, metadata)?;
            }
            transaction.delete(Part::Contract, ContractItem::key(id), stored.unchanged()?);
            transaction.mark_quiet(metadata.notify, id, &stored.incarnation, metadata.now);
            for (automat, mac) in &stored.pins {
                let pin = PinItem::key(automat, mac);
                if !foreign_pins.contains(&pin) {
                    transaction.delete(Part::Pin, pin, PinItem::own_or_gone(&stored.incarnation));
                }
            }
            let Err(refused) = transaction.try_commit(self).await? else { return Ok(()) };
            // An ended contract's PIN may have been taken by another contract. Then the next attempt leaves it alone.
            foreign_pins.extend(refused.item_keys(Part::Pin));
            Err(NotDone::Again)
        })
    }
}
