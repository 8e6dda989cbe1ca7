//! `PUT /v1/contracts/{contractId}` makes or changes a contract in one step, and may be repeated.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its scene fails")]

use api::testing::{json, request};
use api::{App, Role};
use axum::body::Body;
use clock::Clock;
use http::header::LOCATION;
use serde_json::{Value, json};
use testkit::{TestTable, at, metadata};
use tower::ServiceExt as _;

const CONTRACT: &str = "/v1/contracts/BK-1";

struct Api {
    _table: TestTable,
    router: axum::Router,
}

impl Api {
    /// With the keys `K-1` and `K-2`, which are not shared.
    async fn new() -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(testkit::automat("lobby", 4), &metadata()).await.unwrap();
        for key in ["K-1", "K-2"] {
            table.store.create_key(testkit::key(key), &metadata()).await.unwrap();
        }
        let router = contracts::router(App { store: table.store_of("contracts"), clock: Clock::fixed(at(0)) });
        Self { _table: table, router }
    }

    async fn send(&self, method: &str, uri: &str, if_match: Option<&str>, body: Option<Value>) -> (u16, Value) {
        let mut call = request(method, uri, Role::Operator);
        if let Some(version) = if_match {
            call = call.header("if-match", version);
        }
        let body = body.map(|body| Body::from(body.to_string())).unwrap_or_default();
        let response = self.router.clone().oneshot(call.body(body).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        if status == 201 {
            assert_eq!(response.headers()[LOCATION], uri);
        }
        (status, json(response).await)
    }

    async fn put(&self, body: Value) -> (u16, Value) {
        self.send("PUT", CONTRACT, None, Some(body)).await
    }

    async fn pin(&self) -> Value {
        self.send("GET", &format!("{CONTRACT}/pin"), None, None).await.1["pin"].clone()
    }
}

fn booking(keys: &[&str], end: &str) -> Value {
    json!({ "keyIds": keys, "person": "Ada Virtanen", "start": "2026-11-24T12:00:00Z", "end": end })
}

#[tokio::test]
async fn the_first_time_it_creates_and_the_same_again_changes_nothing() {
    let api = Api::new().await;
    let body = booking(&["K-1"], "2026-11-25T12:00:00Z");
    let (status, made) = api.put(body.clone()).await;
    assert_eq!((status, &made["contractId"]), (201, &json!("BK-1")));
    assert_eq!(made["pin"], api.pin().await, "the PIN is in the response that created it");
    let (status, again) = api.put(body).await;
    assert_eq!((status, &again["pin"], &again["version"]), (200, &json!("******"), &json!(1)));
}

#[tokio::test]
async fn it_replaces_every_field_but_a_pin_that_is_left_out() {
    let api = Api::new().await;
    let mut body = booking(&["K-1"], "2026-11-25T12:00:00Z");
    body["freeText"] = json!("ring twice");
    body["schedule"] = json!("Mo-Fr 08:00-17:00");
    api.put(body).await;
    let pin = api.pin().await;
    let (status, changed) = api.put(booking(&["K-1", "K-2"], "2026-11-26T12:00:00Z")).await;
    assert_eq!((status, &changed["keyIds"], &changed["version"]), (200, &json!(["K-1", "K-2"]), &json!(2)));
    assert_eq!((changed.get("freeText"), changed.get("schedule")), (None, None));
    assert_eq!(changed["end"], "2026-11-26T12:00:00Z");
    assert_eq!(api.pin().await, pin);
}

#[tokio::test]
async fn a_conflict_leaves_the_contract_as_it_was() {
    let api = Api::new().await;
    api.put(booking(&["K-1"], "2026-11-25T12:00:00Z")).await;
    let other = api.send("PUT", "/v1/contracts/BK-2", None, Some(booking(&["K-2"], "2026-11-25T12:00:00Z"))).await;
    assert_eq!(other.0, 201);
    let (status, problem) = api.put(booking(&["K-1", "K-2"], "2026-11-25T12:00:00Z")).await;
    assert_eq!((status, &problem["code"]), (409, &json!("contract_overlap")));
    assert_eq!(problem["conflicts"][0]["keyId"], "K-2");
    assert_eq!(problem["conflicts"][0]["contractId"], "BK-2");
    assert_eq!(problem["nextFree"]["start"], "2026-11-25T12:00:00Z");
    let contract = api.send("GET", CONTRACT, None, None).await.1;
    assert_eq!((&contract["keyIds"], &contract["version"]), (&json!(["K-1"]), &json!(1)));
}

#[tokio::test]
async fn with_if_match_the_contract_must_exist_in_that_version() {
    let api = Api::new().await;
    let body = booking(&["K-1"], "2026-11-25T12:00:00Z");
    let missing = api.send("PUT", CONTRACT, Some("\"1\""), Some(body.clone())).await;
    assert_eq!((missing.0, &missing.1["code"]), (404, &json!("contract_not_found")));
    api.put(body).await;
    let later = booking(&["K-1"], "2026-11-26T12:00:00Z");
    let stale = api.send("PUT", CONTRACT, Some("\"7\""), Some(later.clone())).await;
    assert_eq!((stale.0, &stale.1["code"]), (412, &json!("stale_version")));
    assert_eq!(api.send("PUT", CONTRACT, Some("\"1\""), Some(later)).await.0, 200);
}

#[tokio::test]
async fn the_start_is_required_and_another_id_in_the_body_is_refused() {
    let api = Api::new().await;
    let mut body = booking(&["K-1"], "2026-11-25T12:00:00Z");
    body.as_object_mut().unwrap().remove("start");
    body["contractId"] = json!("BK-2");
    let (status, problem) = api.put(body).await;
    let errors: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| (&error["field"], &error["code"])).collect();
    assert_eq!(status, 422);
    assert_eq!(errors, [(&json!("start"), &json!("required")), (&json!("contractId"), &json!("conflicting_fields"))]);
}
