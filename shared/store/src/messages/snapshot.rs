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
        let (key, contract) = self.key_and_contract(key, contract, incarnation).await?;
        let is_active = key.as_ref().is_some_and(|stored| stored.key.state == KeyState::Active);
        Ok(Snapshot { key, contract: contract.filter(|_| is_active) })
    }

    /// Those of this incarnation of the key, in one consistent read.
    pub(crate) async fn key_and_contract(
        &self,
        key: &KeyId,
        contract: &ContractId,
        incarnation: &str,
    ) -> Result<(Option<StoredKey>, Option<StoredContract>), Error> {
        let item_keys = [KeyItem::key(key), ContractItem::key(key, contract)];
        let (mut found_key, mut found_contract) = (None, None);
        for item in self.get_all(&item_keys).await? {
            if ItemKey::of(&item).as_ref() == Some(&item_keys[0]) {
                found_key = Some(KeyItem::read(item, &self.codes)?).filter(|key| key.incarnation == incarnation);
            } else {
                let contract = ContractItem::read(item, &self.codes)?;
                found_contract = Some(contract).filter(|contract| contract.incarnation == incarnation);
            }
        }
        Ok((found_key, found_contract))
    }

    /// The facts of a contract, with the automat and property of its key, or those stored in the contract if the key
    /// is gone.
    pub(super) async fn facts_of(&self, stored: &StoredContract, key: Option<&StoredKey>) -> Result<Facts, Error> {
        let noted = (&stored.automat, &stored.property);
        let (automat, property) = key.map_or(noted, |stored| (&stored.key.automat, &stored.key.property));
        self.facts(&stored.contract, automat, property.clone()).await
    }
}

impl Snapshot {
    pub(super) fn contract(&self) -> Option<&Contract> {
        self.contract.as_ref().map(|stored| &stored.contract)
    }
}
