//! Booking: creating a contract, and writing a key's calendar, which every booking, edit and removal of a contract
//! does.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Automat, AutomatId, Calendar, Contract, ContractDraft, ContractKeys, ContractRefusal, EventKind, Pin};

use crate::expression::{Update, absent, unchanged};
use crate::idempotency::again_unless_recorded;
use crate::items::{
    AGENDA_LENGTH, AutomatItem, ContractItem, KeyItem, LockerItem, PinItem, Pins, StoredAutomat, StoredContract,
    StoredKey, bytes, number,
};
use crate::keys::holds_key;
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Refused, Transaction};
use crate::{Created, Error, RequestMetadata, ResourceKind, Store};

/// The automats of a contract's keys, kept from one attempt to the next.
pub(super) type Automats = BTreeMap<AutomatId, Automat>;

impl Store {
    /// Creates a contract: all of its keys are booked, or none. Refused if a key is not shared and a live contract
    /// overlaps.
    ///
    /// Safe to repeat: with the same `Idempotency-Key`, or with the same contract id and fields, the existing
    /// contract is returned.
    pub async fn create_contract(
        &self,
        draft: ContractDraft,
        metadata: &RequestMetadata,
    ) -> Result<Created<Contract>, Error> {
        self.once(metadata, self.book(draft, metadata)).await
    }

    async fn book(&self, draft: ContractDraft, metadata: &RequestMetadata) -> Result<Created<Contract>, Error> {
        let id = draft.id.clone().map_or_else(|| self.random.contract_id(), Ok)?;
        let incarnation = self.random.ulid(metadata.now)?;
        let _queued = self.queue(&draft.keys).await;
        let mut automats = Automats::new();
        retry!(self, {
            let keys = self.keys_with_automats(&draft.keys, &mut automats).await?;
            let mut contract = Contract::new(&draft, id.clone(), self.pin_for(&draft, &automats)?, metadata.now)?;
            contract.out = keys_out_with(&contract, &keys);
            match self.build_booking(&keys, &contract, &incarnation, metadata)?.try_commit(self).await? {
                Ok(()) => Ok(Created::New(contract)),
                Err(refused) => self.explain_refusal(&draft, &refused),
            }
        })
    }

    /// Reads keys and their automats: together, if this process has seen the keys before. Of an automat only the length
    /// of its PINs matters, so another attempt need not read it again: the longer the reads take, the more often another
    /// writer is quicker.
    async fn keys_with_automats(&self, ids: &ContractKeys, known: &mut Automats) -> Result<Vec<StoredKey>, Error> {
        let guessed = self.automats_of_keys.guess(ids.iter().filter(|_| known.is_empty()));
        let item_keys: Vec<_> = ids.iter().map(KeyItem::key).chain(guessed.iter().map(AutomatItem::key)).collect();
        let mut items = self.get_all(&item_keys).await?;
        for item in items.extract_if(.., |item| AutomatItem::is_one(item)) {
            let StoredAutomat { automat, .. } = AutomatItem::read(item)?;
            known.insert(automat.id.clone(), automat);
        }
        let keys = self.read_keys(ids, items)?;
        known.retain(|automat, _| keys.iter().any(|stored| stored.key.automat == *automat));
        self.read_automats(&keys, known).await?;
        self.automats_of_keys.learn(&keys);
        Ok(keys)
    }

    /// Reads those of the keys' automats that are not known.
    pub(super) async fn read_automats(&self, keys: &[StoredKey], known: &mut Automats) -> Result<(), Error> {
        let unknown = keys.iter().map(|stored| &stored.key.automat).filter(|automat| !known.contains_key(automat));
        let unknown: BTreeSet<_> = unknown.cloned().collect();
        let item_keys: Vec<_> = unknown.iter().map(AutomatItem::key).collect();
        for item in self.get_all(&item_keys).await? {
            let StoredAutomat { automat, .. } = AutomatItem::read(item)?;
            known.insert(automat.id.clone(), automat);
        }
        if unknown.iter().all(|automat| known.contains_key(automat)) {
            Ok(())
        } else {
            Err(Error::NotFound(ResourceKind::Automat))
        }
    }

    /// The requested PIN, if it is long enough for every automat, or else a generated one.
    pub(super) fn pin_for(&self, draft: &ContractDraft, automats: &Automats) -> Result<Pin, Error> {
        match &draft.pin {
            Some(pin) => {
                check_chosen_pin(pin, automats)?;
                Ok(pin.clone())
            }
            None => self.generated_pin(automats),
        }
    }

    /// A generated PIN, as long as the automat that asks for the longest wants it.
    pub(super) fn generated_pin(&self, automats: &Automats) -> Result<Pin, Error> {
        const NO_AUTOMAT: Error = Error::Internal { context: "generating a PIN for no automat", source: None };
        let digits = automats.values().map(Automat::pin_digits).max().ok_or(NO_AUTOMAT)?;
        Ok(self.random.pin(digits)?)
    }

    /// The names of a PIN in the automats of these keys.
    pub(super) fn pins(&self, keys: &[StoredKey], pin: &Pin) -> Pins {
        let name =
            |StoredKey { key, .. }: &StoredKey| (key.automat.clone(), self.codes.pin_names(&key.automat, pin).current);
        keys.iter().map(name).collect()
    }

    fn build_booking(
        &self,
        keys: &[StoredKey],
        contract: &Contract,
        incarnation: &str,
        metadata: &RequestMetadata,
    ) -> Result<Transaction, Error> {
        let plain: Vec<_> = keys.iter().map(|stored| &stored.key).collect();
        let calendars = contract.book(&plain, metadata.now)?;
        let pins = self.pins(keys, &contract.pin);
        let stored = StoredContract::of(contract.clone(), incarnation.to_owned(), self.random.start()?, keys, pins)
            .notifying(metadata.notify);
        let item = ContractItem::write(&stored, self)?;
        let mut transaction = Transaction::default();
        for (key, calendar) in keys.iter().zip(&calendars) {
            transaction.calendar(key, calendar);
        }
        transaction.receipt(metadata, &item);
        transaction.put(Part::Contract, item, absent());
        for automat in stored.pins.keys() {
            let names = self.codes.pin_names(automat, &stored.contract.pin);
            let update = PinItem::take(&stored, automat);
            transaction.update(Part::Pin, PinItem::key(automat, &names.current), update, PinItem::free(metadata.now));
            if let Some(other) = &names.other {
                // While the PIN secret is being rotated, a PIN has two possible names but must have one holder. So the
                // other name must be free too, and an ended contract's PIN found there is deleted: the keypad must find
                // one item only.
                transaction.delete(Part::Pin, PinItem::key(automat, other), PinItem::free(metadata.now));
            }
        }
        for key in keys {
            let kind = EventKind::ContractCreated(stored.contract.range);
            transaction.record_of_key(self, key, Some(&stored.contract.id), kind, metadata)?;
        }
        Ok(transaction)
    }

    /// Turns a failed condition into an answer: the contract exists, or its id or PIN is taken. Everything else is
    /// decided again from a fresh read, since another writer was quicker.
    fn explain_refusal(&self, draft: &ContractDraft, refused: &Refused) -> Result<Created<Contract>, NotDone> {
        if refused.has(Part::Receipt) {
            return Err(again_unless_recorded(refused));
        }
        if let (Some(item), true) = (refused.item(Part::Contract), draft.id.is_some()) {
            let existing = ContractItem::read(item.clone(), &self.codes)?.contract;
            let is_same = existing.matches_draft(draft);
            return if is_same {
                Ok(Created::Existing(existing))
            } else {
                Err(Error::Exists(ResourceKind::Contract).into())
            };
        }
        if refused.has(Part::Pin) && draft.pin.is_some() && !refused.has(Part::Key) {
            return Err(ContractRefusal::PinInUse.into());
        }
        Err(NotDone::Again)
    }
}

/// Those of the keys that are out with a contract of this id.
pub(super) fn keys_out_with(contract: &Contract, keys: &[StoredKey]) -> std::collections::BTreeSet<domain::KeyId> {
    let is_out = |stored: &&StoredKey| stored.key.whereabouts.holder() == Some(&contract.id);
    keys.iter().filter(is_out).map(|stored| stored.key.id.clone()).collect()
}

pub(super) fn check_chosen_pin(pin: &Pin, automats: &Automats) -> Result<(), ContractRefusal> {
    automats.values().try_for_each(|automat| automat.check_chosen_pin(pin))
}

impl Transaction {
    /// Writes the calendar, provided that the key has not changed since it was read: two bookings of one key can
    /// therefore never both succeed. The locker's copy of the first entries is written only if it changes, so that a
    /// booking far ahead does not touch the locker.
    pub(crate) fn calendar(&mut self, stored: &StoredKey, calendar: &Calendar) {
        let key = &stored.key;
        let update = Update::default().set("calendar", bytes(calendar.pack())).set("rev", number(stored.rev + 1));
        self.update(Part::Key, KeyItem::key(&key.id), update, unchanged(stored.rev));
        let agenda = calendar.pack_first(AGENDA_LENGTH);
        if agenda != key.calendar.pack_first(AGENDA_LENGTH) {
            let update = Update::default().set("agenda", bytes(agenda));
            self.update(Part::Locker, LockerItem::key(&key.automat, key.locker), update, holds_key(&key.id));
        }
    }
}
