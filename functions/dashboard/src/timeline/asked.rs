//! What the address of a timeline asks for: the days, the automat, and between which times keys must be free.

use api::{Check, Problem, Query};
use chrono::{Days, NaiveDate};
use domain::{Automat, AutomatId, TimeRange};
use store::Cursor;

use crate::filter::{self, AUTOMAT};
use crate::form::{Errors, Form};
use crate::times::{Reading, Times, read_date, read_time};
use crate::visit::Visit;

const PATH: &str = "/timeline";
/// The fields that the user types, as in the addresses of the page.
const FIELDS: [&str; 5] = [AUTOMAT, "free-from.date", "free-from.time", "free-to.date", "free-to.time"];
/// How far ahead the first day may be: ten years.
const DAYS_AHEAD: u64 = 3_653;

/// How many days are shown, and in how many columns each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    TwoWeeks,
    Month,
}

impl Length {
    pub(super) const ALL: [Self; 2] = [Self::TwoWeeks, Self::Month];

    pub(super) fn days(self) -> usize {
        match self {
            Self::TwoWeeks => 14,
            Self::Month => 31,
        }
    }

    /// A column must be wide enough to be pressed.
    pub(super) fn columns_per_day(self) -> usize {
        match self {
            Self::TwoWeeks => 2,
            Self::Month => 1,
        }
    }
}

/// The address, as it was sent.
pub(super) struct Asked {
    pub(super) form: Form,
    from: Option<String>,
    pub(super) length: Length,
}

/// What it selects.
pub(super) struct Selection {
    pub(super) automat: Option<AutomatId>,
    /// Whether only keys are listed that are free at a time.
    pub(super) is_for_free: bool,
}

impl Asked {
    pub(super) fn read(query: &mut Query) -> Self {
        let form = filter::read(query, &FIELDS);
        let length = match query.text("days").as_deref() {
            Some("31") => Length::Month,
            _ => Length::TwoWeeks,
        };
        Self { form, from: query.text("from"), length }
    }

    /// What is wrong with the form; otherwise what it selects. Times are read in the zone of these times.
    pub(super) async fn select(
        &self,
        visit: &Visit,
        times: &Times,
        known: &[Automat],
    ) -> Result<Result<Selection, Errors>, Problem> {
        let mut check = Check::new();
        let automat = check.optional(AUTOMAT, self.form.given(AUTOMAT), AutomatId::parse);
        let mut errors = Errors::of_check(visit.t, check);
        if let Some(id) = &automat
            && filter::automat(visit, known, id).await?.is_none()
        {
            errors = filter::no_automat(visit, id, errors);
        }
        let is_for_free = self.has_free();
        if is_for_free {
            errors = self.with_errors_of_times(visit, times, errors);
        }
        Ok(if errors.any() { Err(errors.in_order(&FIELDS)) } else { Ok(Selection { automat, is_for_free }) })
    }

    fn with_errors_of_times(&self, visit: &Visit, times: &Times, mut errors: Errors) -> Errors {
        let t = visit.t;
        let before = errors.faults().len();
        for name in &FIELDS[1..] {
            let is_date = name.ends_with("date");
            let fault = match self.form.given(name) {
                None => Some("field-required"),
                Some(text) if is_date => read_date(text).is_none().then_some("date-form"),
                Some(text) => read_time(text).is_none().then_some("time-form"),
            };
            if let Some(id) = fault {
                errors = errors.and_text((*name).to_owned(), t.text(id).into_owned());
            }
        }
        if errors.faults().len() == before {
            let fault = match self.free(times) {
                None => Some("timeline-to-before-from"),
                Some(range) if range.has_ended(visit.now) => Some("timeline-to-over"),
                Some(_) => None,
            };
            if let Some(id) = fault {
                errors = errors.and_text("free-to.date".to_owned(), t.text(id).into_owned());
            }
        }
        errors
    }

    /// Between which times keys must be free, in this time zone. If a time occurs twice, the range covers both.
    pub(super) fn free(&self, times: &Times) -> Option<TimeRange> {
        let read =
            |name: &str| times.read(self.form.text(&format!("{name}.date")), self.form.text(&format!("{name}.time")));
        let start = match read("free-from") {
            Reading::At(start) | Reading::Skipped(start) | Reading::Twice(start, _) => start,
            Reading::Unreadable => return None,
        };
        let end = match read("free-to") {
            Reading::At(end) | Reading::Skipped(end) | Reading::Twice(_, end) => end,
            Reading::Unreadable => return None,
        };
        TimeRange::new(start, Some(end))
    }

    /// The first day: the requested one, otherwise that on which keys must be free. Today at the earliest, since a key's
    /// calendar has no contracts that have ended.
    pub(super) fn first_day(&self, today: NaiveDate) -> NaiveDate {
        let wanted = self.from.as_deref().or_else(|| self.form.given("free-from.date")).and_then(read_date);
        let last = today + Days::new(DAYS_AHEAD);
        wanted.filter(|date| (today..=last).contains(date)).unwrap_or(today)
    }

    pub(super) fn has_filter(&self) -> bool {
        FIELDS.iter().any(|name| self.form.given(name).is_some())
    }

    pub(super) fn has_free(&self) -> bool {
        FIELDS[1..].iter().any(|name| self.form.given(name).is_some())
    }

    /// An address with the same filter.
    pub(super) fn address(&self, from: Option<NaiveDate>, length: Length, after: Option<&Cursor>) -> String {
        let from = from.map(|date| date.to_string());
        let days = (length != Length::TwoWeeks).then(|| length.days().to_string());
        let others = [("from", from.as_deref()), ("days", days.as_deref()), ("after", after.map(Cursor::as_str))];
        filter::address(PATH, &self.form, &FIELDS, &others)
    }
}
