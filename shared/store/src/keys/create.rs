//! Adding a key to an automat.

use domain::{EventKind, Key, KeyDraft, KeyState, index_terms};

use super::holds_no_key;
use crate::expression::{Expression, Update, absent};
use crate::idempotency::again_unless_recorded;
use crate::items::{AutomatItem, Item, KeyItem, LockerItem, StoredKey, StoredLocker, number, numbers};
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{Created, Error, RequestMetadata, ResourceKind, Store};

impl Store {
    /// Adds a key to the requested locker, or to the lowest free one.
    pub async fn create_key(&self, draft: KeyDraft, metadata: &RequestMetadata) -> Result<Created<Key>, Error> {
        self.once(metadata, self.add_key(draft, metadata)).await
    }

    async fn add_key(&self, draft: KeyDraft, metadata: &RequestMetadata) -> Result<Created<Key>, Error> {
        retry!(self, {
            if let Some(existing) = self.find_key(&draft.id).await? {
                match existing.key.state {
                    KeyState::Active if existing.key.matches_draft(&draft) => {
                        return Ok(Created::Existing(existing.key));
                    }
                    KeyState::Active => return Err(Error::Exists(ResourceKind::Key).into()),
                    KeyState::Removing => self.finish_removal(&existing, metadata.now).await?,
                }
            }
            self.try_to_add(&draft, metadata).await.map(Created::New)
        })
    }

    /// One attempt to add a key that does not exist.
    pub(super) async fn try_to_add(&self, draft: &KeyDraft, metadata: &RequestMetadata) -> Result<Key, NotDone> {
        let automat = self.stored_automat(&draft.automat).await?.automat;
        let locker = self.stored_locker(&automat.id, automat.choose_locker(draft.locker)?).await?;
        let key = Key::new(draft.clone(), locker.locker, metadata.now);
        let key = Key { whereabouts: key.whereabouts.clone().given_locker(locker.key_inside), ..key };
        match self.build_key_creation(&key, &locker, metadata)?.try_commit(self).await? {
            Ok(()) => Ok(key),
            Err(refused) if refused.is_only(&[Part::ReturnCode]) => Err(Error::ReturnCodeInUse.into()),
            Err(refused) => Err(again_unless_recorded(&refused)),
        }
    }

    fn build_key_creation(
        &self,
        key: &Key,
        locker: &StoredLocker,
        metadata: &RequestMetadata,
    ) -> Result<Transaction, Error> {
        let incarnation = self.random.ulid(metadata.now)?;
        let stored = StoredKey { key: key.clone(), rev: self.random.start()?, incarnation, removal: None };
        let item: Item = KeyItem::write(&stored, &self.codes, &self.random)?;
        let mut transaction = Transaction::default();
        transaction.receipt(metadata, &item);
        transaction.put(Part::Key, item, absent());
        let (take, free) = take_locker(key);
        transaction.update(Part::Automat, AutomatItem::key(&key.automat), take, free);
        let item_key = LockerItem::key(&key.automat, key.locker);
        let free = holds_no_key().and(locker.as_reported());
        transaction.update(Part::Locker, item_key, LockerItem::take(key, &stored.incarnation), free);
        if let Some(names) = self.return_code_names(key) {
            transaction.take_return_code(key, &names)?;
        }
        for term in index_terms(&[key.id.as_str(), key.property.as_str()]) {
            transaction.put(Part::SearchTerm, KeyItem::term(&key.id, &term, &stored.incarnation), absent());
        }
        transaction.record_of_key(self, &stored, None, EventKind::KeyAdded, metadata)?;
        Ok(transaction)
    }
}

/// Takes a locker that exists and is free. Concurrent requests for different lockers do not conflict.
fn take_locker(key: &Key) -> (Update, Expression) {
    let index = key.locker.get();
    let take = Update::default().add("occupied", numbers([index])).add("rev", number(1));
    let free =
        Expression::new("#lockerCount > :index AND NOT contains(#occupied, :index)").value(":index", number(index));
    (take, free)
}
