//! `PATCH /v1/keys/{keyId}`

use api::{App, Caller, IfMatch, JsonBody, KeyPath, KeyView, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;
use domain::KeyChange;

use super::body::KeyEdit;

/// Edit a key
///
/// Edits its sharing, return code, property, and locker.
#[utoipa::path(
    patch,
    path = "/v1/keys/{keyId}",
    operation_id = "editKey",
    tag = "keys",
    params(
        ("keyId" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to edit"),
    ),
    request_body = KeyEdit,
    responses((status = 200, description = "The updated key", body = KeyView))
)]
pub(crate) async fn edit_key(
    State(app): State<App>,
    caller: Caller,
    KeyPath(id): KeyPath,
    _: NoQuery,
    IfMatch(expected): IfMatch,
    body: JsonBody<KeyEdit>,
) -> Result<Response, Problem> {
    let change = body.value.change()?;
    let key = if change == KeyChange::default() {
        let key = app.store.key(&id).await?;
        api::unchanged(expected, key.version)?;
        key
    } else {
        app.store.edit_key(&id, change, expected, &caller.metadata(app.clock.now(), None)).await?
    };
    Ok(api::tagged(key.version, KeyView::of(key, caller.role)))
}
