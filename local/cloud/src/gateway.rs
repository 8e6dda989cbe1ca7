//! The HTTP front: does what an API Gateway HTTP API does between a client and the functions.
//!
//! A request is matched to a route of the template, authorized, made into an event, and that event read back by
//! `lambda_http` into the request that a function's router gets, so that a router sees here exactly what it sees in
//! Lambda. The answer takes the same way back: one value for each header, `Set-Cookie` apart.
//!
//! `HEAD` and `OPTIONS` are methods like any other to an HTTP API without CORS: they go to `$default`.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

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

use crate::authorizer::{Authorizer, Grant, Refusal};
use crate::event::{Arrival, decode};
use crate::problem::{REQUEST_ID, answer, function_failed};
use crate::routes::{Access, Route, Routes};

/// The greatest body that an HTTP API takes, in bytes: 10 MB by its quotas.
pub const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// The route of whatever no other route matches.
const DEFAULT_ROUTE: &str = "$default";

/// A function whose route the template has, but which is not here.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("infra/routes.yaml routes {route} to the binary {function}, which the local cloud does not have")]
pub struct UnknownFunction {
    /// The route's key.
    pub route: String,
    /// The binary.
    pub function: String,
}

/// Everything that the front needs to know.
pub struct Gateway {
    routes: Routes,
    functions: HashMap<&'static str, Router>,
    authorizer: Authorizer,
    authority: String,
    clock: Clock,
    random: Random,
}

impl Gateway {
    /// Over some functions, each by the name of its binary; `authority` is our own name and port.
    pub fn new(
        routes: Routes,
        functions: HashMap<&'static str, Router>,
        authorizer: Authorizer,
        authority: String,
        clock: Clock,
        random: Random,
    ) -> Result<Self, UnknownFunction> {
        if let Some(route) = routes.iter().find(|route| !functions.contains_key(route.function.as_str())) {
            return Err(UnknownFunction { route: route.key.clone(), function: route.function.clone() });
        }
        Ok(Self { routes, functions, authorizer, authority, clock, random })
    }

    /// The front as a router that takes every request. Wants [`ConnectInfo`] of a [`SocketAddr`].
    pub fn router(self) -> Router {
        Router::new().fallback(front).with_state(Arc::new(self))
    }

    async fn pass(&self, request: Request, source: SocketAddr, request_id: &str) -> Result<Response, Problem> {
        let (parts, body) = request.into_parts();
        // Matched before it is decoded, so an encoded slash separates nothing.
        let (route, path_parameters) =
            self.routes.find(&parts.method, parts.uri.path()).ok_or_else(Problem::route_not_found)?;
        let (path, path_parameters) = match decode(parts.uri.path(), path_parameters) {
            Some(decoded) => decoded,
            // No path of ours either way, but what answers there has a page for people who got lost.
            None if route.key == DEFAULT_ROUTE => (parts.uri.path().to_owned(), Vec::new()),
            None => return Err(Problem::route_not_found()),
        };
        let now = self.clock.now();
        let grant = self.authorized(route, &parts, now)?;
        let body = whole(body).await?;
        let arrival = Arrival {
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
                Refusal::Missing | Refusal::Invalid(_) => {
                    (Code::Unauthenticated, format!("Send a valid access token: {refusal}."))
                }
                Refusal::Scope { .. } => (Code::Forbidden, refusal.advice()),
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
    let mut response = match gateway.pass(request, source, &request_id).await {
        Ok(response) => response,
        Err(problem) => answer(&problem, &path, &request_id),
    };
    if let Ok(request_id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, request_id);
    }
    response
}

/// The body, unless it is, or says that it is, above the limit.
async fn whole(body: Body) -> Result<Bytes, Problem> {
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
    Problem::new(Code::BodyTooLarge, "The gateway takes 10 MB at most.")
}

/// Runs the function in a task of its own, so that a panic stays there as a crash stays in a Lambda environment.
async fn invoke(function: Router, event: String, request_id: &str) -> Result<Response, Problem> {
    let mut context = lambda_http::Context::default();
    request_id.clone_into(&mut context.request_id);
    let run = async move {
        let request = lambda_http::request::from_str(&event)?.with_lambda_context(context);
        let Ok(answer) = function.oneshot(request).await;
        Ok::<_, serde_json::Error>(answer.into_response().await)
    };
    match tokio::spawn(run).await {
        Ok(Ok(answer)) => Ok(handed_back(answer)),
        Ok(Err(error)) => {
            tracing::error!(%error, "the event cannot be read by lambda_http");
            Err(function_failed())
        }
        Err(error) => {
            tracing::error!(%error, "the function failed");
            Err(function_failed())
        }
    }
}

/// What API Gateway makes of a function's answer. `lambda_http` keeps one value of each header, except of cookies.
fn handed_back(answer: http::Response<lambda_http::Body>) -> Response {
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
    // the length is told anew: the body may have been empty, or is not sent
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
