//! Records of the stream after which a device has to ask for its access again, and the verifiers of new PINs.
//!
//! Records may be duplicated, late and out of order: a verifier depends on its PIN's name and automat alone, and a signal once too
//! often does no harm. A record is to be retried until its verifier is stored and its signal is published.

use std::collections::BTreeSet;

use domain::{AutomatId, Instant, LockerIndex};
use serde_json::Value;

use super::verifier;
use crate::items::{AssignedKey, Item, ItemKey, KeyItem, PinItem, read};
use crate::messages::{POISON, image};
use crate::retry::{NotDone, retry};
use crate::sealing::Mac;
use crate::{Error, Store};

/// Lockers of an automat that its device should ask for again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessChange {
    pub automat: AutomatId,
    pub lockers: BTreeSet<LockerIndex>,
}

impl AccessChange {
    /// A key has been added, removed, moved or given another return code.
    fn of_key(before: Option<AssignedKey>, after: Option<AssignedKey>) -> Option<Self> {
        // A key that is being removed has left its locker.
        let [before, after] = [before, after].map(|key| key.filter(|key| !key.removing));
        if before == after {
            return None;
        }
        let automat = after.as_ref().or(before.as_ref())?.automat_id.clone();
        let lockers = [&before, &after].into_iter().flatten().map(|key| key.locker_index).collect();
        Some(Self { automat, lockers })
    }
}

impl Store {
    /// Makes the verifier of a PIN that has none. Returns the lockers whose access the record changes. Records of other items do
    /// nothing.
    ///
    /// A PIN that returns none of its keys now needs no signal: the device asks when the key has left its locker. Nor does it need its
    /// verifier yet, so without `ahead` it gets it later, when the key has left: that is another record of the PIN.
    pub async fn project_access(
        &self,
        record: &Value,
        ahead: bool,
        now: Instant,
    ) -> Result<Option<AccessChange>, Error> {
        let stream = &record["dynamodb"];
        let item_key = image(&stream["Keys"])?.as_ref().and_then(ItemKey::of).ok_or(POISON)?;
        if KeyItem::is_at(&item_key) {
            return Ok(AccessChange::of_key(assigned(&stream["OldImage"])?, assigned(&stream["NewImage"])?));
        }
        let is_new = stream["NewImage"].get("verifier").is_none() && !stream["NewImage"].is_null();
        match PinItem::at(&item_key).filter(|_| is_new) {
            Some((automat, name)) => self.verify_pin(automat, &name, ahead, now).await,
            None => Ok(None),
        }
    }

    async fn verify_pin(
        &self,
        automat: AutomatId,
        name: &Mac,
        ahead: bool,
        now: Instant,
    ) -> Result<Option<AccessChange>, Error> {
        let item_key = PinItem::key(&automat, name);
        let mut computed = None;
        let lockers = retry!(self, {
            let Some(item) = self.get(&item_key).await? else { return Ok(BTreeSet::new()) };
            let pin: PinItem = read(item)?;
            let lockers = self.returned_with(&automat, &pin, now).await?;
            let is_wanted = ahead || !lockers.is_empty();
            if pin.verifier.is_some() || !is_wanted || pin.ended_and_back(now) {
                return Ok(lockers);
            }
            let verifier = match &computed {
                Some(verifier) => verifier,
                None => computed.insert(verifier::of_pin(&automat, name).await?),
            };
            let (update, own) = (PinItem::verify(verifier), PinItem::own(&pin.incarnation));
            let is_written = self.update(item_key.clone(), update, own).await?;
            // Otherwise the PIN is gone, or another contract's.
            if is_written { Ok(lockers) } else { Err(NotDone::Again) }
        })?;
        Ok((!lockers.is_empty()).then_some(AccessChange { automat, lockers }))
    }

    /// The lockers of the keys that a PIN returns now.
    async fn returned_with(
        &self,
        automat: &AutomatId,
        pin: &PinItem,
        now: Instant,
    ) -> Result<BTreeSet<LockerIndex>, Error> {
        let item_keys: Vec<_> = pin.keys.iter().map(KeyItem::key).collect();
        let keys =
            self.get_all(&item_keys).await?.into_iter().map(read::<AssignedKey>).collect::<Result<Vec<_>, _>>()?;
        let is_returned =
            |key: &&AssignedKey| key.automat_id == *automat && key.is_returned_by(&pin.contract_id, pin.from.0, now);
        Ok(keys.iter().filter(is_returned).map(|key| key.locker_index).collect())
    }
}

fn assigned(json: &Value) -> Result<Option<AssignedKey>, Error> {
    image(json)?.map(|item: Item| read(item)).transpose().map_err(|_| POISON)
}
