//! Keys: one file a verb.

mod create;
mod edit;
mod list;
mod remove;

use domain::{Key, KeyId};

pub use self::list::KeyFilter;
pub use self::remove::Removal;
pub(crate) use self::remove::in_use;
use crate::codes::Mac;
use crate::items::{AGENDA_LENGTH, KeyItem, StoredKey, bytes, text};
use crate::write::Expression;
use crate::{Error, Store, Thing};

impl Store {
    /// A key with its calendar.
    pub async fn key(&self, id: &KeyId) -> Result<Key, Error> {
        self.stored_key(id).await.map(|stored| stored.key)
    }

    pub(crate) async fn stored_key(&self, id: &KeyId) -> Result<StoredKey, Error> {
        let item = self.get(&KeyItem::key(id)).await?.ok_or(Error::NotFound(Thing::Key))?;
        KeyItem::read(item, &self.codes)
    }

    fn return_code_mac(&self, key: &Key) -> Option<Mac> {
        key.return_code.as_ref().map(|code| self.codes.return_code_mac(&key.automat, code))
    }
}

/// What a locker's item says of the key in it.
fn key_in_locker(key: &Key) -> Expression {
    Expression::new("SET #lockerIndex = :locker, #keyId = :k, #property = :property, #agenda = :agenda")
        .value(":locker", crate::items::number(key.locker.get()))
        .value(":k", text(key.id.as_str()))
        .value(":property", text(key.property.as_str()))
        .value(":agenda", bytes(key.calendar.pack_first(AGENDA_LENGTH)))
}

/// What a locker's item says when no key belongs in it.
fn no_key_in_locker() -> Expression {
    Expression::new("REMOVE #keyId, #property, #agenda, #keyInside, #outWith")
}

/// The condition that this key belongs in the locker.
pub(crate) fn holds_key(id: &KeyId) -> Expression {
    Expression::new("#keyId = :own").value(":own", text(id.as_str()))
}

/// The condition that no key belongs in the locker.
fn holds_no_key() -> Expression {
    Expression::new("attribute_not_exists(#keyId)")
}
