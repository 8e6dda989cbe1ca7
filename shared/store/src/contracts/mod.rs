//! Contracts, one file per operation.

mod create;
mod edit;
mod end;
mod list;
mod pin;
mod preview;
mod remove;
mod zone;

use domain::{Contract, ContractId, ContractState, Instant, Key, KeyId};

pub use self::list::{ContractFilter, Order};
pub use self::preview::Preview;
use crate::items::{ContractItem, StoredContract, StoredKey};
use crate::{Error, ResourceKind, Store};

impl Store {
    pub async fn contract(&self, key: &KeyId, id: &ContractId) -> Result<Contract, Error> {
        let (_, stored) = self.stored_contract(key, id).await?;
        Ok(stored.contract)
    }

    /// The contract that the key is out with. `None` if it is not out with a contract, or if that contract has been
    /// removed.
    pub async fn holder(&self, key: &Key) -> Result<Option<Contract>, Error> {
        let Some(id) = key.whereabouts.holder() else { return Ok(None) };
        Ok(self.find_contract(&key.id, id).await?.map(|stored| stored.contract))
    }

    /// The one of these contracts that the key is overdue with. Reads the key only if one of them has ended.
    pub async fn overdue_among(
        &self,
        key: &KeyId,
        contracts: &[Contract],
        now: Instant,
    ) -> Result<Option<ContractId>, Error> {
        if contracts.iter().all(|contract| contract.state(now) != ContractState::Ended) {
            return Ok(None);
        }
        let whereabouts = match self.key(key).await {
            Ok(key) => key.whereabouts,
            Err(Error::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let overdue = contracts.iter().find(|contract| whereabouts.is_overdue(&contract.id, contract.range, now));
        Ok(overdue.map(|contract| contract.id.clone()))
    }

    /// A contract with its key.
    pub(crate) async fn stored_contract(
        &self,
        key: &KeyId,
        id: &ContractId,
    ) -> Result<(StoredKey, StoredContract), Error> {
        let stored_key = self.stored_active_key(key).await?;
        let stored = self.find_contract(key, id).await?.ok_or(Error::NotFound(ResourceKind::Contract))?;
        Ok((stored_key, stored))
    }

    pub(crate) async fn find_contract(&self, key: &KeyId, id: &ContractId) -> Result<Option<StoredContract>, Error> {
        let item = self.get(&ContractItem::key(key, id)).await?;
        item.map(|item| ContractItem::read(item, &self.codes)).transpose()
    }
}
