//! `GET /keys/{keyId}`: who has a key, its calendar with names, its next contracts, and its latest events.

use std::collections::{BTreeSet, HashMap};

use api::{KeyPath, Problem, Query};
use askama::Template;
use chrono::{Datelike as _, NaiveDate};
use domain::{Automat, Contract, ContractId, Event, EventKind, Instant, Key, Sharing};
use store::PageRequest;
use texts::FluentArgs;

use super::state as whereabouts;
use crate::calendar::{Day, Month, Room};
use crate::contracts::page::state;
use crate::events;
use crate::frame::Frame;
use crate::links;
use crate::times::Times;
use crate::translations::count;
use crate::visit::{Answer, Visit, page};

/// How many events the page shows.
const EVENTS: usize = 10;

/// How many contracts that have not ended the page lists. The others are in the list of contracts.
const CONTRACTS: usize = 5;
/// How many contracts of a month are read for their names.
const NAMED: usize = 100;

#[derive(Template)]
#[template(path = "keys/page.html")]
struct KeyPage<'p> {
    frame: &'p Frame,
    now: Instant,
    key: &'p Key,
    automat: Automat,
    times: Times,
    home: String,
    /// The class and the text of where it is.
    whereabouts: (&'static str, String),
    holder: Option<Holder>,
    /// The first contracts that have not ended.
    contracts: Vec<&'p Contract>,
    /// The address of all of them, and how many there are, if there are more.
    more: Option<(String, String)>,
    month: Month,
    /// The contracts that are read, for the names in the month.
    known: &'p HashMap<ContractId, Contract>,
    events: Vec<events::Line>,
    done: Option<String>,
}

/// Who has the key.
struct Holder {
    person: String,
    href: String,
    /// When it is due, or was. `None` if the contract is permanent.
    due: Option<String>,
    /// Since when, if that is one of the latest events.
    since: Option<String>,
}

/// `GET /keys/{keyId}`
pub(crate) async fn show(visit: Visit, KeyPath(id): KeyPath, mut query: Query) -> Answer {
    let wanted_month = query.text("month");
    let done = visit.done(&mut query, "key-page");
    query.finish()?;
    let (store, now) = (visit.store(), visit.now);
    let key = store.active_key(&id).await?;
    let automat = store.automat(&key.automat).await?;
    let times = Times::new(visit.t, automat.time_zone);
    let month = Month::of(&key, wanted_month.as_deref(), &times, now);
    let month = month.ok_or_else(|| Problem::from(store::Error::NotFound(store::ResourceKind::Key)))?;
    // The calendar may still have contracts that have ended.
    let live =
        || key.calendar.entries().iter().filter(|entry| !entry.range.has_ended(now)).map(|entry| &entry.contract);
    let of_month: BTreeSet<_> = month.days().flat_map(|day| &day.contracts).collect();
    let last = store.key_events(&id, &PageRequest { limit: EVENTS, after: None }).await?.data;
    let ids = live().take(CONTRACTS).chain(of_month.into_iter().take(NAMED)).chain(key.whereabouts.holder());
    let ids = ids.chain(last.iter().filter_map(|event| event.subject.contract.as_ref())).cloned().collect();
    let (known, users) =
        tokio::try_join!(store.contracts_of(&ids), store.user_names(last.iter().map(|event| &event.actor)))?;
    let names = events::Names::new(users, &known);
    let (home, all) = (links::key(&id), live().count());
    page(&KeyPage {
        holder: holder(&visit, &key, &known, &times, &last),
        contracts: live().take(CONTRACTS).filter_map(|id| known.get(id)).collect(),
        more: (all > CONTRACTS).then(|| (count(visit.t, "key-page-all", all), of_key(&key, "active,upcoming"))),
        known: &known,
        month,
        events: events::lines_of_key(&visit, &automat, &names, &last),
        frame: &visit.frame,
        now,
        automat,
        times,
        whereabouts: whereabouts(visit.t, &key, now),
        done,
        key: &key,
        home,
    })
}

/// The list of the key's contracts in these states.
fn of_key(key: &Key, states: &str) -> String {
    links::with_query("/contracts", &[("keyId", key.id.as_str()), ("state", states)])
}

/// Who has the key, if it is out with an existing contract.
fn holder(
    visit: &Visit,
    key: &Key,
    known: &HashMap<ContractId, Contract>,
    times: &Times,
    events: &[Event],
) -> Option<Holder> {
    let contract = known.get(key.whereabouts.holder()?)?;
    let is_fetch =
        |event: &&Event| event.kind == EventKind::KeyFetched && event.subject.contract.as_ref() == Some(&contract.id);
    let said = |id: &str, time: Instant| visit.t.with(id, [("time", times.moment(time))]);
    let due = if contract.range.has_ended(visit.now) { "contract-was-due" } else { "contract-until" };
    Some(Holder {
        person: contract.person.to_string(),
        href: links::contract(&contract.id),
        due: contract.range.end().map(|end| said(due, end)),
        since: events.iter().find(is_fetch).map(|event| said("key-page-since", event.at)),
    })
}

impl KeyPage<'_> {
    /// How many other keys a contract has, if any.
    fn other_keys(&self, contract: &Contract) -> Option<String> {
        let others = contract.keys.iter().filter(|key| **key != self.key.id).count();
        (others > 0).then(|| count(self.frame.t, "keys-more", others))
    }

    fn ended(&self) -> String {
        of_key(self.key, "ended")
    }

    fn state(&self, contract: &Contract, now: Instant) -> (&'static str, String) {
        state(self.frame.t, contract.state(now), contract.is_overdue(now))
    }

    /// Who has the key on a day, and how many others.
    fn persons(&self, day: &Day) -> Option<(&str, String)> {
        let mut persons = day.contracts.iter().filter_map(|id| self.known.get(id));
        let first = persons.next()?.person.as_str();
        let others = day.contracts.len() - 1;
        Some((first, if others > 0 { format!(" +{others}") } else { String::new() }))
    }

    fn month_title(&self) -> String {
        self.frame.t.format("key-page-month", &of_date(self.month.first))
    }

    fn weekday(&self, number: u32) -> String {
        self.frame.t.with("key-page-weekday", [("weekday", number)])
    }

    /// The form for a new contract that starts on this day, if the user may book it.
    fn booking(&self, day: &Day) -> Option<String> {
        let is_bookable = self.frame.operates() && matches!(day.room, Room::Free | Room::Partly);
        is_bookable.then(|| format!("{}/contracts/new?from={}", self.home, day.date))
    }

    /// For screen readers: the date, and whether it is free.
    fn day_label(&self, day: &Day) -> String {
        let mut values = of_date(day.date);
        values.set("room", <&str>::from(day.room));
        values.set("count", day.contracts.len());
        let id = if self.booking(day).is_some() { "key-page-new-on" } else { "key-page-day" };
        self.frame.t.format(id, &values)
    }
}

fn of_date(date: NaiveDate) -> FluentArgs<'static> {
    let mut values = FluentArgs::new();
    values.set("day", date.day());
    values.set("month", date.month());
    // As text: Fluent might group a number of four digits.
    values.set("year", date.year().to_string());
    values
}
