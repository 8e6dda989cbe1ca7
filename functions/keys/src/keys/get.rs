//! `GET /v1/keys/{keyId}`

use api::{App, Caller, KeyPath, KeyView, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;

/// Get a key
///
/// Includes where the key is, as far as the automat has reported it.
#[utoipa::path(
    get,
    path = "/v1/keys/{keyId}",
    operation_id = "getKey",
    tag = "keys",
    params(("keyId" = String, Path)),
    responses((status = 200, description = "The key", body = KeyView))
)]
pub(crate) async fn get_key(
    State(app): State<App>,
    caller: Caller,
    KeyPath(id): KeyPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    let key = app.store.key(&id).await?;
    Ok(api::tagged(key.version, KeyView::of(key, caller.role)))
}
