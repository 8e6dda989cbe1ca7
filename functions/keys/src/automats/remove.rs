//! `DELETE /v1/automats/{automatId}`

use api::{App, AutomatPath, Caller, IfMatch, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;

/// Remove an automat
///
/// Refused while it holds keys.
#[utoipa::path(
    delete,
    path = "/v1/automats/{automatId}",
    operation_id = "removeAutomat",
    tag = "automats",
    params(
        ("automatId" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to remove"),
    ),
    responses((status = 204, description = "Removed"))
)]
pub(crate) async fn remove_automat(
    State(app): State<App>,
    caller: Caller,
    AutomatPath(id): AutomatPath,
    _: NoQuery,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    app.store.remove_automat(&id, expected, &caller.metadata(app.clock.now(), None)).await?;
    Ok(api::removed())
}
