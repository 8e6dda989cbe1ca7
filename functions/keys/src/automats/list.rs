//! `GET /v1/automats`

use api::{App, Listing, Problem, Query};
use axum::extract::State;
use axum::response::Response;

use super::render::AutomatItem;

/// List the automats
///
/// In order of `automatId`.
#[utoipa::path(
    get,
    path = "/v1/automats",
    operation_id = "listAutomats",
    tag = "automats",
    params(
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 100, description = "Default 20"),
        ("after" = Option<String>, Query, description = "`page.next` of the previous page"),
    ),
    responses((status = 200, description = "A page of the list", body = Listing<AutomatItem>))
)]
pub(crate) async fn list_automats(State(app): State<App>, mut query: Query) -> Result<Response, Problem> {
    let page = query.page();
    query.finish()?;
    let automats = app.store.automats(&page).await?;
    Ok(api::ok(Listing::of(automats, AutomatItem::from)))
}
