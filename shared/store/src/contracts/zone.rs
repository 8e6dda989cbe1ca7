//! Telling contacts that the local times of their contracts have changed, with the time zone of the automat.
//!
//! The edit of the automat makes it due. A contract keeps the zone that its contacts were told of, so this may be
//! interrupted and repeated anywhere, and tells nobody twice. The stream's record of that write has the messages sent.

use std::time::Duration;

use domain::{AutomatId, Instant, KeyId, TimeZone};
use tokio::time::timeout;

use crate::items::{AutomatItem, ContractItem, ItemKey, KeyItem};
use crate::race::Race;
use crate::write::{Outcome, Part, Transaction};
use crate::{Error, Store, Thing};

/// How long one call goes on; what is left is still due.
const PATIENCE: Duration = Duration::from_secs(20);
/// A contract that was written so much later than the zone was told in the new one, also where clocks differ.
const CLOCKS_DIFFER_MILLIS: i64 = 5_000;

/// Another time zone of an automat, and since when.
struct Changed {
    zone: TimeZone,
    at: Instant,
}

impl Store {
    /// How many contracts of the automat's keys have not ended.
    pub(crate) async fn count_live_contracts(&self, automat: &AutomatId, now: Instant) -> Result<usize, Error> {
        Ok(self.live_contracts(automat, now).await?.iter().map(|(_, contracts)| contracts.len()).sum())
    }

    /// Has the contacts told of each contract that was last written before the automat's time zone was changed.
    pub async fn tell_of_zone(&self, automat: &AutomatId, now: Instant) -> Result<(), Error> {
        let stored = match self.stored_automat(automat).await {
            Err(Error::NotFound(Thing::Automat)) => return Ok(()),
            stored => stored?,
        };
        let Some(at) = stored.zone_changed else { return Ok(()) };
        let changed = Changed { zone: stored.automat.time_zone, at };
        if timeout(PATIENCE, self.tell_contracts(automat, &changed, now)).await.is_err() {
            tracing::info!(automat.id = %automat, "contacts are still being told of another time zone");
            return Ok(());
        }
        let mut transaction = Transaction::default();
        let (done, same) = (AutomatItem::tell_zone(automat, None), AutomatItem::zone_changed_at(at));
        transaction.update(Part::Automat, AutomatItem::key(automat), done, same);
        // Refused where the zone was changed again: then it is still due.
        transaction.commit(self).await.map(|_| ())
    }

    async fn tell_contracts(&self, automat: &AutomatId, changed: &Changed, now: Instant) -> Result<(), Error> {
        for (_, contracts) in self.live_contracts(automat, now).await? {
            for place in contracts {
                self.tell_contract(&place, changed, now).await?;
            }
        }
        Ok(())
    }

    async fn tell_contract(&self, place: &ItemKey, changed: &Changed, now: Instant) -> Result<(), Error> {
        let mut race = Race::new(&self.random);
        loop {
            let Some(item) = self.get(place).await? else { return Ok(()) };
            let stored = ContractItem::read(item, &self.codes)?;
            let is_later = stored.contract.updated_at > changed.at.plus_millis(CLOCKS_DIFFER_MILLIS);
            if is_later || stored.told_zone == Some(changed.zone) {
                return Ok(());
            }
            let mut transaction = Transaction::default();
            let update = ContractItem::tell_zone(changed.zone, &stored, now);
            transaction.update(Part::Contract, place.clone(), update, stored.unchanged());
            match transaction.commit(self).await? {
                Outcome::Committed => return Ok(()),
                Outcome::Contended | Outcome::Refused(_) => race.lost().await?,
            }
        }
    }

    /// The contracts that have not ended, of each key that belongs in the automat.
    async fn live_contracts(&self, automat: &AutomatId, now: Instant) -> Result<Vec<(KeyId, Vec<ItemKey>)>, Error> {
        let (_, lockers) = self.automat_and_lockers(automat).await?;
        let keys: Vec<_> = lockers.into_iter().filter_map(|locker| Some(KeyItem::key(&locker.key?.0))).collect();
        let mut live = Vec::new();
        for item in self.get_all(&keys).await? {
            let key = KeyItem::read(item, &self.codes)?.key;
            let calendar = key.calendar.without_ended(now);
            let contracts = calendar.entries().iter().map(|entry| ContractItem::key(&key.id, &entry.contract));
            live.push((key.id.clone(), contracts.collect()));
        }
        Ok(live)
    }
}
