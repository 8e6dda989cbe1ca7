//! Local times, shown as in messages and read from two text fields, a date and a time of day. Inputs of the types
//! `date` and `time` are no option: they follow the language of the browser, not of the page, and send nothing if half
//! of them is filled in.
//!
//! Users enter times in the automat's time zone. Twice a year that is ambiguous: one hour is skipped, and another
//! occurs twice. Then the form asks instead of guessing.

use chrono::{DateTime, Datelike as _, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};
use domain::{Automat, Instant, Language, Schedule, TimeRange, TimeZone};
use messages::LocalTimes;
use texts::Texts;

/// Times of one automat, in the language of the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    said: LocalTimes,
    language: Language,
    zone: TimeZone,
}

/// An instant as the two fields show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) date: String,
    pub(crate) time: String,
    /// Which of two, if this local time occurs twice.
    pub(crate) which: Option<Which>,
}

/// How a local time as typed reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    At(Instant),
    /// Skipped: the clocks go forward over it. The next existing time is given.
    Skipped(Instant),
    /// It occurs twice, because the clocks go back over it.
    Twice(Instant, Instant),
    /// Not a time, or out of the supported range.
    Unreadable,
}

/// Which of two instants with the same local time is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    First,
    Second,
}

impl Which {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::First, Self::Second].into_iter().find(|which| which.name() == name)
    }
}

impl Times {
    pub(crate) fn new(t: &Texts, zone: TimeZone) -> Self {
        Self { said: LocalTimes::new(t.language(), zone), language: t.language(), zone }
    }

    /// In UTC if there is no automat.
    pub(crate) fn of_automat(t: &Texts, automat: Option<&Automat>) -> Self {
        Self::new(t, automat.map_or(TimeZone::UTC, |automat| automat.time_zone))
    }

    pub(crate) fn zone(&self) -> &'static str {
        self.zone.identifier()
    }

    pub(crate) fn moment(&self, instant: Instant) -> String {
        self.said.moment(instant)
    }

    /// A time of day.
    pub(crate) fn clock(&self, instant: Instant) -> String {
        self.said.clock(instant)
    }

    pub(crate) fn range(&self, range: TimeRange) -> String {
        self.said.range(range)
    }

    pub(crate) fn hours(&self, schedule: &Schedule) -> String {
        self.said.hours(schedule)
    }

    /// The offset at an instant, such as `UTC+2`.
    pub(crate) fn offset(&self, instant: Instant) -> String {
        self.said.offset(instant)
    }

    pub(crate) fn date(&self, instant: Instant) -> NaiveDate {
        self.zone.local(instant).date_naive()
    }

    /// The start of the day after an instant.
    pub(crate) fn day_end(&self, instant: Instant) -> Option<Instant> {
        self.day(self.date(instant).succ_opt()?)
    }

    /// A date in the format of the language, as the fields show it.
    pub(crate) fn written_date(&self, date: NaiveDate) -> String {
        let form = match self.language {
            Language::English | Language::Swedish => "%Y-%m-%d",
            Language::Finnish => "%-d.%-m.%Y",
        };
        date.format(form).to_string()
    }

    /// The start of a day: midnight, or the first instant after it if midnight is skipped.
    pub(crate) fn day(&self, date: NaiveDate) -> Option<Instant> {
        self.hour(date, 0)
    }

    /// The start of an hour of a day, or the first instant after it if it is skipped.
    pub(crate) fn hour(&self, date: NaiveDate, hour: u32) -> Option<Instant> {
        match self.at(date.and_hms_opt(hour, 0, 0)?) {
            Reading::At(instant) | Reading::Skipped(instant) | Reading::Twice(instant, _) => Some(instant),
            Reading::Unreadable => None,
        }
    }

    pub(crate) fn read(&self, date: &str, time: &str) -> Reading {
        let local = read_date(date).zip(read_time(time)).map(|(date, time)| date.and_time(time));
        local.map_or(Reading::Unreadable, |local| self.at(local))
    }

    /// An instant as the two fields show it, in the format of the language.
    pub(crate) fn written(&self, instant: Instant) -> Written {
        let local = self.zone.local(instant);
        let [minutes, seconds, millis] = match self.language {
            Language::English => ["%H:%M", "%H:%M:%S", "%H:%M:%S%.3f"],
            Language::Finnish | Language::Swedish => ["%-H.%M", "%-H.%M.%S", "%-H.%M.%S%.3f"],
        };
        let time = match (local.second(), local.nanosecond()) {
            (0, 0) => minutes,
            (_, 0) => seconds,
            _ => millis,
        };
        let which = match self.at(local.naive_local()) {
            Reading::Twice(first, _) if first == instant => Some(Which::First),
            Reading::Twice(..) => Some(Which::Second),
            _ => None,
        };
        Written { date: self.written_date(local.date_naive()), time: local.format(time).to_string(), which }
    }

    /// An instant as a local time in an address, to the minute.
    pub(crate) fn address(&self, instant: Instant) -> String {
        self.zone.local(instant).format("%Y-%m-%dT%H:%M").to_string()
    }

    /// A local time of an address. A date alone has no time of day.
    pub(crate) fn read_address(&self, text: &str) -> Reading {
        text.split_once('T').map_or(Reading::Unreadable, |(date, time)| self.read(date, time))
    }

    fn at(&self, local: NaiveDateTime) -> Reading {
        if !(1970..=9999).contains(&local.year()) {
            return Reading::Unreadable;
        }
        let found = match self.zone.instants(local) {
            chrono::MappedLocalTime::Single(one) => instant(&one).map(Reading::At),
            chrono::MappedLocalTime::Ambiguous(one, other) => {
                let (first, second) = if one < other { (one, other) } else { (other, one) };
                instant(&first).zip(instant(&second)).map(|(first, second)| Reading::Twice(first, second))
            }
            chrono::MappedLocalTime::None => {
                after_the_gap(self.zone, local).as_ref().and_then(instant).map(Reading::Skipped)
            }
        };
        found.unwrap_or(Reading::Unreadable)
    }
}

/// A date in the format of any of our languages. Slashes are refused, since 11/12 is in November for some and in
/// December for others.
pub(crate) fn read_date(text: &str) -> Option<NaiveDate> {
    let forms = ["%Y-%m-%d", "%d.%m.%Y"];
    let date = forms.into_iter().find_map(|form| NaiveDate::parse_from_str(text.trim(), form).ok())?;
    // A year with two digits is a typing error.
    (1970..=9999).contains(&date.year()).then_some(date)
}

/// A time of day, with or without seconds and their fraction.
pub(crate) fn read_time(text: &str) -> Option<NaiveTime> {
    let forms = ["%H:%M", "%H.%M", "%H:%M:%S%.f", "%H.%M.%S%.f"];
    let time = forms.into_iter().find_map(|form| NaiveTime::parse_from_str(text.trim(), form).ok())?;
    // Leap seconds are not supported.
    (time.nanosecond() < 1_000_000_000).then_some(time)
}

/// The first existing time after a skipped one. No zone has ever skipped more than a day.
fn after_the_gap(zone: TimeZone, local: NaiveDateTime) -> Option<DateTime<FixedOffset>> {
    let whole = local.with_second(0)?.with_nanosecond(0)?;
    (1..=24 * 60).find_map(|minutes| zone.instants(whole + Duration::minutes(minutes)).earliest())
}

fn instant(local: &DateTime<FixedOffset>) -> Option<Instant> {
    Instant::from_millis(local.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use domain::Language;
    use proptest::prelude::*;

    use super::*;
    use crate::translations::texts;

    fn times(zone: &str) -> Times {
        Times::new(texts(Language::English), TimeZone::parse(zone).unwrap())
    }

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn a_local_time_is_read_in_the_automats_zone() {
        for (zone, (date, time), reading) in [
            ("Europe/Helsinki", ("2026-11-24", "14:00"), Reading::At(at("2026-11-24T12:00:00Z"))),
            ("Europe/Helsinki", ("2026-07-01", "14:00"), Reading::At(at("2026-07-01T11:00:00Z"))),
            ("Europe/Helsinki", (" 24.11.2026", "14.00"), Reading::At(at("2026-11-24T12:00:00Z"))),
            ("Europe/Helsinki", ("2026-11-24", "14:00:05.250"), Reading::At(at("2026-11-24T12:00:05.250Z"))),
            // 2027-03-28: 02:59 is followed by 04:00.
            ("Europe/Helsinki", ("2027-03-28", "02:59"), Reading::At(at("2027-03-28T00:59:00Z"))),
            ("Europe/Helsinki", ("2027-03-28", "03:00"), Reading::Skipped(at("2027-03-28T01:00:00Z"))),
            ("Europe/Helsinki", ("2027-03-28", "03:59:59"), Reading::Skipped(at("2027-03-28T01:00:00Z"))),
            ("Europe/Helsinki", ("2027-03-28", "04:00"), Reading::At(at("2027-03-28T01:00:00Z"))),
            // 2026-10-25 and 2027-10-31: 03:59 is followed by 03:00.
            ("Europe/Helsinki", ("2026-10-25", "02:59"), Reading::At(at("2026-10-24T23:59:00Z"))),
            (
                "Europe/Helsinki",
                ("2026-10-25", "03:00"),
                Reading::Twice(at("2026-10-25T00:00:00Z"), at("2026-10-25T01:00:00Z")),
            ),
            (
                "Europe/Helsinki",
                ("2027-10-31", "03:30"),
                Reading::Twice(at("2027-10-31T00:30:00Z"), at("2027-10-31T01:30:00Z")),
            ),
            ("Europe/Helsinki", ("2026-10-25", "04:00"), Reading::At(at("2026-10-25T02:00:00Z"))),
            ("Europe/Helsinki", ("2100-07-01", "14:00"), Reading::At(at("2100-07-01T11:00:00Z"))),
            ("Europe/Helsinki", ("2100-03-28", "03:00"), Reading::Skipped(at("2100-03-28T01:00:00Z"))),
            // On Lord Howe the clocks move by half an hour: 2026-10-04 02:00 is 02:30, 2027-04-04 02:00 is 01:30.
            ("Australia/Lord_Howe", ("2026-10-04", "02:10"), Reading::Skipped(at("2026-10-03T15:30:00Z"))),
            ("Australia/Lord_Howe", ("2026-10-04", "02:30"), Reading::At(at("2026-10-03T15:30:00Z"))),
            (
                "Australia/Lord_Howe",
                ("2027-04-04", "01:45"),
                Reading::Twice(at("2027-04-03T14:45:00Z"), at("2027-04-03T15:15:00Z")),
            ),
        ] {
            assert_eq!(times(zone).read(date, time), reading, "{zone} {date} {time}");
        }
    }

    #[test]
    fn text_that_is_not_a_time_is_unreadable() {
        let times = times("Europe/Helsinki");
        for date in
            ["", "2026-02-31", "31.2.2026", "24.11.", "24.11.26", "11/24/2026", "1969-12-31", "10000-01-01", "x"]
        {
            assert_eq!((read_date(date), times.read(date, "10:00")), (None, Reading::Unreadable), "{date}");
        }
        for time in ["", "24:00", "14", "14:60", "23:59:60", "2 pm", "x"] {
            assert_eq!((read_time(time), times.read("2026-11-24", time)), (None, Reading::Unreadable), "{time}");
        }
        assert_eq!(times.read("1970-01-01", "01:00"), Reading::Unreadable, "before the first instant");
    }

    #[test]
    fn the_fields_show_a_time_in_the_format_of_the_language() {
        let written = |language| {
            let times = Times::new(texts(language), TimeZone::parse("Europe/Helsinki").unwrap());
            let Written { date, time, .. } = times.written(at("2026-11-04T07:05:00Z"));
            format!("{date} {time}")
        };
        assert_eq!(
            Language::ALL.iter().copied().map(written).collect::<Vec<_>>(),
            ["2026-11-04 09:05", "4.11.2026 9.05", "2026-11-04 9.05"]
        );
    }

    #[test]
    fn a_day_starts_at_midnight_or_after_a_skipped_midnight() {
        let day = |zone, (year, month, day)| times(zone).day(NaiveDate::from_ymd_opt(year, month, day).unwrap());
        assert_eq!(day("Europe/Helsinki", (2026, 11, 24)), Some(at("2026-11-23T22:00:00Z")));
        // In Beirut the clocks go forward at midnight.
        assert_eq!(day("Asia/Beirut", (2026, 3, 29)), Some(at("2026-03-28T22:00:00Z")));
        // In Havana they go back over midnight: the day starts the first time.
        assert_eq!(day("America/Havana", (2026, 11, 1)), Some(at("2026-11-01T04:00:00Z")));
    }

    #[test]
    fn an_offset_is_formatted_from_utc() {
        assert_eq!(times("Europe/Helsinki").offset(at("2026-10-25T00:30:00Z")), "UTC+3");
        assert_eq!(times("Europe/Helsinki").offset(at("2026-10-25T01:30:00Z")), "UTC+2");
        assert_eq!(times("America/St_Johns").offset(at("2026-11-24T12:00:00Z")), "UTC-3:30");
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_as_the_same_instant(
            millis in 1_767_225_600_000_i64..1_900_000_000_000,
            zone in prop::sample::select(vec![
                "Europe/Helsinki", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "Africa/Casablanca",
            ]),
            language in prop::sample::select(Language::ALL.to_vec()),
            fine in prop::sample::select(vec![1, 1_000, 60_000, 1_800_000]),
        ) {
            let times = Times::new(texts(language), TimeZone::parse(zone).unwrap());
            let instant = Instant::from_millis(millis - millis % fine).unwrap();
            let Written { date, time, which } = times.written(instant);
            let read = match (times.read(&date, &time), which) {
                (Reading::At(one), None) => one,
                (Reading::Twice(first, _), Some(Which::First)) => first,
                (Reading::Twice(_, second), Some(Which::Second)) => second,
                other => panic!("{date} {time}: {other:?}"),
            };
            prop_assert_eq!(read, instant);
        }
    }
}
