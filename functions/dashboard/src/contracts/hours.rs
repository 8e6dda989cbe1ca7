//! The schedule in the form of a contract: rows of days with one window, numbered from 0.

use domain::Schedule;
use texts::Texts;

use crate::form::Form;
use crate::times::read_time;

pub(super) const FIELD: &str = "schedule";
/// Rows that are there even if they are empty.
const ROWS: usize = 2;

/// A row of fields.
pub(super) struct Row {
    number: usize,
    pub(super) legend: String,
    /// The days: their values and labels.
    pub(super) days: Vec<(&'static str, String)>,
}

impl Row {
    /// The name of a field of the row.
    pub(super) fn field(&self, name: &str) -> String {
        field(self.number, name)
    }
}

pub(super) fn field(number: usize, name: &str) -> String {
    format!("{FIELD}.{number}.{name}")
}

/// The rows that are filled in, and an empty one.
pub(super) fn rows(t: &Texts, form: &Form) -> Vec<Row> {
    let days = || Schedule::DAYS.into_iter().map(|day| (day, t.text(&format!("day-{day}")).into_owned())).collect();
    let row = |number: usize| Row { number, legend: t.with("schedule-row", [("number", number + 1)]), days: days() };
    (0..(count(form) + 1).max(ROWS)).map(row).collect()
}

/// The number of rows up to the last one that is filled in.
pub(super) fn count(form: &Form) -> usize {
    (0..MOST_ROWS).rev().find(|number| is_begun(form, *number)).map_or(0, |last| last + 1)
}

pub(super) fn is_begun(form: &Form, number: usize) -> bool {
    ["days", "from", "to"].iter().any(|name| form.given(&field(number, name)).is_some())
}

/// A time of day as in a schedule's text. 24:00 is the end of a day.
pub(super) fn clock(text: &str) -> Option<String> {
    if text.trim() == "24:00" {
        return Some("24:00".to_owned());
    }
    read_time(text).map(|time| time.format("%H:%M").to_string())
}

/// Four windows on each day.
const MOST_ROWS: usize = 28;

/// Fills in a schedule.
pub(super) fn filled(form: Form, schedule: Option<&Schedule>) -> Form {
    let days = schedule.into_iter().flat_map(Schedule::days);
    let rows = days.flat_map(|alike| alike.windows.iter().map(move |window| (alike.first..=alike.last, *window)));
    rows.enumerate().fold(form, |form, (number, (days, window))| {
        let text = window.to_string();
        let (from, to) = text.split_once('-').unwrap_or_default();
        let form = days.fold(form, |form, day| form.and(&field(number, "days"), Schedule::DAYS[day]));
        form.with(&field(number, "from"), from).with(&field(number, "to"), to)
    })
}
