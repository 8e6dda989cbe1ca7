//! A month of a key's bookings, day by day, in the automat's time zone.

use chrono::{Datelike as _, Days, Months, NaiveDate};
use domain::{ContractId, Instant, Key, Sharing};
use strum::IntoStaticStr;

use crate::times::Times;

/// A month in weeks from Monday. Days of other months are `None`.
#[derive(Debug, Clone)]
pub(crate) struct Month {
    pub(crate) first: NaiveDate,
    pub(crate) weeks: Vec<[Option<Day>; 7]>,
    /// `None` for past months: a key's calendar has no ended contracts.
    pub(crate) before: Option<NaiveDate>,
    pub(crate) after: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) date: NaiveDate,
    pub(crate) room: Room,
    /// The contracts that have the key at some time of the day, in order of start.
    pub(crate) contracts: Vec<ContractId>,
    pub(crate) today: bool,
}

/// Whether the key can be booked on a day, or on what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Room {
    Past,
    Free,
    /// Booked, but free at another time of the day or shared.
    Partly,
    Taken,
}

impl Room {
    /// The CSS class of the day.
    pub(crate) fn class(self) -> &'static str {
        self.into()
    }

    /// Colour is never the only difference.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Past | Self::Free => "",
            Self::Partly => " ◐",
            Self::Taken => " ●",
        }
    }
}

/// The last month that can be shown, counted from the current one.
const MONTHS_AHEAD: u32 = 240;

impl Month {
    /// The requested month, if it can be shown; otherwise the current one.
    pub(crate) fn of(key: &Key, wanted: Option<&str>, times: &Times, now: Instant) -> Option<Self> {
        let today = times.date(now);
        let current = today.with_day(1)?;
        let last = current.checked_add_months(Months::new(MONTHS_AHEAD))?;
        let wanted = wanted.and_then(|text| NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok());
        let first = wanted.filter(|month| (current..=last).contains(month)).unwrap_or(current);
        let dates = first.iter_days().take_while(|date| date.month() == first.month());
        let days = dates.filter_map(|date| Day::of(key, date, today, times, now)).collect::<Vec<_>>();
        Some(Self {
            first,
            weeks: weeks(days),
            before: first.checked_sub_months(Months::new(1)).filter(|month| *month >= current),
            after: first.checked_add_months(Months::new(1)).filter(|month| *month <= last),
        })
    }
}

impl Month {
    pub(crate) fn days(&self) -> impl Iterator<Item = &Day> {
        self.weeks.iter().flatten().flatten()
    }
}

impl Day {
    fn of(key: &Key, date: NaiveDate, today: NaiveDate, times: &Times, now: Instant) -> Option<Self> {
        let (start, end) = (times.day(date)?, times.day(date.checked_add_days(Days::new(1))?)?);
        let touches = |range: domain::TimeRange| range.start() < end && !range.has_ended(start);
        let on_day = key.calendar.entries().iter().filter(|entry| touches(entry.range));
        let contracts = on_day.map(|entry| entry.contract.clone()).collect();
        let left = start.max(now);
        let free = key.calendar.free_windows(left, end);
        let room = match (free.as_slice(), key.sharing) {
            _ if end <= now => Room::Past,
            ([whole], _) if (whole.start(), whole.end()) == (left, Some(end)) => Room::Free,
            ([], Sharing::NotShared) => Room::Taken,
            _ => Room::Partly,
        };
        Some(Self { date, room, contracts, today: date == today })
    }
}

/// When the key is first free on a day, from now on. `None` if it is not.
pub(crate) fn first_room(key: &Key, date: NaiveDate, times: &Times, now: Instant) -> Option<Instant> {
    let (start, end) = (times.day(date)?, times.day(date.checked_add_days(Days::new(1))?)?);
    Some(domain::availability([key], start.max(now), end).first()?.start())
}

fn weeks(days: Vec<Day>) -> Vec<[Option<Day>; 7]> {
    let mut weeks: Vec<[Option<Day>; 7]> = Vec::new();
    for day in days {
        let column = day.date.weekday().num_days_from_monday() as usize;
        if column == 0 || weeks.is_empty() {
            weeks.push(Default::default());
        }
        if let Some(slot) = weeks.last_mut().and_then(|week| week.get_mut(column)) {
            *slot = Some(day);
        }
    }
    weeks
}

#[cfg(test)]
mod tests {
    use domain::{AutomatId, Calendar, Entry, KeyDraft, KeyId, Language, Property, TimeRange, TimeZone};

    use super::*;
    use crate::translations::texts;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn times() -> Times {
        Times::new(texts(Language::English), TimeZone::parse("Europe/Helsinki").unwrap())
    }

    /// A key with contracts in these ranges. An empty end is permanent.
    fn key(sharing: Sharing, ranges: &[(&str, &str)]) -> Key {
        let draft = KeyDraft {
            id: KeyId::parse("K-1").unwrap(),
            automat: AutomatId::parse("lobby").unwrap(),
            locker: None,
            sharing,
            return_code: None,
            property: Property::parse("").unwrap(),
        };
        let entry = |(number, (start, end)): (usize, &(&str, &str))| Entry {
            contract: ContractId::parse(&format!("c-{number}")).unwrap(),
            range: TimeRange::new(at(start), (!end.is_empty()).then(|| at(end))).unwrap(),
        };
        let calendar = Calendar::new(ranges.iter().enumerate().map(entry).collect());
        Key { calendar, ..Key::new(draft, domain::LockerIndex::new(0).unwrap(), at("2026-01-01T00:00:00Z")) }
    }

    /// A month with one character for each day and one line for each week.
    fn drawn(key: &Key, month: &str, now: &str) -> Vec<String> {
        let month = Month::of(key, Some(month), &times(), at(now)).unwrap();
        let draw = |day: &Option<Day>| match day.as_ref().map(|day| day.room) {
            None => ' ',
            Some(Room::Past) => '.',
            Some(Room::Free) => 'o',
            Some(Room::Partly) => '/',
            Some(Room::Taken) => 'X',
        };
        month.weeks.iter().map(|week| week.iter().map(draw).collect()).collect()
    }

    fn name(month: NaiveDate) -> String {
        month.format("%Y-%m").to_string()
    }

    #[test]
    fn days_are_free_partly_free_or_taken() {
        // Local times: from the 24th, 14:00, to the 26th, 12:00; and all of the 30th.
        let booked =
            [("2026-11-24T12:00:00Z", "2026-11-26T10:00:00Z"), ("2026-11-29T22:00:00Z", "2026-11-30T22:00:00Z")];
        assert_eq!(
            drawn(&key(Sharing::NotShared, &booked), "2026-11", "2026-11-11T10:00:00Z"),
            ["      .", ".......", "..ooooo", "ooooooo", "o/X/ooo", "X      "]
        );
    }

    #[test]
    fn contracts_span_months_and_permanent_ones_never_end() {
        let booked = [("2026-11-29T22:00:00Z", "2026-12-02T22:00:00Z"), ("2026-12-20T10:00:00Z", "")];
        let key = key(Sharing::NotShared, &booked);
        let now = "2026-11-11T10:00:00Z";
        assert_eq!(drawn(&key, "2026-11", now).last().unwrap(), "X      ");
        assert_eq!(drawn(&key, "2026-12", now), [" XXoooo", "ooooooo", "oooooo/", "XXXXXXX", "XXXX   "]);
        assert!(drawn(&key, "2027-02", now).concat().chars().all(|day| day == 'X' || day == ' '));
    }

    #[test]
    fn a_shared_key_is_never_taken() {
        let booked =
            [("2026-11-24T12:00:00Z", "2026-11-26T10:00:00Z"), ("2026-11-25T00:00:00Z", "2026-11-25T01:00:00Z")];
        let key = key(Sharing::Shared, &booked);
        assert_eq!(drawn(&key, "2026-11", "2026-11-23T12:00:00Z")[4], "o///ooo");
        let times = times();
        let counted =
            |date| Day::of(&key, day(date), day(23), &times, at("2026-11-23T12:00:00Z")).unwrap().contracts.len();
        assert_eq!([23, 24, 25, 26, 27].map(counted), [0, 1, 2, 1, 0]);
    }

    #[test]
    fn a_day_of_23_or_25_hours_is_a_day() {
        // 2027-03-28 and 2026-10-25 in Helsinki, from midnight to midnight.
        let booked =
            [("2026-10-24T21:00:00Z", "2026-10-25T22:00:00Z"), ("2027-03-27T22:00:00Z", "2027-03-28T21:00:00Z")];
        let key = key(Sharing::NotShared, &booked);
        assert_eq!(
            drawn(&key, "2026-10", "2026-10-20T12:00:00Z"),
            ["   ....", ".......", ".......", ".oooooX", "oooooo "]
        );
        assert_eq!(drawn(&key, "2027-03", "2026-10-20T12:00:00Z")[3], "ooooooX");
    }

    #[test]
    fn today_counts_from_now_on() {
        let key = key(Sharing::NotShared, &[("2026-11-24T06:00:00Z", "2026-11-24T10:00:00Z")]);
        let room = |now| Day::of(&key, day(24), times().date(at(now)), &times(), at(now)).unwrap().room;
        assert_eq!(room("2026-11-24T07:00:00Z"), Room::Partly);
        assert_eq!(room("2026-11-24T10:00:00Z"), Room::Free);
        assert_eq!(room("2026-11-24T22:00:00Z"), Room::Past);
    }

    #[test]
    fn only_the_current_and_later_months_are_shown() {
        let now = at("2026-11-24T12:00:00Z");
        let shown = |wanted| name(Month::of(&key(Sharing::NotShared, &[]), wanted, &times(), now).unwrap().first);
        for wanted in [None, Some("2026-10"), Some("2026-11"), Some("2026-13"), Some("x"), Some("9999-12"), Some("")] {
            assert_eq!(shown(wanted), "2026-11", "{wanted:?}");
        }
        assert_eq!(shown(Some("2046-11")), "2046-11");
        let month = |wanted| Month::of(&key(Sharing::NotShared, &[]), Some(wanted), &times(), now).unwrap();
        assert_eq!((month("2026-11").before, month("2026-12").before.map(name)), (None, Some("2026-11".to_owned())));
        assert_eq!(month("2046-11").after, None);
    }

    #[test]
    fn a_new_contract_starts_when_the_key_is_first_free_on_the_day() {
        let key = key(Sharing::NotShared, &[("2026-11-24T22:00:00Z", "2026-11-25T10:00:00Z")]);
        let room = |date| first_room(&key, day(date), &times(), at("2026-11-24T12:00:00Z"));
        assert_eq!(room(24), Some(at("2026-11-24T12:00:00Z")), "at once");
        assert_eq!(room(23), None, "it is over");
        assert_eq!(room(25), Some(at("2026-11-25T10:00:00Z")));
        assert_eq!(room(26), Some(at("2026-11-25T22:00:00Z")));
    }

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }
}
