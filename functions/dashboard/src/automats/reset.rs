//! `/automats/{automatId}/reset`: resetting the device of an automat.

use api::{App, AutomatPath, Caller, NoQuery, Problem};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::Automat;
use http::StatusCode;

use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "automats/reset.html")]
struct ResetPage {
    frame: Frame,
    automat: Automat,
    form: Form,
    errors: Errors,
}

/// `GET /automats/{automatId}/reset`
pub(crate) async fn show(
    State(app): State<App>,
    AutomatPath(id): AutomatPath,
    visit: Visit,
    _: NoQuery,
) -> Result<Response, Problem> {
    let automat = app.store.automat(&id).await?;
    show_confirmation(StatusCode::OK, &visit, automat, Errors::none())
}

/// `POST /automats/{automatId}/reset`
pub(crate) async fn send(
    State(app): State<App>,
    caller: Caller,
    AutomatPath(id): AutomatPath,
    visit: Visit,
    _: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let reset = app.store.reset_automat(&id, form.expected(), &caller.act(app.clock.now(), None)).await;
    match reset.map_err(Problem::from) {
        Ok(automat) => Ok(Redirect::to(&links::automat(&automat.id)).into_response()),
        Err(problem) => {
            let errors = Errors::of_form(problem)?;
            let automat = app.store.automat(&id).await?;
            show_confirmation(StatusCode::UNPROCESSABLE_ENTITY, &visit, automat, errors)
        }
    }
}

fn show_confirmation(status: StatusCode, visit: &Visit, automat: Automat, errors: Errors) -> Result<Response, Problem> {
    let form = Form::default().with("version", automat.version.to_string());
    page(status, &ResetPage { frame: visit.frame(), automat, form, errors })
}
