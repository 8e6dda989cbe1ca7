//! `GET /v1/contracts/{contractId}`

use api::{App, ContractPath, ContractView, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;
use domain::{Contract, Instant};

/// Get a contract
///
/// Its PIN is masked.
#[utoipa::path(
    get,
    path = "/v1/contracts/{contractId}",
    operation_id = "getContract",
    tag = "contracts",
    params(("contractId" = String, Path)),
    responses((status = 200, description = "The contract, its PIN masked", body = ContractView))
)]
pub(crate) async fn get_contract(
    State(app): State<App>,
    ContractPath(id): ContractPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    let contract = app.store.contract(&id).await?;
    Ok(answer(contract, app.clock.now()))
}

/// The response with the current state of a contract.
pub(crate) fn answer(contract: Contract, now: Instant) -> Response {
    api::tagged(contract.version, ContractView::masked(contract, now))
}
