//! The gateway's own refusals, as problem documents like those of the functions. In AWS they are API Gateway's, with
//! the same statuses and a body of its own making.

use api::problem::{Code, UNKNOWN_PATH};
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
    /// The body was incomplete.
    BodyUnreadable,
    /// The path is not UTF-8, or nothing serves it.
    RouteNotFound,
    /// More requests at once than there is concurrency for.
    Throttled,
    /// The function failed.
    Internal,
}

impl Problem {
    /// The code of the functions' problems that says the same, and what to do about it.
    fn parts(&self) -> (Code, &str) {
        match self {
            Self::Unauthenticated { detail, .. } => (Code::Unauthenticated, detail),
            Self::Forbidden { detail, .. } => (Code::Forbidden, detail),
            Self::BodyTooLarge => (Code::BodyTooLarge, "The gateway takes 10 MB at most."),
            Self::BodyUnreadable => (Code::MalformedJson, "The body was incomplete."),
            Self::RouteNotFound => (Code::RouteNotFound, UNKNOWN_PATH),
            Self::Throttled => (Code::Busy, "Too many requests are being processed at once. Try again in a moment."),
            Self::Internal => (Code::Internal, "The function failed; its log says more."),
        }
    }

    /// The answer to a request for `path`.
    pub(crate) fn answer(&self, path: &str, request_id: &str) -> Response {
        let (code, detail) = self.parts();
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = json!({
            "type": format!("/problems/{}", code.name()),
            "title": code.title(),
            "status": status.as_u16(),
            "detail": detail,
            "instance": path,
            "code": code.name(),
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
        if *self == Self::Throttled {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Self::Unauthenticated { challenge, .. } | Self::Forbidden { challenge, .. } = self
            && let Ok(challenge) = HeaderValue::from_str(challenge)
        {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}
