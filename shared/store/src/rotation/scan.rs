//! The scan of the whole table, slowly enough not to throttle others.

use domain::Instant;
use futures_util::stream::{self, StreamExt as _};

use super::{Plan, Rotation};
use crate::expression::Expression;
use crate::items::{ItemKey, text};
use crate::read::time_for;
use crate::{Error, Store};

/// How many items are handled concurrently.
const AT_ONCE: usize = 16;

const HAVE_CODES: &str = "#SK = :key OR #SK = :contract OR begins_with(#SK, :message) OR begins_with(#PK, :receipt)";

/// The number of items with codes, by result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RotationReport {
    /// Already under the current secret.
    pub current: u64,
    /// Sealed again; in a check: to be sealed again.
    pub resealed: u64,
    /// Sealed and named again; in a check: to be sealed and named again.
    pub moved: u64,
    /// Under the other secret, and soon deleted anyway: receipts within a day, contracts of a key that is being
    /// removed with the key.
    pub waiting: u64,
    /// The current name belongs to another contract or key.
    pub taken: u64,
    /// Skipped because of continuous concurrent writes.
    pub busy: u64,
    /// Not readable, or sealed under neither secret.
    pub unreadable: u64,
}

impl RotationReport {
    /// Whether a check found nothing left under the other secret.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let Self { current: _, resealed, moved, waiting, taken, busy, unreadable } = self;
        [resealed, moved, waiting, taken, busy, unreadable].into_iter().all(|&left| left == 0)
    }

    fn count(&mut self, renewal: &Result<Rotation, Error>) {
        *match renewal {
            Ok(Rotation::Current) => &mut self.current,
            Ok(Rotation::Resealed) => &mut self.resealed,
            Ok(Rotation::Moved) => &mut self.moved,
            Ok(Rotation::Waiting) => &mut self.waiting,
            Ok(Rotation::Taken) => &mut self.taken,
            Err(Error::Busy) => &mut self.busy,
            Err(_) => &mut self.unreadable,
        } += 1;
    }
}

impl Store {
    /// Moves every code in the table to the current secret. Failures are counted and logged; the rest is still done.
    pub async fn rotate_codes(&self, now: Instant) -> Result<RotationReport, Error> {
        self.walk(now, true).await
    }

    /// Checks what [`Store::rotate_codes`] would do; nothing is written.
    pub async fn preview_rotation(&self, now: Instant) -> Result<RotationReport, Error> {
        self.walk(now, false).await
    }

    async fn walk(&self, now: Instant, write: bool) -> Result<RotationReport, Error> {
        let filter = Expression::new(HAVE_CODES)
            .value(":key", text("KEY"))
            .value(":contract", text("CONTRACT"))
            .value(":message", text("MESSAGE#"))
            .value(":receipt", text("RECEIPT#"));
        let (mut renewed, mut from) = (RotationReport::default(), None);
        loop {
            let began = tokio::time::Instant::now();
            let (found, units) = self.scan(&filter, "#PK, #SK", from).await?;
            let item_keys: Vec<_> = found.items.iter().filter_map(ItemKey::of).collect();
            let running: Vec<_> = item_keys.iter().map(|item_key| self.deal_with(item_key, now, write)).collect();
            let dealt: Vec<_> = stream::iter(running).buffered(AT_ONCE).collect().await;
            for (item_key, dealt) in item_keys.iter().zip(dealt) {
                renewed.count(&dealt);
                log(item_key, &dealt);
            }
            from = found.rest;
            if from.is_none() {
                return Ok(renewed);
            }
            tokio::time::sleep_until(began + time_for(units)).await;
        }
    }

    async fn deal_with(&self, item_key: &ItemKey, now: Instant, write: bool) -> Result<Rotation, Error> {
        if write {
            self.reseal(item_key, now).await
        } else {
            self.plan(item_key, now).await.map(|Plan { what, .. }| what)
        }
    }
}

fn log(item_key: &ItemKey, dealt: &Result<Rotation, Error>) {
    let ItemKey { pk, sk } = item_key;
    match dealt {
        Ok(Rotation::Taken) => {
            tracing::warn!(item.pk = pk, item.sk = sk, "code not rotated: its current name is taken");
        }
        Ok(_) => {}
        Err(error) => {
            let error: &dyn std::error::Error = error;
            tracing::warn!(error, item.pk = pk, item.sk = sk, "code not rotated");
        }
    }
}
