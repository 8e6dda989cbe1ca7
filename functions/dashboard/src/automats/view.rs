//! `GET /automats/{automatId}`: the Key Automat View, which shows an automat as its cabinet or as a list of its lockers, and
//! one locker of it in a panel.

use api::{AutomatPath, Problem, Query};
use askama::Template;
use domain::{Automat, ConnectionState, Invalid, LockerIndex};
use http::HeaderMap;
use store::AutomatView;
use strum::{IntoStaticStr, VariantArray};

use super::cabinet::{self, Cabinet, Labels, Locker, Look, Show};
use super::condition::Condition;
use super::connection::ConnectionLabel;
use super::list::in_one_line;
use super::panel::Panel;
use crate::frame::Frame;
use crate::times::Times;
use crate::visit::{Answer, Visit};
use crate::{links, live};

/// How the page shows the lockers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
enum Arrangement {
    Cabinet,
    List,
}

#[derive(Template)]
#[template(path = "automats/view.html")]
struct ViewPage<'p> {
    frame: &'p Frame,
    labels: Labels<'static>,
    home: String,
    address: Option<String>,
    connection: ConnectionLabel,
    condition: Condition,
    offline: bool,
    /// What can be done at the keypad meanwhile.
    without_connection: String,
    as_of: String,
    filters: Vec<Link>,
    arrangements: Vec<Link>,
    is_list: bool,
    cabinet: Cabinet,
    /// Whether the filter shows none.
    is_empty: bool,
    /// The address of a locker's panel, without its index; and that of the page without a panel.
    to_panel: String,
    closed: String,
    panel: Option<Panel>,
    automat: Automat,
    done: Option<String>,
}

/// A link to the same page with another filter or arrangement.
struct Link {
    label: String,
    href: String,
    /// The CSS class of the state's colour and sign.
    class: &'static str,
    /// How many lockers a filter shows.
    count: usize,
    current: bool,
}

/// `GET /automats/{automatId}`
pub(crate) async fn view_automat(
    visit: Visit,
    AutomatPath(id): AutomatPath,
    mut query: Query,
    headers: HeaderMap,
) -> Answer {
    let show = query.one_of("show").unwrap_or(Show::All);
    let arrangement = query.one_of("view").unwrap_or(Arrangement::Cabinet);
    let index = query.parsed("locker", locker_index);
    let done = visit.done(&mut query, "automat");
    query.finish()?;
    let AutomatView { automat, lockers } = visit.store().automat_view(&id, visit.now).await?;
    let offline = automat.connection.state == ConnectionState::Disconnected;
    let lease = if offline { visit.store().device_access(&id).await?.lease_after(visit.now) } else { None };
    let (t, times) = (visit.t, Times::new(visit.t, automat.time_zone));
    let mut lockers: Vec<_> = lockers.into_iter().map(|locker| Locker::of(locker, automat.layout, t, &times)).collect();
    let panel = match index.map(|index| lockers.get(usize::from(index.get()))) {
        Some(Some(locker)) => Some(Panel::read(&visit, locker, &times).await?),
        Some(None) => return Err(Problem::no_locker(automat.locker_count)),
        None => None,
    };
    cabinet::count_other_keys(&mut lockers, t);
    let home = links::automat(&automat.id);
    let filters = filters(&visit, &lockers, (show, arrangement), &home);
    lockers.retain(|locker| show.shows(locker));
    let to_panel = address(show, arrangement);
    live::page(
        &headers,
        &ViewPage {
            frame: &visit.frame,
            labels: Labels::of(t),
            address: automat.location.as_ref().map(in_one_line),
            connection: ConnectionLabel::of(
                automat.connection,
                t,
                messages::LocalTimes::new(t.language(), automat.time_zone),
            ),
            condition: Condition::of(&automat, t, times),
            offline,
            without_connection: match lease {
                Some(until) => t.with("disconnected-lease", [("time", times.moment(until))]),
                None => t.text("disconnected-no-lease").into_owned(),
            },
            as_of: t.with("today-as-of", [("time", times.moment(visit.now)), ("zone", times.zone().to_owned())]),
            filters,
            arrangements: arrangements(&visit, (show, arrangement), &home),
            is_list: arrangement == Arrangement::List,
            is_empty: lockers.is_empty(),
            cabinet: Cabinet::of(&automat, show, lockers),
            closed: format!("{home}{to_panel}"),
            to_panel: if to_panel.is_empty() { "?locker=".to_owned() } else { format!("{to_panel}&locker=") },
            panel,
            automat,
            home,
            done,
        },
    )
}

fn locker_index(text: &str) -> Result<LockerIndex, Invalid> {
    LockerIndex::new(text.parse().unwrap_or(u32::MAX))
}

/// The query of the page with a filter and an arrangement.
fn address(show: Show, arrangement: Arrangement) -> String {
    let mut query = Vec::new();
    if show != Show::All {
        query.push(format!("show={}", show.name()));
    }
    if arrangement == Arrangement::List {
        query.push("view=list".to_owned());
    }
    if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) }
}

fn filters(visit: &Visit, lockers: &[Locker], (current, arrangement): (Show, Arrangement), home: &str) -> Vec<Link> {
    let link = |&show: &Show| {
        let count = lockers.iter().filter(|locker| show.shows(locker)).count();
        let is_offered = count > 0 || !show.is_rare() || show == current;
        is_offered.then(|| Link {
            label: visit.t.text(&format!("show-{}", show.name())).into_owned(),
            href: format!("{home}{}", address(show, arrangement)),
            class: show.class(),
            count,
            current: show == current,
        })
    };
    Show::ALL.iter().filter_map(link).collect()
}

fn arrangements(visit: &Visit, (show, current): (Show, Arrangement), home: &str) -> Vec<Link> {
    let link = |&arrangement: &Arrangement| Link {
        label: visit.t.text(&format!("view-{}", <&str>::from(arrangement))).into_owned(),
        href: format!("{home}{}", address(show, arrangement)),
        class: "",
        count: 0,
        current: arrangement == current,
    };
    Arrangement::VARIANTS.iter().map(link).collect()
}

impl ViewPage<'_> {
    /// Whether pressing the locker adds a key to it.
    fn adds(&self, locker: &Locker) -> bool {
        self.frame.administers() && locker.look == Look::Empty
    }

    fn is_chosen(&self, locker: &Locker) -> bool {
        self.panel.as_ref().is_some_and(|panel| panel.index == locker.view.locker.get())
    }
}
