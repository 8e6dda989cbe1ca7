//! The port for SDK clients.
//!
//! Callers send the access key id that they were given, as part of their request's signature. The signature is not
//! verified, so the id is the credential, and the port is on loopback only. Requests from web pages are refused.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::{HeaderMap, StatusCode, header};
use http_body::Frame;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::behaviour::{Behaviour, Endpoint};
use crate::outbox::StartError;
use crate::service::{Fault, Service};
use crate::{ses, sns};

/// Maximum size of an email, in bytes: 40 MB by SES's quotas. SNS has its own, lower limits.
const BODY_LIMIT: usize = 40 * 1024 * 1024;
/// How long running calls may take when the server stops.
const STOP_WITHIN: Duration = Duration::from_secs(1);

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    running: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl Server {
    pub(crate) async fn start(
        address: SocketAddr,
        access_key_id: &str,
        service: Arc<Service>,
    ) -> Result<Self, StartError> {
        if !address.ip().is_loopback() {
            return Err(StartError::NotLoopback(address));
        }
        let unheard = |error| StartError::Listen { address, error };
        let listener = TcpListener::bind(address).await.map_err(unheard)?;
        let address = listener.local_addr().map_err(unheard)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let until = async {
            // Dropping the sender stops the server, too.
            _ = stopped.await;
        };
        let serve = axum::serve(listener, router(service, access_key_id)).with_graceful_shutdown(until).into_future();
        let running = tokio::spawn(async move {
            if let Err(error) = serve.await {
                tracing::error!(%error, "the outbox has stopped");
            }
        });
        Ok(Self { address, running, stop })
    }

    pub(crate) async fn stop(mut self) {
        _ = self.stop.send(());
        if tokio::time::timeout(STOP_WITHIN, &mut self.running).await.is_err() {
            tracing::warn!("the outbox stopped before all calls were answered");
            self.running.abort();
        }
    }
}

fn router(service: Arc<Service>, access_key_id: &str) -> Router {
    Router::new()
        .route("/", post(sns::handle))
        .route("/v2/email/outbound-emails", post(ses::handle))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(Arc::<str>::from(access_key_id), admit))
        .with_state(service)
}

/// Responds to a call with the endpoint's configured behaviour. `take` accepts the message or refuses an invalid one;
/// `refuse` returns the error for a simulated fault.
pub(crate) async fn respond(
    service: &Service,
    endpoint: Endpoint,
    take: impl FnOnce(Behaviour) -> Response,
    refuse: impl FnOnce(Fault) -> Response,
) -> Response {
    let behaviour = service.behaviours.next_for(endpoint);
    match behaviour {
        Behaviour::Accept | Behaviour::Partly => take(behaviour),
        Behaviour::Refuse => refuse(Fault::Refused),
        Behaviour::Throttle => refuse(Fault::Throttled),
        Behaviour::Fail => refuse(Fault::Failed),
        Behaviour::Late(by) => {
            let answer = take(behaviour);
            tokio::time::sleep(by).await;
            answer
        }
        Behaviour::Vanish => {
            _ = take(behaviour);
            Response::new(Body::new(Cut))
        }
    }
}

/// Accepts callers that sign with the access key id. Requests from web pages carry headers that browsers add and the
/// SDK never sends.
async fn admit(State(access_key_id): State<Arc<str>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) || !is_signed_with(&access_key_id, headers) {
        return StatusCode::FORBIDDEN.into_response();
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

/// A body that fails before its first byte, so that the server closes the connection without sending the head of the
/// answer.
struct Cut;

impl http_body::Body for Cut {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionAborted.into())))
    }
}
