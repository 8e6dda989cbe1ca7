//! Requests as API Gateway would pass them on, for tests.

use axum::body::Body;
use http::Request;
use http::request::Builder;
use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;
use percent_encoding::percent_decode_str;

use crate::Role;
use crate::role::PERSON_SCOPE;

/// A request by a person in the one group of a role.
#[must_use]
pub fn request(method: &str, uri: &str, role: Role) -> Builder {
    let name = role.name();
    request_of_person(method, uri, name, &[name])
}

/// A request by a person in some groups.
#[must_use]
pub fn request_of_person(method: &str, uri: &str, name: &str, groups: &[&str]) -> Builder {
    let groups = format!("[{}]", groups.join(" "));
    let claims = [
        ("token_use", "access"),
        ("sub", name),
        ("username", name),
        ("scope", PERSON_SCOPE),
        ("cognito:groups", groups.as_str()),
    ];
    request_with_claims(method, uri, &claims)
}

/// A request whose token has these claims.
#[must_use]
pub fn request_with_claims(method: &str, uri: &str, claims: &[(&str, &str)]) -> Builder {
    let claims: serde_json::Map<_, _> =
        claims.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    let authorizer = serde_json::json!({ "jwt": { "claims": claims } });
    on_path(method, uri, context(method, uri, Some(&authorizer)))
}

/// A request without a token, on a route without an authorizer.
#[must_use]
pub fn request_without_token(method: &str, uri: &str) -> Builder {
    on_path(method, uri, context(method, uri, None))
}

/// The JSON of a response, or null if it is empty.
///
/// # Panics
/// If the body is neither.
pub async fn json(response: http::Response<Body>) -> serde_json::Value {
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default();
    if bytes.is_empty() {
        return serde_json::Value::Null;
    }
    match serde_json::from_slice(&bytes) {
        Ok(json) => json,
        Err(_) => unreachable!("an answer that is not JSON: {}", String::from_utf8_lossy(&bytes)),
    }
}

/// A request whose path API Gateway has decoded.
fn on_path(method: &str, uri: &str, context: RequestContext) -> Builder {
    let path = uri.split('?').next().unwrap_or_default();
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut builder = Request::builder().method(method).uri(uri).extension(context);
    if let Some(extensions) = builder.extensions_mut() {
        *extensions = std::mem::take(extensions).with_raw_http_path(decoded);
    }
    builder
}

fn context(method: &str, uri: &str, authorizer: Option<&serde_json::Value>) -> RequestContext {
    let context = serde_json::json!({
        "requestId": "test-request",
        "stage": "$default",
        "routeKey": "$default",
        "timeEpoch": 0,
        "http": { "method": method, "path": uri, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test" },
        "authorizer": authorizer,
    });
    match serde_json::from_value(context) {
        Ok(context) => RequestContext::ApiGatewayV2(context),
        Err(error) => unreachable!("the gateway's request context has another form: {error}"),
    }
}
