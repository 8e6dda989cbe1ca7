//! The state of handlers, and the layers around every function's router.

use std::any::Any;

use axum::middleware;
use axum::response::{IntoResponse, Response};
use clock::Clock;
use tower_http::catch_panic::CatchPanicLayer;

use crate::edge::{Edge, Shows};
use crate::problem::Panicked;
use crate::{Problem, edge, gate};

/// Completes a function's router: the gate before every route, problems for refusals, and one log line for each
/// request.
///
/// The gate also answers for paths that the router does not have.
pub fn serve(router: axum::Router, clock: Clock) -> axum::Router {
    edged(gated(router), Edge { clock, shows: Shows::Problems })
}

/// Completes the router of the pages. `between` adds the pages' own layers between `edge` and the gate: they
/// authenticate the person, as API Gateway's authorizer does for the API, and render problems as pages.
pub fn serve_pages(
    router: axum::Router,
    clock: Clock,
    between: impl FnOnce(axum::Router) -> axum::Router,
) -> axum::Router {
    edged(between(gated(router)), Edge { clock, shows: Shows::Pages })
}

fn gated(router: axum::Router) -> axum::Router {
    router.layer(middleware::from_fn(gate::gate)).layer(CatchPanicLayer::custom(panicked))
}

fn edged(router: axum::Router, edge: Edge) -> axum::Router {
    router.layer(middleware::from_fn_with_state(edge, edge::edge))
}

/// For tests and the local cloud. A release build aborts on a panic.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Problem::internal(Panicked).into_response()
}

/// The state of a router.
#[derive(Debug, Clone)]
pub struct App {
    pub store: store::Store,
    pub clock: Clock,
}

#[cfg(test)]
mod tests {
    use std::io;

    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use domain::Instant;
    use serde_json::Value;
    use testkit::Log;
    use tower::ServiceExt as _;

    use super::*;
    use crate::Role;
    use crate::testing::{json, request};

    fn kit() -> Router {
        async fn fails() {
            panic!("a secret of the inside")
        }
        let router = Router::new()
            .route("/v1/keys/{keyId}", get(|| async { "fine" }))
            .route("/v1/keys", get(|| async { Err::<(), _>(Problem::internal(io::Error::other("disk on fire"))) }))
            .route("/v1/automats", get(fails))
            .route("/v1/not-in-the-table", get(|| async { "unguarded" }));
        serve(router, Clock::fixed(Instant::from_millis(0).unwrap()))
    }

    /// The response to a GET by an admin, and the line that it logs.
    async fn logged(uri: &str) -> (Response, Value) {
        let log = Log::of_this_thread();
        let response = kit().oneshot(request("GET", uri, Role::Admin).body(Body::empty()).unwrap()).await.unwrap();
        (response, serde_json::from_str(&log.text()).unwrap())
    }

    #[tokio::test]
    async fn a_route_that_is_not_in_the_table_is_refused() {
        let (response, _) = logged("/v1/not-in-the-table").await;
        assert_eq!(json(response).await["code"], "route_not_found");
    }

    #[tokio::test]
    async fn a_panic_becomes_an_internal_problem() {
        let (response, line) = logged("/v1/automats").await;
        let problem = json(response).await;
        assert_eq!((&problem["code"], &problem["correlationId"]), (&"internal".into(), &"test-request".into()));
        assert!(!problem.to_string().contains("secret"));
        assert_eq!((&line["level"], &line["error"]), (&"ERROR".into(), &"a handler panicked".into()));
    }

    #[tokio::test]
    async fn each_request_is_logged_in_one_line_without_its_data() {
        let (_, line) = logged("/v1/keys/K-1?pin=482915").await;
        insta::assert_json_snapshot!("a_request_in_the_log", line);
        let (response, line) = logged("/v1/keys?search=ada").await;
        insta::assert_json_snapshot!("a_failure_in_the_log", line);
        assert!(!json(response).await.to_string().contains("fire"));
    }
}
