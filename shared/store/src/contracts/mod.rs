//! Contracts: one file a verb.

mod book;
mod create;
mod edit;
mod list;
mod pin;
mod preview;
mod remove;

use domain::{Contract, ContractId, KeyId};

pub use self::list::{ContractFilter, Order};
pub use self::preview::Preview;
use crate::items::{ContractItem, StoredContract, StoredKey};
use crate::keys::in_use;
use crate::{Error, Store, Thing};

impl Store {
    /// A contract.
    pub async fn contract(&self, key: &KeyId, id: &ContractId) -> Result<Contract, Error> {
        let (_, stored) = self.stored_contract(key, id).await?;
        Ok(stored.contract)
    }

    /// A contract and the key that it is on.
    pub(crate) async fn stored_contract(
        &self,
        key: &KeyId,
        id: &ContractId,
    ) -> Result<(StoredKey, StoredContract), Error> {
        let stored_key = self.stored_key(key).await?;
        in_use(&stored_key)?;
        let item = self.get(&ContractItem::key(key, id)).await?.ok_or(Error::NotFound(Thing::Contract))?;
        Ok((stored_key, ContractItem::read(item, &self.codes)?))
    }
}
