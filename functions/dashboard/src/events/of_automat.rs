//! `GET /automats/{automatId}/events`: the events of an automat and its keys.

use api::{App, AutomatPath, Caller, Problem, Query};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::Automat;
use http::StatusCode;

use super::Line;
use crate::frame::Frame;
use crate::links;
use crate::times::Times;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "events/of_automat.html")]
struct EventsPage {
    frame: Frame,
    automat: Automat,
    home: String,
    lines: Vec<Line>,
    continued: bool,
    next: Option<String>,
}

pub(crate) async fn list_automat_events(
    State(app): State<App>,
    visit: Visit,
    caller: Caller,
    AutomatPath(id): AutomatPath,
    mut query: Query,
) -> Result<Response, Problem> {
    let request = query.page();
    query.finish()?;
    let automat = app.store.automat(&id).await?;
    let events = app.store.automat_events(&id, &request).await?;
    let times = Times::new(visit.t, automat.time_zone);
    let home = links::automat(&id);
    let shown = EventsPage {
        frame: visit.frame(),
        lines: events.data.iter().map(|event| Line::of(event, visit.t, &times, &caller)).collect(),
        continued: request.after.is_some(),
        next: events.next.map(|cursor| format!("{home}/events?after={}", cursor.as_str())),
        automat,
        home,
    };
    page(StatusCode::OK, &shown)
}
