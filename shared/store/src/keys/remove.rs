//! Removing a key and everything that belongs to it.
//!
//! One transaction marks the key: from then on it is in no locker, its PINs open nothing, and it cannot be booked.
//! The rest is cleanup in pieces, which can be repeated and interrupted anywhere. The key's own item is deleted last,
//! which frees its id. The next call that removes or creates a key of this id continues an interrupted cleanup, and
//! `finish_removals` finds all of them.

use std::collections::HashSet;
use std::time::Duration;

use domain::{EventKind, Instant, KeyId, KeyState};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::holds_key;
use crate::expression::{Expression, Update, is, unchanged};
use crate::items::{
    AutomatItem, Item, ItemKey, KeyItem, LockerItem, PinItem, REMOVING, StoredKey, flag, number, numbers, text,
};
use crate::read::Stretch;
use crate::retry::{NotDone, retry};
use crate::schema::LIST_PK;
use crate::sealing::Mac;
use crate::transaction::{Part, Transaction};
use crate::{Error, Expected, RequestMetadata, Store};

/// Time limit of one call: less than API Gateway and Lambda allow.
const PATIENCE: Duration = Duration::from_secs(20);
/// After this time a removal counts as interrupted: longer than one call may take.
const ABANDONED_MILLIS: i64 = 60_000;
/// Contracts deleted in one transaction, each with its PIN.
const TOGETHER: usize = 50;
/// How many transactions run concurrently.
const AT_ONCE: usize = 4;
const STEP: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// Everything is deleted; the KeyID is free.
    Complete,
    /// The key is unusable; the next call continues the cleanup.
    Underway,
}

impl Store {
    pub async fn remove_key(
        &self,
        id: &KeyId,
        force: bool,
        expected: Expected,
        metadata: &RequestMetadata,
    ) -> Result<Removal, Error> {
        let stored = self.mark_removing(id, force, expected, metadata).await?;
        match tokio::time::timeout(PATIENCE, self.finish_removal(&stored)).await {
            Ok(finished) => finished.map(|()| Removal::Complete),
            Err(_) => Ok(Removal::Underway),
        }
    }

    /// Finishes all interrupted removals. Returns how many there were.
    pub async fn finish_removals(&self) -> Result<usize, Error> {
        self.finish_removals_marked(|_| true).await
    }

    /// Like [`Store::finish_removals`], but skips removals requested less than a minute ago, which are probably still
    /// running. One query if there are none.
    pub async fn finish_abandoned_removals(&self, now: Instant) -> Result<usize, Error> {
        let long_ago =
            |marked: Option<Instant>| marked.is_none_or(|marked| marked.plus_millis(ABANDONED_MILLIS) <= now);
        self.finish_removals_marked(long_ago).await
    }

    /// Finishes removals by when they were marked. Those marked before this time was stored always count.
    async fn finish_removals_marked(&self, wanted: impl Fn(Option<Instant>) -> bool) -> Result<usize, Error> {
        let found = self.query_all(Stretch::of_list(REMOVING), usize::from(u16::MAX)).await?;
        let keys: Vec<_> = found.iter().filter_map(ItemKey::of).collect();
        let mut finished = 0;
        for item in self.get_all(&keys).await? {
            let wanted = wanted(KeyItem::removing_since(&item));
            let stored = KeyItem::read(item, &self.codes)?;
            if wanted && stored.key.state == KeyState::Removing {
                self.finish_removal(&stored).await?;
                finished += 1;
            }
        }
        Ok(finished)
    }

    async fn mark_removing(
        &self,
        id: &KeyId,
        force: bool,
        expected: Expected,
        metadata: &RequestMetadata,
    ) -> Result<StoredKey, Error> {
        retry!(self, {
            let stored = self.stored_key(id).await?;
            if stored.key.state == KeyState::Removing {
                return Ok(stored);
            }
            expected.check(stored.key.version)?;
            stored.key.check_removable(force)?;
            self.build_key_removal(&stored, metadata)?.commit(self).await?;
            Ok(stored)
        })
    }

    fn build_key_removal(&self, stored: &StoredKey, metadata: &RequestMetadata) -> Result<Transaction, Error> {
        let key = &stored.key;
        let mut transaction = Transaction::default();
        let mark = Update::default()
            .set("removing", flag(true))
            .set("removingAt", number(metadata.now.millis()))
            .set(LIST_PK, text(REMOVING))
            .remove("calendar")
            .add("rev", number(1));
        transaction.update(Part::Key, KeyItem::key(&key.id), mark, unchanged(stored.rev));
        let free = Update::default().delete("occupied", numbers([key.locker.get()])).add("rev", number(1));
        let taken = Expression::new("contains(#occupied, :index)").value(":index", number(key.locker.get()));
        transaction.update(Part::Automat, AutomatItem::key(&key.automat), free, taken);
        let locker = LockerItem::key(&key.automat, key.locker);
        transaction.update(Part::Locker, locker, LockerItem::leave(), holds_key(&key.id));
        if let Some(names) = self.return_code_names(key) {
            transaction.free_return_code(Part::ReturnCode, key, &names);
        }
        let live_contracts = key.calendar.without_ended(metadata.now).entries().len();
        transaction.record_of_key(self, stored, None, EventKind::KeyRemoved { live_contracts }, metadata)?;
        Ok(transaction)
    }

    /// Deletes what is left of a key that is marked for removal. Safe to repeat and to run concurrently.
    pub(crate) async fn finish_removal(&self, stored: &StoredKey) -> Result<(), Error> {
        let key = &stored.key;
        let mut stretch = Stretch::of_partition(KeyItem::pk(&key.id));
        loop {
            let found = self.query(&stretch, Some(STEP)).await?;
            let remains = found.items.iter().filter_map(|item| Remains::of(item, &stored.incarnation)).collect();
            self.delete_remains(stored, remains).await?;
            match found.rest {
                Some(rest) => stretch = stretch.after(Some(rest)),
                None => break,
            }
        }
        let same_one = is("incarnation", text(&stored.incarnation)).and(is("removing", flag(true)));
        // If the condition fails, another call has finished the same removal.
        self.delete(KeyItem::key(&key.id), same_one).await.map(|_| ())
    }

    async fn delete_remains(&self, stored: &StoredKey, remains: Vec<Remains>) -> Result<(), Error> {
        let together = remains.chunks(TOGETHER).map(|together| self.delete_together(stored, together.to_vec()));
        let deletions: Vec<_> = together.collect();
        stream::iter(deletions).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn delete_together(&self, stored: &StoredKey, mut remains: Vec<Remains>) -> Result<(), Error> {
        let automat = &stored.key.automat;
        retry!(self, {
            let mut transaction = Transaction::default();
            // Contracts may have had the same PIN one after the other, and a transaction may name an item only once.
            let mut named = HashSet::new();
            for item in &remains {
                if let Some(mac) = &item.pin
                    && named.insert(&mac.0)
                {
                    transaction.delete(Part::Pin, PinItem::key(automat, mac), KeyItem::part_of(&stored.incarnation));
                }
                transaction.delete(Part::Remains, item.key.clone(), KeyItem::part_of(&stored.incarnation));
            }
            let Err(refused) = transaction.try_commit(self).await? else { return Ok(()) };
            // Leaves what belongs to others by now: an ended contract's PIN that another contract took, or an item of
            // the next key with this id, if another call has finished the removal.
            let others: Vec<_> = refused.items().filter_map(ItemKey::of).collect();
            remains.retain(|item| !others.contains(&item.key));
            for item in &mut remains {
                item.pin.take_if(|mac| others.contains(&PinItem::key(automat, mac)));
            }
            if remains.is_empty() { Ok(()) } else { Err(NotDone::Again) }
        })
    }
}

/// An item of a key's partition, and the PIN to delete with it.
#[derive(Debug, Clone)]
struct Remains {
    key: ItemKey,
    pin: Option<Mac>,
}

impl Remains {
    fn of(item: &Item, incarnation: &str) -> Option<Self> {
        let key = ItemKey::of(item)?;
        if key.sk == "KEY" || item.get("incarnation") != Some(&text(incarnation)) {
            return None;
        }
        let pin = item.get("pinMac").and_then(|mac| mac.as_s().ok().cloned()).map(Mac);
        Some(Self { key, pin })
    }
}
