//! `/automats/{automatId}/keys/new`: adding a key to a locker, and the next steps.

use api::{App, AutomatPath, Caller, Problem, Query};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use clock::Random;
use domain::{Automat, AutomatId, Key, KeyId};
use http::StatusCode;
use store::Thing;
use texts::FluentArgs;

use super::fields::{self, locker_options};
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "keys/new.html")]
struct NewPage {
    frame: Frame,
    automat: Automat,
    form: Form,
    errors: Errors,
}

#[derive(Template)]
#[template(path = "keys/added.html")]
struct AddedPage {
    frame: Frame,
    automat: Automat,
    key: Key,
    /// The heading: that it has been added, and to which locker.
    added: String,
    form: Form,
}

/// `GET /automats/{automatId}/keys/new`: the form for `?locker=7`, or for the lowest free locker. With `?added=` and a
/// KeyID of the automat: the next steps for that key.
pub(crate) async fn show(
    State(app): State<App>,
    State(random): State<Random>,
    AutomatPath(id): AutomatPath,
    visit: Visit,
    mut query: Query,
) -> Result<Response, Problem> {
    let (wanted, added) = (query.text("locker"), query.parsed("added", KeyId::parse));
    query.finish()?;
    let automat = app.store.automat(&id).await?;
    let form = Form::fresh(&random)?;
    if let Some(added) = added {
        let key = app.store.key(&added).await?;
        if key.automat != automat.id {
            return Err(store::Error::NotFound(Thing::Key).into());
        }
        let locker = FluentArgs::from_iter([("locker", key.locker.get())]);
        let added = visit.t.format("key-form-added", &locker);
        return page(StatusCode::OK, &AddedPage { frame: visit.frame(), automat, key, added, form });
    }
    let lowest_free = automat.choose_locker(None).ok().map(|locker| locker.to_string());
    let form = form.with_some("lockerIndex", wanted.or(lowest_free));
    page(StatusCode::OK, &NewPage { frame: visit.frame(), automat, form, errors: Errors::none() })
}

/// `POST /automats/{automatId}/keys/new`
pub(crate) async fn send(
    State(app): State<App>,
    State(random): State<Random>,
    caller: Caller,
    AutomatPath(id): AutomatPath,
    visit: Visit,
    form: Form,
) -> Result<Response, Problem> {
    let here = here(&id);
    let act = caller.act(app.clock.now(), form.receipt(&caller, &here));
    let added = match fields::draft(&form, &id) {
        Ok(draft) => app.store.create_key(draft, &act).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match added {
        Ok(created) => {
            let added = api::segment(created.into_inner().id.as_str());
            Ok(Redirect::to(&format!("{here}?added={added}")).into_response())
        }
        Err(problem) => {
            let form = form.after(&problem, &random)?;
            let errors = Errors::of_form(problem)?;
            let automat = app.store.automat(&id).await?;
            page(StatusCode::UNPROCESSABLE_ENTITY, &NewPage { frame: visit.frame(), automat, form, errors })
        }
    }
}

fn here(id: &AutomatId) -> String {
    links::path(&["automats", id.as_str(), "keys", "new"])
}
