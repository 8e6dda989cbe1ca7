//! A contract as it stands, against which everything is held that is to be told of it.

use domain::{Contract, ContractId, Facts, KeyId, KeyState};

use crate::items::{ContractItem, ItemKey, KeyItem, StoredContract, StoredKey};
use crate::{Error, Store};

/// A contract and its key, so far as they are still there.
pub(super) struct Snapshot {
    /// The key of that incarnation, even while it is being removed.
    pub(super) key: Option<StoredKey>,
    /// The contract. None stands on a key that is being removed.
    pub(super) contract: Option<StoredContract>,
}

impl Store {
    /// The contract on one incarnation of a key, as of all writes before.
    pub(super) async fn snapshot(
        &self,
        key: &KeyId,
        contract: &ContractId,
        incarnation: &str,
    ) -> Result<Snapshot, Error> {
        let (key_item_key, contract_item_key) = (KeyItem::key(key), ContractItem::key(key, contract));
        let mut snapshot = Snapshot { key: None, contract: None };
        for item in self.get_all(&[key_item_key.clone(), contract_item_key]).await? {
            if ItemKey::of(&item).as_ref() == Some(&key_item_key) {
                let key = KeyItem::read(item, &self.codes)?;
                snapshot.key = Some(key).filter(|key| key.incarnation == incarnation);
            } else {
                let contract = ContractItem::read(item, &self.codes)?;
                snapshot.contract = Some(contract).filter(|contract| contract.incarnation == incarnation);
            }
        }
        if snapshot.key.as_ref().is_none_or(|stored| stored.key.state == KeyState::Removing) {
            snapshot.contract = None;
        }
        Ok(snapshot)
    }

    /// What is told of a contract: with the automat and the property of its key, or those that the contract had noted
    /// if the key is gone.
    pub(super) async fn facts_of(&self, stored: &StoredContract, key: Option<&StoredKey>) -> Result<Facts, Error> {
        let noted = stored.automat.as_ref().map(|automat| (automat, &stored.property));
        let current = key.map(|stored| (&stored.key.automat, &stored.key.property));
        let (automat, property) = current
            .or(noted)
            .ok_or(Error::Internal { context: "notifying of a contract without an automat", source: None })?;
        self.facts(&stored.contract, automat, property.clone()).await
    }
}

impl Snapshot {
    /// The contract alone.
    pub(super) fn contract(&self) -> Option<&Contract> {
        self.contract.as_ref().map(|stored| &stored.contract)
    }
}
