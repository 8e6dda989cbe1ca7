//! Requests that are refused before the store is called. The store in these tests is at a closed port, so calling it
//! would answer 500.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its scene fails")]

use api::testing::{json, request, request_of_person, request_with_claims, request_without_token};
use api::{App, Role};
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use axum::body::Body;
use axum::response::Response;
use clock::{Clock, Random};
use http::Request;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use serde_json::{Value, json};
use store::{CodeKeyring, Store};
use tower::ServiceExt as _;

fn app() -> App {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url("http://127.0.0.1:1")
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let store = Store::new(client, "table", CodeKeyring::new(&[7; 32]).unwrap(), Random::system());
    App { store, clock: Clock::fixed(testkit::at(0)) }
}

async fn answer(request: Request<Body>) -> Response {
    keys::router(app()).oneshot(request).await.unwrap()
}

async fn refused(request: Request<Body>) -> Value {
    let response = answer(request).await;
    let status = response.status();
    assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    assert_eq!(response.headers()["x-correlation-id"], "test-request");
    let problem = json(response).await;
    assert_eq!(problem["status"], status.as_u16());
    assert_eq!(problem["correlationId"], "test-request");
    problem
}

async fn code(request: Request<Body>) -> String {
    refused(request).await["code"].as_str().unwrap().to_owned()
}

fn get(uri: &str) -> Request<Body> {
    request("GET", uri, Role::Admin).body(Body::empty()).unwrap()
}

fn post_key(body: impl Into<Body>) -> Request<Body> {
    request("POST", "/v1/keys", Role::Admin).body(body.into()).unwrap()
}

#[tokio::test]
async fn open_routes_need_no_token() {
    for path in ["/health", "/openapi.json"] {
        let response = answer(request_without_token("GET", path).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    }
    // A request that did not come through API Gateway has no path that can be checked.
    let bare = Request::builder().uri("/health").body(Body::empty()).unwrap();
    assert_eq!(json(answer(bare).await).await["code"], "route_not_found");
}

#[tokio::test]
async fn protected_routes_need_a_token() {
    let without = request_without_token("GET", "/v1/keys").body(Body::empty()).unwrap();
    let nobody = request_of_person("GET", "/v1/keys", "", &["admin"]).body(Body::empty()).unwrap();
    let claims = [("token_use", "id"), ("sub", "somebody"), ("cognito:groups", "[admin]")];
    let id_token = request_with_claims("GET", "/v1/keys", &claims).body(Body::empty()).unwrap();
    for request in [without, nobody, id_token] {
        let response = answer(request).await;
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer");
        assert_eq!(json(response).await["code"], "unauthenticated");
    }
}

/// Calls every protected route of the function with each role below the required one.
#[tokio::test]
async fn each_route_refuses_lower_roles() {
    use api::routes::{Access, Function, ROUTES};
    let mut tried = 0;
    for route in ROUTES.iter().filter(|route| route.function == Function::Keys) {
        let Access::AtLeast(needed) = route.access else { continue };
        let path = route.path.replace("{automatId}", "A-1").replace("{keyId}", "K-1");
        let lower = [None, Some(Role::Viewer), Some(Role::Operator)];
        for role in lower.into_iter().filter(|role| role.is_none_or(|role| role < needed)) {
            let group = role.map_or("guest", Role::name);
            let request = request_of_person(route.method.as_str(), &path, "somebody", &[group]);
            let request = request.body(Body::empty()).unwrap();
            assert_eq!(code(request).await, "forbidden", "{route:?} {role:?}");
            tried += 1;
        }
    }
    assert!(tried >= 6 + 7 * 3, "{tried}");
}

#[tokio::test]
async fn a_machine_scope_grants_the_role_like_a_group() {
    let claims = [("token_use", "access"), ("client_id", "machine"), ("scope", "key-automat/viewer")];
    let request = request_with_claims("GET", "/v1/keys?limit=0", &claims).body(Body::empty()).unwrap();
    assert_eq!(code(request).await, "invalid_query");
}

#[tokio::test]
async fn unknown_paths_and_methods() {
    for path in ["/", "/v1", "/v2/keys", "/v1/keys/", "/v1/keys/K-1/", "/v1/keys/%ff/x"] {
        assert_eq!(code(get(path)).await, "route_not_found", "{path}");
    }
    for (method, path, allow) in [
        ("PUT", "/v1/keys/K-1", "GET, HEAD, PATCH, DELETE"),
        ("DELETE", "/v1/keys", "GET, HEAD, POST"),
        ("POST", "/health", "GET, HEAD"),
        // A route of another function: the gateway sends requests without a route here.
        ("PUT", "/v1/contracts/C-1/pin", "GET, HEAD, POST"),
    ] {
        let response = answer(request(method, path, Role::Admin).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()[ALLOW], allow);
        assert_eq!(json(response).await["code"], "method_not_allowed");
    }
}

#[tokio::test]
async fn a_cors_preflight_needs_no_token() {
    let ask = |path: &str| {
        request_without_token("OPTIONS", path)
            .header("origin", "https://elsewhere.example")
            .header("access-control-request-method", "PATCH")
    };
    for (path, methods) in
        [("/v1/keys/K-1", "GET, HEAD, PATCH, DELETE"), ("/v1/contracts/C-1", "GET, HEAD, PUT, PATCH, DELETE")]
    {
        let response = answer(ask(path).body(Body::empty()).unwrap()).await;
        assert_eq!((response.status().as_u16(), &response.headers()[ALLOW]), (204, &methods.parse().unwrap()));
        assert!(!response.headers().contains_key("access-control-allow-origin"), "that is the template's to say");
    }
    assert_eq!(code(ask("/v1/nothing").body(Body::empty()).unwrap()).await, "route_not_found");
    let no_preflight = request_without_token("OPTIONS", "/v1/keys").header("origin", "https://elsewhere.example");
    assert_eq!(code(no_preflight.body(Body::empty()).unwrap()).await, "method_not_allowed");
}

#[tokio::test]
async fn paths_with_impossible_identifiers() {
    for path in ["/v1/keys/-x", "/v1/keys/a%20b", "/v1/keys/a%2Fb/events", "/v1/keys//events"] {
        assert_eq!(code(get(path)).await, "key_not_found", "{path}");
    }
    for path in ["/v1/keys/%ff", "/v1/keys/%zz", "/v1/keys/a%23b", "/v1/keys/a%5Cb"] {
        assert_eq!(code(get(path)).await, "route_not_found", "{path}");
    }
    assert_eq!(code(get("/v1/automats/%C3%A4")).await, "automat_not_found");
    let long = format!("/v1/keys/{}", "k".repeat(65));
    assert_eq!(code(get(&long)).await, "key_not_found");
}

#[tokio::test]
async fn unknown_query_parameters() {
    for (uri, wanted) in [
        ("/v1/keys?limit=101", "invalid_query"),
        ("/v1/keys?limit=5&limit=5", "invalid_query"),
        ("/v1/keys?colour=red", "invalid_query"),
        ("/v1/keys?search=%2D%2D", "invalid_query"),
        ("/v1/keys?automatId=-", "invalid_query"),
        ("/v1/keys?after=%00", "invalid_cursor"),
        ("/v1/keys/K-1?x", "invalid_query"),
        ("/v1/keys/K-1/events?limit=a", "invalid_query"),
        ("/v1/automats?search=x", "invalid_query"),
    ] {
        assert_eq!(code(get(uri)).await, wanted, "{uri}");
    }
    let force = request("DELETE", "/v1/keys/K-1?force=yes", Role::Admin).body(Body::empty()).unwrap();
    assert_eq!(refused(force).await["errors"][0]["field"], "force");
}

#[tokio::test]
async fn bodies_that_are_not_json() {
    for body in ["", "{", "{\"keyId\":}", "{} x"] {
        assert_eq!(code(post_key(body)).await, "malformed_json", "{body}");
    }
    assert_eq!(code(post_key(&b"{\"keyId\":\"\xff\"}"[..])).await, "malformed_json");
    assert_eq!(code(post_key("[[".repeat(20_000))).await, "invalid_request");
    let form = request("POST", "/v1/keys", Role::Admin).header(CONTENT_TYPE, "text/plain").body("{}".into()).unwrap();
    assert_eq!(code(form).await, "unsupported_media_type");
}

#[tokio::test]
async fn a_body_of_64_kib_is_read_and_one_byte_more_is_not() {
    let body = |bytes: usize| format!("{{{}}}", " ".repeat(bytes - 2));
    assert_eq!(code(post_key(body(64 * 1024))).await, "invalid_request");
    assert_eq!(code(post_key(body(64 * 1024 + 1))).await, "body_too_large");
}

#[tokio::test]
async fn every_invalid_field_is_listed_without_its_value() {
    let body = json!({ "automatId": "ä", "lockerIndex": 500, "returnCode": "48291", "property": "x".repeat(201) });
    let problem = refused(post_key(body.to_string())).await;
    let found: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| (&error["field"], &error["code"])).collect();
    assert_eq!(
        serde_json::to_value(found).unwrap(),
        json!([
            ["keyId", "required"],
            ["automatId", "id_characters"],
            ["lockerIndex", "out_of_range"],
            ["returnCode", "return_code_form"],
            ["property", "too_long"],
        ])
    );
    assert!(!problem.to_string().contains("48291"));
    let wrong = refused(post_key(r#"{"returnCode":4829}"#)).await;
    assert_eq!(wrong["errors"], json!([{ "field": "returnCode", "code": "wrong_type", "detail": "must be a string" }]));
    let unknown = refused(post_key(r#"{"colour":"red"}"#)).await;
    assert_eq!(unknown["errors"][0]["field"], "colour");
    assert_eq!(unknown["errors"][0]["code"], "unknown_field");
}

#[tokio::test]
async fn edits_refuse_ids_and_nulls() {
    let patch = |uri, body: Value| request("PATCH", uri, Role::Admin).body(Body::from(body.to_string())).unwrap();
    let problem = refused(patch("/v1/keys/K-1", json!({ "keyId": 5, "automatId": null, "shared": null }))).await;
    let codes: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| &error["code"]).collect();
    assert_eq!(codes, ["immutable", "immutable", "required"]);
    let problem =
        refused(patch("/v1/automats/A-1", json!({ "lockerCount": 0, "location": { "address": "a\u{7}" } }))).await;
    let fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["lockerCount", "location.address"]);
}

#[tokio::test]
async fn invalid_headers() {
    let with = |method, uri, name, value: &str| {
        request(method, uri, Role::Admin).header(name, value).body(Body::from("{}")).unwrap()
    };
    assert_eq!(code(with("PATCH", "/v1/keys/K-1", "if-match", "3")).await, "invalid_header");
    assert_eq!(code(with("DELETE", "/v1/keys/K-1", "if-match", "\"1\", \"2\"")).await, "invalid_header");
    assert_eq!(code(with("POST", "/v1/keys", "idempotency-key", "a b")).await, "invalid_header");
    assert_eq!(code(with("POST", "/v1/keys", "idempotency-key", &"k".repeat(256))).await, "invalid_header");
}

#[tokio::test]
async fn an_unreachable_store_reveals_nothing_internal() {
    let problem = refused(get("/v1/keys/K-1")).await;
    assert_eq!(problem["code"], "internal");
    assert!(!problem.to_string().contains("127.0.0.1"), "{problem}");
}

#[test]
fn the_document_and_the_table_of_routes_agree() {
    use api::routes::{Function, ROUTES};
    let table = ROUTES.iter().filter(|route| route.function == Function::Keys);
    let mut table: Vec<_> = table.map(|route| (route.method.to_string(), route.path.to_owned())).collect();
    let documented = api::openapi::routes(&mut keys::openapi());
    let mut documented: Vec<_> = documented.into_iter().map(|(method, path)| (method.to_owned(), path)).collect();
    table.sort();
    documented.sort();
    assert_eq!(documented, table);
}
