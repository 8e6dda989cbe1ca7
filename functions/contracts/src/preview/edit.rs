//! `POST /v1/keys/{keyId}/contracts/{contractId}/preview`

use api::{App, ContractPath, IfMatch, JsonBody, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;

use super::render::PreviewView;
use crate::body::ContractEdit;

/// Preview an edit of a contract
///
/// Takes the body of the edit and refuses what the edit would refuse, except overlapping contracts, which it lists. A
/// PIN that the edit does not change is hidden: `*` for each digit.
#[utoipa::path(
    post,
    path = "/v1/keys/{keyId}/contracts/{contractId}/preview",
    operation_id = "previewEdit",
    tag = "contracts",
    params(
        ("keyId" = String, Path),
        ("contractId" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to edit"),
    ),
    request_body = ContractEdit,
    responses((status = 200, description = "The result without writing anything", body = PreviewView))
)]
pub(crate) async fn preview_edit(
    State(app): State<App>,
    ContractPath(key, id): ContractPath,
    _: NoQuery,
    IfMatch(expected): IfMatch,
    body: JsonBody<ContractEdit>,
) -> Result<Response, Problem> {
    let change = body.value.change()?;
    let now = app.clock.now();
    let preview = app.store.preview_edit(&key, &id, change, expected, now).await?;
    Ok(api::ok(PreviewView::new(preview, now)?))
}
