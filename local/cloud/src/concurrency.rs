//! Limits how many requests the functions process at once, as Lambda's concurrency does behind an HTTP API.
//!
//! By default, Lambda runs 1,000 invocations of an account at once, and throttles synchronous invocations above that
//! without queueing them (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html>). An HTTP API answers
//! the client of a throttled invocation with 503. Events of topic rules have their own limit and queue, in `iot`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tokio::sync::Semaphore;

use crate::problem::{answer, throttled};

/// Lambda's default for an account.
pub(crate) const REQUESTS: usize = 1_000;

/// Wraps the functions' routes so that requests above this number at a time are answered with 503.
pub(crate) fn limit_requests(routes: Router, requests: usize) -> Router {
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
    async fn requests_above_the_limit_are_refused_and_the_others_are_answered() {
        let (arrived, go_on) = (Arc::new(Barrier::new(3)), Arc::new(Notify::new()));
        let (at, on) = (arrived.clone(), go_on.clone());
        let slow = get(move || async move {
            at.wait().await;
            on.notified().await;
        });
        let routes = limit_requests(Router::new().route("/", slow).route("/quick", get(|| async {})), 2);
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
