//! A contract's PIN: replacing it, and showing it.

use domain::{Contract, ContractChange, ContractId, EventKind, KeyId, Pin};

use crate::idempotency::again_unless_recorded;
use crate::retry::retry;
use crate::transaction::{Part, Transaction};
use crate::{Created, Error, RequestMetadata, Store};

impl Store {
    /// Replaces the PIN with a generated one. The former PIN becomes free.
    pub async fn replace_pin(
        &self,
        key: &KeyId,
        id: &ContractId,
        metadata: &RequestMetadata,
    ) -> Result<Created<Contract>, Error> {
        self.once(metadata, self.draw_pin(key, id, metadata)).await
    }

    async fn draw_pin(
        &self,
        key: &KeyId,
        id: &ContractId,
        metadata: &RequestMetadata,
    ) -> Result<Created<Contract>, Error> {
        let mut former_pin_is_ours = true;
        let _queued = self.queue(key).await;
        retry!(self, {
            let (stored_key, stored) = self.stored_contract(key, id).await?;
            let digits = self.automat(&stored_key.key.automat).await?.pin_digits();
            let change = ContractChange { pin: Some(self.random.pin(digits)?), ..ContractChange::default() };
            let edited = stored.contract.edited(change, metadata.now)?;
            let transaction = self.build_contract_edit(&stored_key, &stored, &edited, former_pin_is_ours, metadata)?;
            let Err(refused) = transaction.try_commit(self).await? else { return Ok(Created::New(edited)) };
            former_pin_is_ours = !refused.has(Part::FormerPin);
            Err(again_unless_recorded(&refused))
        })
    }

    /// Returns the PIN in clear text. The event that records this is written first.
    pub async fn reveal_pin(&self, key: &KeyId, id: &ContractId, metadata: &RequestMetadata) -> Result<Pin, Error> {
        retry!(self, {
            let (stored_key, stored) = self.stored_contract(key, id).await?;
            let mut transaction = Transaction::default();
            transaction.record_of_key(self, &stored_key, Some(id), EventKind::PinRevealed, metadata)?;
            transaction.commit(self).await?;
            Ok(stored.contract.pin)
        })
    }
}
