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
    /// Whether a device without a connection accepted it after the contract had been removed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) after_removal: bool,
}

/// What a device did for an entry without the cloud.
pub(crate) struct OpenedOffline<'a> {
    pub(crate) code_kind: CodeKind,
    /// The lockers that it may have opened, each with its key.
    pub(crate) lockers: &'a [(AllowedLocker, Option<&'a KeyId>)],
    pub(crate) contract: Option<&'a ContractId>,
    /// Whether there is no such contract any more.
    pub(crate) after_removal: bool,
    pub(crate) at: Instant,
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

    /// The entry after the device has opened lockers by itself, and those of them that the cloud had not opened with its own answer;
    /// `None` if there are none of these.
    ///
    /// The cloud may have refused the entry, because it decided later: what the device did counts.
    pub(crate) fn opened_offline(
        answered: Option<Self>,
        opened: &OpenedOffline<'_>,
    ) -> Option<(Self, Vec<AllowedLocker>)> {
        let is_known = |allowed| answered.as_ref().is_some_and(|answered| answered.position(allowed).is_some());
        let mut new: Vec<_> = opened.lockers.iter().filter(|(allowed, _)| !is_known(*allowed)).collect();
        if new.is_empty() {
            return None;
        }
        // The keys have the order of the lockers.
        new.sort_by_key(|(_, key)| key.is_none());
        let (mut lockers, missing, until) = match answered.as_ref().map(|answered| &answered.answer) {
            Some(KeypadAnswer::Open { allowed, until }) => (allowed.lockers.clone(), allowed.missing.clone(), *until),
            _ => (Vec::new(), Vec::new(), opened.at),
        };
        let (mut keys, known) = answered.map(|answered| (answered.keys, answered.contract)).unwrap_or_default();
        lockers.extend(new.iter().map(|(allowed, _)| *allowed));
        keys.extend(new.iter().filter_map(|(_, key)| key.cloned()));
        let stored = Self {
            code_kind: opened.code_kind,
            answer: KeypadAnswer::Open { allowed: AllowedLockers { lockers, missing }, until },
            keys,
            contract: known.or_else(|| opened.contract.cloned()),
            after_removal: opened.after_removal,
        };
        Some((stored, new.into_iter().map(|(allowed, _)| *allowed).collect()))
    }

    pub(crate) fn opened(&self, wanted: LockerIndex) -> bool {
        self.allowed().is_some_and(|allowed| allowed.purpose(wanted).is_some())
    }

    /// The contract for which this entry opened the locker to fetch the key.
    pub(crate) fn fetched(&self, wanted: LockerIndex, key: &KeyId) -> Option<ContractId> {
        let position = self.position(AllowedLocker { locker: wanted, purpose: Purpose::Fetch })?;
        self.contract.clone().filter(|_| self.keys.get(position) == Some(key))
    }

    fn position(&self, wanted: AllowedLocker) -> Option<usize> {
        self.allowed()?.lockers.iter().position(|allowed| *allowed == wanted)
    }

    fn allowed(&self) -> Option<&AllowedLockers> {
        match &self.answer {
            KeypadAnswer::Open { allowed, .. } => Some(allowed),
            KeypadAnswer::No { .. } | KeypadAnswer::Wait { .. } => None,
        }
    }
}
