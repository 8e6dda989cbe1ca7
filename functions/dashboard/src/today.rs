//! `GET /today`, also `GET /`: what needs attention now, and what the rest of the day brings, over all automats.
//!
//! Each panel is one read of a list (`docs/adr/0044-what-today-reads.md`).

use std::collections::HashSet;

use api::{Problem, Query};
use askama::Template;
use domain::{Automat, AutomatId, ConnectionState, Event, Health, Instant};
use http::HeaderMap;
use messages::LocalTimes;
use store::{ContractFilter, ListedContract, Page, PageRequest};

use crate::automats::condition::ConcernLabel;
use crate::automats::connection::ConnectionLabel;
use crate::contracts::held::fails;
use crate::contracts::listed::{Automats, Line, only_out};
use crate::events::describe;
use crate::frame::Frame;
use crate::links;
use crate::live;
use crate::times::Times;
use crate::translations::count;
use crate::visit::{Answer, Visit};

/// How many automats are checked.
const CHECKED: usize = 200;
/// How many overdue contracts are shown, and how many automats that need attention.
const URGENT: usize = 50;
/// How many contracts each panel of the day shows.
const OF_THE_DAY: usize = 20;
/// How soon a contract starts for which it is checked whether its PIN will work, in milliseconds.
const SOON_MILLIS: i64 = 2 * 3_600_000;
/// A day in any time zone is shorter, even when the clocks go back.
const LONGEST_DAY_MILLIS: i64 = 26 * 3_600_000;

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage<'p> {
    frame: &'p Frame,
    now: Instant,
    /// The time, and in which zone. `None` if there are no automats.
    as_of: Option<String>,
    /// Whether the automats are in different time zones.
    has_several_zones: bool,
    /// What is left to do before the first key can be fetched. Empty if nothing is.
    steps: Vec<Step>,
    overdue: Panel<Line>,
    attention: Panel<AutomatLine>,
    /// Contracts that start soon where an automat has no connection and will not accept their PIN.
    failing: Vec<Failing>,
    alerts: Panel<Alert>,
    never_connected: NeverConnected,
    fetches: Panel<Line>,
    returns: Panel<Line>,
    done: Option<String>,
}

struct Panel<L> {
    lines: Vec<L>,
    /// How many there are: `50+` if there are more.
    count: String,
    /// The page with all of them, if this one does not have them.
    more: Option<String>,
}

struct NeverConnected {
    /// How many there are. `None` if there are none.
    heading: Option<String>,
    lines: Vec<AutomatLine>,
}

/// A step on the way to the first fetched key.
struct Step {
    text: String,
    /// Where it is done.
    href: String,
    done: bool,
}

/// A contract whose PIN will not fetch its key, and why.
struct Failing {
    line: Line,
    why: String,
}

/// What somebody should look at.
struct Alert {
    automat: String,
    /// The page where it is seen.
    href: String,
    what: String,
    at: String,
}

struct AutomatLine {
    href: String,
    name: String,
    connection: ConnectionLabel,
    /// Whether it is known to have no connection.
    is_away: bool,
    concerns: Vec<ConcernLabel>,
}

/// What is left of the day. It ends at another instant in each time zone.
struct RestOfDay {
    /// The end of the day where it ends last.
    end: Instant,
    /// Today's date where the first automat is, for links.
    date: String,
}

pub(crate) async fn show(mut visit: Visit, mut query: Query, headers: HeaderMap) -> Answer {
    let done = visit.done(&mut query, "contract");
    query.finish()?;
    let (listed, overdue) =
        tokio::try_join!(automats(&visit), contracts(&visit, ContractFilter::of_overdue(), URGENT))?;
    let day = RestOfDay::of(&visit, &listed.data);
    let (to_fetch, to_return, events) = tokio::try_join!(
        contracts(
            &visit,
            ContractFilter {
                starts: Some(visit.now..day.end.max(visit.now.plus_millis(SOON_MILLIS))),
                ..ContractFilter::default()
            },
            OF_THE_DAY
        ),
        // What ends now is overdue.
        contracts(&visit, ContractFilter::of_due(visit.now.plus_millis(1)..day.end), OF_THE_DAY),
        alerts(&visit),
    )?;
    let as_of = listed.data.first().map(|first| {
        let times = Times::new(visit.t, first.time_zone);
        visit.t.with("today-as-of", [("time", times.moment(visit.now)), ("zone", times.zone().to_owned())])
    });
    let steps = first_steps(&visit, &listed.data);
    let (attention, never_connected) = (attention(&visit, &listed), never_connected(&visit, &listed));
    let mut automats = Automats::of(listed.data);
    automats.read_those_of(&visit, [&overdue, &to_fetch, &to_return].into_iter().flat_map(|page| &page.data)).await?;
    let failing = Failing::all(&visit, &automats, &to_fetch.data).await?;
    let alerts = Alert::all(&visit, &automats, &events);
    let lines = |found: Page<ListedContract>, is_shown: fn(&Line, Instant) -> bool, more: String| {
        let is_all = found.next.is_none();
        let out = |listed: ListedContract| if listed.contract.out.is_empty() { listed } else { only_out(listed) };
        let lines = found.data.into_iter().filter_map(|listed| automats.line(&visit, out(listed)));
        Panel::of(lines.filter(|line| is_shown(line, visit.now)).collect(), is_all, more)
    };
    let overdue = lines(overdue, |_, _| true, links::with_query("/contracts", &[("state", "overdue")]));
    let of_today = links::with_query("/contracts", &[("from", &day.date), ("to", &day.date)]);
    let fetches = lines(to_fetch, |line, now| line.is_today(Some(line.contract.range.start()), now), of_today);
    let due_today = links::with_query("/contracts", &[("due", &day.date)]);
    let returns = lines(to_return, |line, now| line.is_today(line.contract.range.end(), now), due_today);
    let has_several_zones = automats.have_several_zones();
    visit.frame.overdue = (!overdue.lines.is_empty()).then(|| overdue.count.clone());
    let (frame, now) = (&visit.frame, visit.now);
    live::page(
        &headers,
        &TodayPage {
            frame,
            now,
            as_of,
            has_several_zones,
            steps,
            overdue,
            attention,
            failing,
            alerts,
            never_connected,
            fetches,
            returns,
            done,
        },
    )
}

async fn automats(visit: &Visit) -> Result<Page<Automat>, Problem> {
    Ok(visit.store().automats(&PageRequest { limit: CHECKED, after: None }).await?)
}

async fn contracts(visit: &Visit, filter: ContractFilter, limit: usize) -> Result<Page<ListedContract>, Problem> {
    Ok(visit.store().contracts(&filter, &PageRequest { limit, after: None }, visit.now).await?)
}

/// What is left to do in a new stack, with what is done already. Empty once there is a key and a device has connected.
fn first_steps(visit: &Visit, automats: &[Automat]) -> Vec<Step> {
    let Some(first) = automats.first() else { return Vec::new() };
    let has_keys = automats.iter().any(|automat| !automat.occupied.is_empty());
    let has_device = automats.iter().any(|automat| automat.connection.state != ConnectionState::Unknown);
    let href = links::automat(&first.id);
    let step = |id: &str, done| Step { text: visit.t.text(id).into_owned(), href: href.clone(), done };
    let steps = vec![
        step("today-step-automat", true),
        step("today-step-keys", has_keys),
        step("today-step-device", has_device),
        step("today-step-contract", false),
    ];
    if has_keys && has_device { Vec::new() } else { steps }
}

async fn alerts(visit: &Visit) -> Result<Vec<Event>, Problem> {
    Ok(visit.store().alerts(visit.now, URGENT).await?)
}

/// The automats that are disconnected, longest first, and then those whose condition is a reason to look after them.
fn attention(visit: &Visit, listed: &Page<Automat>) -> Panel<AutomatLine> {
    let mut found = in_state(listed, ConnectionState::Disconnected);
    found.sort_by_key(|automat| automat.connection.since);
    let has_concerns = |automat: &&Automat| automat.health.iter().flat_map(Health::concerns).next().is_some();
    let others = listed.data.iter().filter(|automat| automat.connection.state != ConnectionState::Disconnected);
    found.extend(others.filter(has_concerns));
    let is_all = listed.next.is_none() && found.len() <= URGENT;
    let lines = found.into_iter().take(URGENT).map(|automat| AutomatLine::of(visit, automat));
    Panel::of(lines.collect(), is_all, "/automats".to_owned())
}

/// The automats that were never connected: they wait to be installed.
fn never_connected(visit: &Visit, listed: &Page<Automat>) -> NeverConnected {
    let found = in_state(listed, ConnectionState::Unknown);
    let heading = (!found.is_empty()).then(|| count(visit.t, "today-never-connected", found.len()));
    NeverConnected { heading, lines: found.into_iter().map(|automat| AutomatLine::of(visit, automat)).collect() }
}

fn in_state(listed: &Page<Automat>, state: ConnectionState) -> Vec<&Automat> {
    listed.data.iter().filter(|automat| automat.connection.state == state).collect()
}

impl AutomatLine {
    fn of(visit: &Visit, automat: &Automat) -> Self {
        let times = LocalTimes::new(visit.t.language(), automat.time_zone);
        Self {
            href: links::automat(&automat.id),
            name: automat.name.to_string(),
            connection: ConnectionLabel::of(automat.connection, visit.t, times),
            is_away: automat.connection.state == ConnectionState::Disconnected,
            concerns: ConcernLabel::all(automat, visit.t),
        }
    }
}

impl Failing {
    /// Those of these contracts that start soon. Nothing is read unless one of their automats has no connection.
    async fn all(visit: &Visit, automats: &Automats, starting: &[ListedContract]) -> Result<Vec<Self>, Problem> {
        let soon = visit.now.plus_millis(SOON_MILLIS);
        let is_offline =
            |id: &AutomatId| automats.get(id).is_some_and(|one| one.connection.state == ConnectionState::Disconnected);
        let is_checked = |listed: &&ListedContract| {
            listed.contract.range.start() < soon && listed.keys.iter().any(|key| is_offline(&key.automat))
        };
        let checked: Vec<_> = starting.iter().filter(is_checked).collect();
        if checked.is_empty() {
            return Ok(Vec::new());
        }
        let ids = checked.iter().map(|listed| listed.contract.id.clone()).collect();
        let held = visit.store().held_contracts(&ids, visit.now).await?;
        let failing = checked.into_iter().filter_map(|listed| {
            let why = held
                .get(&listed.contract.id)?
                .iter()
                .find_map(|held| fails(visit.t, automats.get(&held.automat)?, &listed.contract, held))?;
            Some(Self { line: automats.line(visit, listed.clone())?, why })
        });
        Ok(failing.collect())
    }
}

impl Alert {
    /// The latest of each kind in each locker, newest first. An automat beyond those that are checked is shown by its id.
    fn all(visit: &Visit, automats: &Automats, events: &[Event]) -> Panel<Self> {
        let mut seen = HashSet::new();
        let mut latest: Vec<&Event> = events.iter().collect();
        latest.retain(|event| seen.insert((&event.subject.automat, event.subject.locker, event.kind.name())));
        let line = |event: &Event| {
            let (id, automat) = (&event.subject.automat, automats.get(&event.subject.automat));
            let times = Times::of_automat(visit.t, automat);
            let href = match event.subject.locker {
                Some(locker) => format!("{}/lockers/{locker}", links::automat(id)),
                None => links::activity_of_automat(id),
            };
            Self {
                automat: automat.map_or_else(|| id.to_string(), |automat| automat.name.to_string()),
                href,
                what: describe(event, visit.t, automat),
                at: times.moment(event.at),
            }
        };
        let is_all = events.len() < URGENT;
        Panel::of(latest.into_iter().map(line).collect(), is_all, "/activity?kind=alerts".to_owned())
    }
}

impl<L> Panel<L> {
    fn of(lines: Vec<L>, is_all: bool, more: String) -> Self {
        let count = format!("{}{}", lines.len(), if is_all { "" } else { "+" });
        Self { lines, count, more: (!is_all).then_some(more) }
    }
}

impl RestOfDay {
    fn of(visit: &Visit, automats: &[Automat]) -> Self {
        let now = visit.now;
        let times = |automat: &Automat| Times::new(visit.t, automat.time_zone);
        let end = automats.iter().filter_map(|automat| times(automat).day_end(now)).max();
        let date = automats.first().map(times).map(|times| times.written_date(times.date(now)));
        let end = end.unwrap_or_else(|| now.plus_millis(LONGEST_DAY_MILLIS));
        Self { end, date: date.unwrap_or_default() }
    }
}

impl TodayPage<'_> {
    /// How late a key is.
    fn late(&self, line: &Line) -> String {
        let (id, number) = line.lateness(self.now);
        count(self.frame.t, id, number)
    }
}
