//! The gateway in front of test functions, as a client sees it.

use std::sync::LazyLock;

use api::Role;
use axum::response::IntoResponse as _;
use axum::routing::{any, get};
use http::StatusCode;
use lambda_http::request::RequestContext;
use serde_json::{Value, json};

use super::*;
use crate::tokens::Tokens;

const NOW: i64 = 1_800_000_000_000;
static TOKENS: LazyLock<Tokens> = LazyLock::new(|| Tokens::generate("http://here", Random::system()).unwrap());

const FUNCTIONS: &str = "
Resources:
  Keys: { Metadata: { BuildProperties: { Binary: keys } } }
  Contracts: { Metadata: { BuildProperties: { Binary: contracts } } }
";

const ROUTES: &str = "
Resources:
  CallsKeys: { Properties: { IntegrationUri: !Sub '/functions/${Keys}/invocations' } }
  CallsContracts: { Properties: { IntegrationUri: !Sub '/functions/${Contracts}/invocations' } }
  Health: { Type: AWS::ApiGatewayV2::Route, Properties: { RouteKey: 'GET /health', Target: !Sub 'integrations/${CallsKeys}', AuthorizationType: NONE } }
  Key: { Type: AWS::ApiGatewayV2::Route, Properties: { RouteKey: 'GET /v1/keys/{keyId}', Target: !Sub 'integrations/${CallsKeys}', AuthorizationType: JWT } }
  Scoped: { Type: AWS::ApiGatewayV2::Route, Properties: { RouteKey: 'GET /scoped', Target: !Sub 'integrations/${CallsKeys}', AuthorizationType: JWT, AuthorizationScopes: [other/read] } }
  Rest: { Type: AWS::ApiGatewayV2::Route, Properties: { RouteKey: '$default', Target: !Sub 'integrations/${CallsKeys}', AuthorizationType: JWT } }
  Create: { Type: AWS::ApiGatewayV2::Route, Properties: { RouteKey: 'POST /v1/contracts', Target: !Sub 'integrations/${CallsContracts}', AuthorizationType: JWT } }
";

/// Answers with the request that it received.
async fn echo(
    axum::extract::Extension(context): axum::extract::Extension<RequestContext>,
    request: Request,
) -> Response {
    let RequestContext::ApiGatewayV2(context) = context else { panic!() };
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let claims = context.authorizer.and_then(|authorizer| authorizer.jwt).map(|jwt| jwt.claims);
    axum::Json(json!({
        "route": context.route_key,
        "method": parts.method.as_str(),
        "path": parts.uri.path(),
        "query": parts.uri.query(),
        "cookie": parts.headers.get("cookie").map(|value| value.to_str().unwrap()),
        "requestId": context.request_id,
        "client": claims.and_then(|claims| claims.get("client_id").cloned()),
        "body": body.to_vec(),
    }))
    .into_response()
}

fn gateway() -> Router {
    let keys = Router::new()
        .route("/health", get(async || "well"))
        .route("/v1/keys/binary", get(async || ([("content-type", "image/png")], vec![0_u8, 255])))
        .route("/v1/keys/panic", any(async || -> StatusCode { panic!("a bug") }))
        .route("/v1/keys/many", any(many_headers))
        .fallback(echo);
    let functions = HashMap::from([("keys", keys), ("contracts", Router::new().fallback(echo))]);
    let audience = Role::ALL.iter().map(|role| role.name().to_owned()).collect();
    let authorizer = Authorizer::new("http://here", audience, TOKENS.jwks().clone());
    let clock = Clock::fixed(Instant::from_millis(NOW).unwrap());
    let routes = Routes::read(ROUTES, FUNCTIONS).unwrap();
    Gateway::new(routes, functions, authorizer, "127.0.0.1:3000".to_owned(), clock, Random::system()).unwrap().router()
}

async fn many_headers() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    for (name, value) in [("set-cookie", "a=1"), ("set-cookie", "b=2"), ("x-many", "1"), ("x-many", "2")] {
        response.headers_mut().append(name, HeaderValue::from_static(value));
    }
    response
}

fn bearer() -> String {
    format!(
        "Bearer {}",
        TOKENS.issue(Role::Operator, "key-automat/operator", Instant::from_millis(NOW).unwrap()).unwrap()
    )
}

fn request(method: &str, uri: &str) -> http::request::Builder {
    let source: SocketAddr = ([127, 0, 0, 1], 4_000).into();
    http::Request::builder().method(method).uri(uri).extension(ConnectInfo(source))
}

async fn send(request: http::Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
    let answer = gateway().oneshot(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    (parts.status, parts.headers, axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec())
}

async fn echoed(builder: http::request::Builder, body: impl Into<Body>) -> Value {
    let (status, headers, answer) = send(builder.header("authorization", bearer()).body(body.into()).unwrap()).await;
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["requestId"], headers["apigw-requestid"].to_str().unwrap());
    answer
}

async fn problem(request: http::Request<Body>) -> (u16, HeaderMap, Value) {
    let (status, headers, body) = send(request).await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(headers["content-type"], "application/problem+json");
    assert_eq!(body["correlationId"], headers["apigw-requestid"].to_str().unwrap());
    assert_eq!(body["correlationId"], headers["x-correlation-id"].to_str().unwrap());
    assert_eq!(body["status"], status.as_u16());
    assert_eq!(body["type"], format!("/problems/{}", body["code"].as_str().unwrap()));
    (status.as_u16(), headers, body)
}

#[tokio::test]
async fn requests_reach_the_function_of_their_route_with_the_claims() {
    let answer = echoed(request("GET", "/v1/keys/sauna?limit=1&after=a%2Fb"), "").await;
    assert_eq!(answer["route"], "GET /v1/keys/{keyId}");
    assert_eq!((&answer["path"], &answer["query"]), (&json!("/v1/keys/sauna"), &json!("limit=1&after=a%2Fb")));
    assert_eq!(answer["client"], "operator");
    let answer = echoed(request("POST", "/v1/contracts").header("content-type", "application/json"), "{}").await;
    assert_eq!((&answer["route"], &answer["body"]), (&json!("POST /v1/contracts"), &json!(b"{}")));
}

#[tokio::test]
async fn letters_of_any_script_arrive_encoded_and_a_route_is_matched_before_it_is_decoded() {
    let answer = echoed(request("GET", "/v1/keys/m%C3%B6kki"), "").await;
    assert_eq!((&answer["route"], &answer["path"]), (&json!("GET /v1/keys/{keyId}"), &json!("/v1/keys/m%C3%B6kki")));
    let answer = echoed(request("GET", "/v1/keys/a%20b"), "").await;
    assert_eq!(answer["path"], "/v1/keys/a%20b");
    let answer = echoed(request("GET", "/v1/keys/a%2Fb"), "").await;
    assert_eq!((&answer["route"], &answer["path"]), (&json!("GET /v1/keys/{keyId}"), &json!("/v1/keys/a/b")));
}

#[tokio::test]
async fn bodies_of_any_type_arrive_unchanged() {
    let bytes: Vec<u8> = (0..=255).collect();
    for content_type in ["application/octet-stream", "application/json", "text/plain; charset=utf-8"] {
        let builder = request("POST", "/v1/contracts").header("content-type", content_type);
        assert_eq!(echoed(builder, bytes.clone()).await["body"], json!(bytes), "{content_type}");
    }
    assert_eq!(echoed(request("POST", "/x").header("cookie", "a=1; b=2"), "").await["cookie"], "a=1; b=2");
}

#[tokio::test]
async fn answers_are_converted_as_by_lambda() {
    let token = bearer();
    let get =
        async |path| send(request("GET", path).header("authorization", &token).body(Body::empty()).unwrap()).await;
    assert_eq!(get("/v1/keys/binary").await.2, [0, 255]);
    let (status, headers, _) = get("/v1/keys/many").await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(headers.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
    assert_eq!(headers.get_all("x-many").iter().collect::<Vec<_>>(), ["1"], "lambda_http keeps the first");
}

#[tokio::test]
async fn without_a_valid_token_only_open_routes_answer() {
    let (status, headers, body) = send(request("GET", "/health").body(Body::empty()).unwrap()).await;
    assert_eq!((status, body), (StatusCode::OK, b"well".to_vec()));
    assert!(headers.contains_key("apigw-requestid"));
    for (method, path) in [("GET", "/v1/keys/sauna"), ("GET", "/nowhere"), ("OPTIONS", "/health")] {
        let (status, headers, body) = problem(request(method, path).body(Body::empty()).unwrap()).await;
        assert_eq!((status, &body["code"]), (401, &json!("unauthenticated")), "{method} {path}");
        assert_eq!(headers["www-authenticate"], "Bearer");
        assert_eq!(body["instance"], path);
    }
    let (status, _, body) = send(request("HEAD", "/health").body(Body::empty()).unwrap()).await;
    assert_eq!((status, body.len()), (StatusCode::UNAUTHORIZED, 0), "API Gateway does not treat HEAD as GET");
    let forged = request("GET", "/v1/keys/sauna").header("authorization", format!("{}x", bearer()));
    let (status, headers, _) = problem(forged.body(Body::empty()).unwrap()).await;
    assert_eq!(status, 401);
    assert!(headers["www-authenticate"].to_str().unwrap().contains("invalid_token"));
    let twice = request("GET", "/v1/keys/sauna").header("authorization", bearer()).header("authorization", bearer());
    assert_eq!(problem(twice.body(Body::empty()).unwrap()).await.0, 401);
}

#[tokio::test]
async fn a_token_without_the_routes_scope_gets_403() {
    let (status, headers, body) =
        problem(request("GET", "/scoped").header("authorization", bearer()).body(Body::empty()).unwrap()).await;
    assert_eq!((status, &body["code"]), (403, &json!("forbidden")));
    assert!(headers["www-authenticate"].to_str().unwrap().contains("insufficient_scope"));
}

#[tokio::test]
async fn methods_without_a_route_go_to_the_default() {
    for method in ["OPTIONS", "PUT", "PURGE"] {
        let token = bearer();
        let builder = request(method, "/v1/keys/sauna").header("authorization", &token);
        let (status, _, body) = send(builder.body(Body::empty()).unwrap()).await;
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((status, &body["route"], &body["method"]), (StatusCode::OK, &json!("$default"), &json!(method)));
    }
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_unread() {
    let post = || request("POST", "/v1/contracts").header("authorization", bearer());
    let at_the_limit = post().body(Body::from(vec![b'a'; BODY_LIMIT])).unwrap();
    assert_eq!(send(at_the_limit).await.0, StatusCode::OK);
    let above = post().body(Body::from(vec![b'a'; BODY_LIMIT + 1])).unwrap();
    assert_eq!(problem(above).await.2["code"], "body_too_large");
    let endless = Body::new(Endless);
    assert_eq!(problem(post().body(endless).unwrap()).await.0, 413);
}

/// A body that never ends and does not announce its length.
struct Endless;

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from_static(&[b'a'; 8_192])))))
    }
}

#[tokio::test]
async fn a_path_that_is_not_utf8_is_not_found() {
    let (status, _, body) = problem(request("GET", "/v1/keys/%FF").body(Body::empty()).unwrap()).await;
    assert_eq!((status, &body["code"]), (404, &json!("route_not_found")));
    assert_eq!(problem(request("OPTIONS", "*").body(Body::empty()).unwrap()).await.0, 404);
}

#[tokio::test]
async fn a_panic_is_contained_in_the_function() {
    let panicking = request("GET", "/v1/keys/panic").header("authorization", bearer()).body(Body::empty()).unwrap();
    let (status, _, body) = problem(panicking).await;
    assert_eq!((status, &body["code"]), (500, &json!("internal")));
    assert!(!body.to_string().contains("a bug"));
}

#[test]
fn a_route_to_an_unknown_function_is_detected_at_the_start() {
    let authorizer = Authorizer::new("http://here", vec![], TOKENS.jwks().clone());
    let functions = HashMap::from([("keys", Router::new())]);
    let routes = Routes::read(ROUTES, FUNCTIONS).unwrap();
    let refused = Gateway::new(routes, functions, authorizer, String::new(), Clock::system(), Random::system());
    assert!(refused.unwrap_err().to_string().contains("the binary contracts"));
}
