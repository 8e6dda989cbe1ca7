//! `/automats/{automatId}/remove`: removing an automat.

use api::problem::Code;
use api::{App, AutomatPath, Caller, NoQuery, Problem};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::Automat;
use http::StatusCode;

use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "automats/remove.html")]
struct RemovePage {
    frame: Frame,
    automat: Automat,
    form: Form,
    errors: Errors,
}

/// `GET /automats/{automatId}/remove`
pub(crate) async fn show(
    State(app): State<App>,
    AutomatPath(id): AutomatPath,
    visit: Visit,
    _: NoQuery,
) -> Result<Response, Problem> {
    let automat = app.store.automat(&id).await?;
    show_confirmation(StatusCode::OK, &visit, automat, Errors::none())
}

/// `POST /automats/{automatId}/remove`
pub(crate) async fn send(
    State(app): State<App>,
    caller: Caller,
    AutomatPath(id): AutomatPath,
    visit: Visit,
    _: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let removed = app.store.remove_automat(&id, form.expected(), &caller.act(app.clock.now(), None)).await;
    match removed.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to("/").into_response()),
        // Sent twice: it has been removed already.
        Err(problem) if problem.code == Code::AutomatNotFound => Ok(Redirect::to("/").into_response()),
        Err(problem) => {
            let errors = Errors::of_form(problem)?;
            let automat = app.store.automat(&id).await?;
            show_confirmation(StatusCode::UNPROCESSABLE_ENTITY, &visit, automat, errors)
        }
    }
}

fn show_confirmation(status: StatusCode, visit: &Visit, automat: Automat, errors: Errors) -> Result<Response, Problem> {
    let form = Form::default().with("version", automat.version.to_string());
    page(status, &RemovePage { frame: visit.frame(), automat, form, errors })
}
