//! `PATCH /v1/keys/{keyId}/contracts/{contractId}`

use api::{App, Caller, ContractPath, ContractView, IfMatch, JsonBody, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;
use domain::ContractChange;

use crate::body::ContractEdit;
use crate::get;

/// Edit a contract
///
/// The same rules apply as for creating a contract.
#[utoipa::path(
    patch,
    path = "/v1/keys/{keyId}/contracts/{contractId}",
    operation_id = "editContract",
    tag = "contracts",
    params(
        ("keyId" = String, Path),
        ("contractId" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to edit"),
    ),
    request_body = ContractEdit,
    responses((status = 200, description = "The updated contract, with its PIN masked", body = ContractView))
)]
pub(crate) async fn edit_contract(
    State(app): State<App>,
    caller: Caller,
    ContractPath(key, id): ContractPath,
    _: NoQuery,
    IfMatch(expected): IfMatch,
    body: JsonBody<ContractEdit>,
) -> Result<Response, Problem> {
    let change = body.value.change()?;
    let metadata = caller.metadata(app.clock.now(), None);
    let contract = if change == ContractChange::default() {
        let contract = app.store.contract(&key, &id).await?;
        api::unchanged(expected, contract.version)?;
        contract
    } else {
        app.store.edit_contract(&key, &id, change, expected, &metadata).await?
    };
    get::answer(&app, contract, metadata.now).await
}
