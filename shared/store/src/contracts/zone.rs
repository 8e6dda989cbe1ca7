//! Notifying contacts that the local times of their contracts have changed, with the time zone of the automat.
//!
//! The edit of the automat makes it due. A contract keeps which change its contacts were told of, so this may be
//! interrupted and repeated anywhere, and tells nobody twice. The stream's record of that write has the messages sent.
//! That a contract has a new version by it is no event of its own: the automat's `automat-changed` says what happened.

use std::time::Duration;

use domain::{AutomatId, Calendar, Instant, KeyId};
use tokio::time::timeout;

use crate::items::{AutomatItem, ContractItem, Item, ItemKey, KeyItem, StoredContract};
use crate::read::BATCH;
use crate::retry::{NotDone, retry};
use crate::{Error, Store, Thing};

/// How long one call goes on; what is left is still due.
const PATIENCE: Duration = Duration::from_secs(10);
/// A contract made so much later than the change was asked for was told in the new zone: a function ends within 29 s,
/// and clocks differ.
const MARGIN_MILLIS: i64 = 35_000;

impl Store {
    /// How many contracts of the automat's keys have not ended.
    pub(crate) async fn count_live_contracts(&self, automat: &AutomatId, now: Instant) -> Result<usize, Error> {
        Ok(self.calendars(automat, now).await?.iter().map(|(_, calendar)| calendar.entries().len()).sum())
    }

    /// Has the contacts told of each contract that was made before the automat's time zone was changed.
    pub async fn notify_of_time_zone(&self, automat: &AutomatId, now: Instant) -> Result<(), Error> {
        let stored = match self.stored_automat(automat).await {
            Err(Error::NotFound(Thing::Automat)) => return Ok(()),
            stored => stored?,
        };
        let Some(changed) = stored.zone_changed else { return Ok(()) };
        if timeout(PATIENCE, self.notify_contracts(automat, changed, now)).await.is_err() {
            tracing::info!(automat.id = %automat, "still notifying contacts of a time zone change");
            return Ok(());
        }
        let (done, same) = (AutomatItem::set_zone_changed(automat, None), AutomatItem::zone_changed_at(changed));
        // Where the zone was changed again, this is refused, and it is still due.
        self.update(AutomatItem::key(automat), done, same).await.map(|_| ())
    }

    async fn notify_contracts(&self, automat: &AutomatId, changed: Instant, now: Instant) -> Result<(), Error> {
        for (key, calendar) in self.calendars(automat, now).await? {
            for entries in calendar.entries().chunks(BATCH) {
                let item_keys: Vec<_> = entries.iter().map(|entry| ContractItem::key(&key, &entry.contract)).collect();
                for item in self.get_all(&item_keys).await? {
                    self.notify_contract(item, changed, now).await?;
                }
            }
        }
        Ok(())
    }

    async fn notify_contract(&self, item: Item, changed: Instant, now: Instant) -> Result<(), Error> {
        let item_key =
            ItemKey::of(&item).ok_or(Error::Internal { context: "reading a contract's key", source: None })?;
        let mut read = Some(item);
        retry!(self, {
            let item = match read.take() {
                Some(item) => Some(item),
                None => self.get(&item_key).await?,
            };
            let Some(item) = item else { return Ok(()) };
            let stored = ContractItem::read(item, &self.codes)?;
            let update = ContractItem::set_notified_zone(changed, &stored, now);
            if stored.knows_zone(changed) || self.update(item_key.clone(), update, stored.unchanged()).await? {
                return Ok(());
            }
            Err(NotDone::Again)
        })
    }

    /// What has not ended, of each key that belongs in the automat.
    async fn calendars(&self, automat: &AutomatId, now: Instant) -> Result<Vec<(KeyId, Calendar)>, Error> {
        let (_, lockers) = self.automat_and_lockers(automat).await?;
        let keys: Vec<_> = lockers.into_iter().filter_map(|locker| Some(KeyItem::key(&locker.key?.0))).collect();
        let read = |item| {
            let key = KeyItem::read(item, &self.codes)?.key;
            Ok((key.id, key.calendar.without_ended(now)))
        };
        self.get_all(&keys).await?.into_iter().map(read).collect()
    }
}

impl StoredContract {
    /// Whether its contacts were told the local times after a change of the zone. Writes in between may have told some
    /// of them, or nobody, so they do not count.
    fn knows_zone(&self, changed: Instant) -> bool {
        self.notified_zone == Some(changed) || self.contract.created_at > changed.plus_millis(MARGIN_MILLIS)
    }
}
