//! `/automats/{automatId}/edit`: editing an automat.

use api::problem::Code;
use api::{App, AutomatPath, Caller, NoQuery, Problem};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::Automat;
use http::StatusCode;
use texts::Texts;

use super::fields;
use crate::form::{Differences, Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "automats/edit.html")]
struct EditPage {
    frame: Frame,
    automat: Automat,
    form: Form,
    errors: Errors,
    stale: Option<Differences>,
    /// How many contracts a change of the time zone would affect.
    contracts: Option<usize>,
}

/// `GET /automats/{automatId}/edit`
pub(crate) async fn show(
    State(app): State<App>,
    AutomatPath(id): AutomatPath,
    visit: Visit,
    _: NoQuery,
) -> Result<Response, Problem> {
    let automat = app.store.automat(&id).await?;
    let form = fields::filled(Form::default(), &automat);
    page(
        StatusCode::OK,
        &EditPage { frame: visit.frame(), automat, form, errors: Errors::none(), stale: None, contracts: None },
    )
}

/// `POST /automats/{automatId}/edit`
pub(crate) async fn send(
    State(app): State<App>,
    caller: Caller,
    AutomatPath(id): AutomatPath,
    visit: Visit,
    _: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let act = caller.act(app.clock.now(), None);
    let edited = match fields::change(&form) {
        Ok(change) => {
            let edited = app.store.edit_automat(&id, change, form.ticked("force"), form.expected(), &act).await;
            edited.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    let problem = match edited {
        Ok(automat) => return Ok(Redirect::to(&links::automat(&automat.id)).into_response()),
        Err(problem) => problem,
    };
    let automat = app.store.automat(&id).await?;
    let contracts = problem.facts.contract_count;
    let (form, errors, stale) = if problem.code == Code::StaleVersion {
        let stale = differences(visit.t, &form, &automat);
        (form.with("version", automat.version.to_string()), Errors::none(), Some(stale))
    } else if problem.code == Code::AutomatHasContracts {
        (form, Errors::at("force", problem), None)
    } else {
        (form, Errors::of_form(problem)?, None)
    };
    page(StatusCode::UNPROCESSABLE_ENTITY, &EditPage { frame: visit.frame(), automat, form, errors, stale, contracts })
}

fn differences(t: &Texts, typed: &Form, automat: &Automat) -> Differences {
    let current = fields::filled(Form::default(), automat);
    let labels = [
        ("name", t.text("automat-name")),
        ("lockerCount", t.text("automat-lockers")),
        ("timeZone", t.text("automat-time-zone")),
        ("pinDigits", t.text("automat-pin-digits")),
        ("minChosenPinDigits", t.text("automat-min-chosen-pin-digits")),
        ("location.address", t.text("automat-address")),
        ("location.postalCode", t.text("automat-postal-code")),
        ("location.postalOffice", t.text("automat-postal-office")),
    ];
    Differences::between(&current, typed, labels.map(|(name, label)| (name, label.into_owned())))
}
