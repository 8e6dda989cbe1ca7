//! A person's data over HTTP, on the embedded database.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its scene fails")]

use api::testing::{json, request};
use api::{App, Role};
use axum::body::Body;
use clock::Clock;
use domain::{ContractDraft, ContractId, KeyId, Name};
use serde_json::{Value, json};
use testkit::{Log, TestTable, at, by_email, by_sms, contract, metadata};
use tower::ServiceExt as _;

const EMAIL: &str = "aino@example.fi";
const NUMBER: &str = "+358401234567";
const PERSON: &str = "Aino Virtanen";

struct People {
    _table: TestTable,
    log: Log,
    router: axum::Router,
}

impl People {
    /// With one ended contract of hers, and one that has not ended.
    async fn new() -> Self {
        let log = Log::of_this_thread();
        let table = TestTable::new().await;
        table.store.create_automat(testkit::automat("lobby", 4), &metadata()).await.unwrap();
        table.store.create_key(testkit::key("K-1"), &metadata()).await.unwrap();
        for (id, start, end) in [("over", 0, 60), ("live", 100, 9_000)] {
            let contacts = vec![by_email(EMAIL), by_sms(NUMBER)].into_iter();
            let contacts = contacts.map(|it| domain::Contact { name: Name::parse(PERSON).unwrap(), ..it }).collect();
            let id = Some(ContractId::parse(id).unwrap());
            let pin = Some(testkit::pin(&format!("4829{end}")));
            let draft = ContractDraft { id, contacts, pin, ..contract(&KeyId::parse("K-1").unwrap(), start, end) };
            table.store.create_contract(draft, &metadata()).await.unwrap();
        }
        table.project().await;
        let router = people::router(App { store: table.store_of("people"), clock: Clock::fixed(at(1_000)) });
        Self { _table: table, log, router }
    }

    async fn post_as(&self, role: Role, path: &str, body: Value) -> (u16, Value) {
        let request = request("POST", path, role).body(Body::from(body.to_string())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        (response.status().as_u16(), json(response).await)
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.post_as(Role::Admin, path, body).await
    }
}

const EXPORT: &str = "/v1/people/export";
const ERASE: &str = "/v1/people/erase";

#[tokio::test]
async fn only_admins_have_access() {
    let people = People::new().await;
    for path in [EXPORT, ERASE] {
        for role in [Role::Viewer, Role::Operator] {
            let (status, problem) = people.post_as(role, path, json!({ "email": EMAIL })).await;
            assert_eq!((status, &problem["code"]), (403, &json!("forbidden")), "{path}");
        }
    }
}

#[tokio::test]
async fn at_least_one_search_field_is_required() {
    let people = People::new().await;
    for (path, body, field, code) in [
        (EXPORT, json!({}), "email", "required"),
        (ERASE, json!({ "everybodyOfThatName": false }), "email", "required"),
        (ERASE, json!({ "email": EMAIL, "everybodyOfThatName": true }), "person", "required"),
        (EXPORT, json!({ "email": "aino" }), "email", "email_form"),
        (EXPORT, json!({ "phoneNumber": "0401234567" }), "phoneNumber", "phone_number_form"),
        (EXPORT, json!({ "person": " " }), "person", "empty"),
        (EXPORT, json!({ "email": EMAIL, "limit": 0 }), "limit", "out_of_range"),
        (ERASE, json!({ "email": EMAIL, "limit": 21 }), "limit", "out_of_range"),
        (EXPORT, json!({ "email": EMAIL, "everybodyOfThatName": true }), "everybodyOfThatName", "unknown_field"),
        (EXPORT, json!({ "emial": EMAIL }), "emial", "unknown_field"),
    ] {
        let (status, problem) = people.post(path, body.clone()).await;
        assert_eq!((status, &problem["code"]), (422, &json!("invalid_request")), "{body}: {problem}");
        let error = &problem["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{body}: {problem}");
        assert!(!problem.to_string().contains(EMAIL), "{problem}");
    }
    let (status, problem) = people.post(EXPORT, json!({ "email": EMAIL, "after": "AAAA" })).await;
    assert_eq!((status, &problem["code"]), (400, &json!("invalid_cursor")));
}

#[tokio::test]
async fn a_number_that_is_no_longer_valid_can_be_searched() {
    let people = People::new().await;
    let (status, found) = people.post(EXPORT, json!({ "phoneNumber": "+999123456789" })).await;
    assert_eq!((status, found), (200, json!({ "data": [], "page": { "next": null, "hasNext": false } })));
}

#[tokio::test]
async fn a_search_accepts_a_number_with_a_trunk_zero() {
    let people = People::new().await;
    let (status, found) = people.post(EXPORT, json!({ "phoneNumber": "+3580401234567" })).await;
    let found_by: Vec<_> = found["data"].as_array().unwrap().iter().map(|data| &data["foundBy"]).collect();
    assert_eq!((status, found_by), (200, vec![&json!(["phone-number"]); 2]));
}

#[tokio::test]
async fn the_export_masks_the_pin() {
    let people = People::new().await;
    let (status, found) = people.post(EXPORT, json!({ "email": EMAIL, "person": PERSON })).await;
    assert_eq!(status, 200);
    let data = found["data"].as_array().unwrap();
    assert_eq!(data.len(), 2);
    for (data, id, state) in [(&data[0], "live", "active"), (&data[1], "over", "ended")] {
        assert_eq!((&data["keyIds"], &data["contractId"]), (&json!(["K-1"]), &json!(id)));
        assert_eq!(data["foundBy"], json!(["email", "name"]));
        let contract = &data["contract"];
        assert_eq!((&contract["person"], &contract["state"]), (&json!(PERSON), &json!(state)));
        assert_eq!(contract["pin"], "******");
        assert_eq!(contract["contacts"][1]["phoneNumber"], NUMBER);
        assert_eq!(data["events"][0]["type"], "contract-created");
        assert_eq!((&data["messages"], data.get("moreEvents")), (&json!([]), None));
    }
    assert!(!found.to_string().contains("4829"), "{found}");
}

#[tokio::test]
async fn pages_continue_by_a_cursor_in_the_body() {
    let people = People::new().await;
    let (_, first) = people.post(EXPORT, json!({ "email": EMAIL, "limit": 1 })).await;
    assert_eq!((first["data"].as_array().unwrap().len(), &first["page"]["hasNext"]), (1, &json!(true)));
    let body = json!({ "email": EMAIL, "limit": 1, "after": first["page"]["next"] });
    let (_, second) = people.post(EXPORT, body.clone()).await;
    assert_ne!(first["data"][0]["contractId"], second["data"][0]["contractId"]);
    let (status, _) = people.post(ERASE, body).await;
    assert_eq!(status, 400, "a cursor of an export erases nothing");
}

#[tokio::test]
async fn the_result_lists_each_contract() {
    let people = People::new().await;
    let ambiguous = json!(["name"]);
    let (_, done) = people.post(ERASE, json!({ "person": PERSON })).await;
    for done in done["data"].as_array().unwrap() {
        assert_eq!((&done["outcome"], &done["foundBy"]), (&json!("ambiguous"), &ambiguous));
    }
    let (_, done) = people.post(ERASE, json!({ "email": EMAIL })).await;
    let expected = json!([
        { "keyIds": ["K-1"], "contractId": "live", "foundBy": ["email"], "outcome": "live" },
        { "keyIds": ["K-1"], "contractId": "over", "foundBy": ["email"], "outcome": "contract-erased" },
    ]);
    assert_eq!(done["data"], expected);
    let (_, done) = people.post(ERASE, json!({ "person": PERSON, "everybodyOfThatName": true })).await;
    assert_eq!(
        done["data"],
        json!([{ "keyIds": ["K-1"], "contractId": "live", "foundBy": ["name"], "outcome": "live" }])
    );
}

#[tokio::test]
async fn the_log_has_counts_and_no_names() {
    let people = People::new().await;
    for path in [EXPORT, ERASE] {
        people.post(path, json!({ "email": EMAIL, "phoneNumber": NUMBER, "person": PERSON })).await;
        people.post(path, json!({ "email": EMAIL, "phoneNumber": "x", "person": PERSON })).await;
    }
    let text = people.log.text();
    for counted in ["\"person.contracts\":2", "\"person.contracts_erased\":1", "\"person.live\":1"] {
        assert!(text.contains(counted), "{counted} in {text}");
    }
    for secret in ["aino", "Aino", "Virtanen", "401234567"] {
        assert!(!text.contains(secret), "{secret} is in the log: {text}");
    }
}
