//! `PATCH /v1/keys/{keyId}`

use api::{App, Caller, IfMatch, JsonBody, KeyPath, KeyView, Problem, Query, StillUsableView};
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
        ("ifRevocable" = Option<bool>, Query, description = "Refuse to move it if an automat without a connection may still open its previous locker"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to edit"),
    ),
    request_body = KeyEdit,
    responses((status = 200, description = "The updated key", body = KeyView))
)]
pub(crate) async fn edit_key(
    State(app): State<App>,
    caller: Caller,
    KeyPath(id): KeyPath,
    mut query: Query,
    IfMatch(expected): IfMatch,
    body: JsonBody<KeyEdit>,
) -> Result<Response, Problem> {
    let if_revocable = query.flag("ifRevocable");
    query.finish()?;
    let change = body.value.change()?;
    if change == KeyChange::default() {
        let key = app.store.key(&id).await?;
        api::unchanged(expected, key.version)?;
        return Ok(api::tagged(key.version, KeyView::of(key, caller.role)));
    }
    let metadata = caller.metadata(app.clock.now(), None);
    let usable = match change.locker {
        Some(locker) => app.store.still_usable_of_key(&id, Some(locker), metadata.now).await?,
        None => Vec::new(),
    };
    let still_usable = StillUsableView::all(usable, if_revocable)?;
    let key = app.store.edit_key(&id, change, expected, &metadata).await?;
    Ok(api::tagged(key.version, KeyView::of(key, caller.role).still_usable(still_usable)))
}
