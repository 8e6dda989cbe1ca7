//! Reports of lockers by devices: doors and keys.
//!
//! Reports arrive late, twice and out of order, so each has a number, and a locker stores the number that its
//! readings are from. A full report, of all lockers at once, is stored as one number on the automat (`fullReport`)
//! that counts for every locker, so that five hundred unchanged lockers cost one write. This number is written first
//! and is a condition of every write to a locker, so no older report gets in between; then those lockers are written
//! that differ. A full report also says which keys the device uses for the names of codes (ADR 0020). Numbers count
//! within one era of the automat; a reset begins a new era (ADR 0027).

mod left_open;
mod report;

use std::collections::HashMap;

use domain::{
    Automat, AutomatId, DeviceFault, DoorState, Instant, LockerCount, LockerIndex, Presence, Sensors, is_too_far_ahead,
};

use self::report::LockerUpdate;
use crate::items::{AutomatItem, LockerItem, StoredAutomat, StoredLocker, read};
use crate::retry::{NotDone, retry};
use crate::{Error, RequestMetadata, Store};

/// A device's report of some or all of its lockers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockerReports {
    /// Higher than in every earlier report.
    pub n: u64,
    pub lockers: Vec<(LockerIndex, LockerReport)>,
    /// The ids of the keys that the device uses for the names of codes; empty if it does not report them.
    pub device_keys: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockerReport {
    /// Whether a key is inside; `None` if the report could not be understood.
    pub key_inside: Option<bool>,
    /// `Unknown` if the report could not be understood.
    pub door: DoorState,
    /// The keypad entry or opening that last opened it.
    pub by: Option<String>,
}

impl LockerReports {
    /// When the device sent the report.
    fn sent(&self) -> Option<Instant> {
        Instant::from_millis(i64::try_from(self.n).ok()?)
    }

    fn is_of_all(&self, count: LockerCount) -> bool {
        count.indices().all(|locker| self.lockers.iter().any(|(reported, _)| *reported == locker))
    }
}

impl LockerReport {
    /// Whether the stored locker already says the same, also of its key.
    fn is_known(&self, locker: &StoredLocker) -> bool {
        let before = locker.whereabouts();
        let is_there = |inside| before.clone().sensed(inside, None) == before;
        locker.sensors().reported(self.sensors()) == locker.sensors()
            && (locker.key.is_none() || self.key_inside.is_none_or(is_there))
    }

    fn sensors(&self) -> Sensors {
        Sensors { key_inside: self.key_inside, door: self.door }
    }
}

impl Store {
    /// Stores a device's report. Outdated readings and lockers that the automat does not have are skipped. A number
    /// from the future is refused and not stored, because it would make us ignore all later reports.
    pub async fn record_locker_reports(
        &self,
        automat: &AutomatId,
        reports: LockerReports,
        now: Instant,
    ) -> Result<(), Error> {
        self.record_reports(automat, reports, &RequestMetadata::of_automat(automat, now)).await
    }

    /// The same for a report of which a device's journal says when it was made.
    pub(crate) async fn record_reports(
        &self,
        automat: &AutomatId,
        reports: LockerReports,
        metadata: &RequestMetadata,
    ) -> Result<(), Error> {
        let now = metadata.now;
        if is_too_far_ahead(reports.n, now) {
            return self.record_fault(automat, DeviceFault::ClockWrong, None, now).await;
        }
        let known = retry!(self, {
            let StoredAutomat { automat: Automat { locker_count, .. }, full_report, era, presence, .. } =
                self.stored_automat(automat).await?;
            let of_all = reports.is_of_all(locker_count);
            let is_newest = match full_report {
                Some(full_report) if full_report > reports.n => return Ok(None),
                // Stored already: the report is delivered again, perhaps because the first delivery was interrupted.
                Some(full_report) if full_report == reports.n => true,
                _ => !of_all || self.write_all_reported(automat, &reports, era).await?,
            };
            if is_newest { Ok(Some((locker_count, of_all, era, presence))) } else { Err(NotDone::Again) }
        })?;
        let Some((count, of_all, era, presence)) = known else { return Ok(()) };
        if let Some(shown) = reports.sent().and_then(|sent| Presence::shown_by_message(sent, presence, now)) {
            self.record_presence(automat, shown, now).await?;
        }
        let lockers = self.read_lockers(automat, &reports, of_all).await?;
        for (index, report) in reports.lockers {
            if !count.has(index) {
                continue;
            }
            let locker = lockers.get(&index).cloned().unwrap_or_else(|| StoredLocker::untouched(index));
            if of_all && report.is_known(&locker) {
                continue;
            }
            LockerUpdate { automat, report: &report, n: reports.n, era, metadata }.write(self, locker).await?;
        }
        Ok(())
    }

    async fn write_all_reported(&self, automat: &AutomatId, reports: &LockerReports, era: u64) -> Result<bool, Error> {
        let (item_key, newer) = (AutomatItem::key(automat), AutomatItem::reported_nothing_after(reports.n, era));
        self.update(item_key, AutomatItem::set_full_report(reports.n, &reports.device_keys), newer).await
    }

    async fn read_lockers(
        &self,
        automat: &AutomatId,
        reports: &LockerReports,
        of_all: bool,
    ) -> Result<HashMap<LockerIndex, StoredLocker>, Error> {
        let lockers = if of_all {
            self.automat_and_lockers(automat).await?.1
        } else {
            let keys: Vec<_> = reports.lockers.iter().map(|(locker, _)| LockerItem::key(automat, *locker)).collect();
            self.get_all(&keys).await?.into_iter().map(read::<StoredLocker>).collect::<Result<_, _>>()?
        };
        Ok(lockers.into_iter().map(|locker| (locker.locker, locker)).collect())
    }
}
