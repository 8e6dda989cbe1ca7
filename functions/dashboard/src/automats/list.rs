//! `GET /`: the automats, and what about each of them wants somebody's attention.

use api::{App, Problem, Query};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::{Automat, DoorState, Location, Whereabouts};
use http::StatusCode;
use messages::LocalTimes;
use store::AutomatView;
use texts::{FluentArgs, Texts};

use super::connection::Said;
use crate::frame::Frame;
use crate::visit::{Visit, page};
use crate::words::count;

#[derive(Template)]
#[template(path = "automats/list.html")]
struct ListPage {
    frame: Frame,
    cards: Vec<Card>,
    /// Whether this is not the first part of the list.
    continued: bool,
    next: Option<String>,
}

/// An automat at a glance.
struct Card {
    automat: Automat,
    place: Option<String>,
    connection: Said,
    keys: String,
    alerts: Vec<String>,
}

pub(crate) async fn list_automats(State(app): State<App>, visit: Visit, mut query: Query) -> Result<Response, Problem> {
    let request = query.page();
    query.finish()?;
    let continued = request.after.is_some();
    let found = app.store.automat_views(&request, app.clock.now()).await?;
    let next = found.next.map(|cursor| format!("/?after={}", cursor.as_str()));
    let cards = found.data.into_iter().map(|view| Card::of(view, visit.t)).collect();
    page(StatusCode::OK, &ListPage { frame: visit.frame(), cards, continued, next })
}

impl Card {
    fn of(AutomatView { automat, lockers }: AutomatView, t: &Texts) -> Self {
        let of_keys = || lockers.iter().filter(|locker| locker.key.is_some());
        let (all, out) = (of_keys().count(), of_keys().filter(|locker| is_out(&locker.whereabouts)).count());
        let not_returned = of_keys().filter(|locker| locker.overdue).count();
        let doors = lockers.iter().filter(|locker| locker.door == DoorState::Open).count();
        let alerts = [("alert-not-returned", not_returned), ("alert-doors-open", doors)];
        let times = LocalTimes::new(t.language(), automat.time_zone);
        Self {
            place: automat.location.as_ref().map(in_one_line),
            connection: Said::of(automat.connection, t, times),
            keys: t.format("keys-in-and-out", &FluentArgs::from_iter([("keys", all), ("out", out)])),
            alerts: alerts.into_iter().filter(|(_, found)| *found > 0).map(|(id, found)| count(t, id, found)).collect(),
            automat,
        }
    }
}

fn is_out(whereabouts: &Whereabouts) -> bool {
    matches!(whereabouts, Whereabouts::Out { .. })
}

/// As on an envelope: the street, then the postal code and the town.
pub(super) fn in_one_line(location: &Location) -> String {
    let town = [location.postal_code.as_str(), location.postal_office.as_str()].join(" ");
    let lines = [location.address.as_str(), town.trim()];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}
