//! A contract's PIN: replacing it, and showing it.

use std::collections::HashSet;

use domain::{Contract, ContractChange, ContractId, EventKind, Pin};

use super::create::Automats;
use super::edit::Edit;
use crate::idempotency::again_unless_recorded;
use crate::retry::retry;
use crate::transaction::{Part, Transaction};
use crate::{Created, Error, RequestMetadata, Store};

impl Store {
    /// Replaces the PIN with a generated one. The former PIN becomes free.
    pub async fn replace_pin(&self, id: &ContractId, metadata: &RequestMetadata) -> Result<Created<Contract>, Error> {
        self.once(metadata, Box::pin(self.draw_pin(id, metadata))).await
    }

    async fn draw_pin(&self, id: &ContractId, metadata: &RequestMetadata) -> Result<Created<Contract>, Error> {
        let mut foreign_pins = HashSet::new();
        let mut automats = Automats::new();
        let _queued = self.queue_of_contract(id, None).await?;
        retry!(self, {
            let (stored, keys) = self.writable_contract(id).await?;
            self.read_automats(&keys, &mut automats).await?;
            let change = ContractChange { pin: Some(self.generated_pin(&automats)?), ..ContractChange::default() };
            let edited = stored.contract.edited(change, metadata.now)?;
            let edit = Edit::of_pin(stored, keys, edited);
            let transaction = self.build_contract_edit(&edit, &foreign_pins, metadata)?;
            let Err(refused) = transaction.try_commit(self).await? else { return Ok(Created::New(edit.edited)) };
            foreign_pins.extend(refused.item_keys(Part::FormerPin));
            Err(again_unless_recorded(&refused))
        })
    }

    /// Returns the PIN in clear text. The event that records this is written first.
    pub async fn reveal_pin(&self, id: &ContractId, metadata: &RequestMetadata) -> Result<Pin, Error> {
        retry!(self, {
            let (stored, keys) = self.stored_contract(id).await?;
            let mut transaction = Transaction::default();
            for key in &keys {
                transaction.record_of_key(self, key, Some(id), EventKind::PinRevealed, metadata)?;
            }
            transaction.commit(self).await?;
            Ok(stored.contract.pin)
        })
    }
}
