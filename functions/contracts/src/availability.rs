//! `GET /v1/keys/{keyId}/availability`

use api::problem::FieldCode;
use api::{App, KeyPath, Problem, Query, RangeView};
use axum::extract::State;
use axum::response::Response;
use domain::Instant;
use serde::Serialize;
use utoipa::ToSchema;

/// When a key is free.
#[derive(Serialize, ToSchema)]
pub(crate) struct Availability {
    /// The free times in the requested range, in order.
    data: Vec<RangeView>,
}

/// Get the free times of a key
///
/// The free times within `[from, to)`. A shared key is always free.
#[utoipa::path(
    get,
    path = "/v1/keys/{keyId}/availability",
    operation_id = "listAvailability",
    tag = "contracts",
    params(
        ("keyId" = String, Path),
        ("from" = String, Query, description = "An RFC 3339 instant"),
        ("to" = String, Query, description = "A later RFC 3339 instant"),
    ),
    responses((status = 200, description = "The free times", body = Availability))
)]
pub(crate) async fn list_availability(
    State(app): State<App>,
    KeyPath(key): KeyPath,
    mut query: Query,
) -> Result<Response, Problem> {
    let from = query.required("from", Instant::parse);
    let to = query.required("to", Instant::parse);
    let range = from.zip(to);
    if range.is_some_and(|(from, to)| from >= to) {
        query.refuse("to", FieldCode::ToNotAfterFrom, "must be after from");
    }
    query.finish()?;
    let key = app.store.active_key(&key).await?;
    let free = range.map(|(from, to)| key.availability(from, to)).unwrap_or_default();
    Ok(api::ok(Availability { data: free.into_iter().map(RangeView::from).collect() }))
}
