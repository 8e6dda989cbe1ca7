//! Keys: one file a verb.

mod create;
mod edit;
mod list;
mod remove;

use domain::{AutomatId, Key, KeyId, LockerIndex};

pub use self::list::KeyFilter;
pub use self::remove::Removal;
use crate::expression::{Expression, absent};
use crate::items::{KeyItem, LockerItem, ReturnCodeItem, StoredKey, StoredLocker, text};
use crate::sealing::Names;
use crate::transaction::{Part, Transaction};
use crate::{Error, Store, Thing};

impl Store {
    /// A key with its calendar.
    pub async fn key(&self, id: &KeyId) -> Result<Key, Error> {
        self.stored_key(id).await.map(|stored| stored.key)
    }

    /// A key that is in use. One that is being removed is refused: what is still in the table of it is on its way out.
    pub async fn active_key(&self, id: &KeyId) -> Result<Key, Error> {
        self.stored_active_key(id).await.map(|stored| stored.key)
    }

    pub(crate) async fn stored_active_key(&self, id: &KeyId) -> Result<StoredKey, Error> {
        let stored = self.stored_key(id).await?;
        stored.key.check_active()?;
        Ok(stored)
    }

    pub(crate) async fn stored_key(&self, id: &KeyId) -> Result<StoredKey, Error> {
        let item = self.get(&KeyItem::key(id)).await?.ok_or(Error::NotFound(Thing::Key))?;
        KeyItem::read(item, &self.codes)
    }

    pub(crate) async fn stored_locker(&self, automat: &AutomatId, locker: LockerIndex) -> Result<StoredLocker, Error> {
        let item = self.get(&LockerItem::key(automat, locker)).await?;
        item.map_or_else(|| Ok(StoredLocker::untouched(locker)), LockerItem::read)
    }

    /// What a key's return code is called.
    pub(crate) fn return_code_names(&self, key: &Key) -> Option<Names> {
        key.return_code.as_ref().map(|code| self.codes.return_code_names(&key.automat, code))
    }
}

impl Transaction {
    /// Takes a return code that nobody has, under neither of its names.
    fn take_return_code(&mut self, key: &Key, names: &Names) -> Result<(), Error> {
        let item = ReturnCodeItem::write(&key.automat, &names.current, &key.id)?;
        self.put(Part::ReturnCode, item, absent());
        if let Some(other) = &names.other {
            // A deletion of nothing: a mere check would be another permission for the function.
            self.delete(Part::ReturnCode, ReturnCodeItem::key(&key.automat, other), absent());
        }
        Ok(())
    }

    /// Gives a key's return code up, whatever it is called.
    fn free_return_code(&mut self, part: Part, key: &Key, names: &Names) {
        for name in std::iter::once(&names.current).chain(&names.other) {
            self.delete(part, ReturnCodeItem::key(&key.automat, name), ReturnCodeItem::own_or_gone(&key.id));
        }
    }
}

/// The condition that this key belongs in the locker.
pub(crate) fn holds_key(id: &KeyId) -> Expression {
    Expression::new("#keyId = :own").value(":own", text(id.as_str()))
}

/// The condition that no key belongs in the locker.
fn holds_no_key() -> Expression {
    Expression::new("attribute_not_exists(#keyId)")
}
