//! Builds the event that API Gateway hands to a function: payload format 2.0 of an HTTP API, by its developer guide
//! and, where that is silent, by what others observed of the real service:
//!
//! - A route is matched before percent-decoding. `rawPath` is the path **after** it. AWS decodes twice; a `%` that is left
//!   is refused here, so once is enough;
//!   `rawQueryString` stays as it was sent.
//! - The body is text for the media types `text/*` and `application/json`, `xml` and `javascript`, and base 64 for all
//!   others, a missing one included.
//! - Cookies leave the headers for a field of their own.
//!
//! One thing is ours: a body of a text type that is not UTF-8 goes as base 64, so that the function sees the bytes.

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

/// A request as it came in, and what the gateway has found out about it.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    /// Method, URI, headers.
    pub(crate) parts: &'a Parts,
    /// The body, whole.
    pub(crate) body: &'a [u8],
    /// The path after [`decode`].
    pub(crate) path: &'a str,
    /// The route's key.
    pub(crate) route_key: &'a str,
    /// What the route's path variables stand for.
    pub(crate) path_parameters: &'a [(String, String)],
    /// What the authorizer hands on; nothing on an open route.
    pub(crate) grant: Option<&'a Grant>,
    /// Who sends it.
    pub(crate) source: IpAddr,
    /// Our own name and port. Functions build URLs of it, so it is never what a client says, unless that is `localhost`.
    pub(crate) authority: &'a str,
    /// The request's id.
    pub(crate) request_id: &'a str,
    /// When it came.
    pub(crate) now: Instant,
}

/// The path as `rawPath` has it, and what the route's variables stand for, once decoded. `None` where either is not
/// UTF-8, and where API Gateway and a function could read it in two ways: it cuts a path off at a `?` that comes out of
/// decoding, and `lambda_http` takes what follows a `#` away. Functions refuse what has changed on the way
/// (`api`, `request_path`); what cannot be told afterwards is refused here.
pub(crate) fn decode(path: &str, variables: Vec<(String, String)>) -> Option<(String, Vec<(String, String)>)> {
    let decoded = |text: &str| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned());
    let plain = |text: &str| decoded(text).filter(|text| is_plain_path(text));
    let path = plain(path)?;
    let variables = variables.into_iter().map(|(name, text)| Some((name, plain(&text)?)));
    let variables: Option<Vec<_>> = variables.collect();
    Some((path, variables?))
}

impl Arrival<'_> {
    /// The event.
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
        // API Gateway leaves out what is empty
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

    /// By which of our names a client asks for us: API Gateway knows those of its domains, and lets no other in.
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

/// Values of one name, joined by commas.
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
