//! `/keys/{keyId}/contracts/{contractId}/remove`: removing a contract, with a preview of the messages.

use api::{App, Caller, ContractPath, NoQuery, Problem};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::{Contract, ContractId, KeyId};
use http::StatusCode;
use store::Thing;

use super::form::KeyContext;
use super::preview::{MessageBody, PreviewedMessage, previewed_messages};
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::links;
use crate::session::ShowsMail;
use crate::visit::{Visit, page};

#[derive(Template)]
#[template(path = "contracts/remove.html")]
struct RemovePage {
    frame: Frame,
    contract: Contract,
    automat: String,
    automat_href: String,
    range: String,
    zone: &'static str,
    /// Whether the key is out with it.
    out: bool,
    messages: Vec<PreviewedMessage>,
    form: Form,
    errors: Errors,
    stale: bool,
}

/// `GET /keys/{keyId}/contracts/{contractId}/remove`
pub(crate) async fn show(
    State(app): State<App>,
    ContractPath(key, id): ContractPath,
    visit: Visit,
    _: NoQuery,
) -> Result<Response, Problem> {
    show_confirmation(&app, &visit, &key, &id, Errors::none(), false).await
}

/// `POST /keys/{keyId}/contracts/{contractId}/remove`
pub(crate) async fn send(
    State(app): State<App>,
    caller: Caller,
    ContractPath(key, id): ContractPath,
    visit: Visit,
    _: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let act = caller.act(app.clock.now(), None);
    match app.store.remove_contract(&key, &id, form.ticked("force"), form.expected(), &act).await {
        // Sent twice: it has been removed already.
        Ok(()) | Err(store::Error::NotFound(Thing::Contract)) => {
            let to = format!("{}?done=contract-removed", links::key(&key));
            Ok(Redirect::to(&to).into_response())
        }
        Err(store::Error::Stale { .. }) => show_confirmation(&app, &visit, &key, &id, Errors::none(), true).await,
        Err(error) => show_confirmation(&app, &visit, &key, &id, Errors::of_form(error.into())?, false).await,
    }
}

async fn show_confirmation(
    app: &App,
    visit: &Visit,
    key: &KeyId,
    id: &ContractId,
    errors: Errors,
    stale: bool,
) -> Result<Response, Problem> {
    let preview = app.store.preview_removal(key, id, app.clock.now()).await?;
    let context = KeyContext::read(app, key, visit.t).await?;
    let status = if errors.any() || stale { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let messages = previewed_messages(visit.t, &context.times, &preview)?;
    let contract = preview.contract;
    let shown = RemovePage {
        frame: visit.frame(),
        range: context.times.range(contract.range),
        zone: context.times.zone(),
        out: context.key.whereabouts.holder() == Some(id),
        automat_href: links::automat(&context.key.automat),
        automat: context.automat,
        messages,
        form: Form::default().with("version", contract.version.to_string()),
        contract,
        errors,
        stale,
    };
    let mut response = page(status, &shown)?;
    response.extensions_mut().insert(ShowsMail);
    Ok(response)
}
