//! `POST /v1/contracts/{contractId}/end`

use api::{App, Caller, ContractPath, EmptyBody, IfMatch, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;

use crate::get;

/// End a contract now
///
/// For an active contract. It stays in the history, its contacts get a message, and from then on its PIN only returns
/// the key. An ended contract is returned unchanged, so the request can be repeated.
#[utoipa::path(
    post,
    path = "/v1/contracts/{contractId}/end",
    operation_id = "endContract",
    tag = "contracts",
    params(
        ("contractId" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to end"),
    ),
    responses((status = 200, description = "The ended contract, with its PIN masked", body = api::ContractView))
)]
pub(crate) async fn end_contract(
    State(app): State<App>,
    caller: Caller,
    ContractPath(id): ContractPath,
    _: NoQuery,
    IfMatch(expected): IfMatch,
    _: EmptyBody,
) -> Result<Response, Problem> {
    let metadata = caller.metadata(app.clock.now(), None);
    let contract = app.store.end_contract(&id, expected, &metadata).await?;
    Ok(get::answer(contract, metadata.now))
}
