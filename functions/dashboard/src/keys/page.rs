//! `GET /keys/{keyId}`: a key, its contracts, its calendar, and its latest events.

use api::{KeyPath, Problem, Query};
use askama::Template;
use chrono::{Datelike as _, NaiveDate};
use domain::{Contract, ContractState, Instant, Key, ReturnCode, Sharing, Whereabouts};
use store::{ContractFilter, Order, Page, PageRequest};
use texts::{FluentArgs, Texts};

use crate::calendar::{Day, Month, Room};
use crate::events;
use crate::frame::Frame;
use crate::links;
use crate::times::Times;
use crate::visit::{Answer, Visit, page};

/// How many events the page shows.
const EVENTS: usize = 10;

#[derive(Template)]
#[template(path = "keys/page.html")]
struct KeyPage<'p> {
    frame: &'p Frame,
    key: &'p Key,
    automat: String,
    automat_href: String,
    home: String,
    zone: &'static str,
    whereabouts: Whereabouts,
    overdue: bool,
    /// The person who has the key, and the address of their contract.
    holder: Option<(String, String)>,
    shared: bool,
    return_code: Option<&'p str>,
    lists: Vec<List>,
    /// Whether ended contracts are shown instead of the others.
    ended: bool,
    more: Option<String>,
    month: MonthView,
    events: Vec<events::Line>,
    done: Option<String>,
}

/// The contracts of one state.
struct List {
    heading: &'static str,
    lines: Vec<Line>,
}

struct Line {
    person: String,
    range: String,
    href: String,
    id: String,
}

struct MonthView {
    title: String,
    weekdays: Vec<String>,
    weeks: Vec<Vec<Option<Cell>>>,
    before: Option<String>,
    after: Option<String>,
}

struct Cell {
    number: u32,
    class: String,
    /// For screen readers: the date, and whether it is free.
    label: String,
    /// The form for a new contract that starts on this day.
    href: Option<String>,
    mark: &'static str,
}

/// `GET /keys/{keyId}`
pub(crate) async fn show(visit: Visit, KeyPath(id): KeyPath, mut query: Query) -> Answer {
    let wanted_month = query.text("month");
    let ended = query.text("show").is_some_and(|show| show == "ended");
    let done = visit.done(&mut query, "key-page");
    let request = query.page();
    query.finish()?;
    let (store, now) = (visit.store(), visit.now);
    let key = store.active_key(&id).await?;
    let automat = store.automat(&key.automat).await?;
    let times = Times::new(visit.t, automat.time_zone);
    let Page { data: contracts, next } = store.contracts(&id, &filter(ended), &request, now).await?;
    let last = store.key_events(&id, &PageRequest { limit: EVENTS, after: None }).await?;
    let home = links::key(&id);
    let month = Month::of(&key, wanted_month.as_deref(), &times, now);
    let month = month.ok_or_else(|| Problem::from(store::Error::NotFound(store::ResourceKind::Key)))?;
    let show = if ended { "&show=ended" } else { "" };
    page(&KeyPage {
        holder: holder(&visit, &key, &contracts).await?,
        lists: lists(&contracts, &times, now),
        month: month_view(visit.t, &month, &home, visit.frame.operates()),
        events: events::lines_of_key(&visit, &times, &last.data),
        frame: &visit.frame,
        automat: automat.name.to_string(),
        automat_href: links::automat(&automat.id),
        zone: times.zone(),
        whereabouts: key.whereabouts.clone(),
        overdue: key.whereabouts.is_overdue_by(&key.calendar, now),
        shared: key.sharing == Sharing::Shared,
        return_code: key.return_code.as_ref().map(ReturnCode::reveal),
        ended,
        more: next.map(|next| format!("{home}?after={}{show}", next.as_str())),
        done,
        key: &key,
        home,
    })
}

/// The active and upcoming contracts, first to last; or the ended ones, last to first.
fn filter(ended: bool) -> ContractFilter {
    if ended {
        ContractFilter { states: vec![ContractState::Ended], order: Order::Descending }
    } else {
        ContractFilter { states: vec![ContractState::Active, ContractState::Upcoming], order: Order::Ascending }
    }
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
        of(ContractState::Active, "key-page-active"),
        of(ContractState::Upcoming, "key-page-upcoming"),
        of(ContractState::Ended, "key-page-ended"),
    ];
    all.into_iter().filter(|list| !list.lines.is_empty()).collect()
}

/// The person who has the key, if it is out with an existing contract.
async fn holder(visit: &Visit, key: &Key, contracts: &[Contract]) -> Result<Option<(String, String)>, Problem> {
    let listed = contracts.iter().find(|contract| key.whereabouts.holder() == Some(&contract.id)).cloned();
    let holder = match listed {
        Some(contract) => Some(contract),
        None => visit.store().holder(key).await?,
    };
    Ok(holder.map(|contract| (contract.person.to_string(), links::contract(&key.id, &contract.id))))
}

fn month_view(t: &Texts, month: &Month, home: &str, books: bool) -> MonthView {
    let to = |month: NaiveDate| format!("{home}?month={}#month", Month::name(month));
    let cell = |day: &Day| {
        let bookable = books && matches!(day.room, Room::Free | Room::Partly);
        let label = day_label(t, day, bookable);
        let today = if day.today { " today" } else { "" };
        Cell {
            number: day.date.day(),
            class: format!("{}{today}", <&str>::from(day.room)),
            href: bookable.then(|| format!("{home}/contracts/new?from={}", day.date)),
            label,
            mark: match day.room {
                Room::Past | Room::Free => "",
                Room::Partly => "◐",
                Room::Taken => "●",
            },
        }
    };
    MonthView {
        title: t.format("key-page-month", &of_date(month.first)),
        weekdays: (1..=7).map(|day| t.with("key-page-weekday", [("weekday", day)])).collect(),
        weeks: month.weeks.iter().map(|week| week.iter().map(|day| day.as_ref().map(cell)).collect()).collect(),
        before: month.before.map(to),
        after: month.after.map(to),
    }
}

fn day_label(t: &Texts, day: &Day, bookable: bool) -> String {
    let mut values = of_date(day.date);
    values.set("room", <&str>::from(day.room));
    values.set("count", day.contracts);
    t.format(if bookable { "key-page-new-on" } else { "key-page-day" }, &values)
}

fn of_date(date: NaiveDate) -> FluentArgs<'static> {
    let mut values = FluentArgs::new();
    values.set("day", date.day());
    values.set("month", date.month());
    // As text: Fluent might group a number of four digits.
    values.set("year", date.year().to_string());
    values
}
