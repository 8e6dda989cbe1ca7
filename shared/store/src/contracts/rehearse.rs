//! Rehearsing that several contracts are put, one after the other: the same rules, on what was read once. Nothing is
//! written.

use std::collections::{BTreeSet, HashMap};

use domain::{
    AutomatId, Calendar, Contract, ContractChange, ContractDraft, ContractId, ContractKeys, ContractRefusal, Instant,
    KeyId, KeyState, MessageCount, Notice, Pin, TimeZone,
};

use super::create::{Automats, check_chosen_pin, keys_out_with};
use super::edit::{Edit, writes_pin};
use crate::items::{AutomatItem, ContractItem, Item, ItemKey, KeyItem, PinItem, StoredContract, StoredKey};
use crate::{Error, PutOutcome, Store};

/// What putting a contract would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RehearsedContract {
    pub outcome: PutOutcome,
    /// The messages that its contacts would get at once, if they are notified.
    pub messages: MessageCount,
}

impl Store {
    /// What putting each of these contracts would do, after those before it. Each draft has its id.
    pub async fn rehearse_contracts(
        &self,
        drafts: &[&ContractDraft],
        now: Instant,
    ) -> Result<Vec<Result<RehearsedContract, Error>>, Error> {
        let mut scene = self.contract_scene(drafts).await?;
        Ok(drafts.iter().map(|draft| scene.put((*draft).clone(), now)).collect())
    }

    /// The time zones of the automats of those keys that exist.
    pub async fn time_zones_of(&self, keys: &BTreeSet<KeyId>) -> Result<HashMap<KeyId, TimeZone>, Error> {
        let keys = self.keys_at(keys).await?;
        let automats = self.automats_of(keys.values()).await?;
        let zone = |stored: StoredKey| Some((stored.key.id, automats.get(&stored.key.automat)?.time_zone));
        Ok(keys.into_values().filter_map(zone).collect())
    }

    /// The keys of those of these contracts that exist.
    pub async fn keys_booked_by(&self, ids: &BTreeSet<ContractId>) -> Result<HashMap<ContractId, Vec<KeyId>>, Error> {
        let item_keys: Vec<_> = ids.iter().map(ContractItem::key).collect();
        let mut booked = HashMap::new();
        for item in self.get_all(&item_keys).await? {
            let contract = ContractItem::read(item, &self.codes)?.contract;
            booked.insert(contract.id, contract.keys.iter().cloned().collect());
        }
        Ok(booked)
    }

    async fn keys_at(&self, ids: &BTreeSet<KeyId>) -> Result<HashMap<KeyId, StoredKey>, Error> {
        let item_keys: Vec<_> = ids.iter().map(KeyItem::key).collect();
        let mut keys = HashMap::new();
        for item in self.get_all(&item_keys).await? {
            let stored = KeyItem::read(item, &self.codes)?;
            keys.insert(stored.key.id.clone(), stored);
        }
        Ok(keys)
    }

    async fn automats_of(&self, keys: impl Iterator<Item = &StoredKey>) -> Result<Automats, Error> {
        let ids: BTreeSet<_> = keys.map(|stored| &stored.key.automat).collect();
        let item_keys: Vec<_> = ids.into_iter().map(AutomatItem::key).collect();
        let mut automats = Automats::new();
        for item in self.get_all(&item_keys).await? {
            let automat = AutomatItem::read(item)?.automat;
            automats.insert(automat.id.clone(), automat);
        }
        Ok(automats)
    }

    async fn contract_scene(&self, drafts: &[&ContractDraft]) -> Result<ContractScene<'_>, Error> {
        let ids: BTreeSet<_> = drafts.iter().filter_map(|draft| draft.id.as_ref()).collect();
        let item_keys: Vec<_> = ids.into_iter().map(ContractItem::key).collect();
        let mut contracts = HashMap::new();
        for item in self.get_all(&item_keys).await? {
            let stored = ContractItem::read(item, &self.codes)?;
            contracts.insert(stored.contract.id.clone(), stored);
        }
        let noted = contracts.values().flat_map(|stored| &stored.keys).map(|noted| noted.key.clone());
        let ids = noted.chain(drafts.iter().flat_map(|draft| draft.keys.iter().cloned())).collect();
        let keys = self.keys_at(&ids).await?;
        let automats = self.automats_of(keys.values()).await?;
        // Every PIN that a contract may have by then: the one that it has, and those of its drafts, which may be several.
        let mut its_pins: HashMap<&ContractId, Vec<&Pin>> = HashMap::new();
        for stored in contracts.values() {
            its_pins.entry(&stored.contract.id).or_default().push(&stored.contract.pin);
        }
        for draft in drafts {
            if let (Some(id), Some(pin)) = (&draft.id, &draft.pin) {
                its_pins.entry(id).or_default().push(pin);
            }
        }
        let mut item_keys = Vec::new();
        for draft in drafts {
            for pin in draft.id.as_ref().and_then(|id| its_pins.get(id)).into_iter().flatten() {
                for stored in draft.keys.iter().filter_map(|id| keys.get(id)) {
                    item_keys.extend(self.pin_keys(&stored.key.automat, pin));
                }
            }
        }
        let pins = self.get_by_key(item_keys).await?;
        Ok(ContractScene { store: self, contracts, keys, automats, pins })
    }

    /// Under which keys a PIN of an automat may be stored.
    fn pin_keys(&self, automat: &AutomatId, pin: &Pin) -> impl Iterator<Item = ItemKey> {
        let names = self.codes.pin_names(automat, pin);
        let automat = automat.clone();
        std::iter::once(names.current).chain(names.other).map(move |name| PinItem::key(&automat, &name))
    }
}

/// What was read, with the changes rehearsed so far.
struct ContractScene<'s> {
    store: &'s Store,
    /// Those of the drafts that exist.
    contracts: HashMap<ContractId, StoredContract>,
    keys: HashMap<KeyId, StoredKey>,
    automats: Automats,
    /// As they were read.
    pins: HashMap<ItemKey, Item>,
}

impl ContractScene<'_> {
    fn put(&mut self, draft: ContractDraft, now: Instant) -> Result<RehearsedContract, Error> {
        const NO_ID: Error = Error::Internal { context: "rehearsing a contract without an id", source: None };
        let id = draft.id.clone().ok_or(NO_ID)?;
        match self.contracts.get(&id) {
            None => self.create(&draft, id, now),
            Some(stored) => {
                let stored = stored.clone();
                self.edit(stored, draft, now)
            }
        }
    }

    fn create(&mut self, draft: &ContractDraft, id: ContractId, now: Instant) -> Result<RehearsedContract, Error> {
        let keys = self.keys_of(&draft.keys)?;
        let automats = self.automats_of(&keys);
        let mut contract = Contract::new(draft, id, self.store.pin_for(draft, &automats)?, now)?;
        contract.out = keys_out_with(&contract, &keys);
        let calendars = contract.book(&keys.iter().map(|stored| &stored.key).collect::<Vec<_>>(), now)?;
        if draft.pin.is_some() {
            self.check_pin_is_free(automats.keys(), &contract, None, now)?;
        }
        self.set_calendars(keys.iter().map(|stored| &stored.key.id).zip(calendars));
        let messages = MessageCount::of(&Notice::of_creation(&contract));
        let pins = self.store.pins(&keys, &contract.pin);
        self.set(StoredContract::of(contract, String::new(), 1, &keys, pins));
        Ok(RehearsedContract { outcome: PutOutcome::Created, messages })
    }

    fn edit(
        &mut self,
        mut stored: StoredContract,
        draft: ContractDraft,
        now: Instant,
    ) -> Result<RehearsedContract, Error> {
        let keys = self.writable_keys_of(&mut stored)?;
        let edited = stored.contract.edited(ContractChange::to(draft, &stored.contract), now)?;
        if stored.contract.differences(&edited).is_empty() {
            return Ok(RehearsedContract { outcome: PutOutcome::Unchanged, messages: MessageCount::default() });
        }
        let edited_keys = self.keys_of(&edited.keys)?;
        let all: BTreeSet<_> = keys.iter().chain(&edited_keys).map(|stored| &stored.key.id).collect();
        if all.len() > ContractKeys::MAX {
            return Err(ContractRefusal::TooManyKeys.into());
        }
        let mut edit = Edit { stored, keys, edited, edited_keys, force: false };
        edit.edited.out = keys_out_with(&edit.edited, &edit.edited_keys);
        edit.check_taken_off(now)?;
        let booked = edit.newly_booked();
        let calendars = edit.book(&booked, now)?;
        check_chosen_pin(&edit.edited.pin, &self.automats_of(&edit.keys_with_a_new_pin()))?;
        let is_rewritten = writes_pin(&edit.stored.contract.differences(&edit.edited));
        let automats: BTreeSet<_> = edit.edited_keys.iter().map(|stored| &stored.key.automat).collect();
        let automats = automats.into_iter().filter(|automat| is_rewritten || !edit.stored.pins.contains_key(*automat));
        self.check_pin_is_free(automats, &edit.edited, Some(&edit.stored.incarnation), now)?;
        let taken_off: Vec<_> = edit
            .taken_off()
            .map(|stored| (stored.key.id.clone(), stored.key.calendar.others(&edit.edited.id, now)))
            .collect();
        self.set_calendars(booked.iter().map(|stored| &stored.key.id).zip(calendars));
        self.set_calendars(taken_off.iter().map(|(id, calendar)| (id, calendar.clone())));
        let messages = MessageCount::of(&Notice::of_edit(&edit.stored.contract, &edit.edited, now));
        let Edit { stored, edited, edited_keys, .. } = edit;
        let pins = self.store.pins(&edited_keys, &edited.pin);
        self.set(StoredContract::of(edited, stored.incarnation, stored.rev, &edited_keys, pins));
        Ok(RehearsedContract { outcome: PutOutcome::Changed, messages })
    }

    fn keys_of(&self, ids: &ContractKeys) -> Result<Vec<StoredKey>, Error> {
        let key = |id: &KeyId| self.keys.get(id).cloned().ok_or_else(|| Error::KeyNotFound(id.clone()));
        ids.iter().map(key).collect()
    }

    /// As [`Store::writable_contract`] does: one that is gone is left out, none may be being removed.
    fn writable_keys_of(&self, stored: &mut StoredContract) -> Result<Vec<StoredKey>, Error> {
        let noted = stored.keys.iter().filter_map(|noted| self.keys.get(&noted.key));
        let keys: Vec<_> = noted.filter(|key| stored.has(&key.key.id, &key.incarnation)).cloned().collect();
        let is_removing = |key: &&StoredKey| key.key.state == KeyState::Removing;
        let removing = keys.iter().find(is_removing).map(|key| &key.key.id);
        let refusal = |key: &KeyId| Error::from(ContractRefusal::KeyBeingRemoved { key: key.clone() });
        match (removing, ContractKeys::new(keys.iter().map(|key| key.key.id.clone())), stored.keys.first()) {
            (None, Ok(active), _) => stored.contract.keys = active,
            (Some(key), _, _) => return Err(refusal(key)),
            (None, Err(_), Some(noted)) => return Err(refusal(&noted.key)),
            (None, Err(_), None) => return Err(Error::Internal { context: "a contract without keys", source: None }),
        }
        Ok(keys)
    }

    fn automats_of(&self, keys: &[StoredKey]) -> Automats {
        let automat = |stored: &StoredKey| self.automats.get(&stored.key.automat);
        keys.iter().filter_map(automat).map(|automat| (automat.id.clone(), automat.clone())).collect()
    }

    /// No other contract has the PIN: neither one of these contracts as it is by now, nor any other.
    fn check_pin_is_free<'a>(
        &self,
        automats: impl Iterator<Item = &'a AutomatId>,
        contract: &Contract,
        incarnation: Option<&str>,
        now: Instant,
    ) -> Result<(), Error> {
        let holds = |other: &StoredContract, automat: &AutomatId| {
            let is_over = other.contract.range.has_ended(now) && other.contract.out.is_empty();
            other.contract.id != contract.id
                && other.contract.pin == contract.pin
                && other.pins.contains_key(automat)
                && !is_over
        };
        for automat in automats {
            if self.contracts.values().any(|other| holds(other, automat)) {
                return Err(ContractRefusal::PinInUse.into());
            }
            for item in self.store.pin_keys(automat, &contract.pin).filter_map(|item_key| self.pins.get(&item_key)) {
                let holder = PinItem::incarnation(item);
                let is_of_these = self.contracts.values().any(|other| Some(&other.incarnation) == holder.as_ref());
                if !is_of_these && !PinItem::is_free_or_own(item.clone(), incarnation, now)? {
                    return Err(ContractRefusal::PinInUse.into());
                }
            }
        }
        Ok(())
    }

    fn set_calendars<'k>(&mut self, calendars: impl Iterator<Item = (&'k KeyId, Calendar)>) {
        for (id, calendar) in calendars {
            if let Some(stored) = self.keys.get_mut(id) {
                stored.key.calendar = calendar;
            }
        }
    }

    fn set(&mut self, stored: StoredContract) {
        self.contracts.insert(stored.contract.id.clone(), stored);
    }
}
