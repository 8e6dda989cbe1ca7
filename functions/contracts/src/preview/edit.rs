//! `POST /v1/contracts/{contractId}/preview`

use api::{App, ContractEdit, ContractPath, IfMatch, JsonBody, Problem, Query};
use axum::extract::State;
use axum::response::Response;

use super::render::PreviewView;

/// Preview an edit of a contract
///
/// Takes the body of the edit and refuses what the edit would refuse, except overlapping contracts, which it lists. A
/// PIN that the edit does not change is hidden: `*` for each digit.
#[utoipa::path(
    post,
    path = "/v1/contracts/{contractId}/preview",
    operation_id = "previewEdit",
    tag = "contracts",
    params(
        ("contractId" = String, Path),
        ("force" = Option<bool>, Query, description = "Take keys off even if they are out with the contract"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to edit"),
    ),
    request_body = ContractEdit,
    responses((status = 200, description = "The result without writing anything", body = PreviewView))
)]
pub(crate) async fn preview_edit(
    State(app): State<App>,
    ContractPath(id): ContractPath,
    mut query: Query,
    IfMatch(expected): IfMatch,
    body: JsonBody<ContractEdit>,
) -> Result<Response, Problem> {
    let force = query.flag("force");
    query.finish()?;
    let change = body.value.change()?;
    let now = app.clock.now();
    let preview = app.store.preview_edit(&id, change, force, expected, now).await?;
    Ok(api::ok(PreviewView::new(preview, now)?))
}
