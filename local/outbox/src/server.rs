//! The port that the SDK clients talk to.
//!
//! Callers name the access key id that they were given, as requests to AWS do in their signature. The signature itself is
//! not checked, so the id is the credential, and the port is on loopback only. What a web page sends is refused.

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

use crate::behaviour::{Behaviour, End};
use crate::outbox::StartError;
use crate::service::{Service, Trouble};
use crate::{ses, sns};

/// The largest email that SES takes, in bytes: 40 MB by its quotas. SNS has its own, lower limits.
const BODY_LIMIT: usize = 40 * 1024 * 1024;
/// How long calls under way may take when all is stopped.
const STOP_WITHIN: Duration = Duration::from_secs(1);

/// The running server.
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
            // a dropped outbox stops as one that is told to
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
            tracing::warn!("the outbox still had calls under way");
            self.running.abort();
        }
    }
}

fn router(service: Arc<Service>, access_key_id: &str) -> Router {
    Router::new()
        .route("/", post(sns::take))
        .route("/v2/email/outbound-emails", post(ses::take))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(Arc::<str>::from(access_key_id), admit))
        .with_state(service)
}

/// Does with a call what the end was told. `take` takes it, or says what is wrong with it; `refuse` says that of an end
/// which is told not to.
pub(crate) async fn conduct(
    service: &Service,
    end: End,
    take: impl FnOnce(Behaviour) -> Response,
    refuse: impl FnOnce(Trouble) -> Response,
) -> Response {
    let behaviour = service.conduct.of_call(end);
    match behaviour {
        Behaviour::Accept | Behaviour::Partly => take(behaviour),
        Behaviour::Refuse => refuse(Trouble::Refused),
        Behaviour::Throttle => refuse(Trouble::Throttled),
        Behaviour::Fail => refuse(Trouble::Failed),
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

/// Lets in who signs with the access key id. Browsers say where a page's request comes from; the SDK says nothing of the
/// sort.
async fn admit(State(access_key_id): State<Arc<str>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) || !is_signed_with(&access_key_id, headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}

/// By the scope of the credential in the `Authorization` header of Signature Version 4.
fn is_signed_with(access_key_id: &str, headers: &HeaderMap) -> bool {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let credential = authorization.and_then(|text| text.strip_prefix("AWS4-HMAC-SHA256 Credential="));
    let given = credential.and_then(|credential| credential.split('/').next()).unwrap_or_default();
    // to the end, so that the time it takes tells nothing but the length
    given.len() == access_key_id.len()
        && given.bytes().zip(access_key_id.bytes()).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

/// A body that fails before its first byte: the server then drops the connection, and the head of the answer, which it
/// has not sent yet, with it.
struct Cut;

impl http_body::Body for Cut {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionAborted.into())))
    }
}
