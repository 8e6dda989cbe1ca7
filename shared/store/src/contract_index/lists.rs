//! Walking through lists that are in order: of a key, of an automat, of all contracts by start, or of those with keys that
//! are out.

use std::ops::Range;

use domain::Instant;
use futures_util::future::try_join_all;

use super::entry::{Entry, List, instant_of, position_of};
use super::filter::Order;
use super::months::months_between;
use super::walk::{Found, READ_AT_MOST, Walk};
use crate::Error;
use crate::items::{ItemKey, StoredKey};
use crate::read::{BATCH, Stretch};

/// Partitions whose entries are in one order together.
#[derive(Default)]
struct Section {
    partitions: Vec<String>,
    /// Entries that are known without a query.
    known: Vec<Entry>,
}

/// Entries in order, and whether there are more.
struct Part {
    entries: Vec<Entry>,
    more: bool,
}

impl Walk<'_> {
    /// A page of the contracts of the list that the filter selects.
    pub(super) async fn through_lists(
        mut self,
        key: Option<&StoredKey>,
        position: Option<String>,
    ) -> Result<Found, Error> {
        if position.as_deref().is_some_and(|position| instant_of(position).is_none()) {
            return Err(Error::BadCursor);
        }
        let mut after = position.or_else(|| self.beginning());
        for section in self.sections(key, after.as_deref()) {
            loop {
                let wanted = (self.limit + 1 - self.found.len()).max(self.read).min(BATCH);
                let Part { entries, more } = self.next_part(&section, after.as_deref(), wanted).await?;
                for (entry, stored) in self.read(&entries).await? {
                    self.found.extend(self.with_keys(stored).map(|listed| (entry.position(), listed)));
                }
                after = entries.last().map(Entry::position).or(after);
                if self.found.len() > self.limit {
                    self.found.truncate(self.limit);
                    let last = self.found.last().map(|(position, _)| position.clone());
                    return Ok((self.found, last));
                }
                if !more {
                    break;
                }
                if self.read >= READ_AT_MOST {
                    return Ok((self.found, after));
                }
            }
        }
        Ok((self.found, None))
    }

    fn is_descending(&self) -> bool {
        self.filter.order == Order::Descending
    }

    /// Whether the list is that of the contracts with keys that are out, in order of their ends.
    fn is_by_end(&self) -> bool {
        self.filter.key.is_none() && self.filter.automat.is_none() && self.filter.starts.is_none()
    }

    /// Between which instants the list has what the filter allows.
    fn bounds(&self) -> Range<Option<Instant>> {
        if self.is_by_end() { self.filter.due_bounds(self.now) } else { self.filter.bounds(self.now) }
    }

    /// The position in front of the first contract that the filter allows. `None` if that is the first one of the list.
    fn beginning(&self) -> Option<String> {
        let bounds = self.bounds();
        // Behind the entries at the end of the range, or behind those at its start when they are read backwards: `$`
        // comes after the `#` that follows an instant.
        let bound = if self.is_descending() { bounds.end } else { bounds.start };
        bound.map(|instant| format!("{}$", position_of(instant)))
    }

    /// Whether a contract in the list, and all that follow, come too late in its order.
    fn is_past(&self, position: &str) -> bool {
        let Some(at) = instant_of(position) else { return false };
        let bounds = self.bounds();
        if self.is_descending() {
            bounds.start.is_some_and(|start| at < start)
        } else {
            bounds.end.is_some_and(|end| at >= end)
        }
    }

    /// The sections of the list from a position on, in order.
    fn sections(&self, key: Option<&StoredKey>, from: Option<&str>) -> Vec<Section> {
        if let Some(stored) = key {
            let calendar = stored.key.calendar.entries().iter();
            let known = calendar.map(|live| Entry::of_key(&stored.incarnation, live.range.start(), &live.contract));
            let partitions = if self.filter.is_live() { Vec::new() } else { vec![List::of_key(&stored.incarnation)] };
            return vec![Section { partitions, known: known.collect() }];
        }
        if let Some(automat) = &self.filter.automat {
            return vec![Section { partitions: vec![List::of_automat(automat)], known: Vec::new() }];
        }
        let bounds = self.filter.bounds(self.now);
        let Some(((start, end), _)) = bounds.start.zip(bounds.end).zip(self.filter.starts.as_ref()) else {
            return vec![Section { partitions: List::of_out().collect(), known: Vec::new() }];
        };
        let mut range = start..end;
        match from.and_then(instant_of) {
            Some(from) if self.is_descending() => range.end = range.end.min(from.plus_millis(1)),
            Some(from) => range.start = range.start.max(from),
            None => {}
        }
        let mut months = months_between(&range);
        if self.is_descending() {
            months.reverse();
        }
        let section = |month: &String| Section { partitions: List::of_month(month).collect(), known: Vec::new() };
        months.iter().map(section).collect()
    }

    /// The entries of a section after a position, at most `wanted`.
    async fn next_part(&self, section: &Section, after: Option<&str>, wanted: usize) -> Result<Part, Error> {
        let queries = section.partitions.iter().map(|pk| {
            let from = after.map(|position| ItemKey::new(pk.clone(), position).into_item());
            let stretch = Stretch::of_partition(pk.clone()).backwards(!self.is_descending()).after(from);
            async move { self.store.query(&stretch, Some(wanted)).await }
        });
        let is_behind = |position: &str| {
            after.is_none_or(|after| if self.is_descending() { position > after } else { position < after })
        };
        let known = section.known.iter().map(|entry| (entry.position(), entry.clone()));
        let mut entries: Vec<_> = known.filter(|(position, _)| is_behind(position)).collect();
        // A partition that has more may have them in front of what others have.
        let mut ends = Vec::new();
        for found in try_join_all(queries).await? {
            let item_keys: Vec<_> = found.items.iter().filter_map(ItemKey::of).collect();
            entries.extend(item_keys.iter().filter_map(Entry::of_item_key).map(|entry| (entry.position(), entry)));
            ends.extend(found.rest.as_ref().and_then(ItemKey::of).map(|item_key| item_key.sk));
        }
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        // A live contract is in the calendar as well as in the list.
        entries.dedup_by(|(one, _), (other, _)| one == other);
        let complete = if self.is_descending() { ends.iter().min() } else { ends.iter().max() };
        if !self.is_descending() {
            entries.reverse();
        }
        if let Some(complete) = complete {
            entries
                .retain(|(position, _)| if self.is_descending() { position <= complete } else { position >= complete });
        }
        let all = entries.len();
        entries.retain(|(position, _)| !self.is_past(position));
        let is_past = entries.len() < all;
        let more = entries.len() > wanted || (!is_past && !ends.is_empty());
        entries.truncate(wanted);
        Ok(Part { entries: entries.into_iter().map(|(_, entry)| entry).collect(), more })
    }
}
