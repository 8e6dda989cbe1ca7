//! `/automats/new`: adding an automat.

use api::{App, Caller, NoQuery, Problem};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use clock::Random;
use http::StatusCode;

use super::fields;
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "automats/new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
    errors: Errors,
}

/// `GET /automats/new`
pub(crate) async fn show(State(random): State<Random>, visit: Visit, _: NoQuery) -> Result<Response, Problem> {
    let form = Form::fresh(&random)?;
    page(StatusCode::OK, &NewPage { frame: visit.frame(), form, errors: Errors::none() })
}

/// `POST /automats/new`
pub(crate) async fn send(
    State(app): State<App>,
    State(random): State<Random>,
    caller: Caller,
    visit: Visit,
    _: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let act = caller.act(app.clock.now(), form.receipt(&caller, "/automats/new"));
    let added = match fields::draft(&form) {
        Ok(draft) => app.store.create_automat(draft, &act).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match added {
        Ok(created) => Ok(Redirect::to(&links::automat(&created.into_inner().id)).into_response()),
        Err(problem) => {
            let form = form.after(&problem, &random)?;
            let errors = Errors::of_form(problem)?;
            page(StatusCode::UNPROCESSABLE_ENTITY, &NewPage { frame: visit.frame(), form, errors })
        }
    }
}
