//! `PATCH /v1/contracts/{contractId}`

use api::{App, Caller, ContractEdit, ContractPath, ContractView, IfMatch, JsonBody, Problem, Query, StillUsableView};
use axum::extract::State;
use axum::response::Response;
use domain::{ContractChange, Notify};
use store::Withdrawn;

use crate::get;

/// Edit a contract
///
/// The same rules apply as for creating a contract.
#[utoipa::path(
    patch,
    path = "/v1/contracts/{contractId}",
    operation_id = "editContract",
    tag = "contracts",
    params(
        ("contractId" = String, Path),
        ("force" = Option<bool>, Query, description = "Take keys off even if they are out with the contract"),
        ("ifRevocable" = Option<bool>, Query, description = "Refuse it if an automat without a connection may still accept what it takes away"),
        ("notify" = Option<bool>, Query, description = "False: no contact gets a message about this change; default true"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to edit"),
    ),
    request_body = ContractEdit,
    responses((status = 200, description = "The updated contract, with its PIN masked", body = ContractView))
)]
pub(crate) async fn edit_contract(
    State(app): State<App>,
    caller: Caller,
    ContractPath(id): ContractPath,
    mut query: Query,
    IfMatch(expected): IfMatch,
    body: JsonBody<ContractEdit>,
) -> Result<Response, Problem> {
    let force = query.flag("force");
    let notify = query.notify(Notify::Contacts);
    let if_revocable = query.flag("ifRevocable");
    query.finish()?;
    let change = body.value.change()?;
    let metadata = caller.metadata(app.clock.now(), None).notifying(notify);
    if change == ContractChange::default() {
        let contract = app.store.contract(&id).await?;
        api::unchanged(expected, contract.version)?;
        return Ok(get::answer(contract, Vec::new(), metadata.now));
    }
    let usable = app.store.still_usable(&id, Withdrawn::ByEdit(&change), metadata.now).await?;
    let still_usable = StillUsableView::all(usable, if_revocable)?;
    let contract = app.store.edit_contract(&id, change, force, expected, &metadata).await?;
    Ok(get::answer(contract, still_usable, metadata.now))
}
