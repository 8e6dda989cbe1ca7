//! The gateway's own refusals, as problem documents like those of the functions. In AWS they are API Gateway's, with
//! the same statuses and a body of its own making.

use axum::response::{IntoResponse, Json, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;

/// API Gateway's name for a request, on every answer.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");
/// The functions' name for it.
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// A refusal by the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// No good token; with the challenge to send along.
    Unauthenticated { detail: String, challenge: String },
    /// The token has none of the route's scopes.
    Forbidden { detail: String, challenge: String },
    /// More than API Gateway takes.
    BodyTooLarge,
    /// The body broke off.
    BodyUnreadable,
    /// The path is not UTF-8, or nothing serves it.
    RouteNotFound,
    /// The function failed.
    Internal,
}

impl Problem {
    fn parts(&self) -> (StatusCode, &'static str, &'static str, &str) {
        match self {
            Self::Unauthenticated { detail, .. } => {
                (StatusCode::UNAUTHORIZED, "unauthenticated", "No valid access token", detail)
            }
            Self::Forbidden { detail, .. } => (StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail),
            Self::BodyTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                "The body is too large",
                "The gateway takes 10 MB at most.",
            ),
            Self::BodyUnreadable => {
                (StatusCode::BAD_REQUEST, "malformed_json", "The body cannot be read", "The body broke off.")
            }
            Self::RouteNotFound => (
                StatusCode::NOT_FOUND,
                "route_not_found",
                "There is no such path",
                "See /openapi.json for the paths that there are.",
            ),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something is wrong with us",
                "The function failed; its log says more.",
            ),
        }
    }

    /// The answer to a request for `path`.
    pub(crate) fn answer(&self, path: &str, request_id: &str) -> Response {
        let (status, code, title, detail) = self.parts();
        let body = json!({
            "type": format!("/problems/{code}"),
            "title": title,
            "status": status.as_u16(),
            "detail": detail,
            "instance": path,
            "code": code,
            "errors": [],
            "correlationId": request_id,
        });
        let mut answer = (status, Json(body)).into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(request_id) = HeaderValue::from_str(request_id) {
            headers.insert(CORRELATION_ID, request_id);
        }
        if let Self::Unauthenticated { challenge, .. } | Self::Forbidden { challenge, .. } = self
            && let Ok(challenge) = HeaderValue::from_str(challenge)
        {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}
