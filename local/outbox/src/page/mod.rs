//! The page that shows what was sent, and lets the ends misbehave.

mod guard;
mod orders;
mod view;

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Query, State};
use axum::middleware;
use axum::response::{Html, IntoResponse, Json, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, body::Bytes};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use orders::Told;
use view::{Kind, Page};

use crate::service::Service;

const STYLE: &str = include_str!("../../templates/outbox.css");
const SCRIPT: &str = include_str!("../../templates/outbox.js");

/// The page's routes, of a server of this origin.
pub(crate) fn router(service: Arc<Service>, origin: &str) -> Router {
    Router::new()
        .route("/outbox", get(page))
        .route("/outbox.json", get(list))
        .route("/outbox/taken", get(taken))
        .route("/outbox/behaviour", post(behave))
        .route("/outbox/empty", post(empty))
        .route("/outbox/page.css", get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) }))
        .route(
            "/outbox/page.js",
            get(|| async { ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT) }),
        )
        .layer(middleware::from_fn_with_state(Arc::<str>::from(origin), guard::keep_out_others))
        .with_state(service)
}

#[derive(Deserialize)]
struct Wanted {
    show: Option<String>,
}

async fn page(State(service): State<Arc<Service>>, Query(wanted): Query<Wanted>) -> Response {
    let kind = wanted.show.as_deref().and_then(Kind::of_word);
    match Page::new(&service, kind).render() {
        Ok(page) => Html(page).into_response(),
        Err(error) => {
            tracing::error!(%error, "the outbox page cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn list(State(service): State<Arc<Service>>) -> Response {
    Json(service.tray.all()).into_response()
}

async fn taken(State(service): State<Arc<Service>>) -> Response {
    Json(json!({ "taken": service.tray.taken() })).into_response()
}

async fn behave(State(service): State<Arc<Service>>, form: Result<Bytes, BytesRejection>) -> Response {
    match form.ok().and_then(|form| Told::read(&form)) {
        Some(told) => {
            told.to(&service.conduct);
            Redirect::to("/outbox").into_response()
        }
        None => (StatusCode::BAD_REQUEST, "There is no such end, behaviour or number of calls.").into_response(),
    }
}

async fn empty(State(service): State<Arc<Service>>) -> Redirect {
    service.tray.empty();
    Redirect::to("/outbox")
}
