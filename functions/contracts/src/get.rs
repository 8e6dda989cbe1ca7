//! `GET /v1/keys/{keyId}/contracts/{contractId}`

use api::{App, ContractPath, ContractView, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;
use domain::{Contract, Instant};

/// Get a contract
///
/// Its PIN is masked.
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
    answer(&app, contract, app.clock.now()).await
}

/// The response with the current state of a contract.
pub(crate) async fn answer(app: &App, contract: Contract, now: Instant) -> Result<Response, Problem> {
    let overdue = app.store.overdue_among(&contract.key, std::slice::from_ref(&contract), now).await?.is_some();
    Ok(api::tagged(contract.version, ContractView::masked(contract, overdue, now)))
}
