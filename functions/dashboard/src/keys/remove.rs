//! `/keys/{keyId}/remove`: removing a key and its contracts.

use api::problem::Code;
use api::{App, Caller, KeyPath, NoQuery, Problem};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::{Key, KeyState, Whereabouts};
use http::StatusCode;
use store::Removal;

use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "keys/remove.html")]
struct RemovePage {
    frame: Frame,
    key: Key,
    automat: String,
    /// How many contracts are active or upcoming.
    live: usize,
    out: bool,
    form: Form,
    errors: Errors,
}

/// A key whose contracts are still being deleted.
#[derive(Template)]
#[template(path = "keys/removing.html")]
struct RemovingPage {
    frame: Frame,
    key: Key,
}

/// `GET /keys/{keyId}/remove`
pub(crate) async fn show(
    State(app): State<App>,
    KeyPath(id): KeyPath,
    visit: Visit,
    _: NoQuery,
) -> Result<Response, Problem> {
    let key = app.store.key(&id).await?;
    match key.state {
        KeyState::Active => show_confirmation(StatusCode::OK, &app, &visit, key, Form::default(), Errors::none()).await,
        KeyState::Removing => page(StatusCode::OK, &RemovingPage { frame: visit.frame(), key }),
    }
}

/// `POST /keys/{keyId}/remove`
pub(crate) async fn send(
    State(app): State<App>,
    caller: Caller,
    KeyPath(id): KeyPath,
    visit: Visit,
    _: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let key = match app.store.key(&id).await.map_err(Problem::from) {
        Ok(key) => key,
        // Sent twice: it has been removed already.
        Err(problem) if problem.code == Code::KeyNotFound => return Ok(Redirect::to("/").into_response()),
        Err(problem) => return Err(problem),
    };
    let act = caller.act(app.clock.now(), None);
    let removed = app.store.remove_key(&id, form.ticked("force"), form.expected(), &act).await;
    match removed.map_err(Problem::from) {
        Ok(Removal::Complete) => Ok(Redirect::to(&links::automat(&key.automat)).into_response()),
        Ok(Removal::Underway) => Ok(Redirect::to(&links::path(&["keys", id.as_str(), "remove"])).into_response()),
        Err(problem) => {
            let key = app.store.key(&id).await?;
            let errors =
                if problem.code == Code::KeyOut { Errors::at("force", problem) } else { Errors::of_form(problem)? };
            show_confirmation(StatusCode::UNPROCESSABLE_ENTITY, &app, &visit, key, form, errors).await
        }
    }
}

async fn show_confirmation(
    status: StatusCode,
    app: &App,
    visit: &Visit,
    key: Key,
    form: Form,
    errors: Errors,
) -> Result<Response, Problem> {
    let live = key.calendar.without_ended(app.clock.now()).entries().len();
    let automat = app.store.automat(&key.automat).await?.name.to_string();
    let out = matches!(key.whereabouts, Whereabouts::Out { .. });
    let form = form.with("version", key.version.to_string());
    page(status, &RemovePage { frame: visit.frame(), automat, live, out, form, errors, key })
}
