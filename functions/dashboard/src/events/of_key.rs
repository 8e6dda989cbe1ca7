//! `GET /keys/{keyId}/events`: the events of a key.

use api::{App, Caller, KeyPath, Problem, Query};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::{Automat, KeyId};
use http::StatusCode;

use super::Line;
use crate::frame::Frame;
use crate::links;
use crate::times::Times;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "events/of_key.html")]
struct EventsPage {
    frame: Frame,
    key: KeyId,
    automat: Automat,
    home: String,
    lines: Vec<Line>,
    continued: bool,
    next: Option<String>,
}

pub(crate) async fn list_key_events(
    State(app): State<App>,
    visit: Visit,
    caller: Caller,
    KeyPath(id): KeyPath,
    mut query: Query,
) -> Result<Response, Problem> {
    let request = query.page();
    query.finish()?;
    let key = app.store.key(&id).await?;
    let automat = app.store.automat(&key.automat).await?;
    let events = app.store.key_events(&id, &request).await?;
    let times = Times::new(visit.t, automat.time_zone);
    let home = links::key(&id);
    let line = |event| Line::of(event, visit.t, &times, &caller).of_one_key();
    let shown = EventsPage {
        frame: visit.frame(),
        lines: events.data.iter().map(line).collect(),
        continued: request.after.is_some(),
        next: events.next.map(|cursor| format!("{home}/events?after={}", cursor.as_str())),
        key: id,
        automat,
        home,
    };
    page(StatusCode::OK, &shown)
}
