//! A schedule: weekly windows in which the keys of a contract may be fetched, by the local time of each key's automat.
//!
//! Its text form is a part of OpenStreetMap's for opening hours
//! (<https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification>), which schema.org's `openingHours` resembles:
//! `Mo-Fr 08:00-17:00; Sa 10:00-12:00,13:00-15:00`. A window whose end is not after its start ends on the next day.

use std::fmt;

use chrono::{DateTime, Datelike as _, FixedOffset, Timelike as _};
use protocol::Windows;

use crate::Invalid;

/// As in the text form.
const DAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const MINUTES_OF_A_DAY: u16 = 24 * 60;
/// On one day.
const MAX_WINDOWS: usize = 4;

/// The windows of each day, from Monday. At least one day has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule(Box<[Vec<Window>; 7]>);

/// Hours of a day: from the first minute until before the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    from: u16,
    /// At most 1,440. Not after `from` if it is on the next day.
    to: u16,
}

/// Days in a row with the same windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaysAlike<'a> {
    /// From 0 for Monday.
    pub first: usize,
    pub last: usize,
    pub windows: &'a [Window],
}

impl Schedule {
    /// The maximum length of its text. The longest canonical form has 4 windows on each day, different from those of
    /// the day before: 7 × (3 + 4 × 12 + 1) characters, 364.
    pub const MAX: usize = 400;
    /// The names of the days in the text form, from Monday.
    pub const DAYS: [&str; 7] = DAYS;

    /// Accepts at most 4 windows on a day.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() > Self::MAX {
            return Err(Invalid::TooLong { max: Self::MAX });
        }
        let mut days: [Vec<Window>; 7] = Default::default();
        for rule in text.split(';') {
            let (named, windows) = rule.trim().split_once(' ').ok_or(Invalid::ScheduleForm)?;
            for day in parse_days(named)? {
                for window in windows.split(',') {
                    days[day].push(Window::parse(window.trim())?);
                }
            }
        }
        for windows in &mut days {
            windows.sort_unstable();
            windows.dedup();
            if windows.len() > MAX_WINDOWS {
                return Err(Invalid::ScheduleForm);
            }
        }
        Ok(Self(Box::new(days)))
    }

    /// Whether a local time is in one of the windows.
    #[must_use]
    pub fn contains(&self, local: DateTime<FixedOffset>) -> bool {
        let day = local.weekday().num_days_from_monday() as usize;
        // A minute of a day is below 1,440.
        let minute = u16::try_from(local.hour() * 60 + local.minute()).unwrap_or(u16::MAX);
        let of_the_day_before = &self.0[(day + 6) % 7];
        self.0[day].iter().any(|window| window.contains_on_its_day(minute))
            || of_the_day_before.iter().any(|window| window.ends_on_the_next_day() && minute < window.to)
    }

    /// The windows as a device gets them: in minutes of a week that begins on Monday.
    #[must_use]
    pub fn windows(&self) -> Windows {
        let week = 7 * MINUTES_OF_A_DAY;
        let mut windows = Vec::new();
        for (day, on_the_day) in (0..).zip(self.0.iter()) {
            for Window { from, to } in on_the_day.iter().copied() {
                let midnight = day * MINUTES_OF_A_DAY;
                let end = if to <= from { midnight + MINUTES_OF_A_DAY + to } else { midnight + to };
                windows.push((midnight + from, end.min(week)));
                if end > week {
                    windows.push((0, end - week));
                }
            }
        }
        Windows(windows)
    }

    /// The days that have windows, in order from Monday; days in a row with the same windows together.
    #[must_use]
    pub fn days(&self) -> Vec<DaysAlike<'_>> {
        let mut found: Vec<DaysAlike<'_>> = Vec::new();
        for (day, windows) in self.0.iter().enumerate().filter(|(_, windows)| !windows.is_empty()) {
            match found.last_mut() {
                Some(alike) if alike.last + 1 == day && alike.windows == windows => alike.last = day,
                _ => found.push(DaysAlike { first: day, last: day, windows }),
            }
        }
        found
    }
}

/// A day, a range of days, or several of them between commas.
fn parse_days(text: &str) -> Result<Vec<usize>, Invalid> {
    let day = |name: &str| DAYS.iter().position(|known| *known == name).ok_or(Invalid::ScheduleForm);
    let mut days = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day(first)?, day(last)?);
        // `Fr-Mo` goes over the end of the week.
        let count = (last + 7 - first) % 7 + 1;
        days.extend((first..first + count).map(|day| day % 7));
    }
    Ok(days)
}

impl Window {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let (from, to) = text.split_once('-').ok_or(Invalid::ScheduleForm)?;
        let (from, to) = (parse_minute(from)?, parse_minute(to)?);
        if from == MINUTES_OF_A_DAY || from == to { Err(Invalid::ScheduleForm) } else { Ok(Self { from, to }) }
    }

    /// Hour and minute.
    #[must_use]
    pub fn from(self) -> (u16, u16) {
        (self.from / 60, self.from % 60)
    }

    /// Hour and minute; 24:00 is the end of the day.
    #[must_use]
    pub fn to(self) -> (u16, u16) {
        (self.to / 60, self.to % 60)
    }

    fn ends_on_the_next_day(self) -> bool {
        self.to <= self.from
    }

    fn contains_on_its_day(self, minute: u16) -> bool {
        self.from <= minute && (minute < self.to || self.ends_on_the_next_day())
    }
}

/// `08:00`, in minutes; up to `24:00`.
fn parse_minute(text: &str) -> Result<u16, Invalid> {
    let digits = |text: &str| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { text.parse::<u16>().map_err(|_| Invalid::ScheduleForm) } else { Err(Invalid::ScheduleForm) }
    };
    let (hour, minute) = text.split_once(':').ok_or(Invalid::ScheduleForm)?;
    let (hour, minute) = (digits(hour)?, digits(minute)?);
    let total = hour * 60 + minute;
    if minute < 60 && total <= MINUTES_OF_A_DAY { Ok(total) } else { Err(Invalid::ScheduleForm) }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((from, from_minute), (to, to_minute)) = (self.from(), self.to());
        write!(f, "{from:02}:{from_minute:02}-{to:02}:{to_minute:02}")
    }
}

/// The canonical text: days in order, days alike together.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, DaysAlike { first, last, windows }) in self.days().into_iter().enumerate() {
            let separator = if n == 0 { "" } else { "; " };
            write!(f, "{separator}{}", DAYS[first])?;
            if last > first {
                write!(f, "-{}", DAYS[last])?;
            }
            for (n, window) in windows.iter().enumerate() {
                write!(f, "{}{window}", if n == 0 { " " } else { "," })?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Instant, TimeZone};

    fn schedule(text: &str) -> Schedule {
        Schedule::parse(text).unwrap()
    }

    fn contains(text: &str, instant: &str) -> bool {
        let helsinki = TimeZone::parse("Europe/Helsinki").unwrap();
        schedule(text).contains(helsinki.local(Instant::parse(instant).unwrap()))
    }

    #[test]
    fn one_schedule_has_one_text() {
        for (given, canonical) in [
            ("Mo-Fr 08:00-17:00", "Mo-Fr 08:00-17:00"),
            ("Mo,Tu,We 08:00-17:00", "Mo-We 08:00-17:00"),
            ("Sa 10:00-12:00; Mo 13:00-15:00,08:00-09:00", "Mo 08:00-09:00,13:00-15:00; Sa 10:00-12:00"),
            ("Mo 08:00-09:00; Mo 10:00-11:00; Mo 08:00-09:00", "Mo 08:00-09:00,10:00-11:00"),
            ("Fr-Mo 22:00-06:00", "Mo 22:00-06:00; Fr-Su 22:00-06:00"),
            ("Mo-Su 00:00-24:00", "Mo-Su 00:00-24:00"),
        ] {
            assert_eq!(schedule(given).to_string(), canonical, "{given}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in [
            "",
            ";",
            "Mo",
            "08:00-17:00",
            "Mo 08-17",
            "Mo 08:00",
            "Mo 8:00-17:00",
            "Mo 08:00-08:00",
            "Mo 24:00-08:00",
            "Mo 08:00-24:01",
            "Mo 08:60-10:00",
            "mo 08:00-17:00",
            "Mo- 08:00-17:00",
            "Xx 08:00-17:00",
            "Mo 08:00-17:00;",
            "Mo +8:00-17:00",
            "Mo 01:00-02:00,03:00-04:00,05:00-06:00,07:00-08:00,09:00-10:00",
        ] {
            assert_eq!(Schedule::parse(text), Err(Invalid::ScheduleForm), "{text}");
        }
    }

    #[test]
    fn a_window_begins_with_its_first_minute_and_ends_before_its_last() {
        // 24 November 2026 is a Tuesday; Helsinki is two hours ahead of UTC.
        for (instant, inside) in [
            ("2026-11-24T05:59:59.999Z", false),
            ("2026-11-24T06:00:00Z", true),
            ("2026-11-24T14:59:59.999Z", true),
            ("2026-11-24T15:00:00Z", false),
            ("2026-11-29T10:00:00Z", false),
        ] {
            assert_eq!(contains("Mo-Fr 08:00-17:00", instant), inside, "{instant}");
        }
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_on_which_it_begins() {
        // From Sunday evening to Monday morning.
        for (instant, inside) in [
            ("2026-11-29T19:59:59Z", false),
            ("2026-11-29T20:00:00Z", true),
            ("2026-11-30T03:59:59Z", true),
            ("2026-11-30T04:00:00Z", false),
            ("2026-11-30T20:00:00Z", false),
        ] {
            assert_eq!(contains("Su 22:00-06:00", instant), inside, "{instant}");
        }
    }

    #[test]
    fn windows_go_by_the_clock_on_the_wall_when_clocks_change() {
        // On 28 March 2027 clocks go from 03:00 to 04:00, on 31 October 2027 from 04:00 back to 03:00; both are Sundays.
        for (instant, inside) in [
            ("2027-03-28T00:59:59Z", false), // 02:59:59
            ("2027-03-28T01:00:00Z", true),  // 04:00
            ("2027-03-28T01:30:00Z", false), // 04:30
            ("2027-10-31T00:30:00Z", true),  // 03:30, the first time
            ("2027-10-31T01:30:00Z", true),  // 03:30, the second time
        ] {
            assert_eq!(contains("Su 03:00-04:30", instant), inside, "{instant}");
        }
    }

    fn any_schedule() -> impl Strategy<Value = Schedule> {
        let rule = (0..7_usize, 0..7_usize, 0..1_440_u16, 0..=1_440_u16).prop_map(|(first, last, from, to)| {
            let to = if from == to { (from + 1) % MINUTES_OF_A_DAY } else { to };
            format!("{}-{} {}", DAYS[first], DAYS[last], Window { from, to })
        });
        prop::collection::vec(rule, 1..4).prop_map(|rules| schedule(&rules.join("; ")))
    }

    proptest! {
        #[test]
        fn the_text_says_all(given in any_schedule()) {
            prop_assert_eq!(schedule(&given.to_string()), given);
        }

        #[test]
        fn a_device_finds_the_same_minutes_in_its_windows(given in any_schedule(), minute in 0..60_000_i64) {
            let local = TimeZone::UTC.local(Instant::from_millis(minute * 60_000).unwrap());
            prop_assert_eq!(given.windows().contain(minute * 60), given.contains(local));
        }
    }
}
