//! The routes of the API itself: its health and its description.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The generated OpenAPI document. A test compares it with the code.
const DOCUMENT: &str = include_str!("../../../docs/openapi.json");

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Check that the API responds
///
/// It does not check the services behind the API.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "getHealth",
    tag = "service",
    responses((status = 200, description = "The API responds", body = Health))
)]
pub(crate) async fn health() -> Response {
    api::ok(Health { status: "ok" })
}

/// Get this document
///
/// In OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "getOpenApi",
    tag = "service",
    responses((status = 200, description = "The OpenAPI document", body = Object))
)]
pub(crate) async fn openapi_json() -> Response {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT).into_response()
}
