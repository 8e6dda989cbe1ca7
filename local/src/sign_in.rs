//! The token endpoint over HTTP, with the two documents by which a verifier finds the keys.

use std::sync::Arc;

use api::Clock;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use crate::tokens::{LIFETIME_SECONDS, Role, Tokens};

#[derive(Clone)]
struct SignIn {
    tokens: Arc<Tokens>,
    clock: Clock,
}

/// The routes, which need no token.
pub fn router(tokens: Arc<Tokens>, clock: Clock) -> Router {
    Router::new()
        .route("/oauth2/token", post(token).fallback(not_by_this_method))
        .route("/.well-known/jwks.json", get(jwks))
        .route("/.well-known/openid-configuration", get(configuration))
        .with_state(SignIn { tokens, clock })
}

/// The errors of RFC 6749, section 5.2, that can happen here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    InvalidRequest(&'static str),
    InvalidClient,
    UnsupportedGrantType,
    InvalidScope,
    Broken,
}

async fn token(State(sign_in): State<SignIn>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Response {
    let answer = body.map_err(|_| Refusal::InvalidRequest("the body cannot be read")).and_then(|body| {
        let (role, scope) = asked(&headers, &body)?;
        let token = sign_in.tokens.issue(role, &scope, sign_in.clock.now()).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "signing a token failed");
            Refusal::Broken
        })?;
        Ok(json!({ "access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_SECONDS, "scope": scope }))
    });
    let answer = answer.map(Json).map_err(|refusal| refused(refusal, &headers));
    ([(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")], answer).into_response()
}

fn asked(headers: &HeaderMap, body: &[u8]) -> Result<(Role, String), Refusal> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Refusal::InvalidRequest("the body must be a form: application/x-www-form-urlencoded"));
    }
    // a parameter without a value counts as left out, and none may come twice: RFC 6749, section 3.2
    let parameters: Vec<_> = form_urlencoded::parse(body).filter(|(_, value)| !value.is_empty()).collect();
    let parameter = |wanted: &str| {
        let mut values = parameters.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_ref());
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(Refusal::InvalidRequest("a parameter is given more than once")),
        }
    };
    let (grant_type, in_form) = (parameter("grant_type")?, parameter("client_id")?);
    let (secret, scope) = (parameter("client_secret")?, parameter("scope")?);
    let client_id = match (basic_client(headers)?, in_form) {
        (Some(_), _) if secret.is_some() => {
            return Err(Refusal::InvalidRequest("the client authenticates in two ways at once"));
        }
        (Some(basic), Some(form)) if basic != form => {
            return Err(Refusal::InvalidRequest("two different clients are named"));
        }
        (Some(basic), _) => basic,
        (None, Some(form)) => form.to_owned(),
        (None, None) => return Err(Refusal::InvalidClient),
    };
    match grant_type {
        None => return Err(Refusal::InvalidRequest("grant_type is missing")),
        Some("client_credentials") => {}
        Some(_) => return Err(Refusal::UnsupportedGrantType),
    }
    let role = Role::of_client(&client_id).ok_or(Refusal::InvalidClient)?;
    Ok((role, role.grants(scope).ok_or(Refusal::InvalidScope)?))
}

/// The client of HTTP Basic authentication, whose parts are form-encoded by RFC 6749, section 2.3.1.
fn basic_client(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let decoded = value.to_str().ok().and_then(|text| {
        let (scheme, credentials) = text.split_once(' ')?;
        let credentials = scheme.eq_ignore_ascii_case("basic").then(|| credentials.trim())?;
        let credentials = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
        let (client_id, _secret) = credentials.split_once(':')?;
        let (client_id, _) = form_urlencoded::parse(client_id.as_bytes()).next()?;
        Some(client_id.into_owned())
    });
    decoded.map(Some).ok_or(Refusal::InvalidClient)
}

fn refused(refusal: Refusal, headers: &HeaderMap) -> Response {
    let (status, error, description) = match refusal {
        Refusal::InvalidRequest(why) => (StatusCode::BAD_REQUEST, "invalid_request", why),
        Refusal::InvalidClient => {
            (StatusCode::UNAUTHORIZED, "invalid_client", "the clients are admin, operator and viewer")
        }
        Refusal::UnsupportedGrantType => {
            (StatusCode::BAD_REQUEST, "unsupported_grant_type", "the grant_type is client_credentials")
        }
        Refusal::InvalidScope => (
            StatusCode::BAD_REQUEST,
            "invalid_scope",
            "the scopes are key-automat/admin, key-automat/operator and key-automat/viewer, down from the client's own",
        ),
        Refusal::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "server_error", "no token can be signed"),
    };
    let answer = (status, Json(json!({ "error": error, "error_description": description }))).into_response();
    if status == StatusCode::UNAUTHORIZED && headers.contains_key(header::AUTHORIZATION) {
        return ([(header::WWW_AUTHENTICATE, r#"Basic realm="key-automat""#)], answer).into_response();
    }
    answer
}

async fn not_by_this_method(headers: HeaderMap) -> Response {
    let answer = refused(Refusal::InvalidRequest("tokens are asked for by POST"), &headers);
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")], answer).into_response()
}

async fn jwks(State(sign_in): State<SignIn>) -> Response {
    Json(sign_in.tokens.jwks()).into_response()
}

async fn configuration(State(sign_in): State<SignIn>) -> Response {
    let issuer = sign_in.tokens.issuer();
    Json(json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "token_endpoint": format!("{issuer}/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": ["none"],
        "scopes_supported": Role::ALL.map(Role::scope),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
    .into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use serde_json::Value;
    use store::Random;
    use tower::ServiceExt;

    use super::*;

    async fn ask(headers: &[(&str, &str)], body: impl Into<Body>) -> (StatusCode, HeaderMap, Value) {
        let tokens = Arc::new(Tokens::generate("http://here", Random::system()).unwrap());
        let mut request = http::Request::post("/oauth2/token");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = router(tokens, Clock::system()).oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, serde_json::from_slice(&body).unwrap())
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
    async fn any_secret_will_do_and_a_lesser_scope_may_be_asked_for() {
        let form = "grant_type=client_credentials&client_id=admin&client_secret=x&scope=key-automat%2Fviewer";
        let (status, _, answer) = ask(&[FORM], form).await;
        assert_eq!((status, answer["scope"].as_str().unwrap()), (StatusCode::OK, "key-automat/viewer"));
    }

    #[tokio::test]
    async fn http_basic_authentication_is_as_good() {
        let basic = ("authorization", "Basic dmlld2VyOnNlY3JldA=="); // viewer:secret
        for form in ["grant_type=client_credentials", "grant_type=client_credentials&client_id=viewer&scope="] {
            let (status, _, answer) = ask(&[FORM, basic], form).await;
            assert_eq!((status, answer["scope"].as_str().unwrap()), (StatusCode::OK, "key-automat/viewer"));
        }
        let charset = ("content-type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8");
        assert_eq!(ask(&[charset, basic], "grant_type=client_credentials").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn what_is_wrong_is_told_by_the_codes_of_rfc_6749() {
        let basic = ("authorization", "Basic dmlld2VyOnNlY3JldA==");
        let bearer = ("authorization", "Bearer abc");
        let cases: [(&[Header], &str, u16, &str); 14] = [
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
            (&[("content-type", "application/json")], r#"{"client_id":"admin"}"#, 400, "invalid_request"),
            (&[], "client_id=admin&grant_type=client_credentials", 400, "invalid_request"),
        ];
        for (headers, body, status, error) in cases {
            assert_eq!(refusal(headers, body).await, (status, error.to_owned()), "{headers:?} {body}");
        }
    }

    #[tokio::test]
    async fn a_client_that_tried_basic_is_asked_for_basic() {
        let (_, headers, _) = ask(&[FORM, ("authorization", "Basic %%%")], "grant_type=client_credentials").await;
        assert_eq!(headers["www-authenticate"], r#"Basic realm="key-automat""#);
        let (_, headers, _) = ask(&[FORM], "grant_type=client_credentials").await;
        assert!(!headers.contains_key("www-authenticate"));
    }

    #[tokio::test]
    async fn a_body_beyond_reason_is_refused() {
        let (status, _, answer) = ask(&[FORM], vec![b'a'; 3_000_000]).await;
        assert_eq!((status, answer["error"].as_str().unwrap()), (StatusCode::BAD_REQUEST, "invalid_request"));
    }

    #[tokio::test]
    async fn the_configuration_leads_to_the_keys() {
        let tokens = Arc::new(Tokens::generate("http://here", Random::system()).unwrap());
        let router = router(tokens, Clock::system());
        let get = async |path: &str| {
            let request = http::Request::get(path).body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            serde_json::from_slice::<Value>(&body).unwrap()
        };
        let configuration = get("/.well-known/openid-configuration").await;
        assert_eq!(configuration["issuer"], "http://here");
        let keys = get(configuration["jwks_uri"].as_str().unwrap().strip_prefix("http://here").unwrap()).await;
        assert_eq!(keys["keys"][0]["kty"], "RSA");
        let request = http::Request::get("/oauth2/token").body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        assert_eq!(
            (answer.status(), answer.headers()["allow"].as_bytes()),
            (StatusCode::METHOD_NOT_ALLOWED, &b"POST"[..])
        );
    }
}
