//! Keys, one file per operation.

mod create;
mod edit;
mod list;
mod put;
mod rehearse;
mod remove;

use domain::{AutomatId, ContractKeys, Key, KeyId, LockerIndex};

pub use self::list::KeyFilter;
pub use self::remove::{KeyRemoval, Removal, RemovalEffect};
use crate::expression::{Expression, absent, is, is_or_absent};
use crate::items::{Item, KeyItem, LockerItem, ReturnCodeItem, StoredKey, StoredLocker, read, text};
use crate::sealing::Names;
use crate::transaction::{Part, Transaction};
use crate::{Error, ResourceKind, Store};

impl Store {
    pub async fn key(&self, id: &KeyId) -> Result<Key, Error> {
        self.stored_key(id).await.map(|stored| stored.key)
    }

    /// A key that is not being removed. Otherwise [`domain::KeyRefusal::BeingRemoved`].
    pub async fn active_key(&self, id: &KeyId) -> Result<Key, Error> {
        self.stored_active_key(id).await.map(|stored| stored.key)
    }

    pub(crate) async fn stored_active_key(&self, id: &KeyId) -> Result<StoredKey, Error> {
        let stored = self.stored_key(id).await?;
        stored.key.check_active()?;
        Ok(stored)
    }

    pub(crate) async fn stored_key(&self, id: &KeyId) -> Result<StoredKey, Error> {
        self.find_key(id).await?.ok_or(Error::NotFound(ResourceKind::Key))
    }

    /// Several keys, in order of their ids. All of them exist, or the first that does not is named.
    pub(crate) async fn stored_keys(&self, ids: &ContractKeys) -> Result<Vec<StoredKey>, Error> {
        let item_keys: Vec<_> = ids.iter().map(KeyItem::key).collect();
        let items = self.get_all(&item_keys).await?;
        self.read_keys(ids, items)
    }

    /// These keys from their items.
    pub(crate) fn read_keys(&self, ids: &ContractKeys, items: Vec<Item>) -> Result<Vec<StoredKey>, Error> {
        let found: Vec<_> =
            items.into_iter().map(|item| KeyItem::read(item, &self.codes)).collect::<Result<_, Error>>()?;
        match ids.iter().find(|id| found.iter().all(|stored| stored.key.id != **id)) {
            Some(missing) => Err(Error::KeyNotFound(missing.clone())),
            None => Ok(found),
        }
    }

    /// Several keys that are not being removed.
    pub async fn active_keys(&self, ids: &ContractKeys) -> Result<Vec<Key>, Error> {
        let keys = self.stored_keys(ids).await?;
        keys.iter().try_for_each(|stored| stored.key.check_active())?;
        Ok(keys.into_iter().map(|stored| stored.key).collect())
    }

    pub(crate) async fn find_key(&self, id: &KeyId) -> Result<Option<StoredKey>, Error> {
        let item = self.get(&KeyItem::key(id)).await?;
        item.map(|item| KeyItem::read(item, &self.codes)).transpose()
    }

    pub(crate) async fn stored_locker(&self, automat: &AutomatId, locker: LockerIndex) -> Result<StoredLocker, Error> {
        let item = self.get(&LockerItem::key(automat, locker)).await?;
        item.map_or_else(|| Ok(StoredLocker::untouched(locker)), read::<StoredLocker>)
    }

    /// The names (MACs) of a key's return code.
    pub(crate) fn return_code_names(&self, key: &Key) -> Option<Names> {
        key.return_code.as_ref().map(|code| self.codes.return_code_names(&key.automat, code))
    }
}

impl Transaction {
    /// Takes a return code that no other key has under either of its names.
    fn take_return_code(&mut self, key: &Key, names: &Names) -> Result<(), Error> {
        let item = ReturnCodeItem::write(&key.automat, &names.current, &key.id)?;
        self.put(Part::ReturnCode, item, absent());
        if let Some(other) = &names.other {
            // A deletion although there is nothing to delete: a condition check would need another permission.
            self.delete(Part::ReturnCode, ReturnCodeItem::key(&key.automat, other), absent());
        }
        Ok(())
    }

    /// Frees a key's return code, under whichever name it is stored.
    fn free_return_code(&mut self, part: Part, key: &Key, names: &Names) {
        for name in std::iter::once(&names.current).chain(&names.other) {
            self.delete(part, ReturnCodeItem::key(&key.automat, name), ReturnCodeItem::own_or_gone(&key.id));
        }
    }
}

/// Condition: this key is assigned to the locker.
pub(crate) fn holds_key(id: &KeyId) -> Expression {
    is("keyId", text(id.as_str()))
}

/// Condition: no key is assigned to the locker.
fn holds_no_key() -> Expression {
    is_or_absent("keyId", None)
}
