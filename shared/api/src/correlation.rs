//! The identifier by which a request is found in the logs.

use http::{Extensions, HeaderMap, HeaderValue};
use lambda_http::request::RequestContext;

/// The identifier of a request in the logs, in problems, and in the header `x-correlation-id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrelationId(String);

impl CorrelationId {
    const MAX: usize = 64;

    /// The gateway's request id. Without a gateway, the client's `x-request-id` if it is harmless.
    #[must_use]
    pub fn of_request(headers: &HeaderMap, extensions: &Extensions) -> Self {
        let from_gateway = match extensions.get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV2(context)) => context.request_id.as_deref(),
            _ => None,
        };
        let from_caller = || headers.get("x-request-id").and_then(|value| value.to_str().ok());
        Self::new(from_gateway.or_else(from_caller).unwrap_or_default())
    }

    /// This identifier, or `unknown` if it could not be put into a header or a log.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self(if Self::is_sane(id) { id } else { "unknown" }.to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value of `x-correlation-id`.
    #[must_use]
    pub fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
    }

    /// API Gateway's ids are base64 with padding; those of others are similar.
    fn is_sane(id: &str) -> bool {
        (1..=Self::MAX).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=+/.:".contains(&byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_header(value: &str) -> String {
        let headers = HeaderMap::from_iter([("x-request-id".parse().unwrap(), HeaderValue::from_str(value).unwrap())]);
        CorrelationId::of_request(&headers, &Extensions::new()).0
    }

    #[test]
    fn a_client_id_is_kept_only_if_harmless() {
        assert_eq!(from_header("req-1"), "req-1");
        assert_eq!(from_header("a\"b c"), "unknown");
        assert_eq!(from_header(&"x".repeat(65)), "unknown");
    }
}
