//! `POST /v1/contracts/preview`

use api::{App, JsonBody, NewContract, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;

use super::render::PreviewView;

/// Preview a new contract
///
/// Takes the body of a new contract and refuses what creating it would refuse, except overlapping contracts, which it
/// lists. Nothing is reserved: to create exactly this contract, send its `contractId` and `pin`. If an identical
/// contract exists, nobody would get a message.
#[utoipa::path(
    post,
    path = "/v1/contracts/preview",
    operation_id = "previewContract",
    tag = "contracts",
    request_body = NewContract,
    responses((status = 200, description = "The result without writing anything", body = PreviewView))
)]
pub(crate) async fn preview_contract(
    State(app): State<App>,
    _: NoQuery,
    body: JsonBody<NewContract>,
) -> Result<Response, Problem> {
    let draft = body.value.draft()?;
    let now = app.clock.now();
    let preview = app.store.preview_contract(draft, now).await?;
    Ok(api::ok(PreviewView::new(preview, now)?))
}
