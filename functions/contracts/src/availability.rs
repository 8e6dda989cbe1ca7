//! `GET /v1/availability`

use api::problem::FieldCode;
use api::{App, Problem, Query, RangeView};
use axum::extract::State;
use axum::response::Response;
use domain::{ContractKeys, Instant, KeyId};
use serde::Serialize;
use utoipa::ToSchema;

/// When the keys are free.
#[derive(Serialize, ToSchema)]
pub(crate) struct Availability {
    /// The free times in the requested range, in order.
    data: Vec<RangeView>,
}

/// Get the free times of keys
///
/// The times within `[from, to)` in which all of these keys are free. A shared key is always free.
#[utoipa::path(
    get,
    path = "/v1/availability",
    operation_id = "listAvailability",
    tag = "contracts",
    params(
        ("keyId" = Vec<String>, Query, description = "1 to 16 keys, as repeated parameters or separated by commas"),
        ("from" = String, Query, description = "An RFC 3339 instant"),
        ("to" = String, Query, description = "A later RFC 3339 instant"),
    ),
    responses((status = 200, description = "The free times", body = Availability))
)]
pub(crate) async fn list_availability(State(app): State<App>, mut query: Query) -> Result<Response, Problem> {
    let keys = query.several("keyId", KeyId::parse, ContractKeys::new);
    let from = query.required("from", Instant::parse);
    let to = query.required("to", Instant::parse);
    let range = from.zip(to);
    if range.is_some_and(|(from, to)| from >= to) {
        query.refuse("to", FieldCode::ToNotAfterFrom, "must be after from");
    }
    query.finish()?;
    let keys = match keys {
        Some(keys) => app.store.active_keys(&keys).await?,
        None => Vec::new(),
    };
    let free = range.map(|(from, to)| domain::availability(&keys, from, to)).unwrap_or_default();
    Ok(api::ok(Availability { data: free.into_iter().map(RangeView::from).collect() }))
}
