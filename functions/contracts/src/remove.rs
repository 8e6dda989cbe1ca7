//! `DELETE /v1/contracts/{contractId}`

use api::{App, Caller, ContractPath, IfMatch, Problem, Query, StillUsableView};
use axum::extract::State;
use axum::response::Response;
use domain::Notify;
use serde::Serialize;
use store::Withdrawn;
use utoipa::ToSchema;

/// What the removal of a contract could not revoke.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContractRemoval)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContractRemovalView {
    /// The automats without a connection where its PIN may still open lockers.
    still_usable: Vec<StillUsableView>,
}

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
        ("ifRevocable" = Option<bool>, Query, description = "Refuse it if an automat without a connection may still accept what it takes away"),
        ("notify" = Option<bool>, Query, description = "False: no contact gets a message about this change; default true"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to remove"),
    ),
    responses(
        (status = 204, description = "Removed"),
        (status = 200, description = "Removed, but an automat without a connection may still accept its PIN", body = ContractRemovalView),
    )
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
    let if_revocable = query.flag("ifRevocable");
    query.finish()?;
    let metadata = caller.metadata(app.clock.now(), None).notifying(notify);
    let usable = app.store.still_usable(&id, Withdrawn::Whole, metadata.now).await?;
    let still_usable = StillUsableView::all(usable, if_revocable)?;
    app.store.remove_contract(&id, force, expected, &metadata).await?;
    if still_usable.is_empty() { Ok(api::removed()) } else { Ok(api::ok(ContractRemovalView { still_usable })) }
}
