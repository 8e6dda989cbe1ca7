//! `GET /v1/keys/{keyId}/events`

use api::{App, EventView, KeyPath, Listing, Problem, Query};
use axum::extract::State;
use axum::response::Response;

/// List the events of a key
///
/// Includes the events of its contracts, newest first.
#[utoipa::path(
    get,
    path = "/v1/keys/{keyId}/events",
    operation_id = "listKeyEvents",
    tag = "events",
    params(
        ("keyId" = String, Path),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 100, description = "Default 20"),
        ("after" = Option<String>, Query, description = "`page.next` of the previous page"),
    ),
    responses((status = 200, description = "A page of the list", body = Listing<EventView>))
)]
pub(crate) async fn list_key_events(
    State(app): State<App>,
    KeyPath(id): KeyPath,
    mut query: Query,
) -> Result<Response, Problem> {
    let page = query.page();
    query.finish()?;
    let events = app.store.key_events(&id, &page).await?;
    Ok(api::ok(Listing::of(events, EventView::from)))
}
