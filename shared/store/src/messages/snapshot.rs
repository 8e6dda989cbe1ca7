//! The current contract and its keys, with which everything is compared before it is sent.

use domain::{Contract, ContractId, Facts, KeyId, KeyState};

use crate::items::{NotedKey, StoredContract, StoredKey};
use crate::{Error, Store};

pub(super) struct Snapshot {
    /// The contract's keys, even those that are being removed.
    pub(super) keys: Vec<StoredKey>,
    /// The contract; `None` while all its keys are being removed.
    pub(super) contract: Option<StoredContract>,
}

impl Store {
    /// Reads consistently.
    pub(super) async fn snapshot(&self, contract: &ContractId, incarnation: &str) -> Result<Snapshot, Error> {
        let (keys, contract) = self.contract_with_keys(contract, incarnation).await?;
        let is_active = keys.iter().any(|stored| stored.key.state == KeyState::Active);
        Ok(Snapshot { keys, contract: contract.filter(|_| is_active) })
    }

    /// This incarnation of a contract, and its keys, even those that are being removed.
    pub(crate) async fn contract_with_keys(
        &self,
        contract: &ContractId,
        incarnation: &str,
    ) -> Result<(Vec<StoredKey>, Option<StoredContract>), Error> {
        let contract = self.find_contract(contract).await?.filter(|stored| stored.incarnation == incarnation);
        let keys = match &contract {
            Some(stored) => self.keys_of(stored).await?,
            None => Vec::new(),
        };
        Ok((keys, contract))
    }

    /// The facts of a contract. Automat and property of a key are those of now, or as they were when the contract was
    /// last written if the key is gone. With `only`, those of this key alone.
    pub(super) async fn facts_of(
        &self,
        stored: &StoredContract,
        keys: &[StoredKey],
        only: Option<&KeyId>,
    ) -> Result<Facts, Error> {
        let wanted = stored.keys.iter().filter(|noted| only.is_none_or(|only| noted.key == *only));
        let now = |noted: &NotedKey| {
            let is_same = |key: &&StoredKey| key.key.id == noted.key && key.incarnation == noted.incarnation;
            keys.iter().find(is_same).map_or_else(|| noted.clone(), NotedKey::of)
        };
        self.facts(&stored.contract, wanted.map(now).collect()).await
    }
}

impl Snapshot {
    pub(super) fn contract(&self) -> Option<&Contract> {
        self.contract.as_ref().map(|stored| &stored.contract)
    }
}
