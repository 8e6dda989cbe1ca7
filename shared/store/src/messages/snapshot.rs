//! The current contract and key, with which everything is compared before it is sent.

use domain::{Contract, ContractId, Facts, KeyId, KeyState};

use crate::items::{ContractItem, ItemKey, KeyItem, StoredContract, StoredKey};
use crate::{Error, Store};

pub(super) struct Snapshot {
    /// The key of that incarnation, even while it is being removed.
    pub(super) key: Option<StoredKey>,
    /// The contract; `None` while its key is being removed.
    pub(super) contract: Option<StoredContract>,
}

impl Store {
    /// Reads consistently.
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

    /// The facts of a contract, with the automat and property of its key, or those stored in the contract if the key
    /// is gone.
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
    pub(super) fn contract(&self) -> Option<&Contract> {
        self.contract.as_ref().map(|stored| &stored.contract)
    }
}
