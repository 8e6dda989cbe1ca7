//! Problems as HTTP responses: the one place where a refusal becomes HTTP.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Facts, FieldError, Problem};
use crate::CorrelationId;

/// The body of a problem (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody {
    /// The kind of problem: a URI reference relative to the API's documentation.
    #[serde(rename = "type")]
    #[schema(example = "/problems/contract_overlap")]
    kind: String,
    /// The kind of problem, for people.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong with this request.
    detail: String,
    /// The path of the request.
    instance: String,
    /// The kind of problem, for programs. Stable.
    #[schema(example = "contract_overlap")]
    code: &'static str,
    /// The fields or query parameters at fault; often empty.
    errors: Vec<FieldError>,
    /// Identifies the request in the logs.
    correlation_id: String,
    #[serde(flatten)]
    facts: Facts,
}

impl Problem {
    #[must_use]
    pub fn body(&self, path: &str, correlation: &CorrelationId) -> ProblemBody {
        ProblemBody {
            kind: format!("/problems/{}", self.code.name()),
            title: self.code.title(),
            status: self.code.status(),
            detail: self.detail.clone(),
            instance: path.to_owned(),
            code: self.code.name(),
            errors: self.errors.clone(),
            correlation_id: correlation.as_str().to_owned(),
            facts: (*self.facts).clone(),
        }
    }

    #[must_use]
    pub fn answer(&self, path: &str, correlation: &CorrelationId) -> Response {
        let mut response = axum::Json(self.body(path, correlation)).into_response();
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.code.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(u16::from(seconds)));
        }
        let challenge =
            self.facts.challenge.as_deref().or((self.status() == StatusCode::UNAUTHORIZED).then_some("Bearer"));
        if let Some(challenge) = challenge.and_then(|challenge| HeaderValue::from_str(challenge).ok()) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        let methods: Vec<&str> = self.allow.iter().map(http::Method::as_str).collect();
        if let Some(methods) = (!methods.is_empty()).then(|| HeaderValue::from_str(&methods.join(", ")).ok()).flatten()
        {
            headers.insert(ALLOW, methods);
        }
        response
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// The problem is in the response's extensions until `edge` renders it, since that layer knows the request.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(self);
        response
    }
}
