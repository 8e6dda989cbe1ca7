//! `DELETE /v1/contracts/{contractId}`

use api::{App, Caller, ContractPath, IfMatch, Problem, Query};
use axum::extract::State;
use axum::response::Response;
use domain::Notify;

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
        ("notify" = Option<bool>, Query, description = "False: no contact gets a message about this change; default true"),
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
    let notify = query.notify(Notify::Contacts);
    query.finish()?;
    let metadata = caller.metadata(app.clock.now(), None).notifying(notify);
    app.store.remove_contract(&id, force, expected, &metadata).await?;
    Ok(api::removed())
}
