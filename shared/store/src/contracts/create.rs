//! Making a contract.

use domain::{Contract, ContractDraft, ContractRefusal, EventKind, KeyId, Pin};

use crate::idempotency::refuse_if_recorded;
use crate::items::{ContractItem, Item, PinItem, StoredKey};
use crate::race::Race;
use crate::write::{Outcome, Part, Transaction, absent};
use crate::{Act, Created, Error, Store, Thing};

impl Store {
    /// Makes a contract on a key: never over another one of a key that is not shared.
    pub async fn create_contract(
        &self,
        key: &KeyId,
        draft: ContractDraft,
        act: &Act,
    ) -> Result<Created<Contract>, Error> {
        self.once(act, Box::pin(self.make_contract(key, draft, act))).await
    }

    async fn make_contract(&self, key: &KeyId, draft: ContractDraft, act: &Act) -> Result<Created<Contract>, Error> {
        let id = draft.id.clone().map_or_else(|| self.random.contract_id(), Ok)?;
        let mut race = Race::new(&self.random);
        loop {
            let stored = self.stored_key(key).await?;
            let contract =
                Contract::new(&draft, key.clone(), id.clone(), self.pin_for(&draft, &stored).await?, act.now)?;
            let refused = match self.making(&stored, &contract, act)?.commit(self).await? {
                Outcome::Committed => return Ok(Created::New(contract)),
                Outcome::Contended => Vec::new(),
                Outcome::Refused(refused) => refused,
            };
            refuse_if_recorded(&refused)?;
            if let Some(known) = self.known_refusal(&draft, &refused)? {
                return Ok(known);
            }
            race.lost().await?;
        }
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

    /// What a refused transaction comes to, if trying again would not change it.
    fn known_refusal(
        &self,
        draft: &ContractDraft,
        refused: &[(Part, Option<Item>)],
    ) -> Result<Option<Created<Contract>>, Error> {
        let part = |wanted| refused.iter().find(|(part, _)| *part == wanted);
        if let Some((_, standing)) = part(Part::Contract)
            && draft.id.is_some()
        {
            let Some(standing) = standing.clone() else { return Ok(None) };
            let standing = ContractItem::read(standing, &self.codes)?.contract;
            let same = standing.is_as_drafted(draft);
            return if same { Ok(Some(Created::Existing(standing))) } else { Err(Error::Exists(Thing::Contract)) };
        }
        if part(Part::Pin).is_some() && draft.pin.is_some() && part(Part::Key).is_none() {
            return Err(ContractRefusal::PinInUse.into());
        }
        Ok(None)
    }
}
