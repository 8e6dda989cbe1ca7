//! `GET /v1/contracts/{contractId}`

use api::{App, ContractPath, ContractView, NoQuery, Problem, StillUsableView};
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
    let now = app.clock.now();
    let (contract, held) = app.store.contract_at_automats(&id, now).await?;
    Ok(api::tagged(contract.version, ContractView::masked(contract, now).at_automats(held)))
}

/// The response with the current state of a contract, and with where its earlier state is still usable.
pub(crate) fn answer(contract: Contract, still_usable: Vec<StillUsableView>, now: Instant) -> Response {
    api::tagged(contract.version, ContractView::masked(contract, now).still_usable(still_usable))
}
