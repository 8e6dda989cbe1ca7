//! The gate: the one place that decides who may call which route, from the table of routes.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ALLOW, ORIGIN};
use http::{Method, StatusCode};

use crate::problem::Code;
use crate::routes::{self, Access};
use crate::{Caller, Problem, request_path};

/// Lets a request through if the table of routes allows it, with its [`Caller`] in the extensions.
pub(crate) async fn gate(mut request: Request, next: Next) -> Response {
    match admit(&mut request) {
        Ok(()) => next.run(request).await,
        Err(problem) => preflight(&request).unwrap_or_else(|| problem.into_response()),
    }
}

/// The response to a CORS preflight. Browsers send it without a token, and it reveals no more than the API's document.
/// The headers that allow origins come from API Gateway, as the template configures them.
fn preflight(request: &Request) -> Option<Response> {
    let asks = |name| request.headers().contains_key(name);
    let methods = routes::methods(request.uri().path());
    let is_preflight = request.method() == Method::OPTIONS && asks(ORIGIN) && asks(ACCESS_CONTROL_REQUEST_METHOD);
    let methods = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    (is_preflight && !methods.is_empty()).then(|| (StatusCode::NO_CONTENT, [(ALLOW, methods)]).into_response())
}

fn admit(request: &mut Request) -> Result<(), Problem> {
    let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let access = matched.and_then(|path| routes::access(request.method(), path));
    let access = access.ok_or_else(|| unrouted(request.method(), request.uri().path()))?;
    request_path::check(request, matched)?;
    match access {
        Access::Open => {}
        Access::AtLeast(needed) => {
            let caller = Caller::of_request(request.extensions(), needed)?;
            request.extensions_mut().insert(caller);
        }
    }
    Ok(())
}

/// The problem for a request that this function does not serve. The gateway sends requests without a route here, so the
/// paths of other functions count too.
fn unrouted(method: &Method, path: &str) -> Problem {
    let allow = routes::methods(path);
    if allow.is_empty() || allow.contains(method) {
        return Problem::route_not_found();
    }
    Problem { allow, ..Problem::new(Code::MethodNotAllowed, "See the Allow header for the supported methods.") }
}
