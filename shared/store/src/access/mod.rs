//! What a device may open without the cloud, to return keys (ADR 0053): for each locker, the codes that return its key now.
//!
//! A device asks for it, and keeps it. What it has may be outdated at any time; then it asks again after a signal
//! ([`AccessChange`]), or when a key has come or gone.

mod changed;
mod verifier;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{AutomatId, ContractId, Instant, KeyId, KeyState, LockerIndex, Whereabouts};

pub use self::changed::AccessChange;
pub use self::verifier::PIN_COST;
use crate::items::{
    AutomatItem, ContractItem, ContractLinks, ItemKey, KeyItem, LockerItem, PinItem, StoredKey, StoredLocker, read,
};
use crate::sealing::Mac;
use crate::{Error, ResourceKind, Store};

/// How many PINs are in an answer at most. A message of AWS IoT Core has at most 128 KB; with the longest ids, so many PINs and the
/// return codes of 500 lockers fit.
const MAX_PINS: usize = 700;

/// The codes that return the key of one locker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockerAccess {
    /// The verifier of the key's return code: the beginning of its name.
    pub return_code: Option<String>,
    /// The verifiers of PINs, each with its contract.
    pub pins: BTreeMap<String, ContractId>,
}

impl LockerAccess {
    fn is_empty(&self) -> bool {
        self.return_code.is_none() && self.pins.is_empty()
    }
}

/// A contract whose PIN returns a key.
struct Returning {
    locker: LockerIndex,
    key: KeyId,
    /// Of the key.
    incarnation: String,
    contract: ContractId,
}

impl Store {
    /// What some or all lockers of an automat may be opened for without the cloud. Of all lockers, those are left out that
    /// nothing can be returned to.
    ///
    /// A PIN that the projector has not yet made a verifier for is left out. The projector will signal it.
    pub async fn access(
        &self,
        automat: &AutomatId,
        lockers: Option<&BTreeSet<LockerIndex>>,
        now: Instant,
    ) -> Result<BTreeMap<LockerIndex, LockerAccess>, Error> {
        let keys = self.keys_in(automat, lockers).await?;
        let mut access: BTreeMap<LockerIndex, LockerAccess> = BTreeMap::new();
        for locker in lockers.into_iter().flatten() {
            access.insert(*locker, LockerAccess::default());
        }
        for stored in &keys {
            let names = self.return_code_names(&stored.key);
            let code = names.and_then(|names| names.current.beginning(verifier::BYTES));
            access.entry(stored.key.locker).or_default().return_code = code;
        }
        for (locker, verifier, contract) in self.pins_returning(automat, &keys, now).await? {
            access.entry(locker).or_default().pins.insert(verifier, contract);
        }
        access.retain(|locker, of_locker| lockers.is_some_and(|asked| asked.contains(locker)) || !of_locker.is_empty());
        Ok(access)
    }

    /// The keys in these lockers that are not being removed.
    async fn keys_in(
        &self,
        automat: &AutomatId,
        lockers: Option<&BTreeSet<LockerIndex>>,
    ) -> Result<Vec<StoredKey>, Error> {
        let stored: Vec<StoredLocker> = match lockers {
            None => self.automat_and_lockers(automat).await?.1,
            Some(lockers) => {
                let mut item_keys = vec![AutomatItem::key(automat)];
                item_keys.extend(lockers.iter().map(|locker| LockerItem::key(automat, *locker)));
                let (automats, lockers): (Vec<_>, Vec<_>) =
                    self.get_all(&item_keys).await?.into_iter().partition(AutomatItem::is_one);
                if automats.is_empty() {
                    return Err(Error::NotFound(ResourceKind::Automat));
                }
                lockers.into_iter().map(read::<StoredLocker>).collect::<Result<_, _>>()?
            }
        };
        let assigned: HashMap<KeyId, LockerIndex> =
            stored.into_iter().filter_map(|locker| Some((locker.key?, locker.locker))).collect();
        let item_keys: Vec<_> = assigned.keys().map(KeyItem::key).collect();
        let mut keys = Vec::new();
        for item in self.get_all(&item_keys).await? {
            let stored = KeyItem::read(item, &self.codes)?;
            // A batch is no snapshot: the key may be moving. Then the projector signals it.
            let is_here = stored.key.automat == *automat && assigned.get(&stored.key.id) == Some(&stored.key.locker);
            if is_here && stored.key.state == KeyState::Active {
                keys.push(stored);
            }
        }
        Ok(keys)
    }

    /// The verifiers of the PINs that return these keys now, each with its locker and contract.
    async fn pins_returning(
        &self,
        automat: &AutomatId,
        keys: &[StoredKey],
        now: Instant,
    ) -> Result<Vec<(LockerIndex, String, ContractId)>, Error> {
        let returning = most_needed(keys, now);
        let contracts: BTreeSet<_> = returning.iter().map(|returning| ContractItem::key(&returning.contract)).collect();
        let found = self.get_all(&contracts.into_iter().collect::<Vec<_>>()).await?;
        let links = found.into_iter().map(read::<ContractLinks>).collect::<Result<Vec<_>, _>>()?;
        let links: HashMap<_, _> = links.iter().map(|links| (&links.contract_id, links)).collect();
        let mut wanted: Vec<(LockerIndex, &ContractLinks, ItemKey)> = Vec::new();
        for Returning { locker, key, incarnation, contract } in &returning {
            // Without its contract, a key can be returned with its return code only.
            let Some(links) = links.get(contract).filter(|links| links.has(key, incarnation)) else { continue };
            let Some(pin): Option<&Mac> = links.pins.get(automat) else { continue };
            wanted.push((*locker, links, PinItem::key(automat, pin)));
        }
        let item_keys: BTreeSet<_> = wanted.iter().map(|(_, _, pin)| pin.clone()).collect();
        let items = self.get_all(&item_keys.into_iter().collect::<Vec<_>>()).await?;
        let pins: HashMap<_, _> = items.into_iter().filter_map(|item| Some((ItemKey::of(&item)?, item))).collect();
        let mut verifiers = Vec::new();
        for (locker, links, pin) in wanted {
            let Some(item) = pins.get(&pin) else { continue };
            if let Some(verifier) = PinItem::verifier(item, &links.incarnation) {
                verifiers.push((locker, verifier, links.contract_id.clone()));
            }
        }
        Ok(verifiers)
    }
}

/// The contracts whose PINs return these keys. If there are too many, those first whose key is not inside, and those that began
/// last.
fn most_needed(keys: &[StoredKey], now: Instant) -> Vec<Returning> {
    let mut all = Vec::new();
    for StoredKey { key, incarnation, .. } in keys {
        let is_inside = key.whereabouts == Whereabouts::Inside;
        for (rank, contract) in key.returned_by(now).into_iter().enumerate() {
            let (locker, incarnation) = (key.locker, incarnation.clone());
            all.push((is_inside, rank, Returning { locker, key: key.id.clone(), incarnation, contract }));
        }
    }
    all.sort_by_key(|(is_inside, rank, _)| (*is_inside, *rank));
    all.truncate(MAX_PINS);
    all.into_iter().map(|(_, _, returning)| returning).collect()
}
