//! Requests that are refused before the store is called. The store in these tests is at a closed port, so calling it
//! would answer 500.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its scene fails")]

use api::testing::{json, request, request_of_person};
use api::{App, Role};
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use axum::body::Body;
use clock::{Clock, Random};
use http::Request;
use http::header::CONTENT_TYPE;
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
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let store = Store::new(client, "table", CodeKeyring::new(&[7; 32]).unwrap(), Random::system());
    App { store, clock: Clock::fixed(testkit::at(0)) }
}

async fn refused(request: Request<Body>) -> Value {
    let response = contracts::router(app()).oneshot(request).await.unwrap();
    let status = response.status();
    assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    let problem = json(response).await;
    assert_eq!(problem["status"], status.as_u16());
    problem
}

/// The invalid fields of a body, with their codes.
async fn errors(method: &str, uri: &str, body: Value) -> Vec<(String, String)> {
    let problem = refused(request(method, uri, Role::Operator).body(Body::from(body.to_string())).unwrap()).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}

async fn create(body: Value) -> Vec<(String, String)> {
    errors("POST", "/v1/contracts", of_key(body)).await
}

async fn edit(body: Value) -> Vec<(String, String)> {
    errors("PATCH", "/v1/contracts/C-1", body).await
}

/// The body of a booking, for one key unless it names others.
fn of_key(mut body: Value) -> Value {
    if body.get("keyIds").is_none() {
        body["keyIds"] = json!(["K-1"]);
    }
    body
}

fn named(errors: &[(&str, &str)]) -> Vec<(String, String)> {
    errors.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

#[tokio::test]
async fn every_invalid_field_is_listed() {
    let body = json!({
        "contractId": "a b", "keyIds": ["K-1", "a b", "x".repeat(65)], "person": " ", "start": "tomorrow", "pin": "123", "freeText": "",
        "contacts": [
            { "name": "Ada", "sendEmail": true },
            { "email": "ada@", "phoneNumber": "0401234567", "language": "xx", "sendSms": true },
        ],
    });
    assert_eq!(
        create(body).await,
        named(&[
            ("contractId", "id_characters"),
            ("keyIds[1]", "id_characters"),
            ("keyIds[2]", "too_long"),
            ("person", "empty"),
            ("start", "instant_form"),
            ("end", "required"),
            ("pin", "pin_form"),
            ("contacts[0].email", "required"),
            ("contacts[1].name", "required"),
            ("contacts[1].email", "email_form"),
            ("contacts[1].phoneNumber", "phone_number_form"),
            ("contacts[1].language", "language_unknown"),
            ("freeText", "empty"),
        ])
    );
}

#[tokio::test]
async fn a_contract_has_either_an_end_or_permanent() {
    let end = "2026-11-25T12:00:00Z";
    let person = "Ada";
    let (both, neither) = (named(&[("permanent", "conflicting_fields")]), named(&[("end", "required")]));
    assert_eq!(create(json!({ "person": person, "end": end, "permanent": true })).await, both);
    assert_eq!(create(json!({ "person": person })).await, neither);
    assert_eq!(create(json!({ "person": person, "permanent": false })).await, neither);
    assert_eq!(create(json!({ "person": person, "end": null })).await, neither);
    assert_eq!(edit(json!({ "end": end, "permanent": true })).await, both);
    assert_eq!(edit(json!({ "permanent": false })).await, neither);
    assert_eq!(edit(json!({ "end": null })).await, neither);
}

#[tokio::test]
async fn edits_refuse_ids_and_nulls() {
    let body = json!({ "contractId": "C-2", "keyIds": null, "person": null, "start": null, "pin": null });
    assert_eq!(
        edit(body).await,
        named(&[
            ("contractId", "immutable"),
            ("keyIds", "required"),
            ("person", "required"),
            ("start", "required"),
            ("pin", "required"),
        ])
    );
}

#[tokio::test]
async fn a_contract_has_1_to_16_keys() {
    let of = |keys: Value| json!({ "person": "Ada", "permanent": true, "keyIds": keys });
    let seventeen: Vec<_> = (0..17).map(|number| format!("K-{number}")).collect();
    for (keys, field, code) in [
        (Value::Null, "keyIds", "required"),
        (json!([]), "keyIds", "empty"),
        (json!(seventeen), "keyIds", "too_many"),
        (json!(["K-1", "a/b"]), "keyIds[1]", "id_characters"),
        (json!("K-1"), "keyIds", "wrong_type"),
    ] {
        assert_eq!(create(of(keys.clone())).await, named(&[(field, code)]));
        assert_eq!(edit(json!({ "keyIds": keys })).await, named(&[(field, code)]));
    }
    assert_eq!(create(json!({ "keyId": "K-1" })).await[0], ("keyId".to_owned(), "unknown_field".to_owned()));
    assert_eq!(edit(json!({ "keyId": "K-1" })).await, named(&[("keyId", "unknown_field")]));
}

#[tokio::test]
async fn an_eleventh_contact_is_too_many() {
    let contacts = vec![json!({ "name": "Ada" }); 11];
    let body = json!({ "person": "Ada", "permanent": true, "contacts": contacts });
    assert_eq!(create(body).await, named(&[("contacts", "too_many")]));
}

#[tokio::test]
async fn only_known_kinds_of_messages_are_accepted() {
    let body = |kinds: Value| json!({ "person": "Ada", "permanent": true, "contacts": [{ "name": "Ada", "additionalMessages": kinds }] });
    let kinds = json!(["end-reminder", "contract-created", "key-returned", "End-Reminder"]);
    let unknown = named(&[
        ("contacts[0].additionalMessages[1]", "message_kind_unknown"),
        ("contacts[0].additionalMessages[3]", "message_kind_unknown"),
    ]);
    assert_eq!(create(body(kinds)).await, unknown);
    let null = named(&[("contacts[0].additionalMessages[1]", "wrong_type")]);
    assert_eq!(create(body(json!(["end-reminder", null]))).await, null);
    let many = named(&[("contacts[0].additionalMessages", "too_many")]);
    assert_eq!(create(body(json!(vec!["x"; 11]))).await, many);
}

#[tokio::test]
async fn a_preview_refuses_what_creating_and_editing_refuse() {
    let fields = named(&[("person", "empty"), ("end", "required")]);
    assert_eq!(errors("POST", "/v1/contracts/preview", of_key(json!({ "person": "" }))).await, fields);
    let fields = named(&[("contractId", "immutable")]);
    assert_eq!(errors("POST", "/v1/contracts/C-1/preview", json!({ "contractId": "C-2" })).await, fields);
    let fields = named(&[("force", "unknown_field")]);
    let uri = "/v1/contracts/C-1/removal/preview";
    assert_eq!(errors("POST", uri, json!({ "force": true })).await, fields);
}

#[tokio::test]
async fn a_new_pin_takes_no_body() {
    let pin =
        |body: &'static str| request("POST", "/v1/contracts/C-1/pin", Role::Operator).body(Body::from(body)).unwrap();
    let problem = refused(pin(r#"{"pin":"482915"}"#)).await;
    assert_eq!(problem["errors"][0]["code"], "unknown_field");
    assert!(!problem.to_string().contains("482915"));
    assert_eq!(refused(pin("no")).await["code"], "malformed_json");
}

#[tokio::test]
async fn unknown_query_parameters() {
    for (uri, field) in [
        ("/v1/contracts?keyId=K-1&state=running", "state"),
        ("/v1/contracts?keyId=K-1&state=", "state"),
        ("/v1/contracts?keyId=K-1&order=up", "order"),
        ("/v1/availability?keyId=K-1&to=2026-11-25T12:00:00Z", "from"),
        ("/v1/availability?keyId=K-1&from=2026-11-25T12:00:00Z&to=2026-11-25T12:00:00Z", "to"),
        ("/v1/availability?keyId=K-1&from=2026-11-25&to=2026-11-25T12:00:00Z", "from"),
        ("/v1/contracts", "search"),
        ("/v1/contracts?keyId=K-1&keyId=K-2", "keyId"),
        ("/v1/availability?from=2026-11-25T11:00:00Z&to=2026-11-25T12:00:00Z", "keyId"),
        ("/v1/contracts/C-1?x=1", "x"),
    ] {
        let problem = refused(request("GET", uri, Role::Viewer).body(Body::empty()).unwrap()).await;
        assert_eq!(problem["code"], "invalid_query", "{uri}");
        assert_eq!(problem["errors"][0]["field"], field, "{uri}");
    }
}

#[tokio::test]
async fn paths_with_impossible_identifiers() {
    for (path, code) in [
        ("/v1/contracts/%ff", "route_not_found"),
        ("/v1/contracts/a%20b", "contract_not_found"),
        ("/v1/contracts/a%20b/messages", "contract_not_found"),
    ] {
        let problem = refused(request("GET", path, Role::Viewer).body(Body::empty()).unwrap()).await;
        assert_eq!(problem["code"], code, "{path}");
    }
}

#[tokio::test]
async fn an_impossible_message_id_is_not_found() {
    for name in ["1", "01KAXHVNM0000000000000000a", "01KAXHVNM0000000000000000AA"] {
        let uri = format!("/v1/contracts/C-1/messages/{name}/resend");
        let problem = refused(request("POST", &uri, Role::Operator).body(Body::empty()).unwrap()).await;
        assert_eq!(problem["code"], "message_not_found", "{name}");
    }
}

/// Calls every protected route of the function with each role below the required one.
#[tokio::test]
async fn each_route_refuses_lower_roles() {
    use api::routes::{Access, Function, ROUTES};
    let mut tried = 0;
    for route in ROUTES.iter().filter(|route| route.function == Function::Contracts) {
        let Access::AtLeast(needed) = route.access else { continue };
        let path = route.path.replace("{contractId}", "C-1");
        let path = path.replace("{messageId}", "01KAXHVNM0000000000000000A");
        let lower = [None, Some(Role::Viewer), Some(Role::Operator)];
        for role in lower.into_iter().filter(|role| role.is_none_or(|role| role < needed)) {
            let group = role.map_or("guest", Role::name);
            let request = request_of_person(route.method.as_str(), &path, "somebody", &[group]);
            let request = request.body(Body::empty()).unwrap();
            assert_eq!(refused(request).await["code"], "forbidden", "{route:?} {role:?}");
            tried += 1;
        }
    }
    assert!(tried >= 4 + 11 * 2, "{tried}");
}

#[test]
fn the_document_and_the_table_of_routes_agree() {
    use api::routes::{Function, ROUTES};
    let table = ROUTES.iter().filter(|route| route.function == Function::Contracts);
    let mut table: Vec<_> = table.map(|route| (route.method.to_string(), route.path.to_owned())).collect();
    let documented = api::openapi::routes(&mut contracts::openapi());
    let mut documented: Vec<_> = documented.into_iter().map(|(method, path)| (method.to_owned(), path)).collect();
    table.sort();
    documented.sort();
    assert_eq!(documented, table);
}
