//! Time zones, and the local time at an automat.

use std::fmt;
use std::str::FromStr as _;

use chrono::{DateTime, Datelike as _, FixedOffset, MappedLocalTime, NaiveDateTime, Offset as _, TimeZone as _};
use chrono_tz::{OffsetName as _, Tz};

use crate::{Country, Instant, Invalid};

/// A time zone of the TZ database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeZone(Tz);

/// The country of each zone, one line each: `FI Europe/Helsinki`.
const COUNTRIES: &str = include_str!("zone.tab");

impl TimeZone {
    pub const UTC: Self = Self(chrono_tz::UTC);

    /// Accepts an identifier such as `Europe/Helsinki`, in its exact spelling.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Tz::from_str(text).map(Self).map_err(|_| Invalid::TimeZoneUnknown)
    }

    #[must_use]
    pub fn identifier(self) -> &'static str {
        self.0.name()
    }

    /// Whether it is UTC, under any of its names.
    #[must_use]
    pub fn is_utc(self) -> bool {
        self.0.offset_from_utc_datetime(&NaiveDateTime::default()).abbreviation() == Some("UTC")
    }

    /// The country of the zone. `UTC` has none, and neither have legacy names such as `US/Pacific`.
    #[must_use]
    pub fn country(self) -> Option<Country> {
        let mut lines = COUNTRIES.lines().filter_map(|line| line.split_once(' '));
        lines.find(|(_, zone)| *zone == self.identifier()).and_then(|(country, _)| Country::parse(country))
    }

    /// The zones that belong to a country.
    pub fn of_countries() -> impl Iterator<Item = Self> {
        COUNTRIES.lines().filter_map(|line| Self::parse(line.split_once(' ')?.1).ok())
    }

    /// The local time at an instant, with its offset from UTC.
    #[must_use]
    pub fn local(self, instant: Instant) -> DateTime<FixedOffset> {
        let utc = DateTime::from_timestamp_millis(instant.millis()).unwrap_or_default().naive_utc();
        let offset = self.0.offset_from_utc_datetime(&within_table(utc)).fix();
        DateTime::from_naive_utc_and_offset(utc, offset)
    }

    /// The instants of a local time: one, two where clocks are put back, or none where they are put forward.
    #[must_use]
    pub fn instants(self, local: NaiveDateTime) -> MappedLocalTime<DateTime<FixedOffset>> {
        let offsets = self.0.offset_from_local_datetime(&within_table(local)).map(|offset| offset.fix());
        offsets.map(|offset| DateTime::from_naive_utc_and_offset(local - offset, offset))
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.identifier())
    }
}

/// The last year in the table of `chrono-tz`. For later years it has standard time all year.
const LAST_YEAR: i32 = 2099;

/// A time within the table at which the clocks behave as they do at this one.
///
/// After its last entries a zone repeats its rules every year (RFC 9636, section 3.3: the TZ string), and the rules
/// refer to weekdays, as in "the last Sunday of March". So this takes the same day of the same month, in a year in
/// which it is the same weekday. Any 12 years without a gap in their leap years have one, also for 28 February, which
/// replaces the 29th. The alternative, going back 28 years at a time until the year is in the table, fails: until 2087,
/// Morocco has particular days for each Ramadan.
fn within_table(time: NaiveDateTime) -> NaiveDateTime {
    if time.year() <= LAST_YEAR {
        return time;
    }
    let date = time.date();
    let date = if (date.month(), date.day()) == (2, 29) { date.pred_opt().unwrap_or(date) } else { date };
    let alike = (LAST_YEAR - 11..=LAST_YEAR).filter_map(|year| date.with_year(year));
    alike.into_iter().find(|day| day.weekday() == date.weekday()).map_or(time, |day| day.and_time(time.time()))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn local(zone: &str, instant: &str) -> String {
        TimeZone::parse(zone).unwrap().local(Instant::parse(instant).unwrap()).to_rfc3339()
    }

    #[test]
    fn zones_are_parsed_by_identifier() {
        assert_eq!(TimeZone::parse("Europe/Helsinki").unwrap().identifier(), "Europe/Helsinki");
        assert_eq!(TimeZone::parse("Helsinki"), Err(Invalid::TimeZoneUnknown));
        assert!(TimeZone::UTC.is_utc() && TimeZone::parse("Zulu").unwrap().is_utc());
        assert!(!TimeZone::parse("Europe/London").unwrap().is_utc());
    }

    #[test]
    fn a_zone_is_in_a_country() {
        let country = |zone| TimeZone::parse(zone).unwrap().country().map(Country::code);
        for (zone, code) in
            [("Europe/Helsinki", "FI"), ("Europe/Stockholm", "SE"), ("Europe/Mariehamn", "AX"), ("Asia/Tokyo", "JP")]
        {
            assert_eq!(country(zone).as_deref(), Some(code), "{zone}");
        }
        assert_eq!((country("UTC"), country("US/Pacific"), country("Antarctica/Troll")), (None, None, None));
        for line in COUNTRIES.lines().skip(1) {
            let (_, zone) = line.split_once(' ').unwrap();
            assert!(TimeZone::parse(zone).is_ok(), "{zone}");
        }
    }

    #[test]
    fn daylight_saving_time_continues_after_2099() {
        for (instant, zone, shown) in [
            ("2099-07-01T10:00:00Z", "Europe/Helsinki", "2099-07-01T13:00:00+03:00"),
            ("2100-07-01T10:00:00Z", "Europe/Helsinki", "2100-07-01T13:00:00+03:00"),
            ("2100-01-01T10:00:00Z", "Europe/Helsinki", "2100-01-01T12:00:00+02:00"),
            ("9999-07-01T10:00:00Z", "Europe/Helsinki", "9999-07-01T13:00:00+03:00"),
            // The last Sunday of March 2100 is the 28th, of October the 31st.
            ("2100-03-28T00:59:59Z", "Europe/Helsinki", "2100-03-28T02:59:59+02:00"),
            ("2100-03-28T01:00:00Z", "Europe/Helsinki", "2100-03-28T04:00:00+03:00"),
            ("2100-10-31T00:59:59Z", "Europe/Helsinki", "2100-10-31T03:59:59+03:00"),
            ("2100-10-31T01:00:00Z", "Europe/Helsinki", "2100-10-31T03:00:00+02:00"),
            ("2104-02-29T12:00:00Z", "Europe/Helsinki", "2104-02-29T14:00:00+02:00"),
            ("2100-01-15T00:00:00Z", "Australia/Sydney", "2100-01-15T11:00:00+11:00"),
            ("2100-07-15T00:00:00Z", "Australia/Sydney", "2100-07-15T10:00:00+10:00"),
            ("2105-07-15T00:00:00Z", "Asia/Tokyo", "2105-07-15T09:00:00+09:00"),
            ("2100-07-15T00:00:00Z", "Africa/Casablanca", "2100-07-15T01:00:00+01:00"),
        ] {
            assert_eq!(local(zone, instant), shown, "{zone} {instant}");
        }
    }

    #[test]
    fn skipped_and_repeated_hours_exist_after_2099() {
        let helsinki = TimeZone::parse("Europe/Helsinki").unwrap();
        let at = |month, day| NaiveDate::from_ymd_opt(2100, month, day).unwrap().and_hms_opt(3, 30, 0).unwrap();
        assert_eq!(helsinki.instants(at(3, 28)), MappedLocalTime::None);
        let MappedLocalTime::Ambiguous(one, other) = helsinki.instants(at(10, 31)) else { panic!() };
        assert_eq!((other - one).num_minutes().abs(), 60);
    }

    proptest::proptest! {
        #[test]
        fn local_times_convert_back_to_their_instant(
            millis in 0_i64..253_402_300_799_999,
            zone in proptest::sample::select(vec!["Europe/Helsinki", "America/St_Johns", "Pacific/Chatham", "UTC"]),
        ) {
            let zone = TimeZone::parse(zone).unwrap();
            let shown = zone.local(Instant::from_millis(millis).unwrap());
            let found = match zone.instants(shown.naive_local()) {
                MappedLocalTime::Single(one) => vec![one],
                MappedLocalTime::Ambiguous(one, other) => vec![one, other],
                MappedLocalTime::None => Vec::new(),
            };
            proptest::prop_assert!(found.contains(&shown), "{} {:?}", shown, found);
        }
    }
}
