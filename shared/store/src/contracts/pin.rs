//! A contract's PIN: a new one, or a look at the one it has.

use domain::{Contract, ContractChange, ContractId, EventKind, KeyId, Pin};

use crate::idempotency::refuse_if_recorded;
use crate::race::Race;
use crate::write::{Outcome, Part, Transaction};
use crate::{Act, Created, Error, Store};

impl Store {
    /// Gives a contract a new generated PIN; the former one is free.
    pub async fn replace_pin(&self, key: &KeyId, id: &ContractId, act: &Act) -> Result<Created<Contract>, Error> {
        self.once(act, Box::pin(self.make_pin(key, id, act))).await
    }

    async fn make_pin(&self, key: &KeyId, id: &ContractId, act: &Act) -> Result<Created<Contract>, Error> {
        let mut race = Race::new(&self.random);
        let mut former_pin_is_ours = true;
        loop {
            let (stored_key, stored) = self.stored_contract(key, id).await?;
            let digits = self.automat(&stored_key.key.automat).await?.pin_digits();
            let change = ContractChange { pin: Some(self.random.pin(digits)?), ..ContractChange::default() };
            let edited = stored.contract.edited(change, act.now)?;
            let transaction = self.changing(&stored_key, &stored, &edited, former_pin_is_ours, act)?;
            match transaction.commit(self).await? {
                Outcome::Committed => return Ok(Created::New(edited)),
                Outcome::Contended => {}
                Outcome::Refused(refused) => {
                    refuse_if_recorded(&refused)?;
                    former_pin_is_ours = !refused.iter().any(|(part, _)| *part == Part::FormerPin);
                }
            }
            race.lost().await?;
        }
    }

    /// A contract's PIN in clear; that somebody looked is recorded first.
    pub async fn reveal_pin(&self, key: &KeyId, id: &ContractId, act: &Act) -> Result<Pin, Error> {
        let mut race = Race::new(&self.random);
        loop {
            let (stored_key, stored) = self.stored_contract(key, id).await?;
            let mut transaction = Transaction::default();
            transaction.contract_event(self, &stored_key, id, EventKind::PinRevealed, act)?;
            match transaction.commit(self).await? {
                Outcome::Committed => return Ok(stored.contract.pin),
                Outcome::Contended | Outcome::Refused(_) => race.lost().await?,
            }
        }
    }
}
