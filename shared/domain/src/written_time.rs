//! Times as spreadsheets write them: local times in the formats of Finland, Sweden and Britain, or instants.
//!
//! Each form can be read in one way only. `03/04/2026` is the third of April: a date with slashes has the day first, as in
//! Britain, always. Nothing is concluded from other rows.

use chrono::{Datelike as _, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};

use crate::{Instant, Invalid, TimeZone};

/// The year first, or the day first with dots or slashes.
const DATES: [&str; 3] = ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"];
/// With colons, or with dots as in Finland and Sweden.
const TIMES: [&str; 4] = ["%H:%M", "%H:%M:%S", "%H.%M", "%H.%M.%S"];

/// A time in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrittenTime {
    /// RFC 3339, with its offset.
    Instant(Instant),
    /// By the clock of an automat.
    Local(NaiveDateTime),
}

impl WrittenTime {
    /// Accepts RFC 3339, and local times such as `2026-12-01 15:00`, `2026-12-01T15:00`, `1.12.2026 15:00`,
    /// `1.12.2026 15.00` and `01/12/2026 15:00`, each with or without seconds. A date alone is no time: nobody means
    /// midnight by it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if let Ok(instant) = Instant::parse(text) {
            return Ok(Self::Instant(instant));
        }
        let (date, time) = text.split_once([' ', 'T']).ok_or(Invalid::TimeForm)?;
        let date = first_of(&DATES, |format| NaiveDate::parse_from_str(date, format).ok(), date)?;
        let time = first_of(&TIMES, |format| NaiveTime::parse_from_str(time, format).ok(), time)?;
        // `chrono` reads second 60.
        if !(1970..=9999).contains(&date.year()) || time.nanosecond() >= 1_000_000_000 {
            return Err(Invalid::TimeForm);
        }
        Ok(Self::Local(date.and_time(time)))
    }

    /// The instant of a time in a zone. Where clocks are put forward or back, a local time may have none or two, and then
    /// it must be written with its offset.
    pub fn at(self, zone: TimeZone) -> Result<Instant, Invalid> {
        let local = match self {
            Self::Instant(instant) => return Ok(instant),
            Self::Local(local) => local,
        };
        match zone.instants(local) {
            MappedLocalTime::Single(time) => Instant::from_millis(time.timestamp_millis()).ok_or(Invalid::TimeForm),
            MappedLocalTime::Ambiguous(..) => Err(Invalid::TimeRepeated),
            MappedLocalTime::None => Err(Invalid::TimeSkipped),
        }
    }
}

/// `chrono` ignores spaces and accepts signs, which none of the formats has.
fn first_of<T>(formats: &[&str], parse: impl Fn(&str) -> Option<T>, text: &str) -> Result<T, Invalid> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b".:/-".contains(&byte));
    let found = formats.iter().find_map(|format| parse(format));
    found.filter(|_| is_plain && !text.starts_with('-')).ok_or(Invalid::TimeForm)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn helsinki() -> TimeZone {
        TimeZone::parse("Europe/Helsinki").unwrap()
    }

    fn read(text: &str) -> Result<String, Invalid> {
        WrittenTime::parse(text)?.at(helsinki()).map(|instant| instant.to_string())
    }

    #[test]
    fn times_are_read_as_excel_writes_them() {
        for text in [
            "1.12.2026 15:00",
            "1.12.2026 15.00",
            "01.12.2026 15.00.00",
            "2026-12-01 15:00",
            "2026-12-01 15:00:00",
            "2026-12-01 15.00",
            "2026-12-01T15:00",
            "2026-12-01T15:00:00",
            "01/12/2026 15:00",
            "1/12/2026 15:00:00",
            "2026-12-01T13:00:00Z",
            "2026-12-01T15:00:00+02:00",
        ] {
            assert_eq!(read(text).as_deref(), Ok("2026-12-01T13:00:00Z"), "{text}");
        }
        assert_eq!(read("1.12.2026 9.05").as_deref(), Ok("2026-12-01T07:05:00Z"));
        assert_eq!(read("03/04/2026 12:00").as_deref(), Ok("2026-04-03T09:00:00Z"), "the day is first");
    }

    #[test]
    fn what_is_no_time_or_could_be_two_is_refused() {
        for text in [
            "",
            "1.12.2026",
            "15:00",
            "1.12.26 15:00",
            "2026-12-01 3:00 PM",
            "12/31/2026 15:00",
            "31.2.2026 15:00",
            "2026-12-01 24:00",
            "2026-12-01 15:60",
            "2026-12-01 15:00:60",
            "2026-12-01  15:00",
            "+2026-12-01 15:00",
            "2026/12/01 15:00",
            "46357,625",
            "1969-12-31 15:00",
            "1. joulukuuta 2026 15.00",
        ] {
            assert_eq!(WrittenTime::parse(text), Err(Invalid::TimeForm), "{text}");
        }
    }

    #[test]
    fn a_local_time_that_does_not_exist_or_exists_twice_is_refused() {
        assert_eq!(read("28.3.2027 3.30"), Err(Invalid::TimeSkipped));
        assert_eq!(read("31.10.2027 3.30"), Err(Invalid::TimeRepeated));
        assert_eq!(read("2027-10-31T03:30:00+02:00").as_deref(), Ok("2027-10-31T01:30:00Z"));
    }

    proptest! {
        #[test]
        fn every_format_says_the_same(seconds in 0_i64..253_402_300_799) {
            let instant = Instant::from_millis(seconds * 1_000).unwrap();
            let local = TimeZone::UTC.local(instant);
            for date in DATES {
                for time in ["%H:%M:%S", "%H.%M.%S", "%-H.%M.%S"] {
                    let text = local.format(&format!("{date} {time}")).to_string();
                    prop_assert_eq!(WrittenTime::parse(&text).unwrap().at(TimeZone::UTC), Ok(instant), "{}", text);
                }
            }
        }
    }
}
