//! Setting up automats and keys over HTTP, on the embedded database.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its scene fails")]

use api::testing::{json, request};
use api::{App, Role};
use axum::body::Body;
use axum::response::Response;
use clock::Clock;
use http::header::{ETAG, LOCATION, RETRY_AFTER};
use serde_json::{Value, json};
use testkit::{TestTable, at, metadata};
use tower::ServiceExt as _;

struct Api {
    table: TestTable,
    clock: Clock,
    router: axum::Router,
}

impl Api {
    async fn new() -> Self {
        let table = TestTable::new().await;
        let clock = Clock::fixed(at(0));
        let router = keys::router(App { store: table.store_of("keys"), clock: clock.clone() });
        Self { table, clock, router }
    }

    async fn send(
        &self,
        role: Role,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Response {
        let builder = headers.iter().fold(request(method, uri, role), |it, (name, value)| it.header(*name, *value));
        let body = body.map(|body| Body::from(body.to_string())).unwrap_or_default();
        self.router.clone().oneshot(builder.body(body).unwrap()).await.unwrap()
    }

    async fn get(&self, uri: &str) -> Value {
        json(self.send(Role::Viewer, "GET", uri, &[], None).await).await
    }

    async fn admin(&self, method: &str, uri: &str, body: Value) -> (u16, Value) {
        let response = self.send(Role::Admin, method, uri, &[], Some(body)).await;
        (response.status().as_u16(), json(response).await)
    }

    async fn add(&self, uri: &str, body: Value) -> Value {
        let (status, added) = self.admin("POST", uri, body).await;
        assert_eq!(status, 201, "{added}");
        added
    }
}

fn lobby() -> Value {
    json!({
        "automatId": "lobby", "name": "Lobby", "lockerCount": 3, "timeZone": "Europe/Helsinki",
        "location": { "address": "Katu 1", "postalCode": "00100" },
    })
}

#[tokio::test]
async fn a_throttled_table_gives_a_retry_after() {
    let api = Api::new().await;
    api.add("/v1/automats", lobby()).await;
    for (uri, read) in [("/v1/automats/lobby", "Query"), ("/v1/automats", "BatchGetItem"), ("/v1/keys/K-1", "GetItem")]
    {
        api.table.wire.throttle(read);
        let answer = api.send(Role::Viewer, "GET", uri, &[], None).await;
        assert_eq!(answer.status(), 503, "{uri}");
        assert_eq!(answer.headers()[RETRY_AFTER], "1", "{uri}");
        assert_eq!(json(answer).await["code"], "busy");
    }
}

#[tokio::test]
async fn the_key_automat_view_shows_every_locker() {
    let api = Api::new().await;
    let added = api.add("/v1/automats", lobby()).await;
    assert_eq!(added["location"], json!({ "address": "Katu 1", "postalCode": "00100", "postalOffice": "" }));
    assert_eq!(added["connection"], json!({ "state": "unknown" }));
    api.add("/v1/keys", json!({ "keyId": "K-1", "automatId": "lobby", "lockerIndex": 1, "property": "Flat 12" })).await;
    let mut draft = testkit::contract(&domain::KeyId::parse("K-1").unwrap(), 0, 3_600);
    draft.id = Some(domain::ContractId::parse("b-1").unwrap());
    api.table.store.create_contract(draft, &metadata()).await.unwrap();

    let view = api.get("/v1/automats/lobby").await;
    assert_eq!(view["timeZone"], "Europe/Helsinki");
    let empty = |index: u16| json!({ "lockerIndex": index, "keyInside": false, "door": "unknown" });
    let taken = json!({
        "lockerIndex": 1, "key": { "keyId": "K-1", "property": "Flat 12" }, "keyInside": null, "door": "unknown",
        "activeContract": { "contractId": "b-1", "start": "2026-11-24T12:00:00Z", "end": "2026-11-24T13:00:00Z" },
    });
    assert_eq!(view["lockers"], json!([empty(0), taken, empty(2)]));
    assert_eq!(api.get("/v1/automats").await["data"][0].get("lockers"), None);
}

#[tokio::test]
async fn a_return_code_is_masked_for_viewers() {
    let api = Api::new().await;
    api.add("/v1/automats", lobby()).await;
    let key = json!({ "keyId": "Käsi-1", "automatId": "lobby", "returnCode": "4829", "shared": true });
    let added = api.send(Role::Admin, "POST", "/v1/keys", &[], Some(key)).await;
    let location = added.headers()[LOCATION].to_str().unwrap().to_owned();
    assert_eq!(location, "/v1/keys/K%C3%A4si-1");
    let added = json(added).await;
    assert_eq!((&added["returnCode"], &added["lockerIndex"]), (&json!("4829"), &json!(0)));
    let seen = api.get(&location).await;
    assert_eq!(
        (&seen["returnCode"], &seen["shared"], &seen["state"]),
        (&json!("****"), &json!(true), &json!("active"))
    );
    assert_eq!(api.get("/v1/keys?search=k%C3%A4s").await["data"][0]["returnCode"], "****");
    let by_operator = json(api.send(Role::Operator, "GET", &location, &[], None).await).await;
    assert_eq!(by_operator["returnCode"], "4829");
    let (_, cleared) = api.admin("PATCH", &location, json!({ "returnCode": null, "property": null })).await;
    assert_eq!((cleared.get("returnCode"), &cleared["property"]), (None, &json!("")));
}

#[tokio::test]
async fn refusals_of_the_automat_have_the_data_to_fix_them() {
    let api = Api::new().await;
    api.add("/v1/automats", lobby()).await;
    let key = |id: &str, locker: u16| json!({ "keyId": id, "automatId": "lobby", "lockerIndex": locker });
    api.add("/v1/keys", key("K-1", 2)).await;
    for (method, uri, body, code, fact) in [
        ("POST", "/v1/keys", key("K-2", 3), "locker_index_too_big", json!({ "lockerCount": 3 })),
        ("POST", "/v1/keys", key("K-2", 2), "locker_occupied", json!({ "lockerIndex": 2 })),
        ("POST", "/v1/keys", key("K-1", 1), "key_exists", json!({})),
        (
            "PATCH",
            "/v1/automats/lobby",
            json!({ "lockerCount": 2 }),
            "lockers_in_use",
            json!({ "highestLockerInUse": 2 }),
        ),
        ("DELETE", "/v1/automats/lobby", Value::Null, "automat_holds_keys", json!({ "keyCount": 1 })),
        ("POST", "/v1/keys", json!({ "keyId": "K-2", "automatId": "none" }), "automat_not_found", json!({})),
    ] {
        let (_, problem) = api.admin(method, uri, body).await;
        assert_eq!(problem["code"], code);
        for (name, value) in fact.as_object().unwrap() {
            assert_eq!(&problem[name], value, "{code}");
        }
    }
    assert_eq!(api.admin("POST", "/v1/keys", key("K-1", 2)).await.0, 200);
}

#[tokio::test]
async fn changing_the_time_zone_with_live_contracts_requires_force() {
    let api = Api::new().await;
    api.add("/v1/automats", lobby()).await;
    api.add("/v1/keys", json!({ "keyId": "K-1", "automatId": "lobby" })).await;
    let key = domain::KeyId::parse("K-1").unwrap();
    for (start, end) in [(-60, 60), (60, 120)] {
        api.table.store.create_contract(testkit::contract(&key, start, end), &metadata()).await.unwrap();
    }
    let (uri, to_york) = ("/v1/automats/lobby", json!({ "timeZone": "America/New_York" }));
    let (status, problem) = api.admin("PATCH", uri, to_york.clone()).await;
    assert_eq!((status, &problem["code"]), (409, &json!("automat_has_contracts")));
    assert_eq!(problem["contractCount"], 2);
    assert_eq!(api.get(uri).await["timeZone"], "Europe/Helsinki");
    assert_eq!(api.admin("PATCH", uri, json!({ "name": "Hall", "timeZone": "Europe/Helsinki" })).await.0, 200);
    assert_eq!(api.admin("PATCH", &format!("{uri}?force=perhaps"), to_york.clone()).await.0, 400);
    let (status, automat) = api.admin("PATCH", &format!("{uri}?force=true"), to_york).await;
    assert_eq!((status, &automat["timeZone"]), (200, &json!("America/New_York")));
}

#[tokio::test]
async fn events_show_who_did_what_without_secrets() {
    let api = Api::new().await;
    api.add("/v1/automats", lobby()).await;
    api.clock.set(at(1));
    api.add("/v1/keys", json!({ "keyId": "K-1", "automatId": "lobby", "returnCode": "4829" })).await;
    api.clock.set(at(2));
    api.admin("PATCH", "/v1/keys/K-1", json!({ "returnCode": "4830", "lockerIndex": 2 })).await;
    let events = api.get("/v1/keys/K-1/events").await;
    let newest = &events["data"][0];
    assert_eq!((&newest["type"], &newest["actor"]), (&json!("key-changed"), &json!("admin")));
    assert_eq!(newest["changes"], json!(["lockerIndex", "returnCode"]));
    assert_eq!(events["data"][1]["type"], "key-added");
    assert!(!events.to_string().contains("482"), "{events}");
    let types: Vec<_> = api.get("/v1/automats/lobby/events").await["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(types, ["key-changed", "key-added", "automat-added"]);
}

#[tokio::test]
async fn removing_checks_the_version() {
    let api = Api::new().await;
    api.add("/v1/automats", lobby()).await;
    api.add("/v1/keys", json!({ "keyId": "K-1", "automatId": "lobby" })).await;
    let stale = api.send(Role::Admin, "DELETE", "/v1/keys/K-1", &[("if-match", "W/\"1\"")], None).await;
    assert_eq!(stale.status(), 412);
    let same = api.send(Role::Admin, "PATCH", "/v1/keys/K-1", &[("if-match", "\"1\"")], Some(json!({}))).await;
    assert_eq!(same.headers()[ETAG], "\"1\"");
    let gone = api.send(Role::Admin, "DELETE", "/v1/keys/K-1", &[("if-match", "\"1\"")], None).await;
    assert_eq!(gone.status(), 200);
    assert_eq!(api.get("/v1/keys/K-1").await["code"], "key_not_found");
    let same = api.send(Role::Admin, "PATCH", "/v1/automats/lobby", &[], Some(json!({}))).await;
    let version = same.headers()[ETAG].to_str().unwrap().to_owned();
    let gone = api.send(Role::Admin, "DELETE", "/v1/automats/lobby", &[("if-match", version.as_str())], None).await;
    assert_eq!(gone.status(), 204);
}

#[tokio::test]
async fn a_key_that_an_offline_automat_may_still_hand_out_is_removed_or_moved_knowingly() {
    let api = Api::new().await;
    api.add("/v1/automats", lobby()).await;
    let id = domain::KeyId::parse("K-1").unwrap();
    api.table.store.create_key(testkit::key("K-1"), &metadata()).await.unwrap();
    api.table.store.create_contract(testkit::contract(&id, 0, 5 * 86_400), &metadata()).await.unwrap();
    api.table.hold_and_disconnect(&domain::AutomatId::parse("lobby").unwrap(), at(60)).await;
    api.clock.set(at(120));
    let usable =
        json!([{ "automatId": "lobby", "offlineSince": "2026-11-24T12:01:00Z", "until": "2026-11-25T12:01:00Z" }]);
    let (status, problem) = api.admin("DELETE", "/v1/keys/K-1?ifRevocable=true", json!(null)).await;
    assert_eq!((status, &problem["code"], &problem["stillUsable"]), (409, &json!("still_usable"), &usable));
    let (status, problem) = api.admin("PATCH", "/v1/keys/K-1?ifRevocable=true", json!({ "lockerIndex": 2 })).await;
    assert_eq!((status, &problem["code"]), (409, &json!("still_usable")));
    let (status, key) = api.admin("PATCH", "/v1/keys/K-1?ifRevocable=true", json!({ "property": "Flat" })).await;
    assert_eq!((status, &key["stillUsable"]), (200, &Value::Null));
    let (status, key) = api.admin("PATCH", "/v1/keys/K-1", json!({ "lockerIndex": 2 })).await;
    assert_eq!((status, &key["lockerIndex"], &key["stillUsable"]), (200, &json!(2), &usable));
}
