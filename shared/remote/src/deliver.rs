//! Delivering an opening to its automat's shadow: alone if nothing else is being delivered there, else in one request
//! with all the openings that are queued. AWS allows 20 shadow requests a second for a thing, the device's included
//! (ADR 0033).

use std::collections::BTreeMap;
use std::time::Duration;

use api::{App, Problem};
use domain::{Instant, Opening, OpeningId};
use protocol::{OpeningRequest, ThingName};
use store::{Delivery, DeliveryLease, Error, RequestMetadata};
use things::{DeliveryError, Things};

/// The most openings in one request: with what the device reports of them they fit into the shadow's 8 KB.
const BATCH: usize = 40;
/// The shortest and the longest time between two looks at the queue. A request that has waited for long looks less
/// often: after an eighth of the time that it has waited.
const SHORTEST_PAUSE_MS: i64 = 10;
const LONGEST_PAUSE_MS: i64 = 50;
/// A holder stops writing so long before its lease ends: its successor's clock may be ahead, and a request takes time
/// to arrive.
const MARGIN_MS: i64 = 1_000;

/// An opening that is to be delivered.
pub(crate) struct Delivering<'a> {
    pub(crate) app: &'a App,
    pub(crate) things: &'a Things,
    pub(crate) opening: &'a Opening,
    /// Whether nobody has tried to deliver it before.
    pub(crate) is_new: bool,
    pub(crate) metadata: &'a RequestMetadata,
}

impl Delivering<'_> {
    /// Delivers the opening, or waits until the holder of the delivery lease has. It is withdrawn, and its request
    /// refused, only if it certainly was not written to the shadow. In all other cases it ends in what the device says,
    /// or expires.
    pub(crate) async fn deliver(&self) -> Result<(), Problem> {
        let mut delivery = self.app.store.queue_delivery(self.opening, self.metadata.now).await?;
        let mut waited = 0;
        loop {
            // A fixed clock must not let a request wait for ever.
            let now = self.app.clock.now().max(self.metadata.now.plus_millis(waited));
            let next = match delivery {
                Delivery::Settled => return Ok(()),
                Delivery::Leased(lease) => match self.deliver_batch(&lease, now).await? {
                    Progress::Done => return Ok(()),
                    Progress::Queued => now,
                },
                Delivery::Waiting(next) => next,
            };
            if !self.opening.is_live(now) {
                // Whoever holds the lease next removes it from the queue.
                return Ok(());
            }
            let pause = (next.millis() - now.millis()).clamp(SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS.max(waited / 8));
            self.app.clock.sleep(Duration::from_millis(pause.unsigned_abs())).await;
            waited += pause;
            delivery = self.app.store.check_delivery(self.opening, now.plus_millis(pause)).await?;
        }
    }

    /// Delivers what is queued. What the shadow refuses as a whole is tried again with one's own opening alone, so that
    /// each request is refused for its own opening only; the others remain in the queue.
    async fn deliver_batch(&self, lease: &DeliveryLease, now: Instant) -> Result<Progress, Problem> {
        let Batch { mut live, ended } = match self.read_batch(lease, now).await {
            Ok(batch) => batch,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "could not read the queued openings");
                self.release(lease, Vec::new()).await;
                return Ok(Progress::Queued);
            }
        };
        let has_own = live.iter().any(|opening| opening.id == self.opening.id);
        let mut outcome = self.write(&live, lease).await;
        if let Some(Err(DeliveryError::Full | DeliveryError::Refused(_))) = outcome
            && live.len() > 1
            && has_own
        {
            live = vec![self.opening.clone()];
            outcome = self.write(&live, lease).await;
        }
        if let Some(Err(DeliveryError::Unknown(error))) = &outcome {
            let opening = &self.opening.id;
            tracing::warn!(opening.id = %opening, error = error as &dyn std::error::Error, "delivery unconfirmed");
        }
        let problem = match outcome {
            Some(Ok(()) | Err(DeliveryError::Unknown(_))) => {
                self.release(lease, live.into_iter().map(|opening| opening.id).chain(ended).collect()).await;
                return Ok(Progress::Done);
            }
            Some(Err(DeliveryError::Full | DeliveryError::Throttled)) => Some(Problem::automat_busy()),
            Some(Err(DeliveryError::Refused(error))) => Some(Problem::internal(error)),
            None => None,
        };
        if let Some(problem) = problem
            && has_own
            && self.withdraw(lease).await?
        {
            return Err(problem);
        }
        self.release(lease, ended).await;
        Ok(if has_own { Progress::Queued } else { Progress::Done })
    }

    /// Reads the queued openings: one's own and the oldest others.
    async fn read_batch(&self, lease: &DeliveryLease, now: Instant) -> Result<Batch, Error> {
        let own = &self.opening.id;
        let others = lease.waiting.iter().filter(|id| *id != own);
        let ids: Vec<OpeningId> = std::iter::once(own).chain(others.take(BATCH - 1)).cloned().collect();
        // The usual case: it has just been recorded, and nobody else can have changed it.
        if ids.len() == 1 && self.is_new && !lease.may_be_delivered(own) {
            return Ok(Batch { live: vec![self.opening.clone()], ended: Vec::new() });
        }
        let mut live = self.app.store.openings(&ids).await?;
        live.retain(|opening| opening.is_live(now));
        live.sort_by(|one, other| one.id.cmp(&other.id));
        let ended = ids.into_iter().filter(|id| live.iter().all(|opening| opening.id != *id)).collect();
        Ok(Batch { live, ended })
    }

    /// Writes openings to the shadow while the lease lasts. `None`: there was nothing to write, or no time for it.
    async fn write(&self, openings: &[Opening], lease: &DeliveryLease) -> Option<Result<(), DeliveryError>> {
        let left = lease.ends_at.millis() - MARGIN_MS - self.app.clock.now().millis();
        let left = Duration::from_millis(u64::try_from(left).ok()?);
        if openings.is_empty() || left.is_zero() {
            return None;
        }
        let thing = ThingName::of_automat(self.opening.automat.as_str());
        Some(self.things.request_openings(&thing, &requests(openings), left).await)
    }

    /// Withdraws one's own opening, unless it may have been written by somebody else.
    async fn withdraw(&self, lease: &DeliveryLease) -> Result<bool, Problem> {
        if !self.is_new || lease.may_be_delivered(&self.opening.id) {
            return Ok(false);
        }
        let metadata = RequestMetadata { now: self.app.clock.now().max(self.metadata.now), ..self.metadata.clone() };
        Ok(self.app.store.withdraw_opening(&self.opening.id, lease, &metadata).await?)
    }

    /// Releases the lease. If that fails, or comes too late, a successor delivers once more what was in the queue.
    async fn release(&self, lease: &DeliveryLease, settled: Vec<OpeningId>) {
        if let Err(error) = self.app.store.release_delivery(lease, &settled, self.app.clock.now()).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "could not release a delivery lease");
        }
    }
}

/// What has become of one's own opening while one held the lease.
enum Progress {
    /// It is not in the queue any more, or has ended.
    Done,
    /// It is still in the queue.
    Queued,
}

struct Batch {
    /// The openings to deliver, the oldest first.
    live: Vec<Opening>,
    /// Those that have ended, which need nothing more.
    ended: Vec<OpeningId>,
}

fn requests(openings: &[Opening]) -> BTreeMap<u16, OpeningRequest> {
    let request = |opening: &Opening| OpeningRequest {
        seq: opening.seq,
        id: opening.id.as_str().to_owned(),
        issued_at: opening.issued_at.seconds(),
        expires_at: opening.expires_at.seconds(),
    };
    openings.iter().map(|opening| (opening.locker.get(), request(opening))).collect()
}
