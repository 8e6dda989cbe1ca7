//! Builds the event that API Gateway passes to a function: payload format 2.0 of an HTTP API, following its developer
//! guide and, where that is silent, what others have observed of the real service:
//!
//! - A route is matched before percent-decoding. `rawPath` is the path **after** it. AWS decodes twice; a `%` that
//!   remains after decoding once is refused here, so once is enough. `rawQueryString` is unchanged.
//! - The body is text for the media types `text/*`, `application/json`, `application/xml` and `application/javascript`,
//!   and base64 for all others, including a missing one.
//! - Cookies are moved from the headers to their own field.
//!
//! One difference: a body with a text type that is not valid UTF-8 is sent as base64, so that the function gets the
//! exact bytes.

use std::collections::BTreeMap;
use std::net::IpAddr;

use api::is_plain_path;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use domain::Instant;
use http::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::authorizer::Grant;

/// A request as received, with what the gateway has determined about it.
#[derive(Debug)]
pub(crate) struct IncomingRequest<'a> {
    /// Method, URI and headers.
    pub(crate) parts: &'a Parts,
    pub(crate) body: &'a [u8],
    /// The path after [`decode`].
    pub(crate) path: &'a str,
    /// The route's key, such as `GET /v1/keys/{keyId}`.
    pub(crate) route_key: &'a str,
    /// Names and decoded values of the route's path variables.
    pub(crate) path_parameters: &'a [(String, String)],
    /// Result of the authorizer; `None` on an open route.
    pub(crate) grant: Option<&'a Grant>,
    /// The client's address.
    pub(crate) source: IpAddr,
    /// Host and port of the local cloud. Functions build URLs from it, so it is never taken from the client's `Host`
    /// header, except for `localhost`.
    pub(crate) authority: &'a str,
    pub(crate) request_id: &'a str,
    /// When the request was received.
    pub(crate) now: Instant,
}

/// Decodes the path, as `rawPath` has it, and the values of the route's variables. Returns `None` when either is not
/// UTF-8, or when API Gateway and a function could interpret the path differently: API Gateway cuts it at a `?` that
/// results from decoding, and `lambda_http` drops what follows a `#`. Functions refuse a path that was altered on the
/// way (`api`, `request_path`); what they cannot detect is refused here.
pub(crate) fn decode(path: &str, variables: Vec<(String, String)>) -> Option<(String, Vec<(String, String)>)> {
    let decoded = |text: &str| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned());
    let plain = |text: &str| decoded(text).filter(|text| is_plain_path(text));
    let path = plain(path)?;
    let variables = variables.into_iter().map(|(name, text)| Some((name, plain(&text)?)));
    let variables: Option<Vec<_>> = variables.collect();
    Some((path, variables?))
}

impl IncomingRequest<'_> {
    /// The event as JSON.
    pub(crate) fn event(&self) -> Value {
        let (body, is_base64) = self.encoded_body();
        let query = self.parts.uri.query().unwrap_or_default();
        let cookies = self.cookies();
        let mut event = json!({
            "version": "2.0",
            "routeKey": self.route_key,
            "rawPath": self.path,
            "rawQueryString": query,
            "headers": self.headers(),
            "requestContext": self.context(),
            "isBase64Encoded": is_base64,
        });
        // API Gateway omits empty fields.
        if !cookies.is_empty() {
            event["cookies"] = json!(cookies);
        }
        if !query.is_empty() {
            event["queryStringParameters"] = json!(joined(form_urlencoded::parse(query.as_bytes())));
        }
        if !self.path_parameters.is_empty() {
            event["pathParameters"] = json!(joined(self.path_parameters.iter().map(|(name, value)| (name, value))));
        }
        if let Some(body) = body {
            event["body"] = body.into();
        }
        event
    }

    fn context(&self) -> Value {
        let time = DateTime::from_timestamp_millis(self.now.millis()).unwrap_or_default();
        let user_agent = self.parts.headers.get(USER_AGENT).map(lossy).unwrap_or_default();
        let mut context = json!({
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": self.authority,
            "domainPrefix": "local",
            "http": {
                "method": self.parts.method.as_str(),
                "path": self.path,
                "protocol": format!("{:?}", self.parts.version),
                "sourceIp": self.source.to_string(),
                "userAgent": user_agent,
            },
            "requestId": self.request_id,
            "routeKey": self.route_key,
            "stage": "$default",
            "time": time.format("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": self.now.millis(),
        });
        if let Some(grant) = self.grant {
            context["authorizer"] = json!({ "jwt": { "claims": grant.claims, "scopes": grant.scopes } });
        }
        context
    }

    fn headers(&self) -> BTreeMap<String, String> {
        let headers = &self.parts.headers;
        let several =
            headers.iter().filter(|(name, _)| *name != COOKIE).map(|(name, value)| (name.as_str(), lossy(value)));
        let mut headers = joined(several);
        headers.insert(HOST.to_string(), self.host(headers.get(HOST.as_str())));
        let forwarded_for = headers.remove("x-forwarded-for").into_iter().chain([self.source.to_string()]);
        headers.insert("x-forwarded-for".to_owned(), forwarded_for.collect::<Vec<_>>().join(", "));
        headers.insert("x-forwarded-proto".to_owned(), "http".to_owned());
        headers.insert("x-forwarded-port".to_owned(), self.port().to_owned());
        headers
    }

    /// The host name to report: one of this machine's own. API Gateway also accepts only its configured domains.
    fn host(&self, asked: Option<&String>) -> String {
        let as_localhost = format!("localhost:{}", self.port());
        let is_localhost = asked.is_some_and(|asked| asked.eq_ignore_ascii_case(&as_localhost));
        if is_localhost { as_localhost } else { self.authority.to_owned() }
    }

    fn port(&self) -> &str {
        self.authority.rsplit_once(':').map_or("80", |(_, port)| port)
    }

    fn cookies(&self) -> Vec<String> {
        let headers = self.parts.headers.get_all(COOKIE).iter().map(lossy);
        headers.flat_map(|line| line.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>()).collect()
    }

    fn encoded_body(&self) -> (Option<String>, bool) {
        match std::str::from_utf8(self.body) {
            Ok("") => (None, false),
            Ok(text) if is_text(&self.parts.headers) => (Some(text.to_owned()), false),
            _ => (Some(STANDARD.encode(self.body)), true),
        }
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type.starts_with("text/")
        || matches!(media_type.as_str(), "application/json" | "application/xml" | "application/javascript")
}

/// Joins the values of each name with commas.
fn joined<N: AsRef<str>, V: AsRef<str>>(pairs: impl Iterator<Item = (N, V)>) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in pairs {
        match joined.get_mut(name.as_ref()) {
            None => _ = joined.insert(name.as_ref().to_owned(), value.as_ref().to_owned()),
            Some(before) => {
                before.push(',');
                before.push_str(value.as_ref());
            }
        }
    }
    joined
}

fn lossy(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
