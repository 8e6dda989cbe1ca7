//! `GET /automats`: the automats, and what needs attention at each.

use api::Query;
use askama::Template;
use domain::{Automat, DoorState, Location, Whereabouts};
use messages::LocalTimes;
use store::AutomatView;
use texts::Texts;

use super::condition::ConcernLabel;
use super::connection::ConnectionLabel;
use crate::frame::Frame;
use crate::translations::count;
use crate::visit::{Answer, Visit, page};

#[derive(Template)]
#[template(path = "automats/list.html")]
struct ListPage<'p> {
    frame: &'p Frame,
    cards: Vec<Card>,
    /// Whether this is not the first page of the list.
    continued: bool,
    next: Option<String>,
    done: Option<String>,
}

struct Card {
    automat: Automat,
    address: Option<String>,
    connection: ConnectionLabel,
    keys: String,
    alerts: Vec<String>,
    concerns: Vec<ConcernLabel>,
}

pub(crate) async fn list_automats(visit: Visit, mut query: Query) -> Answer {
    let request = query.page();
    let done = visit.done(&mut query, "automats");
    query.finish()?;
    let continued = request.after.is_some();
    let found = visit.store().automat_views(&request, visit.now).await?;
    let next = found.next.map(|cursor| format!("/automats?after={}", cursor.as_str()));
    let cards = found.data.into_iter().map(|view| Card::of(view, visit.t)).collect();
    page(&ListPage { frame: &visit.frame, cards, continued, next, done })
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
            address: automat.location.as_ref().map(in_one_line),
            connection: ConnectionLabel::of(automat.connection, t, times),
            concerns: ConcernLabel::all(&automat, t),
            keys: t.with("keys-in-and-out", [("keys", all), ("out", out)]),
            alerts: alerts.into_iter().filter(|(_, found)| *found > 0).map(|(id, found)| count(t, id, found)).collect(),
            automat,
        }
    }
}

fn is_out(whereabouts: &Whereabouts) -> bool {
    matches!(whereabouts, Whereabouts::Out { .. })
}

/// The street, the postal code and the town, as on an envelope.
pub(super) fn in_one_line(location: &Location) -> String {
    let town = [location.postal_code.as_str(), location.postal_office.as_str()].join(" ");
    let lines = [location.address.as_str(), town.trim()];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}
