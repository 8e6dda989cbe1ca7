//! `GET /timeline`: keys and the days on which they are booked, over all automats. What it reads is in
//! `docs/adr/0044-what-today-reads.md`.

mod asked;
mod keys;
mod layout;
mod rows;

use api::{Problem, Query};
use askama::Template;
use chrono::{Datelike as _, Days, NaiveDate};
use domain::{Automat, TimeZone};
use http::HeaderMap;
use texts::{FluentArgs, Texts};

use self::asked::{Asked, Length};
use self::keys::Found;
use self::layout::Cell;
use self::rows::{Bar, Group, groups};
use crate::contracts::listed::Automats;
use crate::filter::{self, Choice};
use crate::form::Errors;
use crate::frame::Frame;
use crate::live;
use crate::times::Times;
use crate::visit::{Answer, Visit, page_with};

/// How many automats the field suggests. They are read in any case, for their time zones.
const SUGGESTED: usize = 100;

#[derive(Template)]
#[template(path = "timeline.html")]
struct TimelinePage<'p> {
    frame: &'p Frame,
    asked: Asked,
    errors: Errors,
    automats: Vec<Automat>,
    /// The time, and in which zone.
    as_of: String,
    zone: &'static str,
    has_several_zones: bool,
    period: String,
    days: Vec<Day>,
    /// The class that says with which weekday the first day begins.
    weekday: String,
    columns_per_day: usize,
    first_day: NaiveDate,
    before: Option<String>,
    today: Option<String>,
    after: String,
    lengths: Vec<Choice>,
    groups: Vec<Group>,
    next: Option<String>,
    continued: bool,
}

/// The head of a day's columns.
struct Day {
    weekday: String,
    /// The number, with the month on its first day, and on the first day of the page if there is room for it.
    date: String,
    is_today: bool,
}

/// `GET /timeline`
pub(crate) async fn show(visit: Visit, mut query: Query, headers: HeaderMap) -> Answer {
    let request = query.page_of(keys::AT_MOST);
    let asked = Asked::read(&mut query);
    query.finish()?;
    let automats = filter::first_automats(&visit, SUGGESTED).await?;
    let times = reference(&visit, &asked, &automats);
    let first_day = asked.first_day(times.date(visit.now));
    let (found, automats_read, errors) = match asked.select(&visit, &times, &automats).await? {
        Ok(selection) => {
            let mut read = Automats::of(automats.iter().cloned());
            let found = keys::find(&visit, &asked, &selection, &request, first_day, &mut read).await?;
            (found, read, Errors::none())
        }
        Err(errors) => (Found::default(), Automats::of(automats.iter().cloned()), errors),
    };
    let page = TimelinePage::new(&visit, asked, errors, automats, &times, first_day);
    let page = page.with(&visit, found, &automats_read, request.after.is_some()).await?;
    if page.errors.any() {
        return page_with(page.errors.status(), &page);
    }
    live::page(&headers, &page)
}

/// In the time zone of the automat that is asked for, or of the first one. In UTC if there is none.
fn reference(visit: &Visit, asked: &Asked, automats: &[Automat]) -> Times {
    let named = asked.form.given("automatId");
    let named = automats.iter().find(|automat| Some(automat.id.as_str()) == named);
    Times::new(visit.t, named.or(automats.first()).map_or(TimeZone::UTC, |automat| automat.time_zone))
}

impl<'p> TimelinePage<'p> {
    /// The page without keys.
    fn new(
        visit: &'p Visit,
        asked: Asked,
        errors: Errors,
        automats: Vec<Automat>,
        times: &Times,
        first_day: NaiveDate,
    ) -> Self {
        let (t, length) = (visit.t, asked.length);
        let (today, count) = (times.date(visit.now), length.days() as u64);
        let last_day = first_day + Days::new(count - 1);
        let choice = |one: Length| Choice {
            label: t.text(if one == Length::Month { "timeline-month" } else { "timeline-two-weeks" }).into_owned(),
            href: asked.address(Some(first_day).filter(|day| *day != today), one, None),
            current: one == length,
        };
        let to = |day: NaiveDate| asked.address(Some(day), length, None);
        let named = Some(first_day).filter(|_| length == Length::TwoWeeks);
        let earlier = first_day.checked_sub_days(Days::new(count)).map(|day| day.max(today));
        Self {
            frame: &visit.frame,
            errors,
            automats,
            as_of: t.with("today-as-of", [("time", times.moment(visit.now)), ("zone", times.zone().to_owned())]),
            zone: times.zone(),
            has_several_zones: false,
            period: period(t, first_day, last_day),
            days: first_day.iter_days().take(length.days()).map(|day| Day::of(t, day, named, today)).collect(),
            weekday: format!("w{}", first_day.weekday().num_days_from_monday()),
            columns_per_day: length.columns_per_day(),
            first_day,
            before: (first_day > today).then(|| earlier.map(to)).flatten(),
            today: (first_day > today).then(|| to(today)),
            after: to(first_day + Days::new(count)),
            lengths: Length::ALL.map(choice).into(),
            groups: Vec::new(),
            next: None,
            continued: false,
            asked,
        }
    }

    async fn with(self, visit: &Visit, found: Found, automats: &Automats, continued: bool) -> Result<Self, Problem> {
        let next = found.next.as_ref().map(|next| {
            let first = Some(self.first_day).filter(|_| self.before.is_some());
            self.asked.address(first, self.asked.length, Some(next))
        });
        let has_several_zones = automats.have_several_zones();
        let groups = groups(visit, found, automats, has_several_zones).await?;
        Ok(Self { has_several_zones, groups, next, continued, ..self })
    }

    fn columns(&self) -> usize {
        self.days.len() * self.columns_per_day
    }

    /// The attribute for the width of a cell.
    #[expect(clippy::unused_self, reason = "templates find it where they find the rest")]
    fn span(&self, width: usize) -> String {
        if width == 1 { String::new() } else { format!(" colspan=\"{width}\"") }
    }
}

impl Day {
    fn of(t: &Texts, date: NaiveDate, named: Option<NaiveDate>, today: NaiveDate) -> Self {
        let has_month = date.day() == 1 || Some(date) == named;
        Self {
            weekday: t.with("key-page-weekday", [("weekday", date.weekday().number_from_monday())]),
            date: if has_month { day_of_month(t, date) } else { date.day().to_string() },
            is_today: date == today,
        }
    }
}

fn day_of_month(t: &Texts, date: NaiveDate) -> String {
    let month = t.with("timeline-month-name", [("month", date.month())]);
    t.with("timeline-day", [("day", date.day().to_string()), ("month", month)])
}

fn period(t: &Texts, first: NaiveDate, last: NaiveDate) -> String {
    let mut values = FluentArgs::new();
    values.set("first", day_of_month(t, first));
    values.set("last", day_of_month(t, last));
    // As text: Fluent might group a number of four digits.
    values.set("year", last.year().to_string());
    t.format("timeline-period", &values)
}
