//! `POST /v1/contracts/{contractId}/end/preview`

use api::{App, ContractPath, EmptyBody, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;

use super::render::PreviewView;

/// Preview ending a contract
///
/// Shows the contract as it would be, and the messages to its contacts. For an ended contract there are none.
#[utoipa::path(
    post,
    path = "/v1/contracts/{contractId}/end/preview",
    operation_id = "previewEnd",
    tag = "contracts",
    params(("contractId" = String, Path)),
    responses((status = 200, description = "The contract as it would be, and the messages that would be sent", body = PreviewView))
)]
pub(crate) async fn preview_end(
    State(app): State<App>,
    ContractPath(id): ContractPath,
    _: NoQuery,
    _: EmptyBody,
) -> Result<Response, Problem> {
    let now = app.clock.now();
    let preview = app.store.preview_end(&id, now).await?;
    Ok(api::ok(PreviewView::new(preview, now)?))
}
