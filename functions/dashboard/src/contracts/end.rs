//! `/keys/{keyId}/contracts/{contractId}/end`: ending an active contract now, with a preview of the messages.

use api::{App, Caller, ContractPath, NoQuery, Problem};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::{Contract, ContractId, KeyId};
use http::StatusCode;

use super::form::KeyContext;
use super::preview::{MessageBody, PreviewedMessage, previewed_messages};
use crate::form::Form;
use crate::frame::Frame;
use crate::links;
use crate::session::ShowsMail;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "contracts/end.html")]
struct EndPage {
    frame: Frame,
    contract: Contract,
    automat: String,
    automat_href: String,
    range: String,
    zone: &'static str,
    /// Whether the key is out with it, so that it will become overdue.
    out: bool,
    messages: Vec<PreviewedMessage>,
    form: Form,
    stale: bool,
}

/// `GET /keys/{keyId}/contracts/{contractId}/end`
pub(crate) async fn show(
    State(app): State<App>,
    ContractPath(key, id): ContractPath,
    visit: Visit,
    _: NoQuery,
) -> Result<Response, Problem> {
    show_confirmation(&app, &visit, &key, &id, false).await
}

/// `POST /keys/{keyId}/contracts/{contractId}/end`
pub(crate) async fn send(
    State(app): State<App>,
    caller: Caller,
    ContractPath(key, id): ContractPath,
    visit: Visit,
    _: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let act = caller.act(app.clock.now(), None);
    match app.store.end_contract(&key, &id, form.expected(), &act).await {
        Ok(_) => Ok(Redirect::to(&format!("{}?done=ended", links::contract(&key, &id))).into_response()),
        Err(store::Error::Stale { .. }) => show_confirmation(&app, &visit, &key, &id, true).await,
        Err(error) => Err(error.into()),
    }
}

/// The page that asks for confirmation. A contract that cannot be ended is a problem.
async fn show_confirmation(
    app: &App,
    visit: &Visit,
    key: &KeyId,
    id: &ContractId,
    stale: bool,
) -> Result<Response, Problem> {
    let contract = app.store.contract(key, id).await?;
    let preview = app.store.preview_end(key, id, app.clock.now()).await?;
    let context = KeyContext::read(app, key, visit.t).await?;
    let shown = EndPage {
        frame: visit.frame(),
        range: context.times.range(contract.range),
        zone: context.times.zone(),
        out: preview.overdue,
        automat_href: links::automat(&context.key.automat),
        automat: context.automat,
        messages: previewed_messages(visit.t, &context.times, &preview)?,
        form: Form::default().with("version", contract.version.to_string()),
        contract,
        stale,
    };
    let status = if stale { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut response = page(status, &shown)?;
    response.extensions_mut().insert(ShowsMail);
    Ok(response)
}
