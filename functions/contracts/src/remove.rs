//! `DELETE /v1/contracts/{contractId}`

use api::{App, Caller, ContractPath, IfMatch, Problem, Query};
use axum::extract::State;
use axum::response::Response;
use store::Removal;

/// Remove a contract
///
/// Its PIN stops working.
#[utoipa::path(
    delete,
    path = "/v1/contracts/{contractId}",
    operation_id = "removeContract",
    tag = "contracts",
    params(
        ("contractId" = String, Path),
        ("force" = Option<bool>, Query, description = "Remove it even if the key is out with this contract"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to remove"),
    ),
    responses((status = 204, description = "Removed"))
)]
pub(crate) async fn remove_contract(
    State(app): State<App>,
    caller: Caller,
    ContractPath(id): ContractPath,
    mut query: Query,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    let force = query.flag("force");
    query.finish()?;
    app.store.remove_contract(&id, force, expected, &caller.metadata(app.clock.now(), None)).await?;
    Ok(api::removed(Removal::Complete))
}
