//! `GET /`: the automats.

use api::{App, Problem, Query};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::Automat;
use http::StatusCode;

use crate::frame::Frame;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "automats/list.html")]
struct ListPage {
    frame: Frame,
    automats: Vec<Automat>,
    next: Option<String>,
}

pub(crate) async fn list_automats(State(app): State<App>, visit: Visit, mut query: Query) -> Result<Response, Problem> {
    let request = query.page();
    query.finish()?;
    let automats = app.store.automats(&request).await?;
    let next = automats.next.map(|cursor| format!("/?after={}", cursor.as_str()));
    page(StatusCode::OK, &ListPage { frame: visit.frame(), automats: automats.data, next })
}
