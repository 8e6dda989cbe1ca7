//! `GET /v1/automats/{automatId}`

use api::{App, AutomatPath, NoQuery, Problem};
use axum::extract::State;
use axum::response::Response;
use futures_util::future::try_join;

use super::render::AutomatWithLockers;

/// Get the Key Automat View
///
/// The automat with all its lockers, including empty ones.
#[utoipa::path(
    get,
    path = "/v1/automats/{automatId}",
    operation_id = "getAutomat",
    tag = "automats",
    params(("automatId" = String, Path)),
    responses((status = 200, description = "The automat", body = AutomatWithLockers))
)]
pub(crate) async fn view_automat(
    State(app): State<App>,
    AutomatPath(id): AutomatPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    let read = try_join(app.store.automat_view(&id, app.clock.now()), app.store.device_access(&id));
    let (view, access) = read.await?;
    Ok(api::tagged(view.automat.version, AutomatWithLockers::of(view, &access)))
}
