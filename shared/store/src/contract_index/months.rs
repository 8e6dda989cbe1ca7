//! The months in which a search looks: for each pair of first characters one item per month that ever had an entry.
//! They are not deleted. A month without entries costs a search one empty query.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Instant, utc_month};

use super::entry::{month_item, months_partition};
use crate::items::ItemKey;
use crate::read::Stretch;
use crate::{Error, Store};

/// More months than there are from 1970 to 9999.
const ALL: usize = 100_000;
const DAY_MILLIS: i64 = 86_400_000;
/// How many months are remembered. There are some thousand pairs of first characters in use.
const REMEMBERED: usize = 100_000;

/// The items that this process has put, so that it puts each of them once. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownMonths(Arc<Mutex<HashSet<ItemKey>>>);

impl KnownMonths {
    fn without_known(&self, mut items: BTreeSet<ItemKey>) -> Vec<ItemKey> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        items.retain(|item| !known.contains(item));
        items.into_iter().collect()
    }

    fn add(&self, items: Vec<ItemKey>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + items.len() > REMEMBERED {
            known.clear();
        }
        known.extend(items);
    }

    /// So that each month is put again.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Store {
    /// Makes searches look in the months of these entries. It must be done before the entries are put: nothing comes
    /// back to a month that was left out.
    pub(super) async fn put_months(&self, entries: impl IntoIterator<Item = &ItemKey>) -> Result<(), Error> {
        let items = entries.into_iter().filter_map(month_item).collect();
        let new = self.searched_months.without_known(items);
        self.write_keys(&new, &[]).await?;
        self.searched_months.add(new);
        Ok(())
    }

    /// The months in which one of the prefixes may have entries, newest first, not after `latest`.
    pub(crate) async fn months_to_search(
        &self,
        prefixes: &[String],
        latest: Option<&str>,
    ) -> Result<Vec<String>, Error> {
        let mut months = BTreeSet::new();
        for prefix in prefixes {
            let items = self.query_all(Stretch::of_partition(months_partition(prefix)), ALL).await?;
            months.extend(items.iter().filter_map(ItemKey::of).map(|item_key| item_key.sk));
        }
        Ok(months.into_iter().rev().filter(|month| latest.is_none_or(|latest| month.as_str() <= latest)).collect())
    }
}

/// The months with an instant of the range, in order. For ranges of some years at most.
pub(super) fn months_between(range: &Range<Instant>) -> Vec<String> {
    let days = std::iter::successors(Some(range.start), |day| Some(day.plus_millis(DAY_MILLIS)));
    let days = days.take_while(|day| *day < range.end);
    // The last day may begin in the month before.
    let last = Some(range.end.plus_millis(-1)).filter(|_| range.start < range.end);
    let mut months: Vec<_> = days.chain(last).map(utc_month).collect();
    months.dedup();
    months
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_months_of_a_range_are_those_of_its_instants() {
        let between =
            |from: &str, to: &str| months_between(&(Instant::parse(from).unwrap()..Instant::parse(to).unwrap()));
        let (november, december) = ("2026-11-30T23:59:59.999Z", "2026-12-01T00:00:00Z");
        assert_eq!(between("2026-11-01T00:00:00Z", december), ["2026-11"]);
        assert_eq!(between(november, "2026-12-01T00:00:00.001Z"), ["2026-11", "2026-12"]);
        assert_eq!(between(december, "2027-02-01T00:00:00.001Z"), ["2026-12", "2027-01", "2027-02"]);
        assert!(between(december, december).is_empty() && between(december, november).is_empty());
    }
}
