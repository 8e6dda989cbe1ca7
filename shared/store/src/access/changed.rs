//! Records of the stream after which pages change, and the verifiers of PINs.
//!
//! Records may be duplicated, late and out of order. A record only says what to look at; what is written comes from the table
//! ([`super::pages`]). A record is to be retried until its pages are written and its automats are signalled, so it returns these also
//! if there was nothing left to write.

use std::collections::BTreeSet;

use domain::{AutomatId, Instant, KeyId};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::verifier;
use crate::items::{AssignedKey, AutomatItem, ItemKey, KeyItem, LeaseTerms, PinItem, parse_verifier, read};
use crate::messages::{POISON, image};
use crate::sealing::Mac;
use crate::{Error, Store};

/// One item before and after.
struct Images<T> {
    before: Option<T>,
    after: Option<T>,
}

impl<T: DeserializeOwned> Images<T> {
    fn read(stream: &Value) -> Result<Self, Error> {
        let of = |name: &str| image(&stream[name])?.map(read).transpose().map_err(|_| POISON);
        Ok(Self { before: of("OldImage")?, after: of("NewImage")? })
    }
}

impl Store {
    /// Makes the verifier of a PIN that has none, and the pages of lockers right that the record is about. Returns the automats whose
    /// device is to ask again. Records of other items do nothing.
    pub async fn project_access(&self, record: &Value, now: Instant) -> Result<BTreeSet<AutomatId>, Error> {
        let stream = &record["dynamodb"];
        let item_key = image(&stream["Keys"])?.as_ref().and_then(ItemKey::of).ok_or(POISON)?;
        if KeyItem::is_at(&item_key) {
            return self.project_key(Images::read(stream)?, now).await;
        }
        if let Some(automat) = AutomatItem::automat_at(&item_key) {
            let Images::<LeaseTerms> { before, after } = Images::read(stream)?;
            let is_changed = before.is_some() && after.is_some() && before != after;
            return Ok(is_changed.then_some(automat).into_iter().collect());
        }
        match PinItem::at(&item_key) {
            Some((automat, name)) => self.project_pin(automat, &name, Images::read(stream)?, now).await,
            None => Ok(BTreeSet::new()),
        }
    }

    async fn project_key(
        &self,
        Images { before, after }: Images<AssignedKey>,
        now: Instant,
    ) -> Result<BTreeSet<AutomatId>, Error> {
        // A key that is being removed has left its locker.
        let [before, after] = [before, after].map(|key| key.filter(|key| !key.removing));
        match (&before, &after) {
            (Some(before), Some(after)) if after.is_assigned_as(before) => {
                if after.is_returned_as(before) {
                    return Ok(BTreeSet::new());
                }
                self.raise_page(after, now).await?;
            }
            _ => {
                for key in [&before, &after].into_iter().flatten() {
                    self.rebuild_page(&key.automat_id, key.locker_index, now).await?;
                }
            }
        }
        Ok([before, after].into_iter().flatten().map(|key| key.automat_id).collect())
    }

    async fn project_pin(
        &self,
        automat: AutomatId,
        name: &Mac,
        Images { before, after }: Images<PinItem>,
        now: Instant,
    ) -> Result<BTreeSet<AutomatId>, Error> {
        // Written by ourselves, or a key has come or gone: that is another record.
        let is_same = before.as_ref().zip(after.as_ref()).is_some_and(|(before, after)| after.opens_as(before));
        if is_same && after.as_ref().is_some_and(|after| after.verifier().is_some()) {
            return Ok(BTreeSet::new());
        }
        // Those that an entry of the PIN may have.
        let mut known: Vec<_> = [&before, &after].into_iter().flatten().filter_map(PinItem::verifier).collect();
        if let Some(after) = after.as_ref().filter(|pin| pin.verifier().is_none() && !pin.ended_and_back(now)) {
            let made = verifier::of_pin(&automat, name).await?;
            known.extend(parse_verifier(&made));
            // Unless the PIN is gone, or another contract's by now, of which there is another record.
            let own = PinItem::own(&after.incarnation);
            self.update(PinItem::key(&automat, name), PinItem::verify(&made), own).await?;
        }
        let keys: BTreeSet<&KeyId> = [&before, &after].into_iter().flatten().flat_map(|pin| &pin.keys).collect();
        let mut is_changed = false;
        for key in keys {
            is_changed |= self.settle_pin((&automat, name), key, &known, now).await?;
        }
        Ok(is_changed.then_some(automat).into_iter().collect())
    }
}
