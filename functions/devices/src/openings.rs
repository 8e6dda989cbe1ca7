//! Results of openings: stored first, then cleared from the shadow.

use std::collections::{BTreeMap, BTreeSet};

use domain::{DeviceFault, Instant, Opening, OpeningId, OpeningOutcome};
use futures_util::stream::{self, StreamExt as _};
use protocol::{OpeningReport, OpeningResult, ThingName};

use crate::message::OpeningReports;
use crate::{Devices, Error, automat, instant, locker};

/// How many results of one report are stored in parallel. Each has an item of its own.
const AT_ONCE: usize = 8;

impl Devices {
    pub(crate) async fn handle_opening_reports(
        &self,
        thing: &ThingName,
        reports: OpeningReports,
        now: Instant,
    ) -> Result<(), Error> {
        let OpeningReports { by_locker, unclear, is_understood } = reports;
        if !is_understood {
            self.record_fault(thing, DeviceFault::NotUnderstood, None, now).await?;
        }
        let reported: Vec<(u16, OpeningReport)> =
            by_locker.into_iter().filter_map(|(locker, report)| Some((locker, report?))).collect();
        if reported.is_empty() && unclear.is_empty() {
            return Ok(());
        }
        let (mut settled, failure) = self.store_all(thing, &reported, now).await;
        // Nobody knows how these openings ended, so they will read `expired`. Their reports must not fill the shadow.
        settled.extend(unclear);
        // Only now: if storing fails, the result must still be in the shadow.
        self.clear_finished(thing, &settled).await?;
        failure.map_or(Ok(()), Err)
    }

    /// Stores results. Returns the openings that need nothing more, and a failure if there was one: a result that
    /// cannot be stored must not block the others.
    async fn store_all(
        &self,
        thing: &ThingName,
        reported: &[(u16, OpeningReport)],
        now: Instant,
    ) -> (BTreeSet<String>, Option<Error>) {
        let storing = reported.iter().map(|(locker, report)| self.handle_opening_report(thing, *locker, report, now));
        let storing: Vec<_> = storing.collect();
        let stored: Vec<_> = stream::iter(storing).buffered(AT_ONCE).collect().await;
        let (mut settled, mut failure) = (BTreeSet::new(), None);
        for ((_, report), stored) in reported.iter().zip(stored) {
            match stored {
                Ok(()) => _ = settled.insert(report.id.clone()),
                Err(error) => failure = Some(error),
            }
        }
        (settled, failure)
    }

    /// Clears every opening whose result is stored from the shadow, also those that another invocation stored. The same
    /// lockers may be requested again at any time and those requests must stay, so the shadow is read, and written only
    /// in that version.
    ///
    /// Giving up costs only space: the next result clears these too, and the device reports them again on its next
    /// connection.
    async fn clear_finished(&self, thing: &ThingName, settled: &BTreeSet<String>) -> Result<(), Error> {
        for pause in things::pauses() {
            let shadow = match self.things.control_shadow(thing).await {
                Err(error) if error.is_throttling() => {
                    tokio::time::sleep(pause).await;
                    continue;
                }
                shadow => shadow?,
            };
            let Some(shadow) = shadow else { return Ok(()) };
            let mut finished = shadow.finished();
            self.retain_stored(thing, settled, &mut finished).await?;
            if finished.is_empty() || self.things.clear_openings(thing, &shadow, finished.into_keys()).await? {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
        }
        tracing::info!(thing.name = %thing, "the shadow kept changing; finished openings stay in it");
        Ok(())
    }

    /// Keeps only results that are settled or stored.
    async fn retain_stored(
        &self,
        thing: &ThingName,
        settled: &BTreeSet<String>,
        finished: &mut BTreeMap<u16, String>,
    ) -> Result<(), Error> {
        let unsure = finished.values().filter(|id| !settled.contains(*id));
        let unsure: Vec<OpeningId> = unsure.filter_map(|id| OpeningId::parse(id).ok()).collect();
        let stored = self.store.openings(&unsure).await?;
        let stored = stored.iter().filter(|opening| is_settled(opening, thing));
        let stored: BTreeSet<&str> = stored.map(|opening| opening.id.as_str()).collect();
        finished.retain(|_, id| settled.contains(id) || stored.contains(id.as_str()));
        Ok(())
    }

    async fn handle_opening_report(
        &self,
        thing: &ThingName,
        index: u16,
        report: &OpeningReport,
        now: Instant,
    ) -> Result<(), Error> {
        match self.store_opening_report(thing, index, report, now).await {
            // Nothing to store for an unknown opening, but its report must not stay in the shadow.
            Err(Error::Store(store::Error::NotFound(store::ResourceKind::Opening))) => {
                self.record_fault(thing, DeviceFault::OpeningUnexpected, locker(index), now).await
            }
            Err(Error::Store(store::Error::NotFound(_))) => Ok(()),
            stored => stored,
        }
    }

    async fn store_opening_report(
        &self,
        thing: &ThingName,
        index: u16,
        report: &OpeningReport,
        now: Instant,
    ) -> Result<(), Error> {
        let unknown = || store::Error::NotFound(store::ResourceKind::Opening);
        let locker = locker(index).ok_or_else(unknown)?;
        let id = OpeningId::parse(&report.id).map_err(|_| unknown())?;
        let at = instant(report.at).unwrap_or(now);
        // The store corrects the time; the wrong clock is recorded here.
        self.check_clock(thing, report.at, now).await?;
        let outcome = match report.result {
            OpeningResult::Opened => OpeningOutcome::Opened,
            OpeningResult::Refused => OpeningOutcome::Refused,
            OpeningResult::Failed => OpeningOutcome::Failed,
            OpeningResult::Expired => OpeningOutcome::Expired,
        };
        let stored = self.store.finish_opening(&automat(thing)?, locker, &id, outcome, at, now).await?;
        tracing::info!(thing.name = %thing, opening.id = %id, ?outcome, ?stored, "result of an opening received");
        Ok(())
    }
}

/// Whether the result of an opening is stored. An opening of another automat has none to store.
fn is_settled(opening: &Opening, thing: &ThingName) -> bool {
    opening.is_confirmed_by_device() || ThingName::of_automat(opening.automat.as_str()) != *thing
}
