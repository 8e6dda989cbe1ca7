//! Notifying contacts that the local times of their contracts have changed with the automat's time zone.
//!
//! Editing the automat puts it in the index `due`. Each contract stores the latest change that its contacts were
//! notified of, so this can be interrupted and repeated anywhere without notifying anybody twice. The write itself
//! triggers the messages, through the table's stream. It raises the contract's version but adds no event: the
//! automat's `automat-changed` already records the change.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::{AutomatId, ContractId, Instant};
use tokio::time::timeout;

use crate::items::{AutomatItem, ContractItem, Item, KeyItem, StoredContract};
use crate::read::BATCH;
use crate::retry::{NotDone, retry};
use crate::{Error, ResourceKind, Store};

/// Time limit of one call. What is left stays in the index `due`.
const PATIENCE: Duration = Duration::from_secs(10);
/// A contract created this long after the edit certainly shows the new zone: a function ends within 29 s, and clocks
/// differ by a few seconds.
const MARGIN_MILLIS: i64 = 35_000;

impl Store {
    pub(crate) async fn count_live_contracts(&self, automat: &AutomatId, now: Instant) -> Result<usize, Error> {
        Ok(self.live_contracts(automat, now).await?.len())
    }

    /// Notifies the contacts of each contract that was created before the time zone changed.
    pub async fn notify_of_time_zone(&self, automat: &AutomatId, now: Instant) -> Result<(), Error> {
        let stored = match self.stored_automat(automat).await {
            Err(Error::NotFound(ResourceKind::Automat)) => return Ok(()),
            stored => stored?,
        };
        let Some(changed) = stored.zone_changed() else { return Ok(()) };
        if timeout(PATIENCE, self.notify_contracts(automat, changed, now)).await.is_err() {
            tracing::info!(automat.id = %automat, "still notifying contacts of a time zone change");
            return Ok(());
        }
        let (done, same) = (AutomatItem::set_zone_changed(automat, None), AutomatItem::zone_changed_at(changed));
        // If the zone has changed again meanwhile, the condition fails and the automat stays due.
        self.update(AutomatItem::key(automat), done, same).await.map(|_| ())
    }

    async fn notify_contracts(&self, automat: &AutomatId, changed: Instant, now: Instant) -> Result<(), Error> {
        let item_keys: Vec<_> = self.live_contracts(automat, now).await?.iter().map(ContractItem::key).collect();
        for item_keys in item_keys.chunks(BATCH) {
            for item in self.get_all(item_keys).await? {
                self.notify_contract(automat, item, changed, now).await?;
            }
        }
        Ok(())
    }

    async fn notify_contract(
        &self,
        automat: &AutomatId,
        item: Item,
        changed: Instant,
        now: Instant,
    ) -> Result<(), Error> {
        let item_key = ContractItem::key(&ContractItem::read(item.clone(), &self.codes)?.contract.id);
        let mut read = Some(item);
        retry!(self, {
            let item = match read.take() {
                Some(item) => Some(item),
                None => self.get(&item_key).await?,
            };
            let Some(item) = item else { return Ok(()) };
            let stored = ContractItem::read(item, &self.codes)?;
            let update = ContractItem::set_notified_zone(automat, changed, &stored, now)?;
            let is_known = stored.knows_zone(automat, changed);
            if is_known || self.update(item_key.clone(), update, stored.unchanged()?).await? {
                return Ok(());
            }
            Err(NotDone::Again)
        })
    }

    /// The contracts of the automat's keys that have not ended.
    async fn live_contracts(&self, automat: &AutomatId, now: Instant) -> Result<BTreeSet<ContractId>, Error> {
        let (_, lockers) = self.automat_and_lockers(automat).await?;
        let keys: Vec<_> = lockers.into_iter().filter_map(|locker| Some(KeyItem::key(&locker.key?))).collect();
        let mut live = BTreeSet::new();
        for item in self.get_all(&keys).await? {
            let calendar = KeyItem::read(item, &self.codes)?.key.calendar;
            live.extend(calendar.without_ended(now).entries().iter().map(|entry| entry.contract.clone()));
        }
        Ok(live)
    }
}

impl StoredContract {
    /// Whether the contacts know the times in the new zone. Other writes since the change may have notified only some
    /// of them, or nobody, so they do not count.
    fn knows_zone(&self, automat: &AutomatId, changed: Instant) -> bool {
        self.notified_zones.get(automat) == Some(&changed)
            || self.contract.created_at > changed.plus_millis(MARGIN_MILLIS)
    }
}
