//! Booking: creating a contract, and writing a key's calendar, which every booking, edit and removal of a contract
//! does.

use domain::{Automat, Calendar, Contract, ContractDraft, ContractRefusal, EventKind, KeyId, Pin};

use crate::expression::{Update, absent, unchanged};
use crate::idempotency::again_unless_recorded;
use crate::items::{AGENDA_LENGTH, ContractItem, KeyItem, LockerItem, PinItem, StoredKey, bytes, number};
use crate::keys::holds_key;
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Refused, Transaction};
use crate::{Created, Error, RequestMetadata, ResourceKind, Store};

impl Store {
    /// Creates a contract. Refused if the key is not shared and a live contract overlaps.
    ///
    /// Safe to repeat: with the same `Idempotency-Key`, or with the same contract id and fields, the existing
    /// contract is returned.
    pub async fn create_contract(
        &self,
        key: &KeyId,
        draft: ContractDraft,
        metadata: &RequestMetadata,
    ) -> Result<Created<Contract>, Error> {
        self.once(metadata, self.book(key, draft, metadata)).await
    }

    async fn book(
        &self,
        key: &KeyId,
        draft: ContractDraft,
        metadata: &RequestMetadata,
    ) -> Result<Created<Contract>, Error> {
        let id = draft.id.clone().map_or_else(|| self.random.contract_id(), Ok)?;
        let _queued = self.queue(key).await;
        let mut known: Option<Automat> = None;
        retry!(self, {
            let stored = self.stored_key(key).await?;
            // Only its PIN length matters. Another attempt need not read it again: the longer the reads take, the more
            // often another writer is quicker.
            let automat = match &mut known {
                Some(automat) if automat.id == stored.key.automat => automat,
                other => other.insert(self.automat(&stored.key.automat).await?),
            };
            let contract =
                Contract::new(&draft, key.clone(), id.clone(), self.pin_for(&draft, automat)?, metadata.now)?;
            match self.build_booking(&stored, &contract, metadata)?.try_commit(self).await? {
                Ok(()) => Ok(Created::New(contract)),
                Err(refused) => self.explain_refusal(&draft, &refused),
            }
        })
    }

    /// The requested PIN, if it is long enough for the automat, or else a generated one.
    pub(super) fn pin_for(&self, draft: &ContractDraft, automat: &Automat) -> Result<Pin, Error> {
        let Some(pin) = &draft.pin else { return Ok(self.random.pin(automat.pin_digits())?) };
        automat.check_chosen_pin(pin)?;
        Ok(pin.clone())
    }

    fn build_booking(
        &self,
        stored: &StoredKey,
        contract: &Contract,
        metadata: &RequestMetadata,
    ) -> Result<Transaction, Error> {
        let calendar = stored.key.book(contract, metadata.now)?;
        let automat = &stored.key.automat;
        let names = self.codes.pin_names(automat, &contract.pin);
        let item = ContractItem::write(contract, stored, self.random.start()?, &names.current, self)?;
        let mut transaction = Transaction::default();
        transaction.calendar(stored, &calendar);
        transaction.receipt(metadata, &item);
        transaction.put(Part::Contract, item, absent());
        let update = PinItem::update(stored, contract, false);
        transaction.update(Part::Pin, PinItem::key(automat, &names.current), update, PinItem::free(metadata.now));
        if let Some(other) = &names.other {
            // While the PIN secret is being rotated, a PIN has two possible names but must have one holder. So the
            // other name must be free too, and an ended contract's PIN found there is deleted: the keypad must find
            // one item only.
            transaction.delete(Part::Pin, PinItem::key(automat, other), PinItem::free(metadata.now));
        }
        let kind = EventKind::ContractCreated(contract.range);
        transaction.record_of_key(self, stored, Some(&contract.id), kind, metadata)?;
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
