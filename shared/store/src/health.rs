//! Reports of devices about themselves.
//!
//! What is known is an attribute of the automat's own item, like its connection: the pages of all automats show it
//! without another read. It does not change the automat's `rev`, so a report never makes an edit conflict.

use domain::{AutomatId, DeviceFault, Health, Instant, Readings, is_too_far_ahead};

use crate::items::AutomatItem;
use crate::retry::retry;
use crate::transaction::{Part, Transaction};
use crate::{Error, ReportOutcome, RequestMetadata, Store};

/// A device's report about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthReport {
    /// Higher than in every earlier report.
    pub n: u64,
    pub readings: Readings,
}

impl Store {
    /// Stores a device's report about itself, with the events that follow from it. A number from the future is refused
    /// and not stored, because it would make us ignore all later reports. Numbers count within one era of the automat:
    /// a reset forgets what the device before has reported.
    pub async fn record_health(
        &self,
        automat: &AutomatId,
        report: &HealthReport,
        now: Instant,
    ) -> Result<ReportOutcome, Error> {
        if is_too_far_ahead(report.n, now) {
            self.record_fault(automat, DeviceFault::ClockWrong, None, now).await?;
            return Ok(ReportOutcome::Outdated);
        }
        retry!(self, {
            let stored = self.stored_automat(automat).await?;
            if !stored.has_no_health_after(report.n) {
                return Ok(ReportOutcome::Outdated);
            }
            let (health, events) = Health::reported(stored.automat.health.as_ref(), report.readings.clone(), now);
            let mut transaction = Transaction::default();
            let (item_key, update) = (AutomatItem::key(automat), AutomatItem::set_health(report.n, health)?);
            transaction.update(Part::Automat, item_key, update, stored.same_health()?);
            for kind in events {
                transaction.record_of_automat(self, automat, kind, &RequestMetadata::of_automat(automat, now))?;
            }
            transaction.commit(self).await?;
            Ok(ReportOutcome::Stored)
        })
    }
}
