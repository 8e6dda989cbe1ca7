//! Where things are on a timeline: contracts as spans of columns, in as many rows as overlap, and what is free between
//! them.
//!
//! A column is half a day, or a day. A contract covers each column that it touches, so what looks free is free from its
//! first minute to its last.

use std::ops::Range;

use chrono::{Days, NaiveDate};
use domain::{Instant, TimeRange};

use crate::times::Times;

/// The most rows of one key. Further contracts are counted.
const LANES: usize = 6;
/// The line that marks the time moves this often, so that a page on which nothing happens stays the same for a while.
const NOW_STEP_MILLIS: i64 = 15 * 60_000;

/// The days that a timeline shows, as they are in one time zone.
#[derive(Debug, Clone)]
pub(super) struct Window {
    first: NaiveDate,
    per_day: usize,
    /// The start of each column, and the end of the last one.
    bounds: Vec<Instant>,
}

/// A part of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell<B> {
    /// It is over.
    Past {
        width: usize,
    },
    Free {
        at: usize,
        width: usize,
    },
    /// Neither free nor covered by a contract of this row.
    Blank {
        width: usize,
    },
    Bar {
        width: usize,
        bar: B,
    },
}

/// The rows of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lanes<B> {
    pub(super) rows: Vec<Vec<Cell<B>>>,
    /// How many bars are in none of them.
    pub(super) left_out: usize,
}

impl Window {
    /// `None` if one of the days is out of the supported range.
    pub(super) fn new(times: &Times, first: NaiveDate, days: usize, per_day: usize) -> Option<Self> {
        let hours = 24 / u32::try_from(per_day).ok()?;
        let start = |column: usize| {
            let date = first.checked_add_days(Days::new(u64::try_from(column / per_day).ok()?))?;
            times.hour(date, hours * u32::try_from(column % per_day).ok()?)
        };
        let bounds = (0..=days * per_day).map(start).collect::<Option<_>>()?;
        Some(Self { first, per_day, bounds })
    }

    pub(super) fn columns(&self) -> usize {
        self.bounds.len() - 1
    }

    /// The columns that a range touches. `None` if there is none.
    pub(super) fn touched(&self, range: TimeRange) -> Option<Range<usize>> {
        let first = self.bounds.partition_point(|bound| *bound <= range.start()).saturating_sub(1);
        let last = range.end().map_or(self.columns(), |end| self.bounds.partition_point(|bound| *bound < end));
        let last = last.min(self.columns());
        (first < last).then_some(first..last)
    }

    pub(super) fn starts_before(&self, instant: Instant) -> bool {
        self.bounds.first().is_some_and(|start| *start <= instant)
    }

    pub(super) fn ends_after(&self, instant: Instant) -> bool {
        self.bounds.last().is_some_and(|end| instant < *end)
    }

    /// How many columns are over.
    pub(super) fn past(&self, now: Instant) -> usize {
        self.bounds.iter().skip(1).filter(|end| **end <= now).count()
    }

    /// Where now is, as a percentage of the width. `None` if it is not shown.
    pub(super) fn position(&self, now: Instant) -> Option<String> {
        let now = now.millis() - now.millis() % NOW_STEP_MILLIS;
        let column = self.bounds.windows(2).position(|pair| pair[0].millis() <= now && now < pair[1].millis())?;
        let (start, end) = (self.bounds[column].millis(), self.bounds[column + 1].millis());
        let columns = i64::try_from(self.columns()).ok()?;
        let hundredths =
            (i64::try_from(column).ok()? * 10_000 + (now - start) * 10_000 / (end - start).max(1)) / columns;
        Some(format!("{}.{:02}%", hundredths / 100, hundredths % 100))
    }

    /// The local time at which a column starts, as in addresses: a date, with a time of day if that is not midnight.
    pub(super) fn written(&self, column: usize) -> String {
        let date = self.first + Days::new(u64::try_from(column / self.per_day).unwrap_or_default());
        match column % self.per_day * 24 / self.per_day {
            0 => date.to_string(),
            hour => format!("{date}T{hour:02}:00"),
        }
    }
}

/// Puts bars into rows. Each is in the first row in which it overlaps no other.
///
/// A column is free in the first row that no bar covers there: of a shared key always, of another one if no bar covers it
/// in any row.
pub(super) fn lanes<B>(
    bars: impl IntoIterator<Item = (Range<usize>, B)>,
    columns: usize,
    past: usize,
    is_shared: bool,
) -> Lanes<B> {
    let mut bars: Vec<_> = bars.into_iter().collect();
    bars.sort_by_key(|(span, _)| (span.start, span.end));
    let mut lanes: Vec<Vec<(Range<usize>, B)>> = vec![Vec::new()];
    let (mut left_out, mut is_taken) = (0, vec![false; columns]);
    for (span, bar) in bars {
        is_taken.iter_mut().take(span.end).skip(span.start).for_each(|taken| *taken = true);
        let has_room = |lane: &Vec<(Range<usize>, B)>| lane.last().is_none_or(|(last, _)| last.end <= span.start);
        let lane = lanes.iter().position(has_room).unwrap_or(lanes.len());
        match lanes.get_mut(lane) {
            Some(lane) => lane.push((span, bar)),
            None if lane < LANES => lanes.push(vec![(span, bar)]),
            None => left_out += 1,
        }
    }
    // Columns in which an earlier row has the free part.
    let mut is_settled: Vec<_> = is_taken.iter().map(|taken| *taken && !is_shared).collect();
    let rows = lanes.into_iter().map(|lane| row(lane, columns, past, &mut is_settled)).collect();
    Lanes { rows, left_out }
}

fn row<B>(lane: Vec<(Range<usize>, B)>, columns: usize, past: usize, is_settled: &mut [bool]) -> Vec<Cell<B>> {
    let (mut cells, mut at) = (Vec::new(), 0);
    for (span, bar) in lane {
        gap(&mut cells, at..span.start, past, is_settled);
        at = span.end;
        cells.push(Cell::Bar { width: span.len(), bar });
    }
    gap(&mut cells, at..columns, past, is_settled);
    cells
}

/// The cells between two bars.
fn gap<B>(cells: &mut Vec<Cell<B>>, columns: Range<usize>, past: usize, is_settled: &mut [bool]) {
    let mut at = columns.start;
    while at < columns.end {
        let kind = |column: usize| (column < past, is_settled.get(column).is_none_or(|settled| *settled));
        let (is_past, is_blank) = kind(at);
        let end = (at..columns.end).find(|column| kind(*column) != (is_past, is_blank)).unwrap_or(columns.end);
        let width = end - at;
        cells.push(match (is_past, is_blank) {
            (true, _) => Cell::Past { width },
            (false, true) => Cell::Blank { width },
            (false, false) => Cell::Free { at, width },
        });
        is_settled.iter_mut().take(end).skip(at).for_each(|settled| *settled = true);
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use domain::{Language, TimeZone};
    use proptest::prelude::*;

    use super::*;
    use crate::translations::texts;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn window(zone: &str, first: &str, days: usize, per_day: usize) -> Window {
        let times = Times::new(texts(Language::English), TimeZone::parse(zone).unwrap());
        Window::new(&times, first.parse().unwrap(), days, per_day).unwrap()
    }

    fn touched(window: &Window, start: &str, end: &str) -> Option<Range<usize>> {
        window.touched(TimeRange::new(at(start), (!end.is_empty()).then(|| at(end))).unwrap())
    }

    /// Rows as text: a letter for each column of a bar, `.` past, `o` free, and a space.
    fn drawn(bars: &[(char, Range<usize>)], past: usize, is_shared: bool) -> Vec<String> {
        let bars = bars.iter().map(|(name, span)| (span.clone(), *name));
        let draw = |cell: &Cell<char>| match cell {
            Cell::Past { width } => ".".repeat(*width),
            Cell::Free { width, .. } => "o".repeat(*width),
            Cell::Blank { width } => " ".repeat(*width),
            Cell::Bar { width, bar } => bar.to_string().repeat(*width),
        };
        lanes(bars, 10, past, is_shared).rows.iter().map(|row| row.iter().map(draw).collect()).collect()
    }

    #[test]
    fn a_contract_covers_each_half_day_that_it_touches() {
        let window = window("Europe/Helsinki", "2026-11-30", 14, 2);
        // Local times: two hours later.
        for (start, end, columns) in [
            ("2026-11-30T13:00:00Z", "2026-12-02T09:00:00Z", Some(1..5)),
            ("2026-12-02T13:00:00Z", "2026-12-03T10:00:00Z", Some(5..7)),
            ("2026-12-03T10:00:00Z", "2026-12-03T10:30:00Z", Some(7..8)),
            ("2026-11-01T00:00:00Z", "2026-11-29T22:00:00Z", None),
            ("2026-11-01T00:00:00Z", "2026-11-29T22:01:00Z", Some(0..1)),
            ("2026-11-01T00:00:00Z", "", Some(0..28)),
            ("2026-12-13T21:59:00Z", "2027-01-01T00:00:00Z", Some(27..28)),
            ("2026-12-13T22:00:00Z", "", None),
        ] {
            assert_eq!(touched(&window, start, end), columns, "{start} to {end}");
        }
    }

    #[test]
    fn a_return_and_a_fetch_on_one_day_are_two_bars() {
        let halves = window("Europe/Helsinki", "2026-11-30", 14, 2);
        let [returned, fetched] =
            [("2026-11-30T13:00:00Z", "2026-12-02T09:00:00Z"), ("2026-12-02T13:00:00Z", "2026-12-04T09:00:00Z")]
                .map(|(start, end)| touched(&halves, start, end).unwrap());
        assert_eq!((returned.end, fetched.start), (5, 5), "side by side in one row");
        let days = window("Europe/Helsinki", "2026-11-30", 31, 1);
        assert_eq!(touched(&days, "2026-11-30T13:00:00Z", "2026-12-02T09:00:00Z"), Some(0..3));
        assert_eq!(touched(&days, "2026-12-02T13:00:00Z", "2026-12-04T09:00:00Z"), Some(2..5), "in another row");
    }

    #[test]
    fn days_of_23_and_25_hours_are_days() {
        let autumn = window("Europe/Helsinki", "2026-10-24", 3, 2);
        assert_eq!(touched(&autumn, "2026-10-25T10:00:00Z", "2026-10-25T22:00:00Z"), Some(3..4), "noon to midnight");
        let spring = window("Europe/Helsinki", "2027-03-27", 3, 2);
        assert_eq!(touched(&spring, "2027-03-27T22:00:00Z", "2027-03-28T09:00:00Z"), Some(2..3), "midnight to noon");
        assert_eq!(window("Asia/Beirut", "2026-03-28", 2, 2).columns(), 4, "midnight is skipped");
    }

    #[test]
    fn now_is_marked_in_steps_of_a_quarter_of_an_hour() {
        let window = window("Europe/Helsinki", "2026-11-30", 14, 2);
        let position = |now| window.position(at(now));
        assert_eq!(position("2026-11-29T22:00:00Z").as_deref(), Some("0.00%"));
        assert_eq!(position("2026-11-30T10:00:00Z").as_deref(), Some("3.57%"));
        assert_eq!(position("2026-11-30T10:14:59Z"), position("2026-11-30T10:00:00Z"));
        assert_ne!(position("2026-11-30T10:15:00Z"), position("2026-11-30T10:00:00Z"));
        assert_eq!((position("2026-11-29T21:59:59Z"), position("2026-12-13T22:00:00Z")), (None, None));
        assert_eq!(["2026-11-29T22:00:00Z", "2026-11-30T10:00:00Z"].map(|now| window.past(at(now))), [0, 1]);
    }

    #[test]
    fn a_column_is_written_as_a_local_time() {
        let window = window("Europe/Helsinki", "2026-11-30", 14, 2);
        assert_eq!([0, 1, 28].map(|column| window.written(column)), ["2026-11-30", "2026-11-30T12:00", "2026-12-14"]);
    }

    #[test]
    fn bars_that_overlap_are_in_rows_of_their_own() {
        assert_eq!(drawn(&[], 2, false), ["..oooooooo"]);
        assert_eq!(drawn(&[('a', 1..4), ('b', 4..6)], 2, false), [".aaabboooo"]);
        assert_eq!(drawn(&[('b', 3..6), ('a', 1..4)], 2, false), [".aaa  oooo", ".. bbb    "]);
        assert_eq!(drawn(&[('a', 0..10), ('b', 3..6)], 0, true), ["aaaaaaaaaa", "ooobbboooo"]);
        assert_eq!(drawn(&[('a', 0..4), ('b', 3..6)], 0, true), ["aaaaoooooo", "ooobbb    "]);
    }

    #[test]
    fn a_key_has_at_most_so_many_rows() {
        let bars = (0..9).map(|n| (n..10, n));
        let Lanes { rows, left_out } = lanes(bars, 10, 0, true);
        assert_eq!((rows.len(), left_out), (LANES, 9 - LANES));
    }

    proptest! {
        #[test]
        fn every_row_has_all_columns_and_free_is_what_nothing_covers(
            spans in prop::collection::vec((0..20_usize, 1..6_usize), 0..12),
            past in 0..20_usize,
            is_shared: bool,
        ) {
            let spans: Vec<_> = spans.into_iter().map(|(start, width)| start..(start + width).min(20)).collect();
            let Lanes { rows, left_out } = lanes(spans.iter().cloned().map(|span| (span.clone(), span)), 20, past, is_shared);
            let mut free = [0; 20];
            let mut bars = 0;
            for row in &rows {
                let mut at = 0;
                for cell in row {
                    let width = match cell {
                        Cell::Past { width } | Cell::Blank { width } => *width,
                        Cell::Free { at: start, width } => {
                            prop_assert_eq!(*start, at);
                            free[at..at + width].iter_mut().for_each(|count| *count += 1);
                            *width
                        }
                        Cell::Bar { width, bar } => {
                            prop_assert_eq!(at..at + width, bar.clone());
                            bars += 1;
                            *width
                        }
                    };
                    prop_assert!(width > 0);
                    at += width;
                }
                prop_assert_eq!(at, 20);
            }
            prop_assert_eq!(bars + left_out, spans.len());
            for (column, count) in free.into_iter().enumerate() {
                let is_covered = spans.iter().any(|span| span.contains(&column));
                let covering = rows.iter().filter(|row| covers(row, column)).count();
                let is_free = column >= past && if is_shared { covering < rows.len() } else { !is_covered };
                prop_assert_eq!(count, usize::from(is_free), "{}", column);
            }
        }
    }

    fn covers<B>(row: &[Cell<B>], column: usize) -> bool {
        let mut at = 0;
        row.iter().any(|cell| {
            let start = at;
            match cell {
                Cell::Past { width } | Cell::Blank { width } | Cell::Free { width, .. } => {
                    at += width;
                    false
                }
                Cell::Bar { width, .. } => {
                    at += width;
                    (start..at).contains(&column)
                }
            }
        })
    }
}
