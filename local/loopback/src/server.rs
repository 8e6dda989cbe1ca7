//! A port for SDK clients.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::is_same;

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// Why a port cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The address is reachable from other machines, but signatures are not verified, or passwords are in plain text.
    #[error("{0} is not on loopback")]
    NotLoopback(SocketAddr),
    /// The address is in use or unavailable.
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        /// Why.
        #[source]
        error: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A running server. It ends on drop.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    running: JoinHandle<()>,
    stop: Option<oneshot::Sender<()>>,
}

impl Server {
    /// Serves routes to clients that sign with this access key id. Port 0 uses any free port.
    pub async fn start(address: SocketAddr, access_key_id: &str, routes: Router) -> Result<Self, PortError> {
        if !address.ip().is_loopback() {
            return Err(PortError::NotLoopback(address));
        }
        let failed = |error: std::io::Error| PortError::Listen { address, error: error.into() };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let until = async {
            // Dropping the sender stops the server, too.
            _ = stopped.await;
        };
        let routes = routes.layer(from_fn_with_state(Arc::<str>::from(access_key_id), admit));
        let serve = axum::serve(listener, routes).with_graceful_shutdown(until).into_future();
        let running = tokio::spawn(async move {
            if let Err(error) = serve.await {
                tracing::error!(%error, %address, "a server has stopped");
            }
        });
        Ok(Self { address, running, stop: Some(stop) })
    }

    /// Its base URL, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening, and waits this long for running calls to be answered.
    pub async fn stop(mut self, within: Duration) {
        self.stop.take();
        if tokio::time::timeout(within, &mut self.running).await.is_err() {
            tracing::warn!(address = %self.address, "a server stopped before all calls were answered");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// Requests from web pages carry headers that browsers add and the SDK never sends.
async fn admit(State(access_key_id): State<Arc<str>>, request: Request, next: Next) -> Response {
    let reason = if request.headers().contains_key(header::ORIGIN) {
        "Web pages have no access"
    } else if !is_signed_with(&access_key_id, request.headers()) {
        "The request is not signed with the access key of this service"
    } else {
        return next.run(request).await;
    };
    (StatusCode::FORBIDDEN, [(ERROR_TYPE, "ForbiddenException")], Json(json!({ "message": reason }))).into_response()
}

/// Checks the scope of the credential in the `Authorization` header of Signature Version 4.
fn is_signed_with(access_key_id: &str, headers: &HeaderMap) -> bool {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let credential = authorization.and_then(|text| text.strip_prefix("AWS4-HMAC-SHA256 Credential="));
    let given = credential.and_then(|credential| credential.split('/').next()).unwrap_or_default();
    is_same(given.as_bytes(), access_key_id.as_bytes())
}
