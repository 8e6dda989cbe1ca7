//! Contracts over HTTP, on the embedded database.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its scene fails")]

use api::testing::{json, request};
use api::{App, Role};
use axum::body::Body;
use axum::response::Response;
use clock::Clock;
use domain::AutomatId;
use http::header::{CACHE_CONTROL, ETAG, LOCATION};
use serde_json::{Value, json};
use testkit::{TestTable, at, metadata};
use tower::ServiceExt as _;

const CONTRACTS: &str = "/v1/contracts";
const OF_KEY: &str = "/v1/contracts?keyId=K-1";

struct Api {
    table: TestTable,
    clock: Clock,
    router: axum::Router,
}

impl Api {
    /// With two keys that are not shared.
    async fn new() -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(testkit::automat("lobby", 4), &metadata()).await.unwrap();
        for key in ["K-1", "K-2"] {
            table.store.create_key(testkit::key(key), &metadata()).await.unwrap();
        }
        let clock = Clock::fixed(at(0));
        let router = contracts::router(App { store: table.store_of("contracts"), clock: clock.clone() });
        Self { table, clock, router }
    }

    async fn send(&self, method: &str, uri: &str, headers: &[(&str, &str)], body: Option<Value>) -> Response {
        let builder =
            headers.iter().fold(request(method, uri, Role::Operator), |it, (name, value)| it.header(*name, *value));
        let body = body.map(|body| Body::from(body.to_string())).unwrap_or_default();
        self.router.clone().oneshot(builder.body(body).unwrap()).await.unwrap()
    }

    async fn get(&self, uri: &str) -> Value {
        json(self.send("GET", uri, &[], None).await).await
    }

    async fn book(&self, body: Value) -> (u16, Value) {
        let response = self.send("POST", CONTRACTS, &[], Some(body)).await;
        (response.status().as_u16(), json(response).await)
    }
}

fn booking(id: &str, start: &str, end: &str) -> Value {
    json!({ "contractId": id, "keyIds": ["K-1"], "person": "Ada Virtanen", "start": start, "end": end, "pin": "48291537" })
}

#[tokio::test]
async fn a_booking_shows_its_pin_once_and_then_only_where_it_is_recorded() {
    let api = Api::new().await;
    let body = booking("b-1", "2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z");
    let made = api.send("POST", CONTRACTS, &[], Some(body.clone())).await;
    assert_eq!(made.status(), 201);
    assert_eq!(made.headers()[LOCATION], "/v1/contracts/b-1");
    assert_eq!(made.headers()[ETAG], "\"1\"");
    assert_eq!(made.headers()[CACHE_CONTROL], "no-store");
    let made = json(made).await;
    assert_eq!((&made["pin"], &made["state"]), (&json!("48291537"), &json!("active")));
    assert_eq!(made["end"], "2026-11-25T12:00:00Z");

    let uri = format!("{CONTRACTS}/b-1");
    assert_eq!(api.get(&uri).await["pin"], "******");
    assert_eq!(api.get(OF_KEY).await["data"][0]["pin"], "******");
    assert_eq!(api.get(&format!("{uri}/pin")).await, json!({ "pin": "48291537" }));
    // An identical contract exists; its PIN stays masked.
    let (status, again) = api.book(body).await;
    assert_eq!((status, &again["pin"]), (200, &json!("******")));

    let new = api.send("POST", &format!("{uri}/pin"), &[], None).await;
    assert_eq!((new.status().as_u16(), new.headers()[ETAG].to_str().unwrap()), (200, "\"2\""));
    assert_ne!(json(new).await["pin"], "48291537");
}

#[tokio::test]
async fn a_conflict_lists_the_conflicting_contracts_and_the_next_free_time() {
    let api = Api::new().await;
    api.book(booking("b-1", "2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z")).await;
    let other = json!({ "keyIds": ["K-1", "K-2"], "person": "Bo", "start": "2026-11-24T13:00:00+01:00", "end": "2026-11-24T14:00:00Z" });
    let (status, problem) = api.book(other).await;
    assert_eq!((status, &problem["code"]), (409, &json!("contract_overlap")));
    assert_eq!(
        problem["conflicts"],
        json!([{ "keyId": "K-1", "contractId": "b-1", "start": "2026-11-24T12:00:00Z", "end": "2026-11-25T12:00:00Z" }])
    );
    assert_eq!(problem["nextFree"], json!({ "start": "2026-11-25T12:00:00Z", "end": "2026-11-25T14:00:00Z" }));

    let (_, ended) = api.book(json!({ "keyIds": ["K-1"], "person": "Bo", "end": "2026-11-24T11:00:00Z" })).await;
    assert_eq!(
        (&ended["code"], &ended["errors"][0]["code"]),
        (&json!("invalid_request"), &json!("end_not_after_start"))
    );
}

#[tokio::test]
async fn repeating_an_idempotency_key_returns_the_first_response() {
    let api = Api::new().await;
    let body = json!({ "keyIds": ["K-1"], "person": "Ada", "end": "2026-11-24T13:00:00Z" });
    let headers = [("idempotency-key", "try-1")];
    let first = api.send("POST", CONTRACTS, &headers, Some(body.clone())).await;
    assert!(!first.headers().contains_key("idempotency-replayed"));
    let first = json(first).await;
    api.clock.set(at(7_200));
    let second = api.send("POST", CONTRACTS, &headers, Some(body)).await;
    assert_eq!(second.status(), 201);
    assert_eq!(second.headers()["idempotency-replayed"], "true");
    assert_eq!(json(second).await, first);
    let other = json!({ "keyIds": ["K-1"], "person": "Bo", "permanent": true });
    let other = api.send("POST", CONTRACTS, &headers, Some(other)).await;
    assert_eq!(json(other).await["code"], "idempotency_key_reused");
}

#[tokio::test]
async fn edits_check_the_version_and_an_empty_edit_keeps_it() {
    let api = Api::new().await;
    api.book(booking("b-1", "2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z")).await;
    let uri = format!("{CONTRACTS}/b-1");
    let edited = api.send("PATCH", &uri, &[("if-match", "\"1\"")], Some(json!({ "permanent": true }))).await;
    assert_eq!(edited.headers()[ETAG], "\"2\"");
    let edited = json(edited).await;
    assert_eq!((&edited["permanent"], &edited["end"]), (&json!(true), &Value::Null));
    for (body, method) in [(Some(json!({ "person": "Bo" })), "PATCH"), (Some(json!({})), "PATCH"), (None, "DELETE")] {
        let stale = json(api.send(method, &uri, &[("if-match", "\"1\"")], body).await).await;
        assert_eq!((&stale["code"], &stale["currentVersion"]), (&json!("stale_version"), &json!(2)));
    }
    let same = api.send("PATCH", &uri, &[("if-match", "*")], Some(json!({}))).await;
    assert_eq!(same.headers()[ETAG], "\"2\"");
    assert_eq!(api.send("DELETE", &uri, &[("if-match", "\"2\"")], None).await.status(), 204);
    assert_eq!(api.get(&uri).await["code"], "contract_not_found");
}

#[tokio::test]
async fn lists_and_free_times_follow_the_calendar() {
    let api = Api::new().await;
    api.book(booking("b-1", "2026-11-25T12:00:00Z", "2026-11-26T12:00:00Z")).await;
    let body = json!({ "contractId": "b-2", "keyIds": ["K-1"], "person": "Bo", "end": "2026-11-24T18:00:00Z" });
    let (status, _) = api.book(body).await;
    assert_eq!(status, 201);
    let first = api.get(&format!("{OF_KEY}&limit=1")).await;
    assert_eq!((&first["data"][0]["contractId"], &first["page"]["hasNext"]), (&json!("b-2"), &json!(true)));
    let after = first["page"]["next"].as_str().unwrap();
    let second = api.get(&format!("{OF_KEY}&limit=1&after={after}")).await;
    assert_eq!((&second["data"][0]["contractId"], &second["page"]["hasNext"]), (&json!("b-1"), &json!(false)));
    assert_eq!(api.get(&format!("{OF_KEY}&state=upcoming")).await["data"][0]["contractId"], "b-1");
    let free = api.get("/v1/availability?keyId=K-1&from=2026-11-24T12:00:00Z&to=2026-11-27T00:00:00Z").await;
    assert_eq!(
        free,
        json!({ "data": [
            { "start": "2026-11-24T18:00:00Z", "end": "2026-11-25T12:00:00Z" },
            { "start": "2026-11-26T12:00:00Z", "end": "2026-11-27T00:00:00Z" },
        ] })
    );
    assert_eq!(api.get(&format!("{OF_KEY}&after=abc")).await["code"], "invalid_cursor");
}

#[tokio::test]
async fn a_contract_of_two_keys_has_both_or_none() {
    let api = Api::new().await;
    let mut both = booking("b-1", "2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z");
    both["keyIds"] = json!(["K-2", "K-1", "K-2"]);
    let (status, made) = api.book(both.clone()).await;
    assert_eq!((status, &made["keyIds"]), (201, &json!(["K-1", "K-2"])));
    for key in ["K-1", "K-2"] {
        assert_eq!(api.get(&format!("{CONTRACTS}?keyId={key}")).await["data"][0]["contractId"], "b-1");
    }
    let mut unknown = booking("b-2", "2026-11-26T12:00:00Z", "2026-11-27T12:00:00Z");
    unknown["keyIds"] = json!(["K-1", "K-3"]);
    unknown["pin"] = json!("736152");
    let (status, problem) = api.book(unknown).await;
    assert_eq!((status, &problem["code"], &problem["keyId"]), (404, &json!("key_not_found"), &json!("K-3")));
    assert_eq!(api.get(OF_KEY).await["data"].as_array().unwrap().len(), 1, "nothing was booked");

    let free = |keys: &str| format!("/v1/availability?{keys}&from=2026-11-24T12:00:00Z&to=2026-11-27T00:00:00Z");
    for keys in ["keyId=K-1&keyId=K-2", "keyId=K-1,K-2", "keyId=K-2"] {
        let free = api.get(&free(keys)).await;
        assert_eq!(free["data"], json!([{ "start": "2026-11-25T12:00:00Z", "end": "2026-11-27T00:00:00Z" }]), "{keys}");
    }
    let problem = api.get(&free("keyId=K-1,K-3")).await;
    assert_eq!((&problem["code"], &problem["keyId"]), (&json!("key_not_found"), &json!("K-3")));
}

#[tokio::test]
async fn an_edit_adds_keys_and_takes_them_off() {
    let api = Api::new().await;
    api.book(booking("b-1", "2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z")).await;
    let uri = format!("{CONTRACTS}/b-1");
    let patch = async |keys: Value| json(api.send("PATCH", &uri, &[], Some(json!({ "keyIds": keys }))).await).await;
    let preview = api.send("POST", &format!("{uri}/preview"), &[], Some(json!({ "keyIds": ["K-2"] }))).await;
    assert_eq!(json(preview).await["contract"]["keyIds"], json!(["K-2"]));
    for (keys, version) in [(json!(["K-1", "K-2"]), 2), (json!(["K-2", "K-1"]), 2), (json!(["K-2"]), 3)] {
        let edited = patch(keys.clone()).await;
        assert_eq!(edited["version"], version, "{keys}: {edited}");
    }
    assert_eq!(api.get(OF_KEY).await["data"], json!([]));
    assert_eq!(api.get(&format!("{CONTRACTS}?keyId=K-2")).await["data"][0]["keyIds"], json!(["K-2"]));
    let problem = patch(json!(["K-2", "K-3"])).await;
    assert_eq!((&problem["code"], &problem["keyId"]), (&json!("key_not_found"), &json!("K-3")));
}

#[tokio::test]
async fn what_an_offline_automat_may_still_accept_is_said_and_can_be_refused() {
    let api = Api::new().await;
    assert_eq!(api.book(booking("BK-1", "2026-11-24T12:00:00Z", "2026-11-27T12:00:00Z")).await.0, 201);
    assert_eq!(api.get("/v1/contracts/BK-1").await["automats"], Value::Null, "it was never connected");
    api.table.hold_and_disconnect(&AutomatId::parse("lobby").unwrap(), at(60)).await;
    api.clock.set(at(120));
    let held = json!([{ "automatId": "lobby", "state": "held", "asOf": "2026-11-24T12:01:00Z" }]);
    assert_eq!(api.get("/v1/contracts/BK-1").await["automats"], held);

    let until = "2026-11-25T12:01:00Z";
    let usable = json!([{ "automatId": "lobby", "offlineSince": "2026-11-24T12:01:00Z", "until": until }]);
    let send = async |method, uri: &str, body: Option<Value>| {
        let response = api.send(method, &format!("/v1/contracts/BK-1{uri}"), &[], body).await;
        let status = response.status().as_u16();
        (status, if status == 204 { Value::Null } else { json(response).await })
    };
    let shorter = json!({ "end": "2026-11-26T12:00:00Z" });
    for (method, uri, body) in [
        ("DELETE", "?ifRevocable=true", None),
        ("PATCH", "?ifRevocable=true", Some(shorter.clone())),
        ("POST", "/end?ifRevocable=true", None),
        ("POST", "/pin?ifRevocable=true", None),
    ] {
        let (status, problem) = send(method, uri, body).await;
        assert_eq!(
            (status, &problem["code"], &problem["stillUsable"]),
            (409, &json!("still_usable"), &usable),
            "{uri}"
        );
    }
    for (uri, body) in [("/preview", Some(shorter.clone())), ("/end/preview", None), ("/removal/preview", None)] {
        assert_eq!(send("POST", uri, body).await.1["stillUsable"], usable, "{uri}");
    }
    let longer = json!({ "end": "2026-11-28T12:00:00Z", "person": "Ada" });
    let (status, contract) = send("PATCH", "?ifRevocable=true", Some(longer)).await;
    assert_eq!((status, &contract["stillUsable"]), (200, &Value::Null), "nothing is taken away");
    assert_eq!(send("PATCH", "", Some(shorter)).await.1["stillUsable"], usable);
    let (status, pin) = send("POST", "/pin", None).await;
    assert_eq!((status, &pin["stillUsable"]), (200, &usable));
    let revoking =
        json!([{ "automatId": "lobby", "state": "revoking", "until": until, "asOf": "2026-11-24T12:01:00Z" }]);
    assert_eq!(api.get("/v1/contracts/BK-1").await["automats"], revoking);
    assert_eq!(send("DELETE", "", None).await, (200, json!({ "stillUsable": usable })));
    api.clock.set(at(3 * 86_400));
    assert_eq!(api.book(booking("BK-2", "2026-11-27T13:00:00Z", "2026-11-28T12:00:00Z")).await.0, 201);
    let response = api.send("DELETE", "/v1/contracts/BK-2?ifRevocable=true", &[], None).await;
    assert_eq!(response.status(), 204, "the lease is over");
}
