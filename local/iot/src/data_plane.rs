//! The IoT data plane: the HTTP API for `aws-sdk-iotdataplane`, with shadows and publishing.
//!
//! <https://docs.aws.amazon.com/iot/latest/apireference/API_Operations_AWS_IoT_Data_Plane.html>

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderName, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    broker::MAX_PAYLOAD,
    rules::is_basic_ingest,
    service::{Publication, Service, may_be_published},
    shadow::{Address, Operation, Rejection},
};

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// Its routes.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/things/{thing}/shadow", get(read).post(update).delete(delete))
        .route("/topics/{*topic}", post(publish))
        .with_state(service)
}

#[derive(Deserialize)]
struct Named {
    name: Option<String>,
}

/// An error, in the form that the SDK parses.
#[derive(Debug, PartialEq)]
enum ShadowError {
    Shadow(Rejection),
    Name,
    Topic,
    TooLarge,
}

async fn read(
    State(service): State<Arc<Service>>,
    Path(thing): Path<String>,
    Query(named): Query<Named>,
) -> Result<Json<Value>, ShadowError> {
    answer(&service, &thing, &named, Operation::Get, b"")
}

async fn update(
    State(service): State<Arc<Service>>,
    Path(thing): Path<String>,
    Query(named): Query<Named>,
    payload: Bytes,
) -> Result<Json<Value>, ShadowError> {
    answer(&service, &thing, &named, Operation::Update, &payload)
}

async fn delete(
    State(service): State<Arc<Service>>,
    Path(thing): Path<String>,
    Query(named): Query<Named>,
) -> Result<Json<Value>, ShadowError> {
    answer(&service, &thing, &named, Operation::Delete, b"")
}

fn answer(
    service: &Service,
    thing: &str,
    named: &Named,
    operation: Operation,
    payload: &[u8],
) -> Result<Json<Value>, ShadowError> {
    let address = Address::new(thing, named.name.as_deref()).ok_or(ShadowError::Name)?;
    service.shadow(&address, operation, payload).map(Json).map_err(ShadowError::Shadow)
}

async fn publish(
    State(service): State<Arc<Service>>,
    Path(topic): Path<String>,
    payload: Bytes,
) -> Result<Json<Value>, ShadowError> {
    if !may_be_published(&topic) {
        return Err(ShadowError::Topic);
    }
    if payload.len() > MAX_PAYLOAD {
        return Err(ShadowError::TooLarge);
    }
    service.take(&topic, &payload);
    if !is_basic_ingest(&topic) {
        _ = service.outbox.send(Publication { topic, payload: payload.into() });
    }
    Ok(Json(json!({"message": "OK"})))
}

impl IntoResponse for ShadowError {
    fn into_response(self) -> Response {
        let (code, kind, message) = match &self {
            Self::Shadow(rejection) => (rejection.code(), rejection.exception(), rejection.to_string()),
            Self::Name => (400, "InvalidRequestException", "Invalid name of a thing or a shadow".to_owned()),
            Self::Topic => (400, "InvalidRequestException", "Publishing to this topic is not allowed".to_owned()),
            Self::TooLarge => (413, "RequestEntityTooLargeException", "The payload is too large".to_owned()),
        };
        let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(ERROR_TYPE, kind)], Json(json!({ "message": message }))).into_response()
    }
}
