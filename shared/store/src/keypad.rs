//! A keypad entry: two reads, one decision, one transaction.
//!
//! The entry's own item makes a second delivery harmless. Every answer is conditional on the keypad's state, so
//! concurrent guesses are counted one after the other and none is checked before its time. The key is no condition:
//! an answer may be based on the key as it was a moment ago, so that entries do not wait for bookings.
//!
//! A device with two keys sends the code's name under both, and one batch read looks up both. A batch read is not a
//! snapshot: if neither name is found, the code may just have moved from one name to the other, so it is looked up
//! again.

use std::collections::BTreeSet;
use std::iter;

use domain::{
    AllowedLockers, AutomatId, CodeKind, ContractId, EventKind, Instant, Key, KeyId, Keypad, KeypadAnswer,
    KeypadRefusal, KnownCode, LockerIndex, PinTerms, Purpose, TimeZone,
};

use crate::expression::absent;
use crate::items::{
    AutomatItem, Item, ItemKey, KeyItem, PinHolder, PinItem, ReturnCodeItem, StoredEntry, StoredKey, StoredKeypad, read,
};
use crate::retry::retry;
use crate::sealing::Mac;
use crate::transaction::{Part, Transaction};
use crate::{Error, RequestMetadata, ResourceKind, Store};

#[derive(Clone, PartialEq, Eq)]
pub struct KeypadEntry {
    /// The device's id for the entry, at most 64 bytes.
    pub id: String,
    pub kind: CodeKind,
    /// The name of the code under the device's key.
    pub code: String,
    /// Its name under the device's other key, if there is one.
    pub other: Option<String>,
    /// By the device's clock.
    pub at: Instant,
    /// The lockers in which its sensors see a key.
    pub inside: BTreeSet<LockerIndex>,
}

/// Leaves out the code: even its name would show whether two people typed the same.
impl std::fmt::Debug for KeypadEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeypadEntry").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The result of the first read.
struct Scene {
    keypad: StoredKeypad,
    answered: Option<StoredEntry>,
    /// The item keys under which the code may be stored.
    codes: Vec<ItemKey>,
    owner: Option<Owner>,
    zone: TimeZone,
}

/// The keys that a code belongs to, with the terms of a PIN.
struct Owner {
    /// One for a return code.
    keys: BTreeSet<KeyId>,
    terms: Option<PinTerms>,
}

struct Verdict {
    outcome: Result<AllowedLockers, KeypadRefusal>,
    /// The keys that the code belongs to, in order of their lockers, each with what is decided for it.
    known: Vec<(StoredKey, Result<Purpose, KeypadRefusal>)>,
    /// The contract of a PIN.
    contract: Option<ContractId>,
}

/// The answer to an entry whose id no device of ours would use.
const UNKNOWN_FORM: KeypadAnswer = KeypadAnswer::No { wait_until: None };

impl Store {
    /// Decides a keypad entry. A repeated entry gets the same answer and is not counted again.
    pub async fn keypad_entry(
        &self,
        automat: &AutomatId,
        entry: KeypadEntry,
        now: Instant,
    ) -> Result<KeypadAnswer, Error> {
        // No device of ours uses an id of this form, so nothing is looked up.
        let Some(item_key) = StoredEntry::key(automat, &entry.id) else { return Ok(UNKNOWN_FORM) };
        retry!(self, {
            let scene = self.scene(automat, &entry, &item_key, now).await?;
            if let Some(answered) = scene.answered {
                return Ok(answered.answer);
            }
            let before = scene.keypad.clone();
            let verdict = self.judge(automat, &entry, scene, now).await?;
            let after = verdict.keypad_after(&before.keypad, now);
            let stored = verdict.entry(entry.kind, &after, now);
            let mut transaction = Transaction::default();
            transaction.put(Part::Entry, stored.write(item_key.clone(), now)?, absent());
            transaction.keypad(automat, &before, &after)?;
            self.record_entry(&mut transaction, automat, entry.kind, &verdict, now)?;
            if let Some((within, wrong_entries)) = before.keypad.guessing(&after) {
                let guessing = EventKind::KeypadGuessing { wrong_entries, within };
                transaction.record_of_automat(self, automat, guessing, &RequestMetadata::of_automat(automat, now))?;
            }
            transaction.commit(self).await?;
            Ok(stored.answer)
        })
    }

    async fn scene(
        &self,
        automat: &AutomatId,
        entry: &KeypadEntry,
        item_key: &ItemKey,
        now: Instant,
    ) -> Result<Scene, Error> {
        let (automat_key, keypad_key) = (AutomatItem::key(automat), StoredKeypad::key(automat));
        let codes = code_item_keys(automat, entry);
        let mut item_keys = vec![automat_key.clone(), keypad_key.clone(), item_key.clone()];
        item_keys.extend(codes.clone());
        let mut found: Vec<_> = self.get_all(&item_keys).await?;
        let mut take = |item_key: &ItemKey| -> Option<Item> {
            let at = found.iter().position(|item| ItemKey::of(item).as_ref() == Some(item_key))?;
            Some(found.swap_remove(at))
        };
        let automat = take(&automat_key).ok_or(Error::NotFound(ResourceKind::Automat))?;
        Ok(Scene {
            zone: AutomatItem::read(automat)?.automat.time_zone,
            keypad: take(&keypad_key).map(read::<StoredKeypad>).transpose()?.unwrap_or_default(),
            answered: take(item_key).map(read::<StoredEntry>).transpose()?,
            owner: Owner::of(codes.iter().filter_map(take).collect(), entry.kind, now)?,
            codes,
        })
    }

    async fn judge(
        &self,
        automat: &AutomatId,
        entry: &KeypadEntry,
        scene: Scene,
        now: Instant,
    ) -> Result<Verdict, Error> {
        let refused = |reason| Ok(Verdict { outcome: Err(reason), known: Vec::new(), contract: None });
        if scene.keypad.keypad.waits_until(now).is_some() {
            return refused(KeypadRefusal::KeypadSlow);
        }
        if !Keypad::is_timely(entry.at, now) {
            return refused(KeypadRefusal::Late);
        }
        let owner = match scene.owner {
            None if scene.codes.len() > 1 => Owner::of(self.get_all(&scene.codes).await?, entry.kind, now)?,
            owner => owner,
        };
        let Some(Owner { keys, terms }) = owner else { return refused(KeypadRefusal::Unknown) };
        let item_keys: Vec<_> = keys.iter().map(KeyItem::key).collect();
        let mut known = Vec::new();
        for item in self.get_all(&item_keys).await? {
            let stored = KeyItem::read(item, &self.codes)?;
            if stored.key.automat == *automat {
                let decision = decide(&stored.key, terms.as_ref(), scene.zone, entry, now);
                known.push((stored, decision));
            }
        }
        known.retain(|(_, decision)| *decision != Err(KeypadRefusal::Unknown));
        known.sort_by_key(|(stored, _)| stored.key.locker);
        let decisions = known.iter().map(|(stored, decision)| (stored.key.locker, *decision)).collect();
        let outcome = AllowedLockers::of(decisions);
        Ok(Verdict { outcome, known, contract: terms.map(|terms| terms.contract) })
    }

    fn record_entry(
        &self,
        transaction: &mut Transaction,
        automat: &AutomatId,
        kind: CodeKind,
        verdict: &Verdict,
        now: Instant,
    ) -> Result<(), Error> {
        let metadata = RequestMetadata::of_automat(automat, now);
        let contract = verdict.contract.as_ref();
        match (&verdict.outcome, verdict.known.first()) {
            (Ok(_), _) => {
                for (stored, decision) in &verdict.known {
                    let Ok(purpose) = *decision else { continue };
                    let event = match kind {
                        CodeKind::Pin => EventKind::PinAccepted { purpose },
                        CodeKind::ReturnCode => EventKind::ReturnCodeAccepted,
                    };
                    transaction.record_of_key(self, stored, contract, event, &metadata)?;
                }
                Ok(())
            }
            // One event for the entry, listed under the first key.
            (&Err(reason), Some((stored, _))) => {
                let event = EventKind::EntryRefused { code_kind: kind, reason };
                transaction.record_of_key(self, stored, contract, event, &metadata)
            }
            (&Err(reason), None) => {
                let event = EventKind::EntryRefused { code_kind: kind, reason };
                transaction.record_of_automat(self, automat, event, &metadata)
            }
        }
    }
}

fn code_item_keys(automat: &AutomatId, entry: &KeypadEntry) -> Vec<ItemKey> {
    let names = iter::once(&entry.code).chain(&entry.other).filter_map(|name| Mac::parse(name));
    let mut item_keys: Vec<_> = names
        .map(|mac| match entry.kind {
            CodeKind::Pin => PinItem::key(automat, &mac),
            CodeKind::ReturnCode => ReturnCodeItem::key(automat, &mac),
        })
        .collect();
    // DynamoDB rejects a batch read with duplicate keys.
    item_keys.dedup();
    item_keys
}

impl Owner {
    /// Of two PIN items, uses the one whose contract has not ended.
    fn of(mut found: Vec<Item>, kind: CodeKind, now: Instant) -> Result<Option<Self>, Error> {
        if kind == CodeKind::Pin && found.len() > 1 && PinItem::is_over(&found[0], now)? {
            found.swap(0, 1);
        }
        let Some(item) = found.into_iter().next() else { return Ok(None) };
        match kind {
            CodeKind::Pin => PinItem::read(item).map(|PinHolder { terms, keys }| Self { keys, terms: Some(terms) }),
            CodeKind::ReturnCode => {
                ReturnCodeItem::read(item).map(|key| Self { keys: BTreeSet::from([key]), terms: None })
            }
        }
        .map(Some)
    }
}

fn decide(
    key: &Key,
    terms: Option<&PinTerms>,
    zone: TimeZone,
    entry: &KeypadEntry,
    now: Instant,
) -> Result<Purpose, KeypadRefusal> {
    let inside = entry.inside.contains(&key.locker);
    match terms {
        Some(terms) => key.answer_pin(terms, zone, inside, now),
        None => key.answer_return_code(inside),
    }
}

impl Verdict {
    fn keypad_after(&self, keypad: &Keypad, now: Instant) -> Keypad {
        let known = self.known.first();
        let code = known.map(|(stored, _)| KnownCode { key: stored.key.id.clone(), contract: self.contract.clone() });
        match self.outcome {
            Ok(_) => keypad.clone(),
            Err(refusal) => keypad.after_refusal(refusal, code.as_ref(), now),
        }
    }

    fn entry(&self, code_kind: CodeKind, after: &Keypad, now: Instant) -> StoredEntry {
        let answer = match (&self.outcome, after.waits_until(now)) {
            (Ok(allowed), _) => {
                let until = now.plus_millis(allowed.acted_on_millis());
                KeypadAnswer::Open { allowed: allowed.clone(), until }
            }
            (Err(KeypadRefusal::KeypadSlow), Some(until)) => KeypadAnswer::Wait { until },
            (Err(_), wait_until) => KeypadAnswer::No { wait_until },
        };
        let opened = self.known.iter().filter(|(_, decision)| decision.is_ok());
        StoredEntry {
            code_kind,
            answer,
            keys: opened.map(|(stored, _)| stored.key.id.clone()).collect(),
            contract: self.contract.clone().filter(|_| self.outcome.is_ok()),
            after_removal: false,
        }
    }
}

impl Transaction {
    /// Writes the keypad's state, or only checks it if nothing changes.
    pub(crate) fn keypad(&mut self, automat: &AutomatId, before: &StoredKeypad, after: &Keypad) -> Result<(), Error> {
        if *after == before.keypad {
            self.check(Part::Keypad, StoredKeypad::key(automat), before.unchanged());
        } else {
            self.put(Part::Keypad, before.write(automat, after)?, before.unchanged());
        }
        Ok(())
    }
}
