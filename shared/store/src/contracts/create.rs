//! Making a contract.

use domain::{Contract, ContractDraft, ContractRefusal, EventKind, KeyId, Pin};

use crate::expression::absent;
use crate::idempotency::again_unless_recorded;
use crate::items::{ContractItem, PinItem, StoredKey};
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Refused, Transaction};
use crate::{Act, Created, Error, Store, Thing};

impl Store {
    /// Makes a contract on a key: never over another one of a key that is not shared.
    pub async fn create_contract(
        &self,
        key: &KeyId,
        draft: ContractDraft,
        act: &Act,
    ) -> Result<Created<Contract>, Error> {
        self.once(act, self.make_contract(key, draft, act)).await
    }

    async fn make_contract(&self, key: &KeyId, draft: ContractDraft, act: &Act) -> Result<Created<Contract>, Error> {
        let id = draft.id.clone().map_or_else(|| self.random.contract_id(), Ok)?;
        retry!(self, {
            let stored = self.stored_key(key).await?;
            let contract =
                Contract::new(&draft, key.clone(), id.clone(), self.pin_for(&draft, &stored).await?, act.now)?;
            match self.making(&stored, &contract, act)?.try_commit(self).await? {
                Ok(()) => Ok(Created::New(contract)),
                Err(refused) => self.known_refusal(&draft, &refused),
            }
        })
    }

    /// The PIN of a new contract: the one asked for, if it is long enough for the automat, or a generated one.
    pub(super) async fn pin_for(&self, draft: &ContractDraft, stored: &StoredKey) -> Result<Pin, Error> {
        let automat = self.automat(&stored.key.automat).await?;
        let Some(pin) = &draft.pin else { return self.random.pin(automat.pin_digits()) };
        automat.check_chosen_pin(pin)?;
        Ok(pin.clone())
    }

    fn making(&self, stored: &StoredKey, contract: &Contract, act: &Act) -> Result<Transaction, Error> {
        let calendar = stored.key.book(contract, act.now)?;
        let automat = &stored.key.automat;
        let names = self.codes.pin_names(automat, &contract.pin);
        let item = ContractItem::write(
            contract,
            stored,
            self.random.start()?,
            &names.current,
            &self.codes,
            &self.random,
            self.retention,
        )?;
        let mut transaction = Transaction::default();
        transaction.calendar(stored, &calendar);
        transaction.receipt(act, &item);
        transaction.put(Part::Contract, item, absent());
        let update = PinItem::update(stored, &contract.id, contract.range, false);
        transaction.update(Part::Pin, PinItem::key(automat, &names.current), update, PinItem::free(act.now));
        if let Some(other) = &names.other {
            // Nobody may have it under its other name; what has ended there goes, so that the keypad finds one only.
            transaction.delete(Part::Pin, PinItem::key(automat, other), PinItem::free(act.now));
        }
        transaction.contract_event(self, stored, &contract.id, EventKind::ContractCreated(contract.range), act)?;
        Ok(transaction)
    }

    /// What a refused transaction means: the contract exists, its id or PIN is somebody else's, or another attempt.
    fn known_refusal(&self, draft: &ContractDraft, refused: &Refused) -> Result<Created<Contract>, NotDone> {
        if refused.has(Part::Receipt) {
            return Err(again_unless_recorded(refused));
        }
        if let (Some(item), true) = (refused.item(Part::Contract), draft.id.is_some()) {
            let existing = ContractItem::read(item.clone(), &self.codes)?.contract;
            let is_same = existing.is_as_drafted(draft);
            return if is_same { Ok(Created::Existing(existing)) } else { Err(Error::Exists(Thing::Contract).into()) };
        }
        if refused.has(Part::Pin) && draft.pin.is_some() && !refused.has(Part::Key) {
            return Err(ContractRefusal::PinInUse.into());
        }
        Err(NotDone::Again)
    }
}
