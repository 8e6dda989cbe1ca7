//! Reports about doors and keys.

use domain::{DeviceFault, DoorState, Instant};
use protocol::{Door, ThingName};
use store::{LockerReport, LockerReports};

use crate::message::LockersReport;
use crate::{Devices, Error, automat, locker};

impl Devices {
    pub(crate) async fn handle_lockers(
        &self,
        thing: &ThingName,
        report: LockersReport,
        now: Instant,
    ) -> Result<(), Error> {
        let automat = automat(thing)?;
        let is_understood = report.is_understood;
        self.store.record_locker_reports(&automat, reports(report), now).await?;
        if !is_understood {
            self.store.record_fault(&automat, DeviceFault::NotUnderstood, None, now).await?;
        }
        Ok(())
    }
}

/// A report as the store takes it, without lockers that no automat has.
pub(crate) fn reports(report: LockersReport) -> LockerReports {
    let lockers = report.lockers.into_iter().filter_map(|(index, state)| {
        let door = match state.door {
            None => DoorState::Unknown,
            Some(Door::Open) => DoorState::Open,
            Some(Door::Closed) => DoorState::Closed,
        };
        Some((locker(index)?, LockerReport { key_inside: state.key, door, by: state.by }))
    });
    // A device has at most two keys, and ids have this length.
    let device_keys = report.device_keys.into_iter().filter(|id| id.len() == 8).take(2).collect();
    LockerReports { n: report.n, lockers: lockers.collect(), device_keys }
}
