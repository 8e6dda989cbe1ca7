//! Why a contract's PIN opens a locker or does not: what it would do now, by the same rule as the keypad
//! ([`Key::answer_pin`]), and what was entered.

use std::collections::BTreeSet;

use domain::{
    Automat, CodeKind, Contract, ContractId, Event, EventKind, Instant, Key, KeypadRefusal, PinTerms, Purpose,
    Whereabouts,
};
use futures_util::future::try_join_all;

use crate::items::{AutomatItem, ItemKey, StoredAccess, StoredKey, StoredKeypad, read};
use crate::{Error, PageRequest, Store};

/// How many events of each automat are looked through for entries.
const LOOKED_THROUGH: usize = 200;

/// What a contract's PIN would do now, and what was entered in its automats lately.
#[derive(Debug)]
pub struct PinDiagnosis {
    pub contract: Contract,
    /// In order of their ids. One whose automat was removed a moment ago is left out.
    pub keys: Vec<KeyDiagnosis>,
    pub automats: Vec<AutomatDiagnosis>,
}

#[derive(Debug)]
pub struct KeyDiagnosis {
    pub key: Key,
    /// What the PIN does, if the key is where the cloud believes it to be; a key that was never reported counts as
    /// inside. The automat decides by what its sensor sees.
    pub decision: Result<Purpose, KeypadRefusal>,
}

#[derive(Debug)]
pub struct AutomatDiagnosis {
    pub automat: Automat,
    /// Until when its device hands out keys without the cloud; `None` if it does not now.
    pub lease: Option<Instant>,
    /// Until when the keypad checks no code, after wrong ones.
    pub waits_until: Option<Instant>,
    /// Entries of the contract's PIN, latest first.
    pub entries: Vec<Event>,
    /// PINs that were refused before it was known whose they are, or that are nobody's, latest first.
    pub unknown: Vec<Event>,
}

impl Store {
    /// Checks what a contract's PIN would do: the contract, its keys, and their automats with their keypads and leases, each in one
    /// read, and the events of each automat.
    pub async fn diagnose_pin(&self, id: &ContractId, now: Instant) -> Result<PinDiagnosis, Error> {
        let (stored, keys) = self.stored_contract(id).await?;
        let contract = stored.contract;
        let ids: BTreeSet<_> = keys.iter().map(|stored| &stored.key.automat).collect();
        let running = ids.iter().map(|id| self.automat_events(id, &PageRequest { limit: LOOKED_THROUGH, after: None }));
        let item_keys = ids.iter().flat_map(|id| [AutomatItem::key(id), StoredKeypad::key(id), StoredAccess::key(id)]);
        let item_keys: Vec<_> = item_keys.collect();
        let (items, events) = tokio::try_join!(self.get_all(&item_keys), try_join_all(running))?;
        let mut automats = Vec::new();
        for (id, events) in ids.into_iter().zip(events) {
            let item = |item_key: ItemKey| items.iter().find(|item| ItemKey::of(item).as_ref() == Some(&item_key));
            let Some(automat) = item(AutomatItem::key(id)) else { continue };
            let keypad =
                item(StoredKeypad::key(id)).cloned().map(read::<StoredKeypad>).transpose()?.unwrap_or_default();
            let access = item(StoredAccess::key(id)).cloned().map(read::<StoredAccess>).transpose()?;
            let is_of = |contract: Option<&ContractId>, event: &&Event| {
                is_pin_entry(&event.kind) && event.subject.contract.as_ref() == contract
            };
            let entries = |contract| events.data.iter().filter(|event| is_of(contract, event)).cloned().collect();
            automats.push(AutomatDiagnosis {
                automat: AutomatItem::read(automat.clone())?.automat,
                lease: access.and_then(|access| access.lease_until).map(|until| until.0).filter(|until| *until > now),
                waits_until: keypad.keypad.waits_until(now),
                entries: entries(Some(&contract.id)),
                unknown: entries(None),
            });
        }
        let checked = keys.into_iter().filter_map(|stored| check(stored, &contract, &automats, now)).collect();
        Ok(PinDiagnosis { keys: checked, contract, automats })
    }
}

fn check(
    StoredKey { key, .. }: StoredKey,
    contract: &Contract,
    automats: &[AutomatDiagnosis],
    now: Instant,
) -> Option<KeyDiagnosis> {
    let zone = automats.iter().find(|checked| checked.automat.id == key.automat)?.automat.time_zone;
    let terms = PinTerms { contract: contract.id.clone(), range: contract.range, schedule: contract.schedule.clone() };
    let inside = !matches!(key.whereabouts, Whereabouts::Out { .. });
    Some(KeyDiagnosis { decision: key.answer_pin(&terms, zone, inside, now), key })
}

fn is_pin_entry(kind: &EventKind) -> bool {
    matches!(kind, EventKind::PinAccepted { .. } | EventKind::EntryRefused { code_kind: CodeKind::Pin, .. })
}
