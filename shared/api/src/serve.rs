//! What every function's router is wrapped in.

use std::any::Any;

use axum::middleware;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use crate::problem::Panicked;
use crate::{App, Problem, edge, gate};

/// Finishes a function's router: the gate before every route, problems for everything refused, one log line each.
///
/// The gate also answers for paths that the router does not have.
pub fn serve(router: axum::Router<App>, app: App) -> axum::Router {
    let edge = middleware::from_fn_with_state(app.clock.clone(), edge::edge);
    router.layer(middleware::from_fn(gate::gate)).layer(CatchPanicLayer::custom(panicked)).layer(edge).with_state(app)
}

/// For tests and the local cloud: a release build aborts where this one unwinds.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Problem::internal(Panicked).into_response()
}
