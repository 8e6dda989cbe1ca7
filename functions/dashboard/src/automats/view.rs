//! `GET /automats/{automatId}`: the Key Automat View, which shows an automat as its lockers.

use api::{AutomatPath, Query};
use askama::Template;
use domain::{Automat, ConnectionState};
use messages::LocalTimes;
use store::AutomatView;

use super::cabinet::{self, Labels, Locker, Show};
use super::connection::ConnectionLabel;
use super::list::in_one_line;
use crate::frame::Frame;
use crate::links;
use crate::visit::{Answer, Visit, page};

#[derive(Template)]
#[template(path = "automats/view.html")]
struct ViewPage<'p> {
    frame: &'p Frame,
    labels: Labels<'static>,
    home: String,
    address: Option<String>,
    connection: ConnectionLabel,
    offline: bool,
    filters: Vec<Filter>,
    lockers: Vec<Locker>,
    automat: Automat,
    done: Option<String>,
}

/// A filter of the lockers, and how many it shows.
struct Filter {
    label: String,
    href: String,
    count: usize,
    current: bool,
}

pub(crate) async fn view_automat(visit: Visit, AutomatPath(id): AutomatPath, mut query: Query) -> Answer {
    let show = query.one_of("show").unwrap_or(Show::All);
    let done = visit.done(&mut query, "automat");
    query.finish()?;
    let view = visit.store().automat_view(&id, visit.now).await?;
    page(&draw(view, show, done, &visit))
}

fn draw(view: AutomatView, show: Show, done: Option<String>, visit: &Visit) -> ViewPage<'_> {
    let (automat, t) = (view.automat, visit.t);
    let times = LocalTimes::new(t.language(), automat.time_zone);
    let home = links::automat(&automat.id);
    let mut lockers: Vec<_> = view.lockers.into_iter().map(|locker| Locker::of(locker, t, times)).collect();
    cabinet::count_other_keys(&mut lockers, t);
    let filters = Show::ALL.iter().map(|&each| Filter {
        label: t.text(&format!("show-{}", each.name())).into_owned(),
        href: if each == Show::All { home.clone() } else { format!("{home}?show={}", each.name()) },
        count: lockers.iter().filter(|locker| each.shows(locker.look)).count(),
        current: each == show,
    });
    let filters: Vec<_> = filters.collect();
    lockers.retain(|locker| show.shows(locker.look));
    ViewPage {
        frame: &visit.frame,
        labels: Labels::of(t),
        address: automat.location.as_ref().map(in_one_line),
        connection: ConnectionLabel::of(automat.connection, t, times),
        offline: automat.connection.state == ConnectionState::Disconnected,
        filters,
        lockers,
        home,
        automat,
        done,
    }
}
