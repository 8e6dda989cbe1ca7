//! `GET /keys/{keyId}`: a key, its contracts, its calendar, and its latest events.

use api::{KeyPath, Problem, Query};
use askama::Template;
use chrono::{Datelike as _, NaiveDate};
use domain::{Automat, Contract, ContractState, Instant, Key, KeyId, Sharing, Whereabouts};
use store::{ContractFilter, ListedState, Order, Page, PageRequest};
use texts::FluentArgs;

use crate::calendar::{Day, Month, Room};
use crate::events;
use crate::frame::Frame;
use crate::links;
use crate::times::Times;
use crate::translations::count;
use crate::visit::{Answer, Visit, page};

/// How many events the page shows.
const EVENTS: usize = 10;

#[derive(Template)]
#[template(path = "keys/page.html")]
struct KeyPage<'p> {
    frame: &'p Frame,
    key: &'p Key,
    automat: Automat,
    times: Times,
    home: String,
    overdue: bool,
    /// The person who has the key, and the address of their contract.
    holder: Option<(String, String)>,
    /// The contracts of each state that has any, with the heading.
    lists: Vec<(String, Vec<&'p Contract>)>,
    /// Whether ended contracts are shown instead of the others.
    ended: bool,
    more: Option<String>,
    month: Month,
    events: Vec<events::Line>,
    done: Option<String>,
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
    let Page { data, next } = store.contracts(&filter(id.clone(), ended), &request, now).await?;
    let contracts: Vec<_> = data.into_iter().map(|listed| listed.contract).collect();
    let last = store.key_events(&id, &PageRequest { limit: EVENTS, after: None }).await?;
    let home = links::key(&id);
    let month = Month::of(&key, wanted_month.as_deref(), &times, now);
    let month = month.ok_or_else(|| Problem::from(store::Error::NotFound(store::ResourceKind::Key)))?;
    let show = if ended { "&show=ended" } else { "" };
    page(&KeyPage {
        holder: holder(&visit, &key, &contracts).await?,
        lists: lists(&contracts, now),
        month,
        events: events::lines_of_key(&visit, &times, &last.data),
        frame: &visit.frame,
        automat,
        times,
        overdue: key.whereabouts.is_overdue_by(&key.calendar, now),
        ended,
        more: next.map(|next| format!("{home}?after={}{show}", next.as_str())),
        done,
        key: &key,
        home,
    })
}

/// The active and upcoming contracts, first to last; or the ended ones, last to first.
fn filter(key: KeyId, ended: bool) -> ContractFilter {
    let (states, order) = if ended {
        (vec![ListedState::Ended], Order::Descending)
    } else {
        (vec![ListedState::Active, ListedState::Upcoming], Order::Ascending)
    };
    ContractFilter { states, order, ..ContractFilter::of_key(key) }
}

fn lists(contracts: &[Contract], now: Instant) -> Vec<(String, Vec<&Contract>)> {
    let list = |state: ContractState| {
        let of_state: Vec<_> = contracts.iter().filter(|contract| contract.state(now) == state).collect();
        (!of_state.is_empty()).then(|| (format!("key-page-{}", <&str>::from(state)), of_state))
    };
    [ContractState::Active, ContractState::Upcoming, ContractState::Ended].into_iter().filter_map(list).collect()
}

/// The person who has the key, if it is out with an existing contract.
async fn holder(visit: &Visit, key: &Key, contracts: &[Contract]) -> Result<Option<(String, String)>, Problem> {
    let listed = contracts.iter().find(|contract| key.whereabouts.holder() == Some(&contract.id)).cloned();
    let holder = match listed {
        Some(contract) => Some(contract),
        None => visit.store().holder(key).await?,
    };
    Ok(holder.map(|contract| (contract.person.to_string(), links::contract(&contract.id))))
}

impl KeyPage<'_> {
    /// How many other keys a contract has, if any.
    fn other_keys(&self, contract: &Contract) -> Option<String> {
        let others = contract.keys.iter().filter(|key| **key != self.key.id).count();
        (others > 0).then(|| count(self.frame.t, "keys-more", others))
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
        values.set("count", day.contracts);
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
