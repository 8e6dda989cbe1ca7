//! `DELETE /v1/keys/{keyId}`

use api::{App, Caller, IfMatch, KeyPath, MessageCountView, Problem, Query, StillUsableView};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::Notify;
use http::StatusCode;
use serde::Serialize;
use store::{KeyRemoval, Removal};
use utoipa::ToSchema;

/// What removing a key does.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeyRemoval)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyRemovalView {
    /// `removing` while its contracts are still being deleted.
    state: RemovalState,
    /// How many contracts that had not ended lost the key, or were removed with it.
    #[schema(value_type = u32)]
    contracts: usize,
    /// How many messages their contacts get.
    messages: MessageCountView,
    /// The automats without a connection where PINs of its contracts may still open its locker; absent if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    still_usable: Vec<StillUsableView>,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum RemovalState {
    Removed,
    Removing,
}

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
        ("ifRevocable" = Option<bool>, Query, description = "Refuse it if an automat without a connection may still accept what it takes away"),
        ("notify" = Option<bool>, Query, description = "False: the contacts of its contracts get no message; default true"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to remove"),
    ),
    responses(
        (status = 200, description = "Removed", body = KeyRemovalView),
        (status = 202, description = "Its removal is in progress; repeating the request continues it", body = KeyRemovalView),
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
    let notify = query.notify(Notify::Contacts);
    let if_revocable = query.flag("ifRevocable");
    query.finish()?;
    let metadata = caller.metadata(app.clock.now(), None).notifying(notify);
    let usable = app.store.still_usable_of_key(&id, None, metadata.now).await?;
    let still_usable = StillUsableView::all(usable, if_revocable)?;
    let KeyRemoval { progress, effect } = app.store.remove_key(&id, force, expected, &metadata).await?;
    let (status, state) = match progress {
        Removal::Complete => (StatusCode::OK, RemovalState::Removed),
        Removal::Underway => (StatusCode::ACCEPTED, RemovalState::Removing),
    };
    let view = KeyRemovalView { state, contracts: effect.contracts, messages: effect.messages.into(), still_usable };
    Ok((status, Json(view)).into_response())
}
