//! Editing a contract, under the same rule as creating one.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::{
    AutomatId, Calendar, Contract, ContractChange, ContractField, ContractId, ContractKeys, ContractRefusal, EventKind,
    Instant, KeyId,
};

use super::create::{Automats, check_chosen_pin, keys_out_with};
use crate::expression::Update;
use crate::items::{ContractItem, ItemKey, KeyItem, NotedKey, PinItem, StoredContract, StoredKey};
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{Error, Expected, RequestMetadata, Store};

/// A contract and its keys before and after an edit.
pub(super) struct Edit {
    pub(super) stored: StoredContract,
    /// In order of their ids, like those of the edited contract.
    pub(super) keys: Vec<StoredKey>,
    pub(super) edited: Contract,
    pub(super) edited_keys: Vec<StoredKey>,
    /// A key that is out with the contract may be taken off.
    pub(super) force: bool,
}

impl Store {
    /// Edits a contract. To take off a key that is out with it, `force` is required.
    pub async fn edit_contract(
        &self,
        id: &ContractId,
        change: ContractChange,
        force: bool,
        expected: Expected,
        metadata: &RequestMetadata,
    ) -> Result<Contract, Error> {
        let edited = |contract: &Contract| {
            expected.check(contract.version)?;
            Ok(contract.edited(change.clone(), metadata.now)?)
        };
        self.change_contract(id, change.keys.as_ref(), force, metadata, edited).await
    }

    /// Applies a decision to the stored contract, and decides again if another writer was quicker. Writes nothing if
    /// nothing changes.
    pub(super) async fn change_contract(
        &self,
        id: &ContractId,
        new_keys: Option<&ContractKeys>,
        force: bool,
        metadata: &RequestMetadata,
        decide: impl Fn(&Contract) -> Result<Contract, Error> + Sync,
    ) -> Result<Contract, Error> {
        let mut foreign_pins = HashSet::new();
        let _queued = self.queue_of_contract(id, new_keys).await?;
        retry!(self, {
            let (stored, keys) = self.writable_contract(id).await?;
            let mut edited = decide(&stored.contract)?;
            if stored.contract.differences(&edited).is_empty() {
                return Ok(stored.contract);
            }
            let edited_keys = self.keys_after(&keys, &edited).await?;
            edited.out = keys_out_with(&edited, &edited_keys);
            let edit = Edit { stored, keys, edited, edited_keys, force };
            self.check_pin(&edit).await?;
            let transaction = self.build_contract_edit(&edit, &foreign_pins, metadata)?;
            let Err(refused) = transaction.try_commit(self).await? else { return Ok(edit.edited) };
            if refused.is_only(&[Part::Pin]) {
                return Err(ContractRefusal::PinInUse.into());
            }
            foreign_pins.extend(refused.item_keys(Part::FormerPin));
            Err(NotDone::Again)
        })
    }

    /// The keys of the edited contract.
    pub(super) async fn keys_after(&self, keys: &[StoredKey], edited: &Contract) -> Result<Vec<StoredKey>, Error> {
        let known = |id: &KeyId| keys.iter().find(|stored| stored.key.id == *id);
        let Ok(added) = ContractKeys::new(edited.keys.iter().filter(|id| known(id).is_none()).cloned()) else {
            return Ok(edited.keys.iter().filter_map(known).cloned().collect());
        };
        if keys.len() + added.iter().count() > ContractKeys::MAX {
            return Err(ContractRefusal::TooManyKeys.into());
        }
        let added = self.stored_keys(&added).await?;
        let find = |id: &KeyId| known(id).or_else(|| added.iter().find(|stored| stored.key.id == *id));
        Ok(edited.keys.iter().filter_map(find).cloned().collect())
    }

    /// A PIN that is new, or new in an automat, must be long enough there.
    pub(super) async fn check_pin(&self, edit: &Edit) -> Result<(), Error> {
        let keys = edit.keys_with_a_new_pin();
        let mut automats = Automats::new();
        self.read_automats(&keys, &mut automats).await?;
        Ok(check_chosen_pin(&edit.edited.pin, &automats)?)
    }

    /// A key's calendar is written only if the contract's times change there, a PIN only if its item changes. If the
    /// caller sent an `Idempotency-Key`, its receipt is written in the same transaction. `foreign_pins` are former
    /// PINs that belong to other contracts by now.
    pub(super) fn build_contract_edit(
        &self,
        edit: &Edit,
        foreign_pins: &HashSet<ItemKey>,
        metadata: &RequestMetadata,
    ) -> Result<Transaction, Error> {
        let Edit { stored, keys, edited, edited_keys, .. } = edit;
        let changes = stored.contract.differences(edited);
        let mut transaction = Transaction::default();
        edit.write_calendars(&mut transaction, metadata)?;
        let mut next = StoredContract {
            notified_zones: stored.notified_zones.clone(),
            erased: stored.erased.clone(),
            quiet_rev: stored.quiet_rev,
            ..StoredContract::of(
                edited.clone(),
                stored.incarnation.clone(),
                stored.rev + 1,
                edited_keys,
                self.pins(edited_keys, &edited.pin),
            )
        }
        .notifying(metadata.notify);
        let rewritten = edit.automats_with_another_pin(&next);
        for (automat, mac) in &mut next.pins {
            // A PIN's item that is not written keeps the name that it has.
            if let (false, Some(former)) = (rewritten.contains(automat), stored.pins.get(automat)) {
                mac.clone_from(former);
            }
        }
        let item = ContractItem::write(&next, self)?;
        transaction.receipt(metadata, &item);
        let item_key = ContractItem::key(&edited.id);
        let update = Update::all(item, &ContractItem::OPTIONAL);
        transaction.update(Part::Contract, item_key, update, stored.unchanged()?);
        self.change_pins(&mut transaction, stored, &next, &rewritten, foreign_pins, metadata);
        let kind = if edited.was_ended_early(&stored.contract) {
            EventKind::ContractEnded(edited.range)
        } else {
            EventKind::ContractChanged { changes, range: edited.range }
        };
        let all: BTreeMap<_, _> = keys.iter().chain(edited_keys).map(|stored| (&stored.key.id, stored)).collect();
        for stored_key in all.into_values() {
            transaction.record_of_key(self, stored_key, Some(&edited.id), kind.clone(), metadata)?;
        }
        Ok(transaction)
    }

    /// Writes the PIN of an edited contract under its current names. Its former names become free. The names under the
    /// other secret must be free as well, so that no other contract has the same PIN.
    fn change_pins(
        &self,
        transaction: &mut Transaction,
        stored: &StoredContract,
        next: &StoredContract,
        rewritten: &BTreeSet<AutomatId>,
        foreign_pins: &HashSet<ItemKey>,
        metadata: &RequestMetadata,
    ) {
        let free = PinItem::free_or_own(&next.incarnation, metadata.now);
        for (automat, former) in &stored.pins {
            let (former_key, is_kept) = (PinItem::key(automat, former), next.pins.get(automat) == Some(former));
            if !is_kept && !foreign_pins.contains(&former_key) {
                transaction.delete(Part::FormerPin, former_key, PinItem::own_or_gone(&next.incarnation));
            }
        }
        for automat in rewritten {
            let names = self.codes.pin_names(automat, &next.contract.pin);
            if let Some(other) = names.other.as_ref().filter(|other| stored.pins.get(automat) != Some(*other)) {
                transaction.delete(Part::Pin, PinItem::key(automat, other), free.clone());
            }
            let is_kept = stored.pins.get(automat) == Some(&names.current);
            let update = if is_kept { PinItem::update(next, automat) } else { PinItem::take(next, automat) };
            transaction.update(Part::Pin, PinItem::key(automat, &names.current), update, free.clone());
        }
    }
}

impl Edit {
    /// An edit that leaves the keys as they are.
    pub(super) fn of_pin(stored: StoredContract, keys: Vec<StoredKey>, edited: Contract) -> Self {
        Self { stored, edited_keys: keys.clone(), keys, edited, force: false }
    }

    /// Writes the calendars of the keys whose booking changes.
    fn write_calendars(&self, transaction: &mut Transaction, metadata: &RequestMetadata) -> Result<(), Error> {
        let booked = self.newly_booked();
        for (stored, calendar) in booked.iter().zip(self.book(&booked, metadata.now)?) {
            transaction.calendar(stored, &calendar);
        }
        if self.edited.keys != self.stored.contract.keys {
            // A contract gains no key while its only one is being removed: it would not be removed with it.
            let kept = self.edited_keys.iter().filter(|kept| booked.iter().all(|booked| booked.key.id != kept.key.id));
            for kept in kept {
                transaction.check(Part::Key, KeyItem::key(&kept.key.id), KeyItem::in_use_as(&kept.incarnation));
            }
        }
        for stored in self.taken_off() {
            transaction.unbook(stored, &self.stored.contract, self.force, metadata)?;
        }
        Ok(())
    }

    /// Books these keys. If they are not free, the time that the refusal offers is one in which all keys of the contract
    /// are.
    pub(super) fn book(&self, booked: &[StoredKey], now: Instant) -> Result<Vec<Calendar>, ContractRefusal> {
        let [some, all] =
            [booked, &self.edited_keys].map(|keys| keys.iter().map(|stored| &stored.key).collect::<Vec<_>>());
        self.edited.book(&some, now).map_err(|refusal| match refusal {
            ContractRefusal::Overlap { .. } => self.edited.book(&all, now).err().unwrap_or(refusal),
            other => other,
        })
    }

    /// The keys that have to be free: all if the contract moves, else those that are added.
    pub(super) fn newly_booked(&self) -> Vec<StoredKey> {
        let contract = &self.stored.contract;
        let moved = moves(&contract.differences(&self.edited));
        self.edited_keys.iter().filter(|stored| moved || !contract.keys.has(&stored.key.id)).cloned().collect()
    }

    /// The keys in whose automats the PIN is new.
    pub(super) fn keys_with_a_new_pin(&self) -> Vec<StoredKey> {
        let is_new = self.edited.pin != self.stored.contract.pin;
        let is_new_here = |stored: &&StoredKey| is_new || !self.stored.pins.contains_key(&stored.key.automat);
        self.edited_keys.iter().filter(is_new_here).cloned().collect()
    }

    pub(super) fn taken_off(&self) -> impl Iterator<Item = &StoredKey> {
        self.keys.iter().filter(|stored| !self.edited.keys.has(&stored.key.id))
    }

    pub(super) fn check_taken_off(&self, now: Instant) -> Result<(), ContractRefusal> {
        let id = &self.edited.id;
        self.taken_off().try_for_each(|stored| stored.key.cancel(id, self.force, now).map(|_| ()))
    }

    /// The automats in which the PIN's item changes: its name, when it works, or its keys.
    fn automats_with_another_pin(&self, next: &StoredContract) -> BTreeSet<AutomatId> {
        let changes = self.stored.contract.differences(&self.edited);
        let is_rewritten = |automat: &&AutomatId| {
            writes_pin(&changes) || keys_in(&self.stored.keys, automat) != keys_in(&next.keys, automat)
        };
        next.pins.keys().filter(is_rewritten).cloned().collect()
    }
}

fn keys_in<'k>(keys: &'k [NotedKey], automat: &AutomatId) -> Vec<&'k KeyId> {
    keys.iter().filter(|noted| noted.automat == *automat).map(|noted| &noted.key).collect()
}

impl Transaction {
    /// Takes the contract out of a key's calendar. If the key is out with it, `force` is required.
    pub(crate) fn unbook(
        &mut self,
        stored: &StoredKey,
        contract: &Contract,
        force: bool,
        metadata: &RequestMetadata,
    ) -> Result<(), Error> {
        let key = &stored.key;
        let calendar = key.cancel(&contract.id, force, metadata.now)?;
        if key.calendar.entry(&contract.id).is_some() {
            self.calendar(stored, &calendar);
        } else {
            let out = key.whereabouts.holder() == Some(&contract.id);
            self.check(Part::Key, KeyItem::key(&key.id), KeyItem::out_with(&contract.id, out));
        }
        Ok(())
    }
}

/// Whether the PIN's items change in every automat: the PIN's name, or when the PIN works.
pub(super) fn writes_pin(changes: &[ContractField]) -> bool {
    moves(changes) || changes.iter().any(|field| matches!(field, ContractField::Pin | ContractField::Schedule))
}

pub(super) fn moves(changes: &[ContractField]) -> bool {
    changes.iter().any(|field| matches!(field, ContractField::Start | ContractField::End))
}
