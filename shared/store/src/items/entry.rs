//! A keypad entry with its answer: a second delivery gets the same answer and is not counted, and a later sensor
//! report can be matched to whoever took the key. It holds neither the code nor its name.

use domain::{
    AllowedLocker, AllowedLockers, AutomatId, CodeKind, ContractId, Instant, KeyId, KeypadAnswer, LockerIndex, Purpose,
};
use serde::{Deserialize, Serialize};

use super::{AutomatItem, Item, ItemKey, write};
use crate::Error;

/// Retention of entries: a device that was offline may report late what an entry led to.
const KEPT_MILLIS: i64 = 7 * 24 * 3_600_000;

/// The longest id that is looked up. Devices use ULIDs.
const MAX_NAME_BYTES: usize = 64;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredEntry {
    pub(crate) code_kind: CodeKind,
    #[serde(flatten)]
    pub(crate) answer: KeypadAnswer,
    /// The keys of the lockers that it may open, in the order of the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) keys: Vec<KeyId>,
    /// The contract that an accepted PIN belonged to.
    #[serde(rename = "contractId", skip_serializing_if = "Option::is_none")]
    pub(crate) contract: Option<ContractId>,
}

impl StoredEntry {
    /// `None` if the id is longer than any device of ours uses.
    pub(crate) fn key(automat: &AutomatId, id: &str) -> Option<ItemKey> {
        let fits = (1..=MAX_NAME_BYTES).contains(&id.len());
        fits.then(|| ItemKey::new(AutomatItem::pk(automat), format!("ENTRY#{id}")))
    }

    pub(crate) fn write(&self, item_key: ItemKey, now: Instant) -> Result<Item, Error> {
        write(self, item_key, None, Some(now.plus_millis(KEPT_MILLIS)))
    }

    /// The entry after the device has opened these lockers by itself to return their keys, and those of them that the cloud had not
    /// opened with its own answer; `None` if there are none of these.
    ///
    /// The cloud may have refused the entry, because it decided later: what the device did counts.
    pub(crate) fn returned_offline(
        answered: Option<Self>,
        code_kind: CodeKind,
        opened: &[(LockerIndex, Option<&KeyId>)],
        contract: Option<&ContractId>,
        at: Instant,
    ) -> Option<(Self, Vec<LockerIndex>)> {
        let new: Vec<_> = match &answered {
            None => opened.to_vec(),
            Some(answered) => opened.iter().filter(|(locker, _)| !answered.opened(*locker)).copied().collect(),
        };
        if new.is_empty() {
            return None;
        }
        let (mut lockers, missing, until) = match answered.as_ref().map(|answered| &answered.answer) {
            Some(KeypadAnswer::Open { allowed, until }) => (allowed.lockers.clone(), allowed.missing.clone(), *until),
            _ => (Vec::new(), Vec::new(), at),
        };
        let (mut keys, known) = answered.map(|answered| (answered.keys, answered.contract)).unwrap_or_default();
        lockers.extend(new.iter().map(|(locker, _)| AllowedLocker { locker: *locker, purpose: Purpose::Return }));
        keys.extend(new.iter().filter_map(|(_, key)| key.cloned()));
        let answer = KeypadAnswer::Open { allowed: AllowedLockers { lockers, missing }, until };
        let stored = Self { code_kind, answer, keys, contract: known.or_else(|| contract.cloned()) };
        Some((stored, new.into_iter().map(|(locker, _)| locker).collect()))
    }

    pub(crate) fn opened(&self, wanted: LockerIndex) -> bool {
        self.allowed().is_some_and(|allowed| allowed.purpose(wanted).is_some())
    }

    /// The contract for which this entry opened the locker to fetch the key.
    pub(crate) fn fetched(&self, wanted: LockerIndex, key: &KeyId) -> Option<ContractId> {
        let allowed = AllowedLocker { locker: wanted, purpose: Purpose::Fetch };
        let position = self.allowed()?.lockers.iter().position(|other| *other == allowed)?;
        self.contract.clone().filter(|_| self.keys.get(position) == Some(key))
    }

    fn allowed(&self) -> Option<&AllowedLockers> {
        match &self.answer {
            KeypadAnswer::Open { allowed, .. } => Some(allowed),
            KeypadAnswer::No { .. } | KeypadAnswer::Wait { .. } => None,
        }
    }
}
