//! The outermost layer: the headers of every response, and one log line for each request.
//!
//! *Invariant*: no body, query string, token, PIN, phone number or email address is logged. The log has the route's
//! template, without its parameters.

use std::error::Error;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::CACHE_CONTROL;

use clock::Clock;

use crate::{CorrelationId, Problem};

#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) clock: Clock,
    pub(crate) shows: Shows,
}

/// What a client gets for a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shows {
    /// A problem document.
    Problems,
    /// The page that was rendered for it.
    Pages,
}

/// Renders problems, adds the correlation id, forbids caching, and logs the request.
pub(crate) async fn edge(State(Edge { clock, shows }): State<Edge>, request: Request, next: Next) -> Response {
    let began = clock.now();
    let correlation = CorrelationId::of_request(request.headers(), request.extensions());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().cloned();

    let mut response = next.run(request).await;
    let problem = response.extensions_mut().remove::<Problem>();
    if let (Some(problem), Shows::Problems) = (&problem, shows) {
        response = problem.answer(&path, &correlation);
    }
    response.headers_mut().insert("x-correlation-id", correlation.header());
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));

    let line = Line {
        method: method.as_str(),
        route: route.as_ref().map_or("none", MatchedPath::as_str),
        status: response.status().as_u16(),
        duration_ms: clock.now().millis() - began.millis(),
        correlation: correlation.as_str(),
    };
    line.log(problem.as_ref());
    response
}

struct Line<'a> {
    method: &'a str,
    route: &'a str,
    status: u16,
    duration_ms: i64,
    correlation: &'a str,
}

impl Line<'_> {
    fn log(&self, problem: Option<&Problem>) {
        let code = problem.map_or("none", |problem| problem.code.name());
        let Self { method, route, status, duration_ms, correlation } = self;
        if let Some(cause) = problem.and_then(|problem| problem.cause.as_deref()) {
            tracing::error!(
                http.method = method,
                http.route = route,
                http.status = status,
                http.duration_ms = duration_ms,
                problem.code = code,
                correlation.id = correlation,
                error = chain(cause),
                "request failed",
            );
        } else {
            tracing::info!(
                http.method = method,
                http.route = route,
                http.status = status,
                http.duration_ms = duration_ms,
                problem.code = code,
                correlation.id = correlation,
                "request",
            );
        }
    }
}

fn chain(error: &(dyn Error + Send + Sync + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
