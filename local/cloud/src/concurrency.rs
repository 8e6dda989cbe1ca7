//! How many requests the functions work on at once: what Lambda's concurrency is to an HTTP API.
//!
//! Lambda runs 1,000 invocations of an account at once unless it is asked for more, and throttles a synchronous
//! invocation above that without queueing it (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html>).
//! An HTTP API answers the client of a throttled invocation with 503. Events of rules have a bound and a queue of their
//! own, in `iot`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tokio::sync::Semaphore;

use crate::problem::{answer, throttled};

/// Lambda's default for an account.
pub(crate) const REQUESTS: usize = 1_000;

/// The functions behind the routes, working on so many requests at once; what comes above that is refused.
pub(crate) fn bounded(routes: Router, requests: usize) -> Router {
    routes.layer(from_fn_with_state(Arc::new(Semaphore::new(requests)), admit))
}

async fn admit(State(free): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(_running) = free.try_acquire() else {
        return answer(&throttled(), request.uri().path(), "");
    };
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use http::{StatusCode, header};
    use tokio::sync::{Barrier, Notify};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn what_comes_above_the_bound_is_refused_and_the_rest_is_answered() {
        let (arrived, go_on) = (Arc::new(Barrier::new(3)), Arc::new(Notify::new()));
        let (at, on) = (arrived.clone(), go_on.clone());
        let slow = get(move || async move {
            at.wait().await;
            on.notified().await;
        });
        let routes = bounded(Router::new().route("/", slow).route("/quick", get(|| async {})), 2);
        let ask = |path: &str| routes.clone().oneshot(Request::get(path).body(Body::empty()).unwrap());
        let running = [tokio::spawn(ask("/")), tokio::spawn(ask("/"))];
        arrived.wait().await;
        let refused = ask("/quick").await.unwrap();
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
        go_on.notify_waiters();
        for request in running {
            assert_eq!(request.await.unwrap().unwrap().status(), StatusCode::OK);
        }
        assert_eq!(ask("/quick").await.unwrap().status(), StatusCode::OK);
    }
}
