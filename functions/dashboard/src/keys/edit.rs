//! `/keys/{keyId}/edit`: editing a key.

use api::problem::Code;
use api::{App, Caller, KeyPath, NoQuery, Problem};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::{Automat, Key, KeyId};
use http::StatusCode;
use messages::LocalTimes;
use texts::Texts;

use super::fields::{self, locker_options};
use crate::form::{Differences, Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "keys/edit.html")]
struct EditPage {
    frame: Frame,
    automat: Automat,
    key: Key,
    form: Form,
    errors: Errors,
    stale: Option<Differences>,
    pairs: Vec<[Contract; 2]>,
}

/// A contract that overlaps another.
struct Contract {
    id: String,
    href: String,
    range: String,
}

/// `GET /keys/{keyId}/edit`
pub(crate) async fn show(
    State(app): State<App>,
    KeyPath(id): KeyPath,
    visit: Visit,
    _: NoQuery,
) -> Result<Response, Problem> {
    let (automat, key) = read(&app, &id).await?;
    let form = fields::filled(Form::default(), &key);
    let (frame, errors) = (visit.frame(), Errors::none());
    page(StatusCode::OK, &EditPage { frame, automat, key, form, errors, stale: None, pairs: Vec::new() })
}

/// `POST /keys/{keyId}/edit`
pub(crate) async fn send(
    State(app): State<App>,
    caller: Caller,
    KeyPath(id): KeyPath,
    visit: Visit,
    _: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let act = caller.act(app.clock.now(), None);
    let edited = match fields::change(&form) {
        Ok(change) => app.store.edit_key(&id, change, form.expected(), &act).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    let problem = match edited {
        Ok(key) => return Ok(Redirect::to(&links::key(&key.id)).into_response()),
        Err(problem) => problem,
    };
    let (automat, key) = read(&app, &id).await?;
    let mut shown = EditPage {
        frame: visit.frame(),
        pairs: pairs(&problem, &key, LocalTimes::new(visit.t.language(), automat.time_zone)),
        automat,
        form,
        errors: Errors::none(),
        stale: None,
        key,
    };
    if problem.code == Code::StaleVersion {
        shown.stale = Some(differences(visit.t, &shown.form, &shown.key));
        shown.form = shown.form.with("version", shown.key.version.to_string());
    } else {
        shown.errors = Errors::of_form(problem)?;
    }
    page(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

async fn read(app: &App, id: &KeyId) -> Result<(Automat, Key), Problem> {
    let key = app.store.active_key(id).await?;
    Ok((app.store.automat(&key.automat).await?, key))
}

fn differences(t: &Texts, typed: &Form, key: &Key) -> Differences {
    let with_labels = |form: Form| {
        let shared = t.text(if form.ticked("shared") { "key-form-yes" } else { "key-form-no" });
        form.with("shared", shared)
    };
    let labels = [
        ("lockerIndex", t.text("key-form-locker")),
        ("property", t.text("key-form-property")),
        ("shared", t.text("key-form-shared")),
        ("returnCode", t.text("key-form-return-code")),
    ];
    let current = with_labels(fields::filled(Form::default(), key));
    let labels = labels.map(|(name, label)| (name, label.into_owned()));
    Differences::between(&current, &with_labels(typed.clone()), labels)
}

/// The contracts that keep a key shared.
fn pairs(problem: &Problem, key: &Key, times: LocalTimes) -> Vec<[Contract; 2]> {
    let contract = |view: &api::EntryView| {
        let entry = key.calendar.entries().iter().find(|entry| entry.contract.as_str() == view.contract_id)?;
        let (id, href) = (entry.contract.to_string(), links::contract(&key.id, &entry.contract));
        Some(Contract { id, href, range: times.range(entry.range) })
    };
    let pairs = problem.facts.pairs.iter().flatten();
    pairs.filter_map(|[one, other]| Some([contract(one)?, contract(other)?])).collect()
}
