//! Does what an API Gateway HTTP API does between a client and the functions.
//!
//! A request is matched to a route of the template, authorized, and converted to an event. `lambda_http` reads that
//! event back into the request that a function's router receives, so a router gets exactly what it gets in Lambda. The
//! answer is converted the same way: one value for each header, except `Set-Cookie`.
//!
//! To an HTTP API without CORS, `HEAD` and `OPTIONS` are ordinary methods: they go to `$default`.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::ensure;
use api::Problem;
use api::problem::{Code, Facts};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clock::{Clock, Random};
use domain::Instant;
use http::header::{self, HeaderMap, HeaderValue};
use http::request::Parts;
use lambda_http::{IntoResponse, RequestExt};
use tower::ServiceExt;

use crate::authorizer::{Authorizer, Denial, Grant};
use crate::event::{IncomingRequest, decode};
use crate::problem::{REQUEST_ID, answer, function_failed};
use crate::routes::{Access, Route, Routes};

/// Maximum size of a request body, in bytes: 10 MB, by the quotas of HTTP APIs.
pub const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// The route for requests that no other route matches.
const DEFAULT_ROUTE: &str = "$default";

/// The gateway with its routes, functions and authorizer.
pub struct Gateway {
    routes: Routes,
    functions: HashMap<&'static str, Router>,
    authorizer: Authorizer,
    authority: String,
    clock: Clock,
    random: Random,
}

impl Gateway {
    /// Creates a gateway to these functions, by the names of their binaries; `authority` is the host and port of the
    /// local cloud.
    pub fn new(
        routes: Routes,
        functions: HashMap<&'static str, Router>,
        authorizer: Authorizer,
        authority: String,
        clock: Clock,
        random: Random,
    ) -> anyhow::Result<Self> {
        for Route { key, function, .. } in routes.iter() {
            ensure!(
                functions.contains_key(function.as_str()),
                "infra/routes.yaml routes {key} to the binary {function}, which the local cloud does not have"
            );
        }
        Ok(Self { routes, functions, authorizer, authority, clock, random })
    }

    /// A router that accepts every request. It needs [`ConnectInfo`] of a [`SocketAddr`].
    pub fn router(self) -> Router {
        Router::new().fallback(front).with_state(Arc::new(self))
    }

    async fn forward(&self, request: Request, source: SocketAddr, request_id: &str) -> Result<Response, Problem> {
        let (parts, body) = request.into_parts();
        // Matched before decoding, so an encoded slash does not separate segments.
        let (route, path_parameters) =
            self.routes.find(&parts.method, parts.uri.path()).ok_or_else(Problem::route_not_found)?;
        let (path, path_parameters) = match decode(parts.uri.path(), path_parameters) {
            Some(decoded) => decoded,
            // The path is invalid either way, but the function behind the default route has a page for that.
            None if route.key == DEFAULT_ROUTE => (parts.uri.path().to_owned(), Vec::new()),
            None => return Err(Problem::route_not_found()),
        };
        let now = self.clock.now();
        let grant = self.authorized(route, &parts, now)?;
        let body = read_body(body).await?;
        let arrival = IncomingRequest {
            parts: &parts,
            body: &body,
            path: &path,
            route_key: &route.key,
            path_parameters: &path_parameters,
            grant: grant.as_ref(),
            source: source.ip(),
            authority: &self.authority,
            request_id,
            now,
        };
        let function = self.functions.get(route.function.as_str()).ok_or_else(function_failed)?;
        invoke(function.clone(), arrival.event().to_string(), request_id).await
    }

    fn authorized(&self, route: &Route, parts: &Parts, now: Instant) -> Result<Option<Grant>, Problem> {
        let Access::Token { scopes } = &route.access else { return Ok(None) };
        let headers = parts.headers.get_all(header::AUTHORIZATION).iter();
        let headers: Vec<_> = headers.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        let header = (!headers.is_empty()).then(|| headers.join(","));
        self.authorizer.authorize(header.as_deref(), scopes, now).map(Some).map_err(|refusal| {
            let (code, detail) = match refusal {
                Denial::Missing | Denial::Invalid(_) => {
                    (Code::Unauthenticated, format!("Send a valid access token: {refusal}."))
                }
                Denial::Scope { .. } => (Code::Forbidden, refusal.advice()),
            };
            Problem::new(code, detail).with(Facts { challenge: Some(refusal.challenge()), ..Facts::default() })
        })
    }

    fn request_id(&self) -> String {
        self.random.bytes::<11>().map(|bytes| STANDARD.encode(bytes)).unwrap_or_default()
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("authority", &self.authority).finish_non_exhaustive()
    }
}

async fn front(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let request_id = gateway.request_id();
    let path = request.uri().path().to_owned();
    let mut response = match gateway.forward(request, source, &request_id).await {
        Ok(response) => response,
        Err(problem) => answer(&problem, &path, &request_id),
    };
    if let Ok(request_id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, request_id);
    }
    response
}

/// Reads the body, unless it exceeds, or announces to exceed, the limit.
async fn read_body(body: Body) -> Result<Bytes, Problem> {
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return Err(too_large());
    }
    axum::body::to_bytes(body, BODY_LIMIT).await.map_err(|error| {
        let is_too_large =
            std::error::Error::source(&error).is_some_and(|source| source.to_string().contains("length limit"));
        if is_too_large { too_large() } else { Problem::new(Code::MalformedJson, "The body was incomplete.") }
    })
}

fn too_large() -> Problem {
    Problem::new(Code::BodyTooLarge, "The body exceeds the limit of 10 MB.")
}

/// Runs the function in a task of its own, so that a panic is contained, as a crash is in a Lambda environment.
async fn invoke(function: Router, event: String, request_id: &str) -> Result<Response, Problem> {
    let mut context = lambda_http::Context::default();
    request_id.clone_into(&mut context.request_id);
    let run = async move {
        let request = lambda_http::request::from_str(&event)?.with_lambda_context(context);
        let Ok(answer) = function.oneshot(request).await;
        Ok::<_, serde_json::Error>(answer.into_response().await)
    };
    match tokio::spawn(run).await {
        Ok(Ok(answer)) => Ok(to_http_response(answer)),
        Ok(Err(error)) => {
            tracing::error!(%error, "lambda_http cannot read the event");
            Err(function_failed())
        }
        Err(error) => {
            tracing::error!(%error, "the function failed");
            Err(function_failed())
        }
    }
}

/// Converts a function's answer as API Gateway does. `lambda_http` keeps one value of each header, except of cookies.
fn to_http_response(answer: http::Response<lambda_http::Body>) -> Response {
    let (parts, body) = answer.into_parts();
    let body = match body {
        lambda_http::Body::Text(text) => Body::from(text),
        lambda_http::Body::Binary(bytes) => Body::from(bytes),
        _ => Body::empty(),
    };
    let mut response = Response::new(body);
    *response.status_mut() = parts.status;
    *response.headers_mut() = single_valued(&parts.headers);
    response
}

fn single_valued(headers: &HeaderMap) -> HeaderMap {
    let mut single = HeaderMap::new();
    // hyper sets the length: the body may have been empty, or is not sent
    for name in headers.keys().filter(|name| **name != header::CONTENT_LENGTH) {
        let values = headers.get_all(name).iter();
        let kept = if *name == header::SET_COOKIE { usize::MAX } else { 1 };
        for value in values.take(kept) {
            single.append(name, value.clone());
        }
    }
    single
}

#[cfg(test)]
#[path = "gateway_tests.rs"]
mod tests;
