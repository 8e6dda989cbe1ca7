//! The IoT data plane: the HTTP API for `aws-sdk-iotdataplane`, with shadows and publishing.
//!
//! Callers send the access key id that they were given, as part of their request's signature. The signature is not
//! verified, so the id is the credential, and the port is on loopback only. Requests from web pages are refused.
//!
//! <https://docs.aws.amazon.com/iot/latest/apireference/API_Operations_AWS_IoT_Data_Plane.html>

use std::{future::IntoFuture, net::SocketAddr, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    StartError,
    broker::MAX_PAYLOAD,
    rules::is_basic_ingest,
    service::{Publication, Service, may_be_published},
    shadow::{Address, Operation, Rejection},
};

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

pub(crate) struct DataPlane {
    pub(crate) address: SocketAddr,
    server: JoinHandle<()>,
}

impl DataPlane {
    pub(crate) async fn start(
        address: SocketAddr,
        access_key_id: String,
        service: Arc<Service>,
    ) -> Result<Self, StartError> {
        if !address.ip().is_loopback() {
            return Err(StartError::NotLoopback(address));
        }
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|error| StartError::Listen { address, error: error.into() })?;
        let address = listener.local_addr()?;
        let serve = axum::serve(listener, router(service, access_key_id)).into_future();
        let server = tokio::spawn(async move {
            if let Err(error) = serve.await {
                tracing::error!(%error, "the data plane has stopped");
            }
        });
        Ok(Self { address, server })
    }
}

impl Drop for DataPlane {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn router(service: Arc<Service>, access_key_id: String) -> Router {
    Router::new()
        .route("/things/{thing}/shadow", get(read).post(update).delete(delete))
        .route("/topics/{*topic}", post(publish))
        .layer(middleware::from_fn_with_state(Arc::<str>::from(access_key_id), admit))
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
    Page,
    Credential,
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

/// Accepts callers that sign with the access key id. Requests from web pages carry headers that browsers add and the
/// SDK never sends.
async fn admit(State(access_key_id): State<Arc<str>>, request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        return ShadowError::Page.into_response();
    }
    if !is_signed_with(&access_key_id, request.headers()) {
        return ShadowError::Credential.into_response();
    }
    next.run(request).await
}

/// Checks the scope of the credential in the `Authorization` header of Signature Version 4.
fn is_signed_with(access_key_id: &str, headers: &HeaderMap) -> bool {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let credential = authorization.and_then(|text| text.strip_prefix("AWS4-HMAC-SHA256 Credential="));
    let given = credential.and_then(|credential| credential.split('/').next()).unwrap_or_default();
    // constant time, so that timing reveals nothing but the length
    given.len() == access_key_id.len()
        && given.bytes().zip(access_key_id.bytes()).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

impl IntoResponse for ShadowError {
    fn into_response(self) -> Response {
        let (code, kind, message) = match &self {
            Self::Shadow(rejection) => (rejection.code(), rejection.exception(), rejection.to_string()),
            Self::Name => (400, "InvalidRequestException", "Invalid name of a thing or a shadow".to_owned()),
            Self::Topic => (400, "InvalidRequestException", "Publishing to this topic is not allowed".to_owned()),
            Self::TooLarge => (413, "RequestEntityTooLargeException", "The payload is too large".to_owned()),
            Self::Page => (403, "ForbiddenException", "Web pages have no access".to_owned()),
            Self::Credential => (
                403,
                "ForbiddenException",
                "The request is not signed with the access key of this data plane".to_owned(),
            ),
        };
        let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(ERROR_TYPE, kind)], Json(json!({ "message": message }))).into_response()
    }
}
