//! `PATCH /v1/automats/{automatId}`

use api::{App, AutomatPath, Caller, IfMatch, JsonBody, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;
use domain::AutomatChange;

use super::body::AutomatEdit;
use super::render::AutomatItem;

/// Edit an automat
///
/// Fields that are left out stay as they are.
#[utoipa::path(
    patch,
    path = "/v1/automats/{automatId}",
    operation_id = "editAutomat",
    tag = "automats",
    params(
        ("automatId" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to edit"),
    ),
    request_body = AutomatEdit,
    responses((status = 200, description = "The automat as it is now", body = AutomatItem))
)]
pub(crate) async fn edit_automat(
    State(app): State<App>,
    caller: Caller,
    AutomatPath(id): AutomatPath,
    _: NoQuery,
    IfMatch(expected): IfMatch,
    body: JsonBody<AutomatEdit>,
) -> Result<Response, Problem> {
    let change = body.value.change()?;
    let act = caller.act(app.clock.now(), None);
    let automat = if change == AutomatChange::default() {
        let automat = app.store.automat_view(&id, act.now).await?.automat;
        api::unchanged(expected, automat.version)?;
        automat
    } else {
        app.store.edit_automat(&id, change, expected, &act).await?
    };
    Ok(api::tagged(automat.version, AutomatItem::from(automat)))
}
