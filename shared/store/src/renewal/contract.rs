//! A contract's PIN: sealed in the contract, and an item of its own under its name.

use domain::{Instant, KeyState};

use super::{Plan, Renewal};
use crate::items::{ContractItem, Item, KeyItem, PinItem, StoredContract, StoredKey};
use crate::transaction::{Part, Transaction};
use crate::{Error, Store};

impl Store {
    pub(super) async fn plan_contract(&self, item: Item, now: Instant) -> Result<Plan, Error> {
        let stored = ContractItem::read(item.clone(), &self.codes)?;
        let sealed_anew = ContractItem::is_sealed_anew(&item, &stored, &self.codes);
        let key = self.get(&KeyItem::key(&stored.contract.key)).await?;
        let key = key.map(|item| KeyItem::read(item, &self.codes)).transpose()?;
        let Some(key) = key.filter(|key| key.incarnation == stored.incarnation) else {
            // The key is gone, and with it every PIN on it.
            return if sealed_anew { Ok(Plan::nothing(Renewal::Current)) } else { self.plan_reseal(&stored) };
        };
        let current = self.codes.pin_names(&key.key.automat, &stored.contract.pin).current;
        match (stored.pin_mac == current, sealed_anew, key.key.state) {
            (true, true, _) => Ok(Plan::nothing(Renewal::Current)),
            (_, _, KeyState::Removing) => Ok(Plan::nothing(Renewal::Waiting)),
            (true, false, _) => self.plan_reseal(&stored),
            (false, _, _) => self.plan_move(&stored, &key, now).await,
        }
    }

    fn plan_reseal(&self, stored: &StoredContract) -> Result<Plan, Error> {
        let mut writes = Transaction::default();
        let contract = &stored.contract;
        let sealed = self.codes.seal_pin(&self.random, &contract.key, &contract.id, &contract.pin)?;
        let place = ContractItem::key(&contract.key, &contract.id);
        writes.update(Part::Contract, place, ContractItem::renew(sealed, &stored.pin_mac), stored.unchanged());
        Ok(Plan { what: Renewal::Resealed, writes })
    }

    /// The PIN's item goes to its current name as it is. What is over is only taken away: it opens nothing any more.
    async fn plan_move(&self, stored: &StoredContract, key: &StoredKey, now: Instant) -> Result<Plan, Error> {
        let (contract, automat) = (&stored.contract, &key.key.automat);
        let current = self.codes.pin_names(automat, &contract.pin).current;
        let mut writes = Transaction::default();
        let sealed = self.codes.seal_pin(&self.random, &contract.key, &contract.id, &contract.pin)?;
        let place = ContractItem::key(&contract.key, &contract.id);
        writes.update(Part::Contract, place, ContractItem::renew(sealed, &current), stored.unchanged());
        // Who cleans up after a removed key goes by the names that it has read.
        writes.check(Part::Key, KeyItem::key(&contract.key), KeyItem::in_use_as(&stored.incarnation));
        let former = PinItem::key(automat, &stored.pin_mac);
        if let Some(pin) = self.get(&former).await?
            && PinItem::is_own(&pin, &contract.key, &contract.id)?
        {
            let as_read = PinItem::own_as_read(&pin, &contract.key, &contract.id)?;
            writes.delete(Part::FormerPin, former, as_read);
            if !PinItem::is_over(&pin, now)? {
                let free = PinItem::free_or_own(&contract.key, &contract.id, now);
                writes.put(Part::Pin, PinItem::renamed(pin, PinItem::key(automat, &current)), free);
            }
        }
        Ok(Plan { what: Renewal::Moved, writes })
    }
}
