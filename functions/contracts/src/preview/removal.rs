//! `POST /v1/contracts/{contractId}/removal/preview`

use api::{App, ContractPath, EmptyBody, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;

use super::render::PreviewView;

/// Preview removing a contract
///
/// Also works while the key is out with it, when removing it needs `force`.
#[utoipa::path(
    post,
    path = "/v1/contracts/{contractId}/removal/preview",
    operation_id = "previewRemoval",
    tag = "contracts",
    params(("contractId" = String, Path)),
    responses((status = 200, description = "The current contract, and the messages that removing it would send", body = PreviewView))
)]
pub(crate) async fn preview_removal(
    State(app): State<App>,
    ContractPath(id): ContractPath,
    _: NoQuery,
    _: EmptyBody,
) -> Result<Response, Problem> {
    let now = app.clock.now();
    let preview = app.store.preview_removal(&id, now).await?;
    Ok(api::ok(PreviewView::new(preview, now)?))
}
