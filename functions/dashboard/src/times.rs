//! Local times, out and in: shown as messages write them, and read from what a browser's field for them sends.
//!
//! A person says a time by the clock on the automat's wall. Twice a year that is not enough: one hour does not come, and
//! another comes twice. Nothing is guessed then; the form says so and asks.

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, NaiveDateTime, Offset as _, TimeZone as _, Timelike as _};
use chrono_tz::Tz;
use domain::{Instant, TimeRange, TimeZone};
use messages::LocalTimes;
use texts::Texts;

/// The times of one automat, in the person's language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    said: LocalTimes,
    zone: TimeZone,
}

/// What a time as typed comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// One instant.
    At(Instant),
    /// None: the clocks are put forward over it. The next time that there is is this one.
    Skipped(Instant),
    /// Two: the clocks are put back over it, so that it comes twice.
    Twice(Instant, Instant),
    /// It is no time, or none that we hold.
    Unreadable,
}

/// Which of two instants with the same local time is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    First,
    Second,
}

impl Which {
    /// Its word in forms.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
        }
    }

    /// The one of a word.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        [Self::First, Self::Second].into_iter().find(|which| which.word() == word)
    }
}

impl Times {
    /// Those of a zone.
    pub(crate) fn new(t: &Texts, zone: TimeZone) -> Self {
        Self { said: LocalTimes::new(t.language(), zone), zone }
    }

    /// The zone's identifier.
    pub(crate) fn zone(&self) -> &'static str {
        self.zone.identifier()
    }

    /// A day and a time of day.
    pub(crate) fn moment(&self, instant: Instant) -> String {
        self.said.moment(instant)
    }

    /// From when until when.
    pub(crate) fn range(&self, range: TimeRange) -> String {
        self.said.range(range)
    }

    /// How far the clocks are from UTC at an instant, as in `UTC+2`.
    pub(crate) fn offset(&self, instant: Instant) -> String {
        let minutes = self.local(instant).offset().fix().local_minus_utc() / 60;
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        let sign = if minutes < 0 { '-' } else { '+' };
        if rest == 0 { format!("UTC{sign}{hours}") } else { format!("UTC{sign}{hours}:{rest:02}") }
    }

    /// The day of an instant.
    pub(crate) fn date(&self, instant: Instant) -> NaiveDate {
        self.local(instant).date_naive()
    }

    /// When a day begins: at midnight, or where the clocks are put forward over that, right after.
    pub(crate) fn day(&self, date: NaiveDate) -> Option<Instant> {
        match self.at(date.and_hms_opt(0, 0, 0)?) {
            Reading::At(instant) | Reading::Skipped(instant) | Reading::Twice(instant, _) => Some(instant),
            Reading::Unreadable => None,
        }
    }

    /// Reads what `<input type="datetime-local">` sends, seconds and their fraction or none.
    pub(crate) fn read(&self, text: &str) -> Reading {
        let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%Y %H.%M"];
        let local = forms.into_iter().find_map(|form| NaiveDateTime::parse_from_str(text.trim(), form).ok());
        local.map_or(Reading::Unreadable, |local| self.at(local))
    }

    /// An instant as such a field shows it, and which one it is where its local time comes twice.
    pub(crate) fn written(&self, instant: Instant) -> (String, Option<Which>) {
        let local = self.local(instant);
        let form = match (local.second(), local.nanosecond()) {
            (0, 0) => "%Y-%m-%dT%H:%M",
            (_, 0) => "%Y-%m-%dT%H:%M:%S",
            _ => "%Y-%m-%dT%H:%M:%S%.3f",
        };
        let which = match self.at(local.naive_local()) {
            Reading::Twice(first, _) if first == instant => Some(Which::First),
            Reading::Twice(..) => Some(Which::Second),
            _ => None,
        };
        (local.format(form).to_string(), which)
    }

    fn at(&self, local: NaiveDateTime) -> Reading {
        if !(1970..=9999).contains(&local.year()) {
            return Reading::Unreadable;
        }
        let zone = self.zone.tz();
        let found = match zone.from_local_datetime(&local) {
            chrono::MappedLocalTime::Single(one) => instant(&one).map(Reading::At),
            chrono::MappedLocalTime::Ambiguous(one, other) => {
                let (first, second) = if one < other { (one, other) } else { (other, one) };
                instant(&first).zip(instant(&second)).map(|(first, second)| Reading::Twice(first, second))
            }
            chrono::MappedLocalTime::None => {
                after_the_gap(zone, local).as_ref().and_then(instant).map(Reading::Skipped)
            }
        };
        found.unwrap_or(Reading::Unreadable)
    }

    fn local(&self, instant: Instant) -> DateTime<Tz> {
        DateTime::from_timestamp_millis(instant.millis()).unwrap_or_default().with_timezone(&self.zone.tz())
    }
}

/// The first time that there is after one that is skipped. No zone has ever skipped more than a day.
fn after_the_gap(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Tz>> {
    let whole = local.with_second(0)?.with_nanosecond(0)?;
    (1..=24 * 60).find_map(|minutes| zone.from_local_datetime(&(whole + Duration::minutes(minutes))).earliest())
}

fn instant(local: &DateTime<Tz>) -> Option<Instant> {
    Instant::from_millis(local.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use domain::Language;
    use proptest::prelude::*;

    use super::*;
    use crate::words::texts;

    fn times(zone: &str) -> Times {
        Times::new(texts(Language::English), TimeZone::parse(zone).unwrap())
    }

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn a_local_time_is_read_in_the_automats_zone() {
        for (zone, typed, reading) in [
            ("Europe/Helsinki", "2026-11-24T14:00", Reading::At(at("2026-11-24T12:00:00Z"))),
            ("Europe/Helsinki", "2026-07-01T14:00", Reading::At(at("2026-07-01T11:00:00Z"))),
            ("Europe/Helsinki", " 24.11.2026 14.00", Reading::At(at("2026-11-24T12:00:00Z"))),
            ("Europe/Helsinki", "2026-11-24T14:00:05.250", Reading::At(at("2026-11-24T12:00:05.250Z"))),
            // 2027-03-28: 02:59 is followed by 04:00.
            ("Europe/Helsinki", "2027-03-28T02:59", Reading::At(at("2027-03-28T00:59:00Z"))),
            ("Europe/Helsinki", "2027-03-28T03:00", Reading::Skipped(at("2027-03-28T01:00:00Z"))),
            ("Europe/Helsinki", "2027-03-28T03:59:59", Reading::Skipped(at("2027-03-28T01:00:00Z"))),
            ("Europe/Helsinki", "2027-03-28T04:00", Reading::At(at("2027-03-28T01:00:00Z"))),
            // 2026-10-25 and 2027-10-31: 03:59 is followed by 03:00.
            ("Europe/Helsinki", "2026-10-25T02:59", Reading::At(at("2026-10-24T23:59:00Z"))),
            (
                "Europe/Helsinki",
                "2026-10-25T03:00",
                Reading::Twice(at("2026-10-25T00:00:00Z"), at("2026-10-25T01:00:00Z")),
            ),
            (
                "Europe/Helsinki",
                "2027-10-31T03:30",
                Reading::Twice(at("2027-10-31T00:30:00Z"), at("2027-10-31T01:30:00Z")),
            ),
            ("Europe/Helsinki", "2026-10-25T04:00", Reading::At(at("2026-10-25T02:00:00Z"))),
            // On Lord Howe the clocks move by half an hour: 2026-10-04 02:00 is 02:30, 2027-04-04 02:00 is 01:30.
            ("Australia/Lord_Howe", "2026-10-04T02:10", Reading::Skipped(at("2026-10-03T15:30:00Z"))),
            ("Australia/Lord_Howe", "2026-10-04T02:30", Reading::At(at("2026-10-03T15:30:00Z"))),
            (
                "Australia/Lord_Howe",
                "2027-04-04T01:45",
                Reading::Twice(at("2027-04-03T14:45:00Z"), at("2027-04-03T15:15:00Z")),
            ),
        ] {
            assert_eq!(times(zone).read(typed), reading, "{zone} {typed}");
        }
    }

    #[test]
    fn what_is_no_time_is_said_to_be_none() {
        for typed in ["", "2026-11-24", "24.11.2026", "2026-02-30T10:00", "2026-11-24T24:00", "1969-12-31T23:00", "x"] {
            assert_eq!(times("Europe/Helsinki").read(typed), Reading::Unreadable, "{typed}");
        }
        assert_eq!(times("Europe/Helsinki").read("1970-01-01T01:00"), Reading::Unreadable, "before the first instant");
    }

    #[test]
    fn a_day_begins_at_midnight_or_where_there_is_none_right_after() {
        let day = |zone, (year, month, day)| times(zone).day(NaiveDate::from_ymd_opt(year, month, day).unwrap());
        assert_eq!(day("Europe/Helsinki", (2026, 11, 24)), Some(at("2026-11-23T22:00:00Z")));
        // Beirut puts its clocks forward at midnight.
        assert_eq!(day("Asia/Beirut", (2026, 3, 29)), Some(at("2026-03-28T22:00:00Z")));
        // Havana puts them back over midnight: the day begins the first time.
        assert_eq!(day("America/Havana", (2026, 11, 1)), Some(at("2026-11-01T04:00:00Z")));
    }

    #[test]
    fn an_offset_is_said_as_people_know_it() {
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
            fine in prop::sample::select(vec![1, 1_000, 60_000, 1_800_000]),
        ) {
            let times = times(zone);
            let instant = Instant::from_millis(millis - millis % fine).unwrap();
            let (text, which) = times.written(instant);
            let read = match (times.read(&text), which) {
                (Reading::At(one), None) => one,
                (Reading::Twice(first, _), Some(Which::First)) => first,
                (Reading::Twice(_, second), Some(Which::Second)) => second,
                other => panic!("{text}: {other:?}"),
            };
            prop_assert_eq!(read, instant);
        }
    }
}
