//! The HTTP side of AWS IoT Core, for `aws-sdk-iotdataplane`: shadows and publishing.
//!
//! Whoever reaches the port may use it, as with the embedded database: signatures are not checked, so it is on loopback
//! only, and refuses what a web page sends, which could reach it too.
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
use http::{HeaderName, StatusCode, header};
use serde::Deserialize;
use serde_json::json;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    StartError,
    rules::is_basic_ingest,
    service::{Publication, Service, may_be_published},
    shadow::{Address, Operation, Rejection},
};

/// The largest payload that AWS takes.
const MAX_PAYLOAD: usize = 128 * 1024;
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// A running data plane.
pub(crate) struct DataPlane {
    pub(crate) address: SocketAddr,
    server: JoinHandle<()>,
}

impl DataPlane {
    pub(crate) async fn start(address: SocketAddr, service: Arc<Service>) -> Result<Self, StartError> {
        if !address.ip().is_loopback() {
            return Err(StartError::NotLoopback(address));
        }
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|error| StartError::Listen { address, error: error.into() })?;
        let address = listener.local_addr()?;
        let serve = axum::serve(listener, router(service)).into_future();
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

fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/things/{thing}/shadow", get(read).post(update).delete(delete))
        .route("/topics/{*topic}", post(publish))
        .layer(middleware::from_fn(refuse_pages))
        .with_state(service)
}

#[derive(Deserialize)]
struct Named {
    name: Option<String>,
}

/// A refusal, as the SDK reads it.
#[derive(Debug, PartialEq)]
enum Refusal {
    Shadow(Rejection),
    Name,
    Topic,
    TooLarge,
    Page,
}

type Answer = Result<Json<serde_json::Value>, Refusal>;

async fn read(State(service): State<Arc<Service>>, Path(thing): Path<String>, Query(named): Query<Named>) -> Answer {
    answer(&service, &thing, &named, Operation::Get, b"")
}

async fn update(
    State(service): State<Arc<Service>>,
    Path(thing): Path<String>,
    Query(named): Query<Named>,
    payload: Bytes,
) -> Answer {
    answer(&service, &thing, &named, Operation::Update, &payload)
}

async fn delete(State(service): State<Arc<Service>>, Path(thing): Path<String>, Query(named): Query<Named>) -> Answer {
    answer(&service, &thing, &named, Operation::Delete, b"")
}

fn answer(service: &Service, thing: &str, named: &Named, operation: Operation, payload: &[u8]) -> Answer {
    let address = Address::new(thing, named.name.as_deref()).ok_or(Refusal::Name)?;
    service.shadow(&address, operation, payload).map(Json).map_err(Refusal::Shadow)
}

async fn publish(State(service): State<Arc<Service>>, Path(topic): Path<String>, payload: Bytes) -> Answer {
    if !may_be_published(&topic) {
        return Err(Refusal::Topic);
    }
    if payload.len() > MAX_PAYLOAD {
        return Err(Refusal::TooLarge);
    }
    service.take(None, &topic, &payload);
    if !is_basic_ingest(&topic) {
        _ = service.outbox.send(Publication { topic, payload: payload.into() });
    }
    Ok(Json(json!({"message": "OK"})))
}

/// Browsers say where a page's request comes from; the SDK says nothing of the sort.
async fn refuse_pages(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        return Refusal::Page.into_response();
    }
    next.run(request).await
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (code, kind, message) = match &self {
            Self::Shadow(rejection) => (rejection.code(), rejection.exception(), rejection.to_string()),
            Self::Name => (400, "InvalidRequestException", "This is no name of a thing or a shadow".to_owned()),
            Self::Topic => (400, "InvalidRequestException", "Nobody may publish to this topic".to_owned()),
            Self::TooLarge => (413, "RequestEntityTooLargeException", "The payload is too large".to_owned()),
            Self::Page => (403, "ForbiddenException", "Web pages have no access".to_owned()),
        };
        let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(ERROR_TYPE, kind)], Json(json!({ "message": message }))).into_response()
    }
}
