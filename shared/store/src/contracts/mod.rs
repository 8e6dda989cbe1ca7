//! Contracts, one file per operation.

mod automats_of_keys;
mod create;
mod edit;
mod end;
mod pin;
mod preview;
mod put;
mod rehearse;
mod remove;
mod zone;

use std::collections::{BTreeSet, HashMap};

use domain::{Contract, ContractId, ContractKeys, ContractRefusal, Key, KeyId, KeyState};

pub(crate) use self::automats_of_keys::AutomatsOfKeys;
pub use self::preview::Preview;
pub use self::rehearse::RehearsedContract;
use crate::items::{ContractItem, KeyItem, StoredContract, StoredKey};
use crate::key_queues::Queued;
use crate::{Error, ResourceKind, Store};

impl Store {
    pub async fn contract(&self, id: &ContractId) -> Result<Contract, Error> {
        let (stored, _) = self.stored_contract(id).await?;
        Ok(stored.contract)
    }

    /// The contract that the key is out with. `None` if it is not out with a contract, or if that contract has been
    /// removed.
    pub async fn holder(&self, key: &Key) -> Result<Option<Contract>, Error> {
        let Some(id) = key.whereabouts.holder() else { return Ok(None) };
        let contract = self.find_contract(id).await?.map(|stored| stored.contract);
        Ok(contract.filter(|contract| contract.keys.has(&key.id)))
    }

    /// Those of these contracts that exist, in one batch.
    pub async fn contracts_of(&self, ids: &BTreeSet<ContractId>) -> Result<HashMap<ContractId, Contract>, Error> {
        let found = self.contracts_by_id(ids.iter()).await?;
        Ok(found.into_iter().map(|(id, stored)| (id, stored.contract)).collect())
    }

    /// A contract with its keys. A key that is being removed is left out of both; if there is no other, the contract is
    /// being removed with it: [`ContractRefusal::KeyBeingRemoved`].
    pub(crate) async fn stored_contract(&self, id: &ContractId) -> Result<(StoredContract, Vec<StoredKey>), Error> {
        let mut stored = self.find_contract(id).await?.ok_or(Error::NotFound(ResourceKind::Contract))?;
        let keys = self.active_keys_of(&stored).await?;
        let ids = keys.iter().map(|stored| stored.key.id.clone());
        stored.contract.keys = match ContractKeys::new(ids) {
            Ok(keys) => keys,
            Err(_) => return Err(stored.key_being_removed(&keys)),
        };
        stored.contract.out.retain(|key| stored.contract.keys.has(key));
        Ok((stored, keys))
    }

    /// A contract with all its keys, to be changed. While one of them is being removed, it cannot be:
    /// [`ContractRefusal::KeyBeingRemoved`]. One that is gone is left out, and the change takes it off: its removal does not
    /// find an ended contract that the projector has not yet put in the key's list.
    pub(crate) async fn writable_contract(&self, id: &ContractId) -> Result<(StoredContract, Vec<StoredKey>), Error> {
        let mut stored = self.find_contract(id).await?.ok_or(Error::NotFound(ResourceKind::Contract))?;
        let mut keys = self.keys_of(&stored).await?;
        let all = keys.len();
        keys.retain(|stored| stored.key.state == KeyState::Active);
        match ContractKeys::new(keys.iter().map(|stored| stored.key.id.clone())) {
            Ok(active) if keys.len() == all => stored.contract.keys = active,
            _ => return Err(stored.key_being_removed(&keys)),
        }
        Ok((stored, keys))
    }

    /// The keys of a contract, even those that are being removed, in order of their ids.
    pub(crate) async fn keys_of(&self, contract: &StoredContract) -> Result<Vec<StoredKey>, Error> {
        let item_keys: Vec<_> = contract.keys.iter().map(|noted| KeyItem::key(&noted.key)).collect();
        let keys = self.get_all(&item_keys).await?.into_iter().map(|item| KeyItem::read(item, &self.codes));
        let is_same = |stored: &StoredKey| contract.has(&stored.key.id, &stored.incarnation);
        keys.filter(|key| key.as_ref().map_or(true, is_same)).collect()
    }

    async fn active_keys_of(&self, contract: &StoredContract) -> Result<Vec<StoredKey>, Error> {
        let mut keys = self.keys_of(contract).await?;
        keys.retain(|stored| stored.key.state == KeyState::Active);
        Ok(keys)
    }

    pub(crate) async fn find_contract(&self, id: &ContractId) -> Result<Option<StoredContract>, Error> {
        let item = self.get(&ContractItem::key(id)).await?;
        item.map(|item| ContractItem::read(item, &self.codes)).transpose()
    }

    /// A contract, if this incarnation of a key is one of its keys.
    pub(crate) async fn find_contract_on(
        &self,
        key: &KeyId,
        incarnation: &str,
        id: &ContractId,
    ) -> Result<Option<StoredContract>, Error> {
        Ok(self.find_contract(id).await?.filter(|stored| stored.has(key, incarnation)))
    }

    /// Waits in the queues of the contract's keys, and of those that are to be its keys.
    async fn queue_of_contract(&self, id: &ContractId, new_keys: Option<&ContractKeys>) -> Result<Queued, Error> {
        if !self.has_queues() {
            return Ok(Queued::default());
        }
        let stored = self.find_contract(id).await?;
        let present = stored.iter().flat_map(|stored| &stored.contract.keys);
        Ok(self.queue(present.chain(new_keys.into_iter().flatten())).await)
    }
}

impl StoredContract {
    /// One of its keys is being removed: it is not among the active ones.
    fn key_being_removed(&self, active: &[StoredKey]) -> Error {
        let is_active = |key: &KeyId| active.iter().any(|stored| stored.key.id == *key);
        match self.keys.iter().find(|noted| !is_active(&noted.key)) {
            Some(noted) => ContractRefusal::KeyBeingRemoved { key: noted.key.clone() }.into(),
            None => Error::Internal { context: "reading the keys of a contract", source: None },
        }
    }
}
