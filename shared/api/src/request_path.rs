//! Checks that a path means the same to the gateway, the event and the router. Otherwise the request is refused.
//!
//! API Gateway passes the path on **decoded**, twice even, and cut off at a `?` that appears after the first decoding
//! (live captures: `vokerhttp/testdata/ingress-paths.json` in hotsock/voker, where `%252F` arrives as `/`). AWS does
//! not document whether it matches the route and fills `pathParameters` before or after that, so nothing here depends
//! on it. `lambda_http` parses the result as a URL (`build_request_uri`): a decoded `#` ends the path, `\` becomes `/`,
//! dot segments go up, and tabs and trailing spaces vanish. Then the router decodes once more. Without this check
//! `DELETE /v1/keys/A%3F/contracts/c` deletes the key `A`.
//!
//! So the check is that nothing has changed: the router's path, decoded, must be the event's `rawPath`, its route the
//! event's `routeKey`, and its parameters the event's `pathParameters`. In addition, characters that no identifier has
//! and that any of them could interpret differently are refused in every path.

use axum::extract::Request;
use http::Method;
use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;
use percent_encoding::percent_decode_str;

use crate::Problem;

/// Refuses a request whose path the gateway, the event and the router interpret differently. `matched` is the router's
/// route.
pub(crate) fn check(request: &Request, matched: Option<&str>) -> Result<(), Problem> {
    let decoded = percent_decode_str(request.uri().path()).decode_utf8().ok();
    let is_unchanged = decoded.as_deref() == Some(request.raw_http_path());
    let is_plain = is_plain_path(request.raw_http_path());
    let is_gateways = is_gateways_route(request, matched) && has_gateways_parameters(request, matched);
    if is_unchanged && is_plain && is_gateways { Ok(()) } else { Err(Problem::route_not_found()) }
}

/// Whether a decoded path has no character that would end it or cause another decoding. No identifier has such a
/// character.
#[must_use]
pub fn is_plain_path(path: &str) -> bool {
    !path.chars().any(|c| c.is_control() || matches!(c, '?' | '#' | '\\' | '%'))
}

/// Whether the gateway matched the same route. Its fallbacks, `$default` and `ANY /v1/{proxy+}`, match paths without a
/// route of their own, such as the pages.
fn is_gateways_route(request: &Request, matched: Option<&str>) -> bool {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else { return false };
    let route_key = context.route_key.as_deref().unwrap_or_default();
    let Some((_, path)) = route_key.split_once(' ') else { return route_key == "$default" };
    match matched {
        None => true,
        Some(matched) if path.ends_with("/{proxy+}") => !is_served(request.method(), matched),
        Some(matched) => path == matched,
    }
}

/// Whether the gateway read the same parameters from the path, decoded or not, if the event has them.
fn has_gateways_parameters(request: &Request, matched: Option<&str>) -> bool {
    let (Some(matched), Some(theirs)) = (matched, request.path_parameters_ref()) else { return true };
    let segments = matched.split('/').zip(request.raw_http_path().split('/'));
    let mut parameters = segments.filter_map(|(name, value)| Some((name.strip_prefix('{')?.strip_suffix('}')?, value)));
    parameters.all(|(name, ours)| {
        theirs.first(name).is_none_or(|theirs| theirs == ours || percent_decode_str(theirs).eq(ours.bytes()))
    })
}

/// Whether the route supports this method. If not, the later refusal lists the supported methods.
fn is_served(method: &Method, matched: &str) -> bool {
    crate::routes::access(method, matched).is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use axum::body::Body;
    use lambda_http::request::from_str;
    use serde_json::json;

    use super::*;

    /// A request as `lambda_http` makes it from an event.
    fn request(route_key: &str, raw_path: &str) -> Request {
        let method =
            route_key.split(' ').next().filter(|method| !["ANY", "$default"].contains(method)).unwrap_or("GET");
        let event = json!({
            "version": "2.0", "routeKey": route_key, "rawPath": raw_path, "rawQueryString": "", "isBase64Encoded": false,
            "headers": { "host": "api.example" },
            "requestContext": {
                "accountId": "1", "apiId": "a", "stage": "$default", "requestId": "r", "routeKey": route_key, "timeEpoch": 0,
                "http": { "method": method, "path": raw_path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "" },
            },
        });
        from_str(&event.to_string()).unwrap().map(|_| Body::empty())
    }

    const KEY: &str = "/v1/keys/{keyId}";
    const CONTRACT: &str = "/v1/contracts/{contractId}";

    #[test]
    fn unambiguous_paths_pass() {
        for path in ["/v1/keys/A12", "/v1/keys/K\u{e4}si-1", "/v1/keys/a b", "/v1/keys/\u{1f511}", "/v1/keys/a+b"] {
            assert!(check(&request("GET /v1/keys/{keyId}", path), Some(KEY)).is_ok(), "{path}");
        }
        assert!(check(&request("$default", "/keys/A12"), Some("/keys/{keyId}")).is_ok());
        assert!(check(&request("$default", "/nowhere"), None).is_ok());
    }

    #[test]
    fn paths_that_lambda_http_would_change_are_refused() {
        let changed =
            ["A12\0", "A12 ", "A\t12", "V1\\..\\A12", "c#2", "c?2", "./A12", "../keys/A12", "..", "A%31", "A\u{7f}"];
        for id in changed {
            assert!(check(&request("GET /v1/keys/{keyId}", &format!("/v1/keys/{id}")), Some(KEY)).is_err(), "{id:?}");
        }
    }

    #[test]
    fn a_route_that_the_gateway_has_not_matched_is_refused() {
        // `DELETE /v1/keys/A%3F/contracts/c`, cut off by the gateway.
        assert!(check(&request(&format!("DELETE {CONTRACT}"), "/v1/keys/A"), Some(KEY)).is_err());
        // `GET /v1/%6Beys/A12`: only the router has a route for it.
        assert!(check(&request("ANY /v1/{proxy+}", "/v1/keys/A12"), Some(KEY)).is_err());
        assert!(check(&request("ANY /v1/{proxy+}", "/v1/nothing"), None).is_ok());
        // `HEAD` has routes of its own.
        assert!(check(&request("HEAD /v1/keys/{keyId}", "/v1/keys/A12"), Some(KEY)).is_ok());
    }

    #[test]
    fn parameters_that_the_gateway_parsed_differently_are_refused() {
        let with = |theirs: &str, ours: &str| {
            let request = request("GET /v1/keys/{keyId}", &format!("/v1/keys/{ours}"));
            let theirs = HashMap::from([("keyId".to_owned(), vec![theirs.to_owned()])]);
            check(&request.with_path_parameters(theirs), Some(KEY))
        };
        for theirs in ["A12?", "A12%3F", "A12#", "A12%3Fx=1", "V2"] {
            assert!(with(theirs, "A12").is_err(), "{theirs}");
        }
        for (theirs, ours) in [("A12", "A12"), ("K\u{e4}si", "K\u{e4}si"), ("K%C3%A4si", "K\u{e4}si")] {
            assert!(with(theirs, ours).is_ok(), "{theirs}");
        }
    }

    #[test]
    fn an_event_without_a_path_or_a_route_is_refused() {
        let bare = Request::builder().uri("/v1/keys/A12").body(Body::empty()).unwrap();
        assert!(check(&bare, Some(KEY)).is_err());
    }
}
