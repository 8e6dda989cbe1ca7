//! `/keys/{keyId}/contracts/{contractId}/pin`: viewing a PIN, which is recorded, and replacing it.

use api::{App, Caller, ContractPath, NoQuery, Problem};
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use clock::Random;

use super::page::{Shown, answer};
use crate::form::Form;
use crate::links;
use crate::visit::Visit;

/// `POST /keys/{keyId}/contracts/{contractId}/pin`: the contract's page with its PIN. There is no redirect: an address
/// that shows a PIN would show it to anybody who finds it in a browser's history, without a record.
pub(crate) async fn reveal(
    State(app): State<App>,
    State(random): State<Random>,
    caller: Caller,
    ContractPath(key, id): ContractPath,
    visit: Visit,
    _: NoQuery,
) -> Result<Response, Problem> {
    let pin = app.store.reveal_pin(&key, &id, &caller.act(app.clock.now(), None)).await?;
    let shown = Shown { pin: Some(pin), ..Shown::default() };
    answer(&app, &visit, (&key, &id), Form::fresh(&random)?, shown).await
}

/// `POST /keys/{keyId}/contracts/{contractId}/pin/new`
pub(crate) async fn replace(
    State(app): State<App>,
    caller: Caller,
    ContractPath(key, id): ContractPath,
    _: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let page = links::path(&["keys", key.as_str(), "contracts", id.as_str(), "pin", "new"]);
    let act = caller.act(app.clock.now(), form.receipt(&caller, &page));
    app.store.replace_pin(&key, &id, &act).await?;
    Ok(Redirect::to(&format!("{}?done=new-pin", links::contract(&key, &id))).into_response())
}
