//! A key's calendar: the time ranges of all its live contracts.
//!
//! Everything that decides whether a range is free is in this one value. So a writer that reads the calendar and
//! writes it back on condition that nobody else has written it cannot create an overlap (ADR 0001).

use crate::{ContractId, Instant, TimeRange};

/// The maximum number of live contracts on one key. Its calendar then still fits in one item.
pub const MAX_LIVE_CONTRACTS: usize = 2_000;

/// One live contract in the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub contract: ContractId,
    /// When the contract has the key.
    pub range: TimeRange,
}

/// A period in which a key is free. Without an end, it is free from then on.
pub type FreeWindow = TimeRange;

/// The live contracts of a key, in order of start, then of identifier.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar(Vec<Entry>);

impl Calendar {
    #[must_use]
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|a, b| order(a).cmp(&order(b)));
        Self(entries)
    }

    /// The entries of several calendars: when all of their keys are free, it is.
    #[must_use]
    pub fn merged<'c>(calendars: impl IntoIterator<Item = &'c Self>) -> Self {
        Self::new(calendars.into_iter().flat_map(|calendar| calendar.0.iter().cloned()).collect())
    }

    /// The entries in order of start.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    #[must_use]
    pub fn entry(&self, contract: &ContractId) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.contract == *contract)
    }

    /// The contracts that are active at this time, in order of start.
    pub fn running(&self, now: Instant) -> impl Iterator<Item = &Entry> {
        self.0.iter().filter(move |entry| entry.range.contains(now))
    }

    /// The calendar without contracts that have ended.
    #[must_use]
    pub fn without_ended(&self, now: Instant) -> Self {
        Self(self.0.iter().filter(|entry| !entry.range.has_ended(now)).cloned().collect())
    }

    /// The contracts other than this one that have not ended.
    #[must_use]
    pub fn others(&self, contract: &ContractId, now: Instant) -> Self {
        let is_other = |entry: &&Entry| entry.contract != *contract && !entry.range.has_ended(now);
        Self(self.0.iter().filter(is_other).cloned().collect())
    }

    /// The calendar with the entry of a contract that it has not.
    #[must_use]
    pub fn with(mut self, entry: Entry) -> Self {
        let is_before = |other: &Entry| order(other) < order(&entry);
        self.0.insert(self.0.partition_point(is_before), entry);
        self
    }

    /// The entries that overlap a range.
    #[must_use]
    pub fn conflicts(&self, range: TimeRange) -> Vec<Entry> {
        self.0.iter().filter(|entry| entry.range.overlaps(range)).cloned().collect()
    }

    /// The earliest free range of the same length, starting at or after the start of `range`. `None` if there is none.
    #[must_use]
    pub fn next_free(&self, range: TimeRange) -> Option<FreeWindow> {
        let mut candidate = range;
        for entry in &self.0 {
            if entry.range.overlaps(candidate) {
                candidate = candidate.moved_to(entry.range.end()?)?;
            }
        }
        Some(candidate)
    }

    /// The free periods within `[from, to)`, in order.
    #[must_use]
    pub fn free_windows(&self, from: Instant, to: Instant) -> Vec<FreeWindow> {
        let mut windows = Vec::new();
        let mut free_from = from;
        for entry in &self.0 {
            windows.extend(window(free_from, entry.range.start().min(to)));
            match entry.range.end() {
                None => return windows,
                Some(end) => free_from = free_from.max(end),
            }
        }
        windows.extend(window(free_from, to));
        windows
    }

    /// The first pairs of entries that overlap each other, at most `limit`. A key that is not shared has none.
    #[must_use]
    pub fn overlapping_pairs(&self, limit: usize) -> Vec<(Entry, Entry)> {
        let later_ones = |at: usize| {
            let entry = &self.0[at];
            self.0[at + 1..]
                .iter()
                .take_while(|later| entry.range.overlaps(later.range))
                .map(move |later| (entry, later))
        };
        (0..self.0.len()).flat_map(later_ones).take(limit).map(|(a, b)| (a.clone(), b.clone())).collect()
    }
}

fn order(entry: &Entry) -> (Instant, &ContractId) {
    (entry.range.start(), &entry.contract)
}

fn window(from: Instant, to: Instant) -> Option<FreeWindow> {
    TimeRange::new(from, Some(to))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Times in these tests are small whole numbers, so that ranges collide often.
    fn at(millis: i64) -> Instant {
        Instant::from_millis(millis).unwrap()
    }

    fn ranges() -> impl Strategy<Value = TimeRange> {
        (0..40_i64, prop::option::weighted(0.9, 1..8_i64))
            .prop_map(|(start, length)| TimeRange::new(at(start), length.map(|length| at(start + length))).unwrap())
    }

    fn calendars() -> impl Strategy<Value = Calendar> {
        prop::collection::vec(ranges(), 0..12).prop_map(|ranges| {
            let entry = |(n, range)| Entry { contract: ContractId::generated(n), range };
            Calendar::new((0..).zip(ranges).map(entry).collect())
        })
    }

    /// The reference: checks millisecond by millisecond. Nothing changes after 60.
    fn taken(calendar: &Calendar, instant: i64) -> bool {
        calendar.entries().iter().any(|entry| entry.range.contains(at(instant)))
    }

    fn free(calendar: &Calendar, range: TimeRange) -> bool {
        let end = range.end().map_or(100, Instant::millis);
        (range.start().millis()..end).all(|instant| !taken(calendar, instant))
    }

    proptest! {
        #[test]
        fn a_range_conflicts_exactly_where_some_instant_is_taken(calendar in calendars(), range in ranges()) {
            prop_assert_eq!(calendar.conflicts(range).is_empty(), free(&calendar, range));
        }

        #[test]
        fn the_next_free_window_is_free_and_no_earlier_one_is(calendar in calendars(), range in ranges()) {
            let reference = (range.start().millis()..=60).filter_map(|start| range.moved_to(at(start))).find(|&range| free(&calendar, range));
            prop_assert_eq!(calendar.next_free(range), reference);
        }

        #[test]
        fn free_windows_are_the_instants_no_entry_covers(calendar in calendars(), from in 0..40_i64, length in 1..40_i64) {
            let windows = calendar.free_windows(at(from), at(from + length));
            for instant in 0..100 {
                let inside = windows.iter().any(|window| window.contains(at(instant)));
                prop_assert_eq!(inside, (from..from + length).contains(&instant) && !taken(&calendar, instant));
            }
            for pair in windows.windows(2) {
                prop_assert!(pair[0].end().unwrap() < pair[1].start(), "windows are apart and in order");
            }
        }

        #[test]
        fn overlapping_pairs_are_all_pairs_that_overlap(calendar in calendars()) {
            let entries = calendar.entries();
            let count = (0..entries.len())
                .flat_map(|a| (a + 1..entries.len()).map(move |b| (a, b)))
                .filter(|&(a, b)| entries[a].range.overlaps(entries[b].range))
                .count();
            prop_assert_eq!(calendar.overlapping_pairs(usize::MAX).len(), count);
            prop_assert_eq!(calendar.overlapping_pairs(2).len(), count.min(2));
        }

        #[test]
        fn merged_calendars_are_taken_where_one_of_them_is(a in calendars(), b in calendars(), range in ranges()) {
            let merged = Calendar::merged([&a, &b]);
            prop_assert_eq!(merged.conflicts(range).is_empty(), free(&a, range) && free(&b, range));
            let is_free = |range: &TimeRange| free(&a, *range) && free(&b, *range);
            let reference = (range.start().millis()..=60).filter_map(|start| range.moved_to(at(start))).find(is_free);
            prop_assert_eq!(merged.next_free(range), reference);
        }

        #[test]
        fn a_contract_has_one_entry(calendar in calendars(), range in ranges(), n in 0..12_u64) {
            let entry = Entry { contract: ContractId::generated(n), range };
            let others = calendar.others(&entry.contract, at(0));
            let moved = others.clone().with(entry.clone());
            prop_assert_eq!(moved.entry(&entry.contract), Some(&entry));
            prop_assert_eq!(&moved, &Calendar::new(moved.entries().to_vec()), "the order stays");
            prop_assert_eq!(moved.others(&entry.contract, at(0)), others);
        }
    }
}
