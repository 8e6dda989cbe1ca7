//! Editing a key: sharing, return code, property, or another locker of its automat.

use domain::{Automat, AutomatRefusal, EventKind, Key, KeyChange, KeyId, index_terms};

use super::{holds_key, holds_no_key};
use crate::expression::{Update, absent, present, unchanged};
use crate::items::{AutomatItem, KeyItem, LockerItem, StoredAutomat, StoredKey, StoredLocker, number, numbers};
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{Error, Expected, RequestMetadata, Store};

/// The items that a move to another locker depends on.
struct Move {
    automat: StoredAutomat,
    locker: StoredLocker,
}

impl Store {
    pub async fn edit_key(
        &self,
        id: &KeyId,
        change: KeyChange,
        expected: Expected,
        metadata: &RequestMetadata,
    ) -> Result<Key, Error> {
        let _queued = self.queue([id]).await;
        retry!(self, {
            let stored = self.stored_key(id).await?;
            let mut edited = stored.key.edited(change.clone(), metadata.now)?;
            expected.check(stored.key.version)?;
            if stored.key.differences(&edited).is_empty() {
                return Ok(stored.key);
            }
            let moved = if edited.locker == stored.key.locker {
                None
            } else {
                let automat = self.stored_automat(&stored.key.automat).await?;
                automat.automat.choose_locker(Some(edited.locker))?;
                let locker = self.stored_locker(&stored.key.automat, edited.locker).await?;
                edited.whereabouts = edited.whereabouts.given_locker(locker.key_inside);
                Some(Move { automat, locker })
            };
            match self.build_key_edit(&stored, &edited, moved, metadata)?.try_commit(self).await? {
                Ok(()) => Ok(edited),
                Err(refused) if refused.is_only(&[Part::ReturnCode]) => Err(Error::ReturnCodeInUse.into()),
                Err(_) => Err(NotDone::Again),
            }
        })
    }

    fn build_key_edit(
        &self,
        stored: &StoredKey,
        edited: &Key,
        moved: Option<Move>,
        metadata: &RequestMetadata,
    ) -> Result<Transaction, Error> {
        let key = &stored.key;
        let mut transaction = Transaction::default();
        let next = StoredKey { key: edited.clone(), rev: stored.rev + 1, ..stored.clone() };
        let item = KeyItem::write(&next, &self.codes, &self.random)?;
        let update = Update::all(item, &["returnCode", "keyInside", "outWith"]);
        transaction.update(Part::Key, KeyItem::key(&key.id), update, unchanged(stored.rev));
        self.change_return_code(&mut transaction, key, edited)?;
        change_search_terms(&mut transaction, stored, edited);
        let locker = |key: &Key| LockerItem::key(&key.automat, key.locker);
        let take = LockerItem::take(edited, &stored.incarnation);
        if let Some(Move { automat, locker: other }) = moved {
            let occupied = move_in(&automat.automat, key, edited)?;
            transaction.update(Part::Automat, AutomatItem::key(&key.automat), occupied, unchanged(automat.rev));
            transaction.update(Part::Locker, locker(key), LockerItem::leave(), holds_key(&key.id));
            transaction.update(Part::Locker, locker(edited), take, holds_no_key().and(other.as_reported()));
        } else {
            transaction.update(Part::Locker, locker(edited), take, holds_key(&key.id));
        }
        let kind = EventKind::KeyChanged { changes: key.differences(edited) };
        transaction.record_of_key(self, &next, None, kind, metadata)?;
        Ok(transaction)
    }

    fn change_return_code(&self, transaction: &mut Transaction, key: &Key, edited: &Key) -> Result<(), Error> {
        let (former, next) = (self.return_code_names(key), self.return_code_names(edited));
        if former == next {
            return Ok(());
        }
        if let Some(names) = former {
            transaction.free_return_code(Part::FormerReturnCode, key, &names);
        }
        if let Some(names) = next {
            transaction.take_return_code(edited, &names)?;
        }
        Ok(())
    }
}

fn change_search_terms(transaction: &mut Transaction, stored: &StoredKey, edited: &Key) {
    let key = &stored.key;
    let terms = |key: &Key| index_terms(&[key.id.as_str(), key.property.as_str()]);
    let (former, next) = (terms(key), terms(edited));
    for term in former.difference(&next) {
        transaction.delete(Part::SearchTerm, KeyItem::term_key(&key.id, term), present());
    }
    for term in next.difference(&former) {
        transaction.put(Part::SearchTerm, KeyItem::term(&key.id, term, &stored.incarnation), absent());
    }
}

/// The lockers in use after a move. One expression cannot both add to a set and delete from it, so the whole set is
/// written, on condition that the automat is unchanged.
fn move_in(automat: &Automat, key: &Key, edited: &Key) -> Result<Update, AutomatRefusal> {
    let mut occupied = automat.occupied.clone();
    occupied.remove(&key.locker);
    occupied.insert(automat.choose_locker(Some(edited.locker))?);
    let occupied = occupied.into_iter().map(domain::LockerIndex::get);
    Ok(Update::default().set("occupied", numbers(occupied)).add("rev", number(1)))
}
