//! The writes for each kind of item that has a code: a contract's PIN, a key's return code, the PIN in a message, and
//! what an `Idempotency-Key` created.

use domain::{AutomatId, Contract, ContractId, Instant, KeyId, KeyState, Pin};

use super::{Plan, Rotation};
use crate::expression::{absent, unchanged};
use crate::idempotency::ReceiptItem;
use crate::items::{
    ContractItem, Item, ItemKey, KeyItem, MessageItem, PinItem, Pins, ReturnCodeItem, StoredContract, StoredKey,
};
use crate::sealing::Owner;
use crate::transaction::{Part, Transaction};
use crate::{Error, Store};

impl Store {
    pub(super) async fn plan_contract(&self, item: Item, now: Instant) -> Result<Plan, Error> {
        let stored = ContractItem::read(item.clone(), &self.codes)?;
        let sealed_anew = ContractItem::is_sealed_anew(&item, &stored, &self.codes);
        let keys = self.keys_of(&stored).await?;
        if keys.is_empty() {
            // The keys are gone, and all their PINs with them.
            return if sealed_anew { Ok(Plan::nothing(Rotation::Current)) } else { self.plan_reseal(&stored) };
        }
        let is_current = |(automat, mac): (_, &_)| self.codes.pin_names(automat, &stored.contract.pin).current == *mac;
        let is_being_removed = keys.iter().any(|stored| stored.key.state == KeyState::Removing);
        match (stored.pins.iter().all(is_current), sealed_anew, is_being_removed) {
            (true, true, _) => Ok(Plan::nothing(Rotation::Current)),
            (_, _, true) => Ok(Plan::nothing(Rotation::Waiting)),
            (true, false, _) => self.plan_reseal(&stored),
            (false, _, _) => self.plan_move(&stored, &keys, now).await,
        }
    }

    fn plan_reseal(&self, stored: &StoredContract) -> Result<Plan, Error> {
        let mut writes = Transaction::default();
        let resealed = ContractItem::reseal(self.seal_pin(&stored.contract)?, &stored.pins)?;
        writes.update(Part::Contract, ContractItem::key(&stored.contract.id), resealed, stored.unchanged()?);
        Ok(Plan { what: Rotation::Resealed, writes })
    }

    /// Moves the PIN's items unchanged to their current names. An ended contract's PIN is only deleted, since it opens
    /// nothing any more.
    async fn plan_move(&self, stored: &StoredContract, keys: &[StoredKey], now: Instant) -> Result<Plan, Error> {
        let (contract, incarnation) = (&stored.contract, &stored.incarnation);
        let name = |automat: &AutomatId| self.codes.pin_names(automat, &contract.pin).current;
        let current: Pins = stored.pins.keys().map(|automat| (automat.clone(), name(automat))).collect();
        let mut writes = Transaction::default();
        let resealed = ContractItem::reseal(self.seal_pin(contract)?, &current)?;
        writes.update(Part::Contract, ContractItem::key(&contract.id), resealed, stored.unchanged()?);
        for key in keys {
            // The cleanup after a removed key uses the names that it has read, so the key must not be removed meanwhile.
            writes.check(Part::Key, KeyItem::key(&key.key.id), KeyItem::in_use_as(&key.incarnation));
        }
        for (automat, mac) in stored.pins.iter().filter(|(automat, mac)| current.get(*automat) != Some(*mac)) {
            let former = PinItem::key(automat, mac);
            let Some(pin) = self.get(&former).await? else { continue };
            if !PinItem::is_own(&pin, incarnation)? {
                continue;
            }
            writes.delete(Part::FormerPin, former, PinItem::own_as_read(&pin, incarnation)?);
            if !PinItem::is_over(&pin, now)? {
                let renamed = PinItem::renamed(pin, PinItem::key(automat, &name(automat)));
                writes.put(Part::Pin, renamed, PinItem::free_or_own(incarnation, now));
            }
        }
        Ok(Plan { what: Rotation::Moved, writes })
    }

    fn seal_pin(&self, contract: &Contract) -> Result<Vec<u8>, Error> {
        self.codes.seal(&self.random, Owner::Contract(&contract.id), contract.pin.reveal())
    }

    pub(super) async fn plan_key(&self, item: Item) -> Result<Plan, Error> {
        let stored = KeyItem::read(item.clone(), &self.codes)?;
        let key = &stored.key;
        let (Some(code), Some(names)) = (&key.return_code, self.return_code_names(key)) else {
            return Ok(Plan::nothing(Rotation::Current));
        };
        let mut writes = Transaction::default();
        let sealed = self.codes.seal(&self.random, Owner::Key(&key.id), code.reveal())?;
        writes.update(Part::Key, KeyItem::key(&key.id), KeyItem::reseal(sealed), unchanged(stored.rev));
        let resealed = || {
            if KeyItem::is_sealed_anew(&item, &key.id, &self.codes) { Rotation::Current } else { Rotation::Resealed }
        };
        // The code of a key that is being removed has been freed already.
        let Some(other) = names.other.filter(|_| key.state == KeyState::Active) else {
            return Ok(Plan { what: resealed(), writes });
        };
        let former = ReturnCodeItem::key(&key.automat, &other);
        match self.get(&former).await?.map(ReturnCodeItem::read).transpose()? {
            Some(holder) if holder == key.id => {
                writes.delete(Part::FormerReturnCode, former, ReturnCodeItem::own(&key.id));
                let next = ReturnCodeItem::write(&key.automat, &names.current, &key.id)?;
                writes.put(Part::ReturnCode, next, absent());
                Ok(Plan { what: Rotation::Moved, writes })
            }
            _ => Ok(Plan { what: resealed(), writes }),
        }
    }

    pub(super) fn plan_message(&self, item: &Item, item_key: &ItemKey) -> Result<Plan, Error> {
        let sealed = MessageItem::sealed_pin(item)?;
        let owner = Owner::Message(item_key);
        if self.codes.is_current(&sealed, owner) {
            return Ok(Plan::nothing(Rotation::Current));
        }
        let pin = self.codes.open(&sealed, owner, Pin::parse)?;
        let mut writes = Transaction::default();
        let anew = self.codes.seal(&self.random, owner, pin.reveal())?;
        writes.update(Part::Message, item_key.clone(), MessageItem::reseal(anew), MessageItem::sealed_as(sealed));
        Ok(Plan { what: Rotation::Resealed, writes })
    }

    pub(super) fn look_at_receipt(&self, item: &Item, now: Instant) -> Rotation {
        match ReceiptItem::created(item, now) {
            Some(created) if !self.is_current(created) => Rotation::Waiting,
            _ => Rotation::Current,
        }
    }

    /// Whether the code in a receipt, if there is one, is sealed under the current secret.
    fn is_current(&self, created: &Item) -> bool {
        let bytes = |name: &str| created.get(name)?.as_b().ok();
        let id = |name: &str| created.get(name)?.as_s().ok().map(String::as_str);
        let contract = id("contractId").and_then(|contract| ContractId::parse(contract).ok());
        let key = id("keyId").and_then(|key| KeyId::parse(key).ok());
        match (bytes("pin").zip(contract), bytes("returnCode").zip(key)) {
            (Some((pin, contract)), _) => self.codes.is_current(pin.as_ref(), Owner::Contract(&contract)),
            (None, Some((code, key))) => self.codes.is_current(code.as_ref(), Owner::Key(&key)),
            (None, None) => true,
        }
    }
}
