//! Times as people read them: in the automat's zone and the format of the language.
//!
//! A local time is enough, except in the hour that is repeated when daylight saving time ends: there it includes the
//! offset. UTC is named, since it is seldom what a clock on the wall shows.

use chrono::{DateTime, Datelike as _, FixedOffset, MappedLocalTime, Timelike as _};
use domain::{DaysAlike, Instant, Language, Schedule, TimeRange, TimeZone};
use texts::{FluentArgs, Texts};

use crate::translations::texts;

/// Formats times of one zone in one language.
#[derive(Debug, Clone, Copy)]
pub struct LocalTimes {
    texts: &'static Texts,
    zone: TimeZone,
}

impl LocalTimes {
    #[must_use]
    pub fn new(language: Language, zone: TimeZone) -> Self {
        Self { texts: texts(language), zone }
    }

    /// A day and a time of day, to the minute.
    #[must_use]
    pub fn moment(&self, instant: Instant) -> String {
        let local = self.zone.local(instant);
        let moment = self.texts.format("moment", &values(&local));
        match self.mark(&local) {
            Some(mark) => format!("{moment} {mark}"),
            None => moment,
        }
    }

    /// A time of day, to the minute.
    #[must_use]
    pub fn clock(&self, instant: Instant) -> String {
        let local = self.zone.local(instant);
        let clock = self.texts.format("clock", &values(&local));
        match self.mark(&local) {
            Some(mark) => format!("{clock} {mark}"),
            None => clock,
        }
    }

    /// A time range. The day is not repeated if both times are on the same day and neither needs an offset.
    #[must_use]
    pub fn range(&self, range: TimeRange) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set("start", self.moment(range.start()));
        let Some(end) = range.end() else { return self.texts.format("range-without-end", &arguments) };
        let (first, last) = (self.zone.local(range.start()), self.zone.local(end));
        let short =
            first.date_naive() == last.date_naive() && self.mark(&first).is_none() && self.mark(&last).is_none();
        if short {
            arguments.set("clock", self.texts.format("clock", &values(&last)));
            self.texts.format("range-in-a-day", &arguments)
        } else {
            arguments.set("end", self.moment(end));
            self.texts.format("range", &arguments)
        }
    }

    /// The same in the short form for an SMS: the year is not repeated if it is the same.
    pub(crate) fn short_range(&self, range: TimeRange) -> String {
        let local = |instant| self.zone.local(instant);
        let (first, Some(last)) = (local(range.start()), range.end().map(local)) else { return self.range(range) };
        let in_a_day = first.date_naive() == last.date_naive();
        if in_a_day || first.year() != last.year() || self.mark(&first).is_some() || self.mark(&last).is_some() {
            return self.range(range);
        }
        let mut arguments = FluentArgs::new();
        arguments.set("start", self.texts.format("day-and-time", &values(&first)));
        arguments.set("end", self.texts.format("moment", &values(&last)));
        self.texts.format("range", &arguments)
    }

    /// The windows of a schedule.
    #[must_use]
    pub fn hours(&self, schedule: &Schedule) -> String {
        let clock = |(hour, minute): (u16, u16)| {
            self.texts.format("clock", &[("hour", hour), ("minute", minute)].into_iter().collect())
        };
        let day = |day: usize| self.texts.format("weekday", &[("weekday", day + 1)].into_iter().collect());
        let rules = schedule.days().into_iter().map(|DaysAlike { first, last, windows }| {
            let days = if first == last { day(first) } else { format!("{}–{}", day(first), day(last)) };
            let windows = windows.iter().map(|window| format!("{}–{}", clock(window.from()), clock(window.to())));
            format!("{days} {}", windows.collect::<Vec<_>>().join(", "))
        });
        rules.collect::<Vec<_>>().join("; ")
    }

    /// The offset from UTC, as in `UTC+2` or `UTC-3:30`.
    #[must_use]
    pub fn offset(&self, instant: Instant) -> String {
        offset_of(&self.zone.local(instant))
    }

    /// The mark that tells this time from another with the same digits.
    fn mark(&self, local: &DateTime<FixedOffset>) -> Option<String> {
        if self.zone.is_utc() {
            return Some("UTC".to_owned());
        }
        let twice = matches!(self.zone.instants(local.naive_local()), MappedLocalTime::Ambiguous(..));
        twice.then(|| format!("({})", offset_of(local)))
    }
}

fn offset_of(local: &DateTime<FixedOffset>) -> String {
    let minutes = local.offset().local_minus_utc() / 60;
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let sign = if minutes < 0 { '-' } else { '+' };
    if rest == 0 { format!("UTC{sign}{hours}") } else { format!("UTC{sign}{hours}:{rest:02}") }
}

/// The variables of a local time. The texts decide which of them have leading zeros.
fn values(local: &DateTime<FixedOffset>) -> FluentArgs<'static> {
    let mut values = FluentArgs::new();
    values.set("weekday", local.weekday().number_from_monday());
    values.set("day", local.day());
    values.set("month", local.month());
    values.set("year", local.year());
    values.set("hour", local.hour());
    values.set("minute", local.minute());
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn range(start: &str, end: &str) -> TimeRange {
        TimeRange::new(at(start), Some(at(end))).unwrap()
    }

    fn times(language: Language, zone: &str) -> LocalTimes {
        LocalTimes::new(language, TimeZone::parse(zone).unwrap())
    }

    fn english_in(zone: &str, instant: &str) -> String {
        times(Language::English, zone).moment(at(instant))
    }

    #[test]
    fn a_time_of_day_has_a_mark_where_it_needs_one() {
        let clock = |language, zone, instant| times(language, zone).clock(at(instant));
        assert_eq!(clock(Language::English, "Europe/Helsinki", "2026-11-24T07:05:00Z"), "09:05");
        assert_eq!(clock(Language::Finnish, "Europe/Helsinki", "2026-11-24T07:05:00Z"), "9.05");
        assert_eq!(clock(Language::English, "Europe/Helsinki", "2026-10-25T00:30:00Z"), "03:30 (UTC+3)");
        assert_eq!(clock(Language::English, "UTC", "2026-11-24T07:05:00Z"), "07:05 UTC");
    }

    #[test]
    fn each_language_has_its_own_form() {
        let shown = |instant| {
            Language::ALL
                .iter()
                .map(|&language| times(language, "Europe/Helsinki").moment(at(instant)))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            shown("2026-11-24T12:00:00Z"),
            ["Tue 24 Nov 2026, 14:00", "ti 24.11.2026 klo 14.00", "tis 24 nov. 2026 kl. 14.00"]
        );
        assert_eq!(
            shown("2027-05-02T05:05:59.999Z"),
            ["Sun 2 May 2027, 08:05", "su 2.5.2027 klo 8.05", "sön 2 maj 2027 kl. 8.05"]
        );
    }

    #[test]
    fn every_day_and_month_has_its_name() {
        let shown = |language| {
            let days = (1..=7).map(|day| format!("2026-06-{day:02}T12:00:00Z"));
            let months = (1..=12).map(|month| format!("2026-{month:02}-15T12:00:00Z"));
            let part = |index: usize, instant: String| {
                let text = times(language, "UTC").moment(at(&instant));
                text.split(' ').nth(index).unwrap().to_owned()
            };
            let days: Vec<_> = days.map(|instant| part(0, instant)).collect();
            let months: Vec<_> = months.map(|instant| part(2, instant)).collect();
            [days.join(" "), months.join(" ")]
        };
        assert_eq!(
            shown(Language::English),
            ["Mon Tue Wed Thu Fri Sat Sun", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"]
        );
        assert_eq!(
            shown(Language::Swedish),
            ["mån tis ons tors fre lör sön", "jan. feb. mars apr. maj juni juli aug. sep. okt. nov. dec."]
        );
        assert_eq!(shown(Language::Finnish)[0], "ma ti ke to pe la su");
    }

    #[test]
    fn the_start_of_daylight_saving_time_needs_no_offset() {
        // 2026-03-29 in Helsinki: 02:59 is followed by 04:00.
        assert_eq!(english_in("Europe/Helsinki", "2026-03-29T00:59:59Z"), "Sun 29 Mar 2026, 02:59");
        assert_eq!(english_in("Europe/Helsinki", "2026-03-29T01:00:00Z"), "Sun 29 Mar 2026, 04:00");
    }

    #[test]
    fn a_repeated_hour_shows_its_offset() {
        // 2026-10-25 in Helsinki: 03:59 is followed by 03:00.
        let shown = ["2026-10-24T23:59:00Z", "2026-10-25T00:00:00Z", "2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z"]
            .map(|instant| english_in("Europe/Helsinki", instant));
        assert_eq!(
            shown,
            [
                "Sun 25 Oct 2026, 02:59",
                "Sun 25 Oct 2026, 03:00 (UTC+3)",
                "Sun 25 Oct 2026, 03:59 (UTC+3)",
                "Sun 25 Oct 2026, 03:00 (UTC+2)",
            ]
        );
        assert_eq!(english_in("Europe/Helsinki", "2026-10-25T01:59:59Z"), "Sun 25 Oct 2026, 03:59 (UTC+2)");
        assert_eq!(english_in("Europe/Helsinki", "2026-10-25T02:00:00Z"), "Sun 25 Oct 2026, 04:00");
        // 2026-11-01 in St. John's: 01:59 is followed by 01:00, with an offset of half an hour.
        assert_eq!(english_in("America/St_Johns", "2026-11-01T04:00:00Z"), "Sun 1 Nov 2026, 01:30 (UTC-2:30)");
        assert_eq!(english_in("America/St_Johns", "2026-11-01T05:00:00Z"), "Sun 1 Nov 2026, 01:30 (UTC-3:30)");
    }

    #[test]
    fn only_utc_is_shown_with_its_name() {
        assert_eq!(english_in("Asia/Kolkata", "2026-10-25T00:30:00Z"), "Sun 25 Oct 2026, 06:00");
        assert_eq!(english_in("Asia/Tokyo", "2026-03-29T01:00:00Z"), "Sun 29 Mar 2026, 10:00");
        for zone in ["UTC", "Etc/UTC", "Zulu"] {
            assert_eq!(english_in(zone, "2026-10-25T00:30:00Z"), "Sun 25 Oct 2026, 00:30 UTC");
        }
    }

    #[test]
    fn a_range_within_one_day_shows_the_day_once() {
        let shown = |zone: &str, start, end| times(Language::English, zone).range(range(start, end));
        let helsinki = "Europe/Helsinki";
        assert_eq!(shown(helsinki, "2026-11-24T12:00:00Z", "2026-11-24T16:30:00Z"), "Tue 24 Nov 2026, 14:00–18:30");
        assert_eq!(
            shown(helsinki, "2026-11-24T12:00:00Z", "2026-11-24T22:00:00Z"),
            "Tue 24 Nov 2026, 14:00 – Wed 25 Nov 2026, 00:00"
        );
        assert_eq!(
            shown(helsinki, "2026-10-25T00:30:00Z", "2026-10-25T10:00:00Z"),
            "Sun 25 Oct 2026, 03:30 (UTC+3) – Sun 25 Oct 2026, 12:00"
        );
        assert_eq!(
            shown(helsinki, "2026-10-24T23:00:00Z", "2026-10-25T01:30:00Z"),
            "Sun 25 Oct 2026, 02:00 – Sun 25 Oct 2026, 03:30 (UTC+2)"
        );
        assert_eq!(
            shown("UTC", "2026-11-24T12:00:00Z", "2026-11-24T16:30:00Z"),
            "Tue 24 Nov 2026, 12:00 UTC – Tue 24 Nov 2026, 16:30 UTC"
        );
    }

    #[test]
    fn ranges_in_each_language() {
        let day = range("2026-11-24T12:00:00Z", "2026-11-24T16:30:00Z");
        let permanent = TimeRange::new(at("2026-11-24T12:00:00Z"), None).unwrap();
        let shown = |range| {
            Language::ALL.iter().map(|&language| times(language, "Europe/Helsinki").range(range)).collect::<Vec<_>>()
        };
        assert_eq!(
            shown(day),
            ["Tue 24 Nov 2026, 14:00–18:30", "ti 24.11.2026 klo 14.00–18.30", "tis 24 nov. 2026 kl. 14.00–18.30"]
        );
        assert_eq!(
            shown(permanent),
            [
                "Tue 24 Nov 2026, 14:00, until further notice",
                "ti 24.11.2026 klo 14.00 alkaen toistaiseksi",
                "fr.o.m. tis 24 nov. 2026 kl. 14.00 tills vidare",
            ]
        );
    }

    #[test]
    fn the_first_and_last_instants_are_accepted() {
        assert_eq!(english_in("Pacific/Kiritimati", "9999-12-31T23:59:59Z"), "Sat 1 Jan 10000, 13:59");
        assert_eq!(english_in("America/New_York", "1970-01-01T00:00:00Z"), "Wed 31 Dec 1969, 19:00");
        assert_eq!(english_in("Europe/Helsinki", "2100-07-01T10:00:00Z"), "Thu 1 Jul 2100, 13:00");
    }
}
