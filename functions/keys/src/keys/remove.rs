//! `DELETE /v1/keys/{keyId}`

use api::{App, Caller, IfMatch, KeyPath, Problem, Query, Removing};
use axum::extract::State;
use axum::response::Response;

/// Remove a key and everything on it
///
/// From the first moment none of its PINs opens anything. Where there is too much on it to delete within one request
/// the answer is 202, and deleting goes on.
#[utoipa::path(
    delete,
    path = "/v1/keys/{keyId}",
    operation_id = "removeKey",
    tag = "keys",
    params(
        ("keyId" = String, Path),
        ("force" = Option<bool>, Query, description = "Also while the key is out of its locker"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to remove"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 202, description = "It is dead, and being deleted; asking again goes on with it", body = Removing),
    )
)]
pub(crate) async fn remove_key(
    State(app): State<App>,
    caller: Caller,
    KeyPath(id): KeyPath,
    mut query: Query,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    let force = query.flag("force");
    query.finish()?;
    let removal = app.store.remove_key(&id, force, expected, &caller.act(app.clock.now(), None)).await?;
    Ok(api::removed(removal))
}
