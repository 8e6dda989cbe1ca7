//! `GET /automats/{automatId}/events`: the events of an automat and its keys; `GET /keys/{keyId}/events`: those of a key.

use api::{AutomatPath, KeyPath, Query};
use askama::Template;
use domain::{Automat, KeyId};

use super::{Line, lines, lines_of_key};
use crate::frame::Frame;
use crate::links;
use crate::times::Times;
use crate::visit::{Answer, Visit, page};

#[derive(Template)]
#[template(path = "events/list.html")]
struct EventsPage<'p> {
    frame: &'p Frame,
    automat: Automat,
    /// `None` for the events of the automat.
    key: Option<KeyId>,
    home: String,
    lines: Vec<Line>,
    continued: bool,
    next: Option<String>,
}

/// `GET /automats/{automatId}/events`
pub(crate) async fn of_automat(visit: Visit, AutomatPath(id): AutomatPath, mut query: Query) -> Answer {
    let request = query.page();
    query.finish()?;
    let automat = visit.store().automat(&id).await?;
    let events = visit.store().automat_events(&id, &request).await?;
    let lines = lines(&visit, &Times::new(visit.t, automat.time_zone), &events.data);
    let (home, continued) = (links::automat(&id), request.after.is_some());
    let next = events.next.map(|cursor| format!("{home}/events?after={}", cursor.as_str()));
    page(&EventsPage { frame: &visit.frame, automat, key: None, home, lines, continued, next })
}

/// `GET /keys/{keyId}/events`
pub(crate) async fn of_key(visit: Visit, KeyPath(id): KeyPath, mut query: Query) -> Answer {
    let request = query.page();
    query.finish()?;
    let automat = visit.store().automat(&visit.store().key(&id).await?.automat).await?;
    let events = visit.store().key_events(&id, &request).await?;
    let lines = lines_of_key(&visit, &Times::new(visit.t, automat.time_zone), &events.data);
    let (home, continued) = (links::key(&id), request.after.is_some());
    let next = events.next.map(|cursor| format!("{home}/events?after={}", cursor.as_str()));
    page(&EventsPage { frame: &visit.frame, automat, key: Some(id), home, lines, continued, next })
}
