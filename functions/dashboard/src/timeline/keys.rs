//! The keys of a page: as many as it may show, which depends on how often they are booked.

use std::collections::HashMap;

use api::Problem;
use chrono::NaiveDate;
use domain::{Automat, ContractId, Entry, Instant, Key, TimeRange, availability};
use store::{Cursor, KeyFilter, PageRequest};

use super::asked::{Asked, Selection};
use super::layout::Window;
use crate::contracts::listed::Automats;
use crate::times::Times;
use crate::visit::Visit;

/// The most keys of a page.
pub(super) const AT_MOST: u32 = 200;
/// How many keys are read at once.
const AT_ONCE: usize = 100;
/// The most keys that are read to find free ones. A page may then be short although there are more.
const LOOKED_THROUGH: usize = 1_000;

/// How many bytes keys and contracts may take of the compressed page. The rest of the 12 kB is for what is around them.
const WEIGHT: usize = 8_600;
/// What a key takes without its texts, of which brotli leaves 4 bytes in 7.
const KEY_WEIGHT: usize = 8;
/// What a contract takes with the free part behind it. Its id does not compress, and the name of a person is short.
const BAR_WEIGHT: usize = 17;

/// What the keys of one time zone have in common.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) times: Times,
    pub(super) window: Window,
    /// Between which times keys must be free, if that was asked.
    pub(super) free: Option<TimeRange>,
}

/// The keys of a page.
#[derive(Default)]
pub(super) struct Found {
    pub(super) keys: Vec<FoundKey>,
    /// By the names of the zones.
    pub(super) zones: HashMap<&'static str, Local>,
    pub(super) next: Option<Cursor>,
}

pub(super) struct FoundKey {
    pub(super) key: Key,
    /// The contracts that have not ended and are within the days of the page.
    pub(super) live: Vec<Entry>,
    /// The contract with which the key is overdue.
    pub(super) overdue: Option<ContractId>,
}

impl FoundKey {
    fn of(key: Key, window: &Window, now: Instant) -> Self {
        let is_shown = |entry: &&Entry| !entry.range.has_ended(now) && window.touched(entry.range).is_some();
        let is_overdue = key.whereabouts.is_overdue_by(&key.calendar, now);
        Self {
            live: key.calendar.entries().iter().filter(is_shown).cloned().collect(),
            overdue: key.whereabouts.holder().filter(|_| is_overdue).cloned(),
            key,
        }
    }

    fn weight(&self) -> usize {
        let texts = self.key.id.as_str().len() + self.key.property.as_str().len();
        KEY_WEIGHT + texts * 4 / 7 + BAR_WEIGHT * (self.live.len() + usize::from(self.overdue.is_some()))
    }
}

/// Reads keys, a hundred at a time, until the page is full.
pub(super) async fn find(
    visit: &Visit,
    asked: &Asked,
    selection: &Selection,
    request: &PageRequest,
    first_day: NaiveDate,
    automats: &mut Automats,
) -> Result<Found, Problem> {
    let filter = KeyFilter { automat: selection.automat.clone(), search: None };
    let mut found = Found::default();
    let (mut weight, mut looked_through, mut after) = (0, 0, request.after.clone());
    loop {
        let limit = AT_ONCE.min(request.limit);
        let page = visit.store().keys(&filter, &PageRequest { limit, after: after.clone() }).await?;
        automats.read(visit, page.data.iter().map(|key| key.automat.clone()).collect()).await?;
        looked_through += limit;
        for key in page.data {
            let here = filter.after(&key);
            // An automat that was removed a moment ago is missing.
            let Some(automat) = automats.get(&key.automat) else { continue };
            let Some(local) = found.local(visit, asked, automat, first_day) else { continue };
            if selection.is_for_free && !local.free.is_some_and(|range| is_free(&key, range, visit.now)) {
                after = Some(here);
                continue;
            }
            let key = FoundKey::of(key, &local.window, visit.now);
            weight += key.weight();
            let is_full = found.keys.len() >= request.limit || weight > WEIGHT && !found.keys.is_empty();
            if is_full {
                return Ok(Found { next: after, ..found });
            }
            found.keys.push(key);
            after = Some(here);
        }
        match page.next {
            None => return Ok(found),
            next if looked_through >= LOOKED_THROUGH || found.keys.len() >= request.limit => {
                return Ok(Found { next, ..found });
            }
            next => after = next,
        }
    }
}

impl Found {
    fn local(&mut self, visit: &Visit, asked: &Asked, automat: &Automat, first_day: NaiveDate) -> Option<&Local> {
        let zone = automat.time_zone.identifier();
        if !self.zones.contains_key(zone) {
            let times = Times::new(visit.t, automat.time_zone);
            let (days, columns) = (asked.length.days(), asked.length.columns_per_day());
            let window = Window::new(&times, first_day, days, columns)?;
            self.zones.insert(zone, Local { free: asked.free(&times), times, window });
        }
        self.zones.get(zone)
    }
}

/// Whether a key is free all that time, or for what is left of it.
fn is_free(key: &Key, range: TimeRange, now: Instant) -> bool {
    let left = TimeRange::new(range.start().max(now), range.end());
    left.zip(range.end()).is_some_and(|(left, end)| availability([key], left.start(), end) == [left])
}
