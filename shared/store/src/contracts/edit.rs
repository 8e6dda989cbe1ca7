//! Editing a contract, under the same rule as making one.

use domain::{Contract, ContractChange, ContractField, ContractId, ContractRefusal, EventKind, KeyId};

use crate::items::{ContractItem, KeyItem, PinItem, StoredContract, StoredKey};
use crate::race::Race;
use crate::schema::TTL;
use crate::write::{Expression, Outcome, Part, Transaction, unchanged};
use crate::{Act, Error, Expected, Store};

impl Store {
    /// Edits a contract.
    pub async fn edit_contract(
        &self,
        key: &KeyId,
        id: &ContractId,
        change: ContractChange,
        expected: Expected,
        act: &Act,
    ) -> Result<Contract, Error> {
        let mut race = Race::new(&self.random);
        let mut former_pin_is_ours = true;
        loop {
            let (stored_key, stored) = self.stored_contract(key, id).await?;
            expected.check(stored.contract.version)?;
            let edited = stored.contract.edited(change.clone(), act.now)?;
            if stored.contract.differences(&edited).is_empty() {
                return Ok(stored.contract);
            }
            let transaction = self.changing(&stored_key, &stored, &edited, former_pin_is_ours, act)?;
            match transaction.commit(self).await? {
                Outcome::Committed => return Ok(edited),
                Outcome::Contended => {}
                Outcome::Refused(refused) if refused.iter().all(|(part, _)| *part == Part::Pin) => {
                    return Err(ContractRefusal::PinInUse.into());
                }
                Outcome::Refused(refused) => {
                    former_pin_is_ours = !refused.iter().any(|(part, _)| *part == Part::FormerPin);
                }
            }
            race.lost().await?;
        }
    }

    /// The transaction of an edit: it writes the calendar only if the times change, and the PIN only if it or they do.
    /// With it goes the receipt, where the edit is one that the caller wants once.
    pub(super) fn changing(
        &self,
        stored_key: &StoredKey,
        stored: &StoredContract,
        edited: &Contract,
        former_pin_is_ours: bool,
        act: &Act,
    ) -> Result<Transaction, Error> {
        let key = &stored_key.key;
        let changes = stored.contract.differences(edited);
        let moved = moves(&changes);
        let mut transaction = Transaction::default();
        if moved {
            transaction.calendar(stored_key, &key.book(edited, act.now)?);
        }
        let mut item =
            ContractItem::write(edited, stored_key, stored.rev + 1, &self.codes, &self.random, self.retention)?;
        transaction.receipt(act, &item);
        if !moved {
            // How long it is kept follows from its end and from where the key is, which are not written here.
            item.remove(TTL);
        }
        let optional: &[_] = if moved { &["endsAt", "freeText", TTL] } else { &["freeText"] };
        let place = ContractItem::key(&key.id, &edited.id);
        transaction.update(Part::Contract, place, Expression::assign(item, optional), unchanged(stored.rev));
        let new_pin = changes.contains(&ContractField::Pin);
        if new_pin && !moved {
            // The key may be taken or brought back right now, and its PIN says so.
            let out = key.whereabouts.holder() == Some(&edited.id);
            transaction.check(Part::Key, KeyItem::key(&key.id), KeyItem::out_with(&edited.id, out));
        }
        if moved || new_pin {
            self.change_pin(&mut transaction, stored_key, stored, edited, former_pin_is_ours, act);
        }
        transaction.contract_event(
            self,
            stored_key,
            &edited.id,
            EventKind::ContractChanged(changes, edited.range),
            act,
        )?;
        Ok(transaction)
    }

    fn change_pin(
        &self,
        transaction: &mut Transaction,
        stored_key: &StoredKey,
        stored: &StoredContract,
        edited: &Contract,
        former_pin_is_ours: bool,
        act: &Act,
    ) {
        let key = &stored_key.key;
        let mac = self.codes.pin_mac(&key.automat, &edited.pin);
        let out = key.whereabouts.holder() == Some(&edited.id);
        let update = PinItem::update(stored_key, &edited.id, edited.range, out);
        let free = PinItem::free_or_own(&key.id, &edited.id, act.now);
        let former = PinItem::key(&key.automat, &stored.pin_mac);
        let next = PinItem::key(&key.automat, &mac);
        if former != next && former_pin_is_ours {
            transaction.delete(Part::FormerPin, former, PinItem::own_or_gone(&key.id, &edited.id));
        }
        transaction.update(Part::Pin, next, update, free);
    }
}

/// Whether changes are of a contract's times.
pub(super) fn moves(changes: &[ContractField]) -> bool {
    changes.iter().any(|field| matches!(field, ContractField::Start | ContractField::End))
}
