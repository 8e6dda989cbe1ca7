//! Tokens for machines from `/oauth2/token`, and the metadata documents. Sign-in by people is tested in `people`.

mod people;
mod pool;

use std::sync::LazyLock;

use axum::body::Body;
use domain::Instant;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use super::*;

// generating the key takes a second
static TOKENS: LazyLock<Arc<Tokens>> =
    LazyLock::new(|| Arc::new(Tokens::generate("http://here", Random::system()).unwrap()));

fn signing_in(clock: Clock) -> Router {
    router(TOKENS.clone(), None, clock, Random::system())
}

/// An answer with its whole body.
struct Response {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Response {
    async fn of(router: &Router, request: http::Request<Body>) -> Self {
        let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Self { status: parts.status.as_u16(), headers: parts.headers, text: String::from_utf8(body.to_vec()).unwrap() }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} {}", self.status, self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

async fn ask(headers: &[(&str, &str)], body: impl Into<Body>) -> (StatusCode, HeaderMap, Value) {
    let mut request = http::Request::post("/oauth2/token");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = Response::of(&signing_in(Clock::system()), request.body(body.into()).unwrap()).await;
    (StatusCode::from_u16(answer.status).unwrap(), answer.headers.clone(), answer.json())
}

type Header = (&'static str, &'static str);
const FORM: Header = ("content-type", "application/x-www-form-urlencoded");

async fn refusal(headers: &[(&str, &str)], body: &'static str) -> (u16, String) {
    let (status, headers, answer) = ask(headers, body).await;
    assert_eq!(headers["cache-control"], "no-store");
    assert!(answer["error_description"].is_string());
    (status.as_u16(), answer["error"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_client_gets_a_token() {
    let (status, headers, answer) = ask(&[FORM], "grant_type=client_credentials&client_id=admin").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 3600);
    assert_eq!(answer["scope"], "key-automat/admin");
    assert_eq!(answer["access_token"].as_str().unwrap().split('.').count(), 3);
}

#[tokio::test]
async fn any_secret_is_accepted_and_a_lower_scope_can_be_requested() {
    let form = "grant_type=client_credentials&client_id=admin&client_secret=x&scope=key-automat%2Fviewer";
    let (status, _, answer) = ask(&[FORM], form).await;
    assert_eq!((status, answer["scope"].as_str().unwrap()), (StatusCode::OK, "key-automat/viewer"));
}

#[tokio::test]
async fn http_basic_authentication_is_accepted() {
    let basic = ("authorization", "Basic dmlld2VyOnNlY3JldA=="); // viewer:secret
    for form in ["grant_type=client_credentials", "grant_type=client_credentials&client_id=viewer&scope="] {
        let (status, _, answer) = ask(&[FORM, basic], form).await;
        assert_eq!((status, answer["scope"].as_str().unwrap()), (StatusCode::OK, "key-automat/viewer"));
    }
    let charset = ("content-type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8");
    assert_eq!(ask(&[charset, basic], "grant_type=client_credentials").await.0, StatusCode::OK);
}

#[tokio::test]
async fn errors_have_the_codes_of_rfc_6749() {
    let basic = ("authorization", "Basic dmlld2VyOnNlY3JldA==");
    let bearer = ("authorization", "Bearer abc");
    let cases: [(&[Header], &str, u16, &str); 17] = [
        (&[FORM], "", 401, "invalid_client"),
        (&[FORM], "client_id=admin", 400, "invalid_request"),
        (&[FORM], "client_id=admin&grant_type=", 400, "invalid_request"),
        (&[FORM], "client_id=admin&grant_type=password", 400, "unsupported_grant_type"),
        (&[FORM], "client_id=root&grant_type=client_credentials", 401, "invalid_client"),
        (&[FORM], "grant_type=client_credentials", 401, "invalid_client"),
        (&[FORM], "client_id=admin&client_id=admin&grant_type=client_credentials", 400, "invalid_request"),
        (&[FORM], "client_id=viewer&grant_type=client_credentials&scope=key-automat/admin", 400, "invalid_scope"),
        (&[FORM], "client_id=viewer&grant_type=client_credentials&scope=all", 400, "invalid_scope"),
        (&[FORM, basic], "client_id=admin&grant_type=client_credentials", 400, "invalid_request"),
        (&[FORM, basic], "client_secret=x&grant_type=client_credentials", 400, "invalid_request"),
        (&[FORM, bearer], "client_id=admin&grant_type=client_credentials", 401, "invalid_client"),
        (&[FORM], "client_id=dashboard&grant_type=client_credentials", 400, "unauthorized_client"),
        (&[FORM], "client_id=admin&grant_type=authorization_code&code=x", 400, "unauthorized_client"),
        (&[FORM], "client_id=admin&grant_type=refresh_token&refresh_token=x", 400, "unauthorized_client"),
        (&[("content-type", "application/json")], r#"{"client_id":"admin"}"#, 400, "invalid_request"),
        (&[], "client_id=admin&grant_type=client_credentials", 400, "invalid_request"),
    ];
    for (headers, body, status, error) in cases {
        assert_eq!(refusal(headers, body).await, (status, error.to_owned()), "{headers:?} {body}");
    }
}

#[tokio::test]
async fn a_client_that_used_basic_is_challenged_with_basic() {
    let (_, headers, _) = ask(&[FORM, ("authorization", "Basic %%%")], "grant_type=client_credentials").await;
    assert_eq!(headers["www-authenticate"], r#"Basic realm="key-automat""#);
    let (_, headers, _) = ask(&[FORM], "grant_type=client_credentials").await;
    assert!(!headers.contains_key("www-authenticate"));
}

#[tokio::test]
async fn an_oversized_body_is_refused() {
    let (status, _, answer) = ask(&[FORM], vec![b'a'; 3_000_000]).await;
    assert_eq!((status, answer["error"].as_str().unwrap()), (StatusCode::BAD_REQUEST, "invalid_request"));
}

#[tokio::test]
async fn the_configuration_lists_all_endpoints() {
    let router = signing_in(Clock::system());
    let get = async |path: &str| Response::of(&router, http::Request::get(path).body(Body::empty()).unwrap()).await;
    let configuration = get("/.well-known/openid-configuration").await.json();
    assert_eq!(configuration["issuer"], "http://here");
    let endpoint = |name: &str| configuration[name].as_str().unwrap().strip_prefix("http://here").unwrap().to_owned();
    assert_eq!(get(&endpoint("jwks_uri")).await.json()["keys"][0]["kty"], "RSA");
    for (name, status) in [
        ("authorization_endpoint", 400),
        ("end_session_endpoint", 400),
        ("token_endpoint", 405),
        ("revocation_endpoint", 405),
    ] {
        let answer = get(&endpoint(name)).await;
        assert_eq!(answer.status, status, "{name}");
        assert!(status != 405 || answer.header("allow") == "POST", "{name}");
    }
}
