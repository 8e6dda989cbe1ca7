//! `GET /v1/keys/{keyId}/contracts/{contractId}`

use api::{App, ContractPath, ContractView, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;

/// A contract
///
/// With its PIN masked.
#[utoipa::path(
    get,
    path = "/v1/keys/{keyId}/contracts/{contractId}",
    operation_id = "getContract",
    tag = "contracts",
    params(("keyId" = String, Path), ("contractId" = String, Path)),
    responses((status = 200, description = "The contract, its PIN masked", body = ContractView))
)]
pub(crate) async fn get_contract(
    State(app): State<App>,
    ContractPath(key, id): ContractPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    let contract = app.store.contract(&key, &id).await?;
    Ok(api::tagged(contract.version, ContractView::masked(contract, app.clock.now())))
}
