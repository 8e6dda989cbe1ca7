//! The page that shows sent messages, and configures simulated faults.

mod behaviour_form;
mod guard;
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

use behaviour_form::BehaviourForm;
use view::Page;

use crate::service::Service;

const STYLE: &str = include_str!("../../templates/outbox.css");
const SCRIPT: &str = include_str!("../../templates/outbox.js");

/// Routes of the page, for a server with this origin.
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
        .layer(middleware::from_fn_with_state(Arc::<str>::from(origin), guard::reject_other_pages))
        .with_state(service)
}

#[derive(Deserialize)]
struct Wanted {
    show: Option<String>,
}

async fn page(State(service): State<Arc<Service>>, Query(wanted): Query<Wanted>) -> Response {
    let kind = wanted.show.as_deref().and_then(|name| name.parse().ok());
    match Page::new(&service, kind).render() {
        Ok(page) => Html(page).into_response(),
        Err(error) => {
            tracing::error!(%error, "cannot render the outbox page");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn list(State(service): State<Arc<Service>>) -> Response {
    Json(service.messages.all()).into_response()
}

async fn taken(State(service): State<Arc<Service>>) -> Response {
    Json(json!({ "taken": service.messages.taken() })).into_response()
}

async fn behave(State(service): State<Arc<Service>>, form: Result<Bytes, BytesRejection>) -> Response {
    match form.ok().and_then(|form| BehaviourForm::parse(&form)) {
        Some(form) => {
            form.apply(&service.behaviours);
            Redirect::to("/outbox").into_response()
        }
        None => (StatusCode::BAD_REQUEST, "Unknown endpoint, unknown behaviour, or number of calls out of range.")
            .into_response(),
    }
}

async fn empty(State(service): State<Arc<Service>>) -> Redirect {
    service.messages.empty();
    Redirect::to("/outbox")
}
