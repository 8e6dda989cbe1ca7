//! `GET /keys/{keyId}`: a key, its contracts, when it is free, and what happened to it last.

use api::{App, Caller, KeyPath, Problem, Query, Role};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{Datelike as _, NaiveDate};
use domain::{Contract, ContractState, Instant, Key, ReturnCode, Sharing, Whereabouts};
use http::StatusCode;
use store::{ContractFilter, Order, PageRequest};
use texts::{FluentArgs, Texts};

use crate::calendar::{Day, Month, Room};
use crate::events;
use crate::frame::Frame;
use crate::links;
use crate::times::Times;
use crate::visit::{Visit, page};

/// Of what happened to the key the page shows the last so many.
const EVENTS: usize = 10;

#[derive(Template)]
#[template(path = "keys/page.html")]
struct KeyPage<'p> {
    frame: Frame,
    key: &'p Key,
    automat: String,
    automat_href: String,
    home: String,
    zone: &'static str,
    whereabouts: Whereabouts,
    overdue: bool,
    /// Who has the key, and the contract that they have it with.
    holder: Option<(String, String)>,
    shared: bool,
    return_code: Option<&'p str>,
    lists: Vec<List>,
    /// Contracts that have ended are shown in place of the others.
    ended: bool,
    more: Option<String>,
    month: MonthView,
    events: Vec<events::Line>,
    done: Option<&'static str>,
}

/// The contracts of one state.
struct List {
    heading: &'static str,
    lines: Vec<Line>,
}

/// A contract.
struct Line {
    person: String,
    range: String,
    href: String,
    id: String,
}

/// A month as its table shows it.
struct MonthView {
    title: String,
    weekdays: Vec<String>,
    weeks: Vec<Vec<Option<Cell>>>,
    before: Option<String>,
    after: Option<String>,
}

/// A day.
struct Cell {
    number: u32,
    class: String,
    /// What the day is like, in words.
    words: String,
    /// Where a contract is made that begins on it.
    href: Option<String>,
    mark: &'static str,
}

/// `GET /keys/{keyId}`
pub(crate) async fn show(
    State(app): State<App>,
    KeyPath(id): KeyPath,
    visit: Visit,
    caller: Caller,
    mut query: Query,
) -> Result<Response, Problem> {
    let asked_month = query.text("month");
    let ended = query.text("show").is_some_and(|show| show == "ended");
    let done = query.text("done");
    let request = query.page();
    query.finish()?;
    let now = app.clock.now();
    let key = app.store.active_key(&id).await?;
    let automat = app.store.automat(&key.automat).await?;
    let times = Times::new(visit.t, automat.time_zone);
    let (contracts, next) = contracts(&app, &key, ended, &request, now).await?;
    let last = app.store.key_events(&id, &PageRequest { limit: EVENTS, after: None }).await?;
    let line = |event| events::Line::of(event, visit.t, &times, &caller).of_one_key();
    let home = links::key(&id);
    let month = Month::of(&key, asked_month.as_deref(), &times, now);
    let month = month.ok_or_else(|| Problem::from(store::Error::NotFound(store::Thing::Key)))?;
    let show = if ended { "&show=ended" } else { "" };
    let shown = KeyPage {
        holder: holder(&app, &key, &contracts).await?,
        lists: lists(&contracts, &times, now),
        month: month_view(visit.t, &month, &home, visit.may(Role::Operator)),
        events: last.data.iter().map(line).collect(),
        frame: visit.frame(),
        automat: automat.name.to_string(),
        automat_href: links::automat(&automat.id),
        zone: times.zone(),
        whereabouts: key.whereabouts.clone(),
        overdue: key.whereabouts.is_overdue_by(&key.calendar, now),
        shared: key.sharing == Sharing::Shared,
        return_code: key.return_code.as_ref().map(ReturnCode::reveal),
        ended,
        more: next.map(|next| format!("{home}?after={}{show}", next.as_str())),
        done: done.as_deref().and_then(what_was_done),
        key: &key,
        home,
    };
    page(StatusCode::OK, &shown)
}

/// The running and the upcoming, first come first; or the ended, last come first.
async fn contracts(
    app: &App,
    key: &Key,
    ended: bool,
    request: &PageRequest,
    now: Instant,
) -> Result<(Vec<Contract>, Option<store::Cursor>), Problem> {
    let filter = if ended {
        ContractFilter { states: vec![ContractState::Ended], order: Order::Descending }
    } else {
        ContractFilter { states: vec![ContractState::Active, ContractState::Upcoming], order: Order::Ascending }
    };
    let found = app.store.contracts(&key.id, &filter, request, now).await?;
    Ok((found.data, found.next))
}

fn lists(contracts: &[Contract], times: &Times, now: Instant) -> Vec<List> {
    let of = |wanted: ContractState, heading| {
        let line = |contract: &Contract| Line {
            person: contract.person.to_string(),
            range: times.range(contract.range),
            href: links::contract(&contract.key, &contract.id),
            id: contract.id.to_string(),
        };
        let lines = contracts.iter().filter(|contract| contract.state(now) == wanted).map(line).collect();
        List { heading, lines }
    };
    let all = [
        of(ContractState::Active, "key-page-running"),
        of(ContractState::Upcoming, "key-page-upcoming"),
        of(ContractState::Ended, "key-page-ended"),
    ];
    all.into_iter().filter(|list| !list.lines.is_empty()).collect()
}

/// Who has the key, where it is out with a contract that is still there.
async fn holder(app: &App, key: &Key, contracts: &[Contract]) -> Result<Option<(String, String)>, Problem> {
    let listed = contracts.iter().find(|contract| key.whereabouts.holder() == Some(&contract.id)).cloned();
    let holder = match listed {
        Some(contract) => Some(contract),
        None => app.store.holder(key).await?,
    };
    Ok(holder.map(|contract| (contract.person.to_string(), links::contract(&key.id, &contract.id))))
}

fn month_view(t: &Texts, month: &Month, home: &str, books: bool) -> MonthView {
    let to = |month: NaiveDate| format!("{home}?month={}#month", Month::name(month));
    let cell = |day: &Day| {
        let bookable = books && matches!(day.room, Room::Free | Room::Partly);
        let words = day_in_words(t, day, bookable);
        let today = if day.today { " today" } else { "" };
        Cell {
            number: day.date.day(),
            class: format!("{}{today}", day.room.word()),
            href: bookable.then(|| format!("{home}/contracts/new?from={}", day.date)),
            words,
            mark: match day.room {
                Room::Past | Room::Free => "",
                Room::Partly => "◐",
                Room::Taken => "●",
            },
        }
    };
    MonthView {
        title: t.format("key-page-month", &of_date(month.first)),
        weekdays: (1..=7).map(|day| t.format("key-page-weekday", &FluentArgs::from_iter([("weekday", day)]))).collect(),
        weeks: month.weeks.iter().map(|week| week.iter().map(|day| day.as_ref().map(cell)).collect()).collect(),
        before: month.before.map(to),
        after: month.after.map(to),
    }
}

fn day_in_words(t: &Texts, day: &Day, bookable: bool) -> String {
    let mut values = of_date(day.date);
    values.set("room", day.room.word());
    values.set("count", day.contracts);
    t.format(if bookable { "key-page-new-on" } else { "key-page-day" }, &values)
}

fn of_date(date: NaiveDate) -> FluentArgs<'static> {
    let mut values = FluentArgs::new();
    values.set("day", date.day());
    values.set("month", date.month());
    // As text: a number of four digits might be grouped.
    values.set("year", date.year().to_string());
    values
}

/// What has just been done, in the words of the address that was gone to then.
fn what_was_done(word: &str) -> Option<&'static str> {
    match word {
        "added" => Some("key-page-done-added"),
        "changed" => Some("key-page-done-changed"),
        "contract-removed" => Some("key-page-done-contract-removed"),
        _ => None,
    }
}
