//! `POST /v1/automats/{automatId}/reset`

use api::{App, AutomatPath, Caller, EmptyBody, IfMatch, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;

use super::render::AutomatItem;

/// Reset an automat's device
///
/// Resets the device's message counter, after the device was replaced or its numbers ran ahead. The device's next
/// message is accepted, whatever its number. Keys, contracts and the last known state of the lockers stay. The
/// connection is unknown until the device connects again.
#[utoipa::path(
    post,
    path = "/v1/automats/{automatId}/reset",
    operation_id = "resetAutomat",
    tag = "automats",
    params(
        ("automatId" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to reset"),
    ),
    responses((status = 200, description = "The updated automat", body = AutomatItem))
)]
pub(crate) async fn reset_automat(
    State(app): State<App>,
    caller: Caller,
    AutomatPath(id): AutomatPath,
    _: NoQuery,
    IfMatch(expected): IfMatch,
    _: EmptyBody,
) -> Result<Response, Problem> {
    let automat = app.store.reset_automat(&id, expected, &caller.metadata(app.clock.now(), None)).await?;
    Ok(api::tagged(automat.version, AutomatItem::from(automat)))
}
