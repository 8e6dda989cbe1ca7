//! The routes for SDK clients, and how their calls are answered.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::post;
use http_body::Frame;

use crate::behaviour::{Behaviour, Endpoint};
use crate::service::{Fault, Service};
use crate::{ses, sns};

/// Maximum size of an email, in bytes: 40 MB by SES's quotas. SNS has its own, lower limits.
const BODY_LIMIT: usize = 40 * 1024 * 1024;
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/", post(sns::handle))
        .route("/v2/email/outbound-emails", post(ses::handle))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
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
