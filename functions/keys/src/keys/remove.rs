//! `DELETE /v1/keys/{keyId}`

use api::{App, Caller, IfMatch, KeyPath, Problem, Query, Removing};
use axum::extract::State;
use axum::response::Response;

/// Remove a key and its contracts
///
/// Its PINs stop working immediately. If there is too much to delete within one request, the response is 202, and
/// deletion continues in the background.
#[utoipa::path(
    delete,
    path = "/v1/keys/{keyId}",
    operation_id = "removeKey",
    tag = "keys",
    params(
        ("keyId" = String, Path),
        ("force" = Option<bool>, Query, description = "Remove it even if the key is out of its locker"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to remove"),
    ),
    responses(
        (status = 204, description = "Removed"),
        (status = 202, description = "Its removal is in progress; repeating the request continues it", body = Removing),
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
    let removal = app.store.remove_key(&id, force, expected, &caller.metadata(app.clock.now(), None)).await?;
    Ok(api::removed(removal))
}
