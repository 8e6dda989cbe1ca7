//! Every route of the API does its work for the lowest role that may use it. What a route does in detail is tested by
//! capability in the other files; here no route is forgotten.

use api::routes::{Access, ROUTES, Route};
use e2e::device::eventually;
use e2e::{Stack, Stage, for_key, fresh, hours, person};
use http::Method;
use serde_json::{Value, json};

/// The status and the body of a request that succeeds. Panics for a route that has no case yet.
fn case_of(route: &Route, stage: &Stage, key: &str) -> (u16, Option<Value>) {
    match (route.method.as_str(), route.path) {
        (
            "GET",
            "/health"
            | "/openapi.json"
            | "/v1/automats"
            | "/v1/automats/{automatId}"
            | "/v1/automats/{automatId}/events"
            | "/v1/keys"
            | "/v1/keys/{keyId}"
            | "/v1/availability"
            | "/v1/keys/{keyId}/events"
            | "/v1/contracts"
            | "/v1/contracts/{contractId}"
            | "/v1/contracts/{contractId}/messages"
            | "/v1/contracts/{contractId}/pin"
            | "/v1/openings/{openingId}",
        )
        | (
            "POST",
            "/v1/automats/{automatId}/reset"
            | "/v1/contracts/{contractId}/end"
            | "/v1/contracts/{contractId}/end/preview"
            | "/v1/contracts/{contractId}/removal/preview"
            | "/v1/contracts/{contractId}/pin",
        )
        | ("DELETE", "/v1/keys/{keyId}") => (200, None),
        ("POST", "/v1/automats") => {
            let id = fresh("automat");
            (201, Some(json!({ "automatId": id, "name": "Hall", "lockerCount": 1, "timeZone": "UTC" })))
        }
        ("POST", "/v1/keys") => (201, Some(stage.key_body())),
        ("POST", "/v1/contracts") => (201, Some(for_key(key, person(5, 6)))),
        ("POST", "/v1/contracts/preview") => (200, Some(for_key(key, person(5, 6)))),
        ("PATCH", "/v1/automats/{automatId}") => (200, Some(json!({ "name": "Hall" }))),
        ("PATCH", "/v1/keys/{keyId}") => (200, Some(json!({ "property": "Hämeentie 5" }))),
        ("PUT", "/v1/contracts/{contractId}") => (200, Some(for_key(key, person(-1, 3)))),
        ("PATCH", "/v1/contracts/{contractId}") | ("POST", "/v1/contracts/{contractId}/preview") => {
            (200, Some(json!({ "person": "Bo" })))
        }
        ("DELETE", "/v1/automats/{automatId}" | "/v1/contracts/{contractId}") => (204, None),
        ("POST", "/v1/imports") => {
            let mut row = for_key(key, person(5, 6));
            row["contractId"] = json!(fresh("booking"));
            (200, Some(json!({ "contracts": [row] })))
        }
        ("POST", "/v1/contracts/{contractId}/messages/{messageId}/resend") => (202, None),
        ("POST", "/v1/automats/{automatId}/lockers/{lockerIndex}/openings") => (202, Some(json!({}))),
        ("POST", "/v1/people/export" | "/v1/people/erase") => {
            (200, Some(json!({ "email": format!("{}@example.com", fresh("nobody")) })))
        }
        (method, path) => panic!("{method} {path} has no case: add a request that succeeds"),
    }
}

/// The path of a route, with resources that exist.
async fn path_of(route: &Route, stage: &Stage, key: &str) -> String {
    let path = route.path.replace("{automatId}", &stage.automat).replace("{lockerIndex}", "1");
    let mut path = path.replace("{keyId}", key);
    if path.contains("{openingId}") {
        let opening = stage.request_opening(0).await;
        path = path.replace("{openingId}", opening.rsplit('/').next().unwrap());
    }
    if path.contains("{contractId}") {
        let mut active = person(-1, 2);
        active["contacts"] = json!([{ "name": "Bo", "email": "bo@example.com", "sendEmail": true }]);
        let contract = stage.book(key, active).await;
        path = path.replace("{contractId}", contract.body(201)["contractId"].as_str().unwrap());
        if path.contains("{messageId}") {
            let messages = format!("{}/messages", contract.header("location"));
            let sent = |list: &Value| list["data"][0]["state"] == "sent";
            let list = eventually(|| stage.stack.viewer().get(&messages), sent).await;
            path = path.replace("{messageId}", list["data"][0]["messageId"].as_str().unwrap());
        }
    }
    match (route.method.as_str(), route.path) {
        ("GET", "/v1/contracts") => format!("{path}?keyId={key}"),
        ("GET", "/v1/availability") => format!("{path}?keyId={key}&from={}&to={}", hours(1), hours(2)),
        _ => path,
    }
}

#[tokio::test]
async fn every_route_works_for_its_role() {
    let stack = Stack::shared();
    for route in ROUTES {
        let stage = Stage::new(&stack, 2).await;
        let client = match route.access {
            Access::Open => stack.nobody(),
            Access::AtLeast(role) => stack.as_role(role),
        };
        // An automat with a key in it cannot be removed.
        let removes_automat = route.method == Method::DELETE && route.path.ends_with("{automatId}");
        let key = if removes_automat { String::new() } else { stage.key().await };
        let (status, body) = case_of(route, &stage, &key);
        let call = client.call(route.method.clone(), path_of(route, &stage, &key).await);
        let call = if let Some(body) = &body { call.json(body) } else { call };
        call.await.is(status);
    }
}
