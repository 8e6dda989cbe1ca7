//! Removing a key and everything that belongs to it.
//!
//! One transaction marks the key: from then on it is in no locker, its PINs open nothing, and it cannot be booked.
//! The rest is cleanup in pieces, which can be repeated and interrupted anywhere. The key's own item is deleted last,
//! which frees its id. The next call that removes or creates a key of this id continues an interrupted cleanup, and
//! `finish_removals` finds all of them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use domain::{ContractId, EventKind, Instant, Key, KeyId, KeyState, MessageCount, Notify};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};

use super::holds_key;
use crate::contract_index::{ContractList, Entry};
use crate::expression::{Expression, Update, is, unchanged};
use crate::items::{
    AutomatItem, ContractItem, ContractLinks, Item, ItemKey, KeyItem, LockerItem, PinItem, REMOVING, RemovalNote,
    StoredKey, flag, number, numbers, read, text,
};
use crate::read::Stretch;
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{Error, Expected, RequestMetadata, Store};

/// Time limit of one call: less than API Gateway and Lambda allow.
const PATIENCE: Duration = Duration::from_secs(20);
/// After this time a removal counts as interrupted: longer than one call may take.
const ABANDONED_MILLIS: i64 = 60_000;
/// Contracts deleted in one transaction, each with its PIN.
const TOGETHER: usize = 50;
/// The same, if each contract also gets a mark that its removal notifies nobody.
const QUIETLY_TOGETHER: usize = 33;
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

/// What removing a key does to its contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RemovalEffect {
    /// How many contracts that have not ended lose the key, or are removed with it.
    pub contracts: usize,
    /// How many messages their contacts get.
    pub messages: MessageCount,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRemoval {
    pub progress: Removal,
    /// As decided by the call that marked the key.
    pub effect: RemovalEffect,
}

impl Store {
    /// Removes a key. Who is notified is decided by the call that marks it.
    pub async fn remove_key(
        &self,
        id: &KeyId,
        force: bool,
        expected: Expected,
        metadata: &RequestMetadata,
    ) -> Result<KeyRemoval, Error> {
        let stored = self.mark_removing(id, force, expected, metadata).await?;
        let effect = stored.removal.unwrap_or_default().effect;
        let progress = match tokio::time::timeout(PATIENCE, self.finish_removal(&stored, metadata.now)).await {
            Ok(finished) => finished.map(|()| Removal::Complete)?,
            Err(_) => Removal::Underway,
        };
        Ok(KeyRemoval { progress, effect })
    }

    /// What removing the key would do now, if its contracts' contacts are notified.
    pub async fn preview_key_removal(&self, id: &KeyId, now: Instant) -> Result<RemovalEffect, Error> {
        self.removal_effect(&self.stored_active_key(id).await?, Notify::Contacts, now).await
    }

    async fn removal_effect(&self, key: &StoredKey, notify: Notify, now: Instant) -> Result<RemovalEffect, Error> {
        let live = key.key.calendar.without_ended(now);
        let contracts = live.entries().len();
        let mut messages = MessageCount::default();
        if notify == Notify::Contacts {
            let item_keys: Vec<_> = live.entries().iter().map(|entry| ContractItem::key(&entry.contract)).collect();
            for item in self.get_all(&item_keys).await? {
                messages += MessageCount::to_all(&ContractItem::read_contacts(item)?);
            }
        }
        Ok(RemovalEffect { contracts, messages })
    }

    /// Finishes all interrupted removals. Returns how many there were.
    pub async fn finish_removals(&self, now: Instant) -> Result<usize, Error> {
        self.finish_removals_marked(now, |_| true).await
    }

    /// Like [`Store::finish_removals`], but skips removals requested less than a minute ago, which are probably still
    /// running. One query if there are none.
    pub async fn finish_abandoned_removals(&self, now: Instant) -> Result<usize, Error> {
        let long_ago =
            |marked: Option<Instant>| marked.is_none_or(|marked| marked.plus_millis(ABANDONED_MILLIS) <= now);
        self.finish_removals_marked(now, long_ago).await
    }

    /// Finishes removals by when they were marked. Those marked before this time was stored always count.
    async fn finish_removals_marked(
        &self,
        now: Instant,
        wanted: impl Fn(Option<Instant>) -> bool,
    ) -> Result<usize, Error> {
        let found = self.query_all(Stretch::of_list(REMOVING), usize::from(u16::MAX)).await?;
        let keys: Vec<_> = found.iter().filter_map(ItemKey::of).collect();
        let mut finished = 0;
        for item in self.get_all(&keys).await? {
            let wanted = wanted(KeyItem::removing_since(&item));
            let stored = KeyItem::read(item, &self.codes)?;
            if wanted && stored.key.state == KeyState::Removing {
                self.finish_removal(&stored, now).await?;
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
            let effect = self.removal_effect(&stored, metadata.notify, metadata.now).await?;
            let note = RemovalNote { quiet: metadata.notify == Notify::Nobody, effect };
            self.build_key_removal(&stored, note, metadata)?.commit(self).await?;
            Ok(StoredKey { removal: Some(note), ..stored })
        })
    }

    fn build_key_removal(
        &self,
        stored: &StoredKey,
        note: RemovalNote,
        metadata: &RequestMetadata,
    ) -> Result<Transaction, Error> {
        let key = &stored.key;
        let mut transaction = Transaction::default();
        let mark = KeyItem::mark_removing(note, metadata.now)?;
        transaction.update(Part::Key, KeyItem::key(&key.id), mark, unchanged(stored.rev));
        let free = Update::default().delete("occupied", numbers([key.locker.get()])).add("rev", number(1));
        let taken = Expression::new("contains(#occupied, :index)").value(":index", number(key.locker.get()));
        transaction.update(Part::Automat, AutomatItem::key(&key.automat), free, taken);
        let locker = LockerItem::key(&key.automat, key.locker);
        transaction.update(Part::Locker, locker, LockerItem::leave(), holds_key(&key.id));
        if let Some(names) = self.return_code_names(key) {
            transaction.free_return_code(Part::ReturnCode, key, &names);
        }
        let kind = EventKind::KeyRemoved { live_contracts: note.effect.contracts };
        transaction.record_of_key(self, stored, None, kind, metadata)?;
        Ok(transaction)
    }

    /// Deletes what is left of a key that is marked for removal: its search terms, and its contracts, from which it is
    /// taken off if they have other keys. Safe to repeat and to run concurrently.
    pub(crate) async fn finish_removal(&self, stored: &StoredKey, now: Instant) -> Result<(), Error> {
        let key = &stored.key;
        // The live contracts, and an overdue one, are known here; ended ones by the list, which is written some time later.
        let live = key.calendar.entries().iter().map(|entry| &entry.contract);
        let live: BTreeSet<_> = live.chain(key.whereabouts.holder()).cloned().collect();
        self.release(stored, live, now).await?;
        let mut stretch = Stretch::of_partition(ContractList::of_key(&stored.incarnation));
        loop {
            let found = self.query(&stretch, Some(STEP)).await?;
            let entries = found.items.iter().filter_map(ItemKey::of).filter_map(|key| Entry::of_item_key(&key));
            self.release(stored, entries.map(|entry| entry.contract).collect(), now).await?;
            match found.rest {
                Some(rest) => stretch = stretch.after(Some(rest)),
                None => break,
            }
        }
        self.delete_terms(stored).await?;
        let same_one = is("incarnation", text(&stored.incarnation)).and(is("removing", flag(true)));
        // If the condition fails, another call has finished the same removal.
        self.delete(KeyItem::key(&key.id), same_one).await.map(|_| ())
    }

    /// Deletes contracts of the key; from those that have other keys, takes it off.
    async fn release(&self, key: &StoredKey, ids: BTreeSet<ContractId>, now: Instant) -> Result<(), Error> {
        let contracts = self.contracts_on(key, ids).await?;
        let (with_others, alone): (Vec<_>, Vec<_>) = contracts.into_iter().partition(|links| links.keys.len() > 1);
        let taking_off: Vec<_> =
            with_others.into_iter().map(|links| self.take_off(key, links.contract_id, now)).collect();
        stream::iter(taking_off).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        let size = match key.removal.unwrap_or_default().notify() {
            Notify::Contacts => TOGETHER,
            Notify::Nobody => QUIETLY_TOGETHER,
        };
        let ids: Vec<_> = alone.into_iter().map(|links| links.contract_id).collect();
        let deletions: Vec<_> = ids.chunks(size).map(|ids| self.delete_together(key, ids, now)).collect();
        stream::iter(deletions).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Those of the contracts of which the key is still one of the keys.
    async fn contracts_on(
        &self,
        key: &StoredKey,
        ids: impl IntoIterator<Item = ContractId>,
    ) -> Result<Vec<ContractLinks>, Error> {
        let item_keys: Vec<_> = ids.into_iter().map(|id| ContractItem::key(&id)).collect();
        let items = self.get_all(&item_keys).await?.into_iter();
        let mut contracts = items.map(read).collect::<Result<Vec<ContractLinks>, _>>()?;
        contracts.retain(|links| links.has(&key.key.id, &key.incarnation));
        Ok(contracts)
    }

    /// Takes the key off a contract that has others. The stream's record notifies its contacts.
    async fn take_off(&self, key: &StoredKey, id: ContractId, now: Instant) -> Result<(), Error> {
        let StoredKey { key: Key { id: key_id, automat, .. }, incarnation, .. } = key;
        let mut foreign_pins = HashSet::new();
        retry!(self, {
            let found = self.find_contract(&id).await?;
            // The contract may have been erased meanwhile, or another call may have taken the key off.
            let Some(stored) = found.filter(|stored| stored.has(key_id, incarnation)) else { return Ok(()) };
            let Some(next) = stored.without(key_id, now) else {
                // Its other keys have been removed meanwhile.
                return Ok(self.delete_together(key, std::slice::from_ref(&id), now).await?);
            };
            let next = next.notifying(key.removal.unwrap_or_default().notify());
            let mut transaction = Transaction::default();
            let update = Update::all(ContractItem::write(&next, self)?, &ContractItem::OPTIONAL);
            transaction.update(Part::Contract, ContractItem::key(&id), update, stored.unchanged()?);
            let pin = stored.pins.get(automat).map(|mac| PinItem::key(automat, mac));
            if let Some(pin) = pin.filter(|pin| !foreign_pins.contains(pin)) {
                if next.pins.contains_key(automat) {
                    let update = PinItem::update(&next, automat);
                    transaction.update(Part::Pin, pin, update, PinItem::own(&stored.incarnation));
                } else {
                    transaction.delete(Part::Pin, pin, PinItem::own_or_gone(&stored.incarnation));
                }
            }
            let Err(refused) = transaction.try_commit(self).await? else { return Ok(()) };
            // An ended contract's PIN may have expired, or have been taken by another contract.
            if refused.has(Part::Pin) {
                foreign_pins.extend(stored.pins.get(automat).map(|mac| PinItem::key(automat, mac)));
            }
            Err(NotDone::Again)
        })
    }

    /// Deletes contracts that have no other key.
    async fn delete_together(&self, key: &StoredKey, ids: &[ContractId], now: Instant) -> Result<(), Error> {
        let notify = key.removal.unwrap_or_default().notify();
        let mut holders: HashMap<ItemKey, String> = HashMap::new();
        retry!(self, {
            let contracts = self.contracts_on(key, ids.iter().cloned()).await?;
            if contracts.is_empty() {
                return Ok(());
            }
            if contracts.iter().any(|links| links.keys.len() > 1) {
                // It has gained a key since it was sorted out, which no edit does. The next call takes the key off it.
                return Err(Error::Busy.into());
            }
            let mut transaction = Transaction::default();
            // Contracts may have had the same PIN one after the other, and a transaction may name an item only once.
            let mut named = HashSet::new();
            for links in &contracts {
                transaction.delete(Part::Contract, ContractItem::key(&links.contract_id), links.unchanged()?);
                transaction.mark_quiet(notify, &links.contract_id, &links.incarnation, now);
                for pin in links.pins.iter().map(|(automat, mac)| PinItem::key(automat, mac)) {
                    let is_ours = holders.get(&pin).is_none_or(|holder| *holder == links.incarnation);
                    if is_ours && named.insert(pin.clone()) {
                        transaction.delete(Part::Pin, pin, PinItem::own_or_gone(&links.incarnation));
                    }
                }
            }
            let Err(refused) = transaction.try_commit(self).await? else { return Ok(()) };
            // An ended contract's PIN that another contract took.
            for item in refused.items(Part::Pin) {
                holders.extend(ItemKey::of(item).zip(PinItem::incarnation(item)));
            }
            Err(NotDone::Again)
        })
    }

    /// Deletes the key's search terms.
    async fn delete_terms(&self, key: &StoredKey) -> Result<(), Error> {
        let found = self.query_all(Stretch::of_partition(KeyItem::pk(&key.key.id)), STEP).await?;
        let mut terms: Vec<_> = found.iter().filter_map(|item| term_of(item, &key.incarnation)).collect();
        retry!(self, {
            let mut transaction = Transaction::default();
            for term in &terms {
                transaction.delete(Part::Remains, term.clone(), KeyItem::part_of(&key.incarnation));
            }
            if terms.is_empty() {
                return Ok(());
            }
            let Err(refused) = transaction.try_commit(self).await? else { return Ok(()) };
            // An item of the next key with this id, if another call has finished the removal.
            let others: HashSet<_> = refused.item_keys(Part::Remains).collect();
            terms.retain(|term| !others.contains(term));
            Err(NotDone::Again)
        })
    }
}

/// The key of an item that is a search term of a key.
fn term_of(item: &Item, incarnation: &str) -> Option<ItemKey> {
    let item_key = ItemKey::of(item)?;
    (item_key.sk != "KEY" && item.get("incarnation") == Some(&text(incarnation))).then_some(item_key)
}
