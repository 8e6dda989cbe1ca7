//! `GET /v1/automats/{automatId}/events`

use api::{App, AutomatPath, EventView, Listing, Problem, Query};
use axum::extract::State;
use axum::response::Response;

/// List the events of an automat
///
/// Includes the events of its keys and contracts, newest first.
#[utoipa::path(
    get,
    path = "/v1/automats/{automatId}/events",
    operation_id = "listAutomatEvents",
    tag = "events",
    params(
        ("automatId" = String, Path),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 100, description = "Default 20"),
        ("after" = Option<String>, Query, description = "`page.next` of the previous page"),
    ),
    responses((status = 200, description = "A page of the list", body = Listing<EventView>))
)]
pub(crate) async fn list_automat_events(
    State(app): State<App>,
    AutomatPath(id): AutomatPath,
    mut query: Query,
) -> Result<Response, Problem> {
    let page = query.page();
    query.finish()?;
    let events = app.store.automat_events(&id, &page).await?;
    Ok(api::ok(Listing::of(events, EventView::from)))
}
