//! Editing a contract, under the same rule as creating one.

use domain::{Contract, ContractChange, ContractField, ContractId, ContractRefusal, EventKind, KeyId};

use crate::expression::Update;
use crate::items::{ContractItem, KeyItem, PinItem, StoredContract, StoredKey};
use crate::retry::{NotDone, retry};
use crate::schema::TTL;
use crate::sealing::{Mac, Names};
use crate::transaction::{Part, Transaction};
use crate::{Error, Expected, RequestMetadata, Store};

impl Store {
    pub async fn edit_contract(
        &self,
        key: &KeyId,
        id: &ContractId,
        change: ContractChange,
        expected: Expected,
        metadata: &RequestMetadata,
    ) -> Result<Contract, Error> {
        let edited = |contract: &Contract| {
            expected.check(contract.version)?;
            Ok(contract.edited(change.clone(), metadata.now)?)
        };
        self.change_contract(key, id, metadata, edited).await
    }

    /// Applies a decision to the stored contract, and decides again if another writer was quicker. Writes nothing if
    /// nothing changes.
    pub(super) async fn change_contract(
        &self,
        key: &KeyId,
        id: &ContractId,
        metadata: &RequestMetadata,
        decide: impl Fn(&Contract) -> Result<Contract, Error> + Sync,
    ) -> Result<Contract, Error> {
        let mut former_pin_is_ours = true;
        let _queued = self.queue(key).await;
        retry!(self, {
            let (stored_key, stored) = self.stored_contract(key, id).await?;
            let changed = decide(&stored.contract)?;
            if stored.contract.differences(&changed).is_empty() {
                return Ok(stored.contract);
            }
            if changed.pin != stored.contract.pin {
                self.automat(&stored_key.key.automat).await?.check_chosen_pin(&changed.pin)?;
            }
            let transaction = self.build_contract_edit(&stored_key, &stored, &changed, former_pin_is_ours, metadata)?;
            let Err(refused) = transaction.try_commit(self).await? else { return Ok(changed) };
            if refused.is_only(&[Part::Pin]) {
                return Err(ContractRefusal::PinInUse.into());
            }
            former_pin_is_ours = !refused.has(Part::FormerPin);
            Err(NotDone::Again)
        })
    }

    /// The calendar is written only if the times change, the PIN only if [`writes_pin`]. If the caller
    /// sent an `Idempotency-Key`, its receipt is written in the same transaction.
    pub(super) fn build_contract_edit(
        &self,
        stored_key: &StoredKey,
        stored: &StoredContract,
        edited: &Contract,
        former_pin_is_ours: bool,
        metadata: &RequestMetadata,
    ) -> Result<Transaction, Error> {
        let key = &stored_key.key;
        let changes = stored.contract.differences(edited);
        let moved = moves(&changes);
        let mut transaction = Transaction::default();
        if moved {
            transaction.calendar(stored_key, &key.book(edited, metadata.now)?);
        }
        let pin_is_written = writes_pin(&changes);
        let names = self.codes.pin_names(&key.automat, &edited.pin);
        // If the PIN's item is not written, it keeps the name that it has.
        let pin_mac = if pin_is_written { &names.current } else { &stored.pin_mac };
        let mut item = ContractItem::write(edited, stored_key, stored.rev + 1, pin_mac, self)?;
        transaction.receipt(metadata, &item);
        if !moved {
            // Retention depends on the end and on whether the key is out, and neither is written here.
            item.remove(TTL);
        }
        let optional: &[_] = if moved { &["endsAt", "schedule", "freeText", TTL] } else { &["schedule", "freeText"] };
        let item_key = ContractItem::key(&key.id, &edited.id);
        transaction.update(Part::Contract, item_key, Update::all(item, optional), stored.unchanged());
        if pin_is_written && !moved {
            // The PIN's item says whether the key is out, and the key may be fetched or returned at this moment.
            let out = key.whereabouts.holder() == Some(&edited.id);
            transaction.check(Part::Key, KeyItem::key(&key.id), KeyItem::out_with(&edited.id, out));
        }
        if pin_is_written {
            let former_pin = former_pin_is_ours.then_some(&stored.pin_mac);
            change_pin(&mut transaction, stored_key, edited, &names, former_pin, metadata);
        }
        let kind = if edited.was_ended_early(&stored.contract) {
            EventKind::ContractEnded(edited.range)
        } else {
            EventKind::ContractChanged { changes, range: edited.range }
        };
        transaction.record_of_key(self, stored_key, Some(&edited.id), kind, metadata)?;
        Ok(transaction)
    }
}

/// Writes the PIN of an edited contract under its current name. Its former name becomes free. The name under the
/// other secret must be free as well, so that no other contract has the same PIN.
fn change_pin(
    transaction: &mut Transaction,
    stored_key: &StoredKey,
    edited: &Contract,
    names: &Names,
    former: Option<&Mac>,
    metadata: &RequestMetadata,
) {
    let key = &stored_key.key;
    let out = key.whereabouts.holder() == Some(&edited.id);
    let update = PinItem::update(stored_key, edited, out);
    let free = PinItem::free_or_own(&key.id, &edited.id, metadata.now);
    if let Some(former) = former.filter(|former| **former != names.current) {
        let own = PinItem::own_or_gone(&key.id, &edited.id);
        transaction.delete(Part::FormerPin, PinItem::key(&key.automat, former), own);
    }
    if let Some(other) = names.other.as_ref().filter(|other| former != Some(*other)) {
        transaction.delete(Part::Pin, PinItem::key(&key.automat, other), free.clone());
    }
    transaction.update(Part::Pin, PinItem::key(&key.automat, &names.current), update, free);
}

/// Whether the PIN's item changes: it is the PIN's name and when the PIN works.
pub(super) fn writes_pin(changes: &[ContractField]) -> bool {
    moves(changes) || changes.iter().any(|field| matches!(field, ContractField::Pin | ContractField::Schedule))
}

pub(super) fn moves(changes: &[ContractField]) -> bool {
    changes.iter().any(|field| matches!(field, ContractField::Start | ContractField::End))
}
