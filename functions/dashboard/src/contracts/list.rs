//! `GET /contracts`: contracts over all keys. The filter is in the address, with the names of `GET /v1/contracts`; days
//! instead of instants, in the time zone that the page names.

use std::ops::Range;

use api::problem::Code;
use api::{Check, ContractView, Problem, Query, csv};
use askama::Template;
use chrono::{Days, NaiveDate};
use domain::{Automat, AutomatId, ContractSearch, Instant, KeyId};
use store::{ContractFilter, ListedContract, ListedState, Order, Page};
use strum::VariantArray as _;
use texts::Texts;

use super::listed::{Automats, Line};
use crate::filter::{self, Choice};
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::table;
use crate::times::Times;
use crate::visit::{Answer, Visit, page, page_with};

const PATH: &str = "/contracts";
/// The fields that the user types, as in the addresses of the page.
const FIELDS: [&str; 6] = ["search", "keyId", "automatId", "from", "to", "due"];
const STATE: &str = "state";
/// How many automats the field suggests.
const SUGGESTED: usize = 100;
/// The most days in which the starts of contracts are listed, as in the API.
const DAYS_AT_MOST: u64 = 92;
/// How many contracts a page shows.
const SHOWN: u32 = 50;
/// The days in which contracts start that are listed without a filter.
const DAYS_AHEAD: u64 = 7;

#[derive(Template)]
#[template(path = "contracts/list.html")]
struct ListPage<'p> {
    frame: &'p Frame,
    form: Form,
    errors: Errors,
    states: Vec<Choice>,
    /// The value of the state filter, if it is set.
    state: String,
    automats: Vec<Automat>,
    /// In which the days are.
    zone: &'static str,
    /// What is listed, if that does not follow from the form alone.
    listed: Option<String>,
    lines: Vec<Line>,
    has_several_zones: bool,
    has_filter: bool,
    continued: bool,
    next: Option<String>,
    /// The address of the same contracts as a table.
    table: String,
}

/// What the form selects, once it is valid.
#[derive(Default)]
struct Selection {
    filter: ContractFilter,
    /// The first and the last day on which the contracts start.
    days: Option<(NaiveDate, NaiveDate)>,
}

/// `GET /contracts`
pub(crate) async fn show(visit: Visit, mut query: Query) -> Answer {
    let request = query.page_of(SHOWN);
    let page = Asked::read(&visit, query).await?;
    let (selection, times) = match page.select(&visit).await? {
        Ok(selected) => selected,
        Err(errors) => return page.refused(&visit, errors),
    };
    let found = visit.store().contracts(&selection.filter, &request, visit.now).await?;
    page.show(&visit, &times, selection.days, found, request.after.is_some()).await
}

/// `GET /contracts.csv`: all that the filter selects, as a table that can be imported.
pub(crate) async fn download(visit: Visit, query: Query) -> Answer {
    let page = Asked::read(&visit, query).await?;
    let (Selection { filter, .. }, _) = match page.select(&visit).await? {
        Ok(selected) => selected,
        Err(errors) => return page.refused(&visit, errors),
    };
    let (store, filter, now) = (visit.store(), &filter, visit.now);
    match table::all(|request| async move { store.contracts(filter, &request, now).await }).await? {
        Some(contracts) => {
            let rows: Vec<_> = contracts.into_iter().map(|listed| ContractView::masked(listed.contract, now)).collect();
            csv::download(&rows, "contracts.csv")
        }
        None => page.refused(&visit, table::too_many(visit.t)),
    }
}

/// The filter as it was sent.
struct Asked {
    form: Form,
    states: Vec<ListedState>,
    /// The automats that the form suggests.
    automats: Vec<Automat>,
}

impl Asked {
    async fn read(visit: &Visit, mut query: Query) -> Result<Self, Problem> {
        let form = filter::read(&mut query, &FIELDS);
        let states = query.any_of(STATE);
        query.finish()?;
        let automats = filter::first_automats(visit, SUGGESTED).await?;
        Ok(Self { form, states, automats })
    }

    async fn select(&self, visit: &Visit) -> Result<Result<(Selection, Times), Errors>, Problem> {
        select(visit, &self.form, &self.states, &self.automats).await
    }

    fn refused(self, visit: &Visit, errors: Errors) -> Answer {
        let times = Times::of_automat(visit.t, self.automats.first());
        page_with(errors.status(), &self.page(visit, &times, errors))
    }

    async fn show(
        self,
        visit: &Visit,
        times: &Times,
        days: Option<(NaiveDate, NaiveDate)>,
        found: Page<ListedContract>,
        continued: bool,
    ) -> Answer {
        let mut automats = Automats::of(self.automats.iter().cloned());
        automats.read_those_of(visit, &found.data).await?;
        let shown = self.page(visit, times, Errors::none());
        // The next page is of the same days, also after midnight.
        let on_days = |form: &Form| match days {
            Some((from, to)) => form.clone().with("from", times.written_date(from)).with("to", times.written_date(to)),
            None => form.clone(),
        };
        page(&ListPage {
            listed: days.map(|days| said(visit.t, times, days)),
            has_several_zones: automats.have_several_zones(),
            lines: found.data.into_iter().filter_map(|listed| automats.line(visit, listed)).collect(),
            continued,
            next: found.next.map(|next| address(PATH, &on_days(&shown.form), &shown.state, Some(next.as_str()))),
            ..shown
        })
    }

    /// The page without contracts.
    fn page<'v>(self, visit: &'v Visit, times: &Times, errors: Errors) -> ListPage<'v> {
        let Self { form, states, automats } = self;
        let state = names(&states);
        ListPage {
            frame: &visit.frame,
            states: choices(visit.t, &form, &state),
            has_filter: !state.is_empty() || FIELDS.iter().any(|name| form.given(name).is_some()),
            table: address("/contracts.csv", &form, &state, None),
            zone: times.zone(),
            listed: None,
            has_several_zones: false,
            lines: Vec::new(),
            continued: false,
            next: None,
            automats,
            form,
            errors,
            state,
        }
    }
}

/// What is wrong with the form; otherwise what it selects, and the times in whose zone its days are.
async fn select(
    visit: &Visit,
    form: &Form,
    states: &[ListedState],
    suggested: &[Automat],
) -> Result<Result<(Selection, Times), Errors>, Problem> {
    let mut check = Check::new();
    let search = check.optional("search", form.given("search"), ContractSearch::parse);
    let key = check.optional("keyId", form.given("keyId"), KeyId::parse);
    let automat = check.optional("automatId", form.given("automatId"), AutomatId::parse);
    let mut errors = Errors::of_check(visit.t, check);
    let mut zone = suggested.first().cloned();
    if let Some(id) = &key {
        match visit.store().active_key(id).await.map_err(Problem::from) {
            Ok(key) => zone = filter::automat(visit, suggested, &key.automat).await?,
            Err(problem) if problem.code == Code::KeyNotFound => {
                errors = errors.and_text("keyId".to_owned(), visit.t.with("keys-unknown", [("key", id.to_string())]));
            }
            Err(problem) => return Err(problem),
        }
    }
    if let Some(id) = &automat {
        zone = filter::automat(visit, suggested, id).await?;
        if zone.is_none() {
            errors = filter::no_automat(visit, id, errors);
        }
    }
    let times = Times::of_automat(visit.t, zone.as_ref());
    let filter = ContractFilter { search, key, automat, states: states.to_vec(), ..ContractFilter::default() };
    Ok(with_days(visit, &times, form, filter, errors).map(|selection| (selection, times)))
}

fn with_days(
    visit: &Visit,
    times: &Times,
    form: &Form,
    filter: ContractFilter,
    errors: Errors,
) -> Result<Selection, Errors> {
    let t = visit.t;
    let ([from, to, due], mut errors) = filter::dates(visit, form, ["from", "to", "due"], errors);
    let is_given = from.is_some() || to.is_some();
    let mut filter = ContractFilter { due: due.and_then(|due| range(times, (due, due))), ..filter };
    let days = match (from, to) {
        (None, None) if filter.is_selective() && filter.automat.is_none() || filter.due.is_some() => None,
        (None, None) => Some(usual_days(times.date(visit.now), &filter.states)),
        (from, to) => around(from, to),
    };
    if let Some((from, to)) = days.filter(|_| is_given) {
        let length = (to - from).num_days();
        if length < 0 {
            errors = errors.and_text("to".to_owned(), t.text("contracts-to-before-from").into_owned());
        } else if length >= DAYS_AT_MOST.cast_signed() {
            errors = errors.and_text("to".to_owned(), t.with("contracts-too-many-days", [("max", DAYS_AT_MOST)]));
        }
    }
    filter.starts = days.and_then(|days| range(times, days));
    if filter.starts.is_none() && filter.key.is_some() || is_past(&filter.states) {
        filter.order = Order::Descending;
    }
    if errors.any() { Err(errors.in_order(&FIELDS)) } else { Ok(Selection { filter, days }) }
}

/// The days on which contracts start that are listed if nothing says when: the next ones, or the last ones for states
/// that only contracts that have started can have.
fn usual_days(today: NaiveDate, states: &[ListedState]) -> (NaiveDate, NaiveDate) {
    let (before, after) = match states {
        states if is_past(states) => (DAYS_AT_MOST - 1, 0),
        [ListedState::Upcoming] => (0, DAYS_AT_MOST - 1),
        _ => (0, DAYS_AHEAD - 1),
    };
    (today - Days::new(before), today + Days::new(after))
}

fn is_past(states: &[ListedState]) -> bool {
    !states.is_empty() && !states.contains(&ListedState::Upcoming) && *states != [ListedState::Overdue]
}

/// As many days as are allowed after the first one, or before the last one, if only one is given.
fn around(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Option<(NaiveDate, NaiveDate)> {
    let others = Days::new(DAYS_AT_MOST - 1);
    let from = from.or_else(|| to?.checked_sub_days(others))?;
    Some((from, to.or_else(|| from.checked_add_days(others))?))
}

/// From the start of the first day to the end of the last one.
fn range(times: &Times, (first, last): (NaiveDate, NaiveDate)) -> Option<Range<Instant>> {
    Some(times.day(first)?..times.day(last.succ_opt()?)?)
}

fn said(t: &Texts, times: &Times, (from, to): (NaiveDate, NaiveDate)) -> String {
    let [from, to] = [from, to].map(|date| times.written_date(date));
    t.with("contracts-of-days", [("from", from), ("to", to)])
}

/// The value of the state filter.
fn names(states: &[ListedState]) -> String {
    states.iter().map(|state| <&str>::from(*state)).collect::<Vec<_>>().join(",")
}

fn choices(t: &Texts, form: &Form, chosen: &str) -> Vec<Choice> {
    let states = ListedState::VARIANTS.iter().map(|state| <&str>::from(*state));
    let choice = |state: &str| Choice {
        label: t.text(&if state.is_empty() { "show-all".to_owned() } else { format!("state-{state}") }).into_owned(),
        href: address(PATH, form, state, None),
        current: state == chosen,
    };
    [""].into_iter().chain(states).map(choice).collect()
}

/// An address with this filter.
fn address(path: &str, form: &Form, state: &str, after: Option<&str>) -> String {
    filter::address(path, form, &FIELDS, &[(STATE, Some(state).filter(|state| !state.is_empty())), ("after", after)])
}

impl ListPage<'_> {
    /// Whether one of the fields that are folded away is filled in.
    fn is_narrowed(&self) -> bool {
        FIELDS[1..].iter().any(|name| self.form.given(name).is_some())
    }
}
