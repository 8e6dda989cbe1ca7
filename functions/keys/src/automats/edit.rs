//! `PATCH /v1/automats/{automatId}`

use api::{App, AutomatPath, Caller, IfMatch, JsonBody, Problem, Query};
use axum::extract::State;
use axum::response::Response;
use domain::AutomatChange;

use super::body::AutomatEdit;
use super::render::AutomatItem;

/// Edit an automat
///
/// Fields that are left out stay unchanged. Changing `timeZone` is refused while contracts of the automat's keys have
/// not ended, since their contacts were sent local times. With `force` it is changed, and the contacts get
/// `contract-updated`.
#[utoipa::path(
    patch,
    path = "/v1/automats/{automatId}",
    operation_id = "editAutomat",
    tag = "automats",
    params(
        ("automatId" = String, Path),
        ("force" = Option<bool>, Query, description = "Change the time zone even if contracts have not ended, and notify their contacts"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to edit"),
    ),
    request_body = AutomatEdit,
    responses((status = 200, description = "The updated automat", body = AutomatItem))
)]
pub(crate) async fn edit_automat(
    State(app): State<App>,
    caller: Caller,
    AutomatPath(id): AutomatPath,
    mut query: Query,
    IfMatch(expected): IfMatch,
    body: JsonBody<AutomatEdit>,
) -> Result<Response, Problem> {
    let force = query.flag("force");
    query.finish()?;
    let change = body.value.change()?;
    let metadata = caller.metadata(app.clock.now(), None);
    let automat = if change == AutomatChange::default() {
        let automat = app.store.automat_view(&id, metadata.now).await?.automat;
        api::unchanged(expected, automat.version)?;
        automat
    } else {
        app.store.edit_automat(&id, change, force, expected, &metadata).await?
    };
    Ok(api::tagged(automat.version, AutomatItem::from(automat)))
}
