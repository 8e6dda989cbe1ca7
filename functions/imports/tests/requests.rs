//! Imports over HTTP, on the embedded database, with the permissions of the function.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its scene fails")]

use api::testing::{json, request};
use api::{App, Role};
use axum::body::Body;
use clock::Clock;
use domain::KeyId;
use serde_json::{Value, json};
use testkit::{TestTable, at, metadata};
use tower::ServiceExt as _;

const CONTRACTS: &str = "/v1/imports?kind=contracts";
const KEYS: &str = "/v1/imports?kind=keys";

struct Imports {
    table: TestTable,
    router: axum::Router,
}

impl Imports {
    /// The automat `lobby` in Helsinki with the key `K-1`. It is the first minute of 24 November 2026 in UTC.
    async fn new() -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(testkit::automat("lobby", 8), &metadata()).await.unwrap();
        table.store.create_key(testkit::key("K-1"), &metadata()).await.unwrap();
        let router = imports::router(App { store: table.store_of("imports"), clock: Clock::fixed(at(0)) });
        Self { table, router }
    }

    async fn send(&self, role: Role, path: &str, media_type: &str, body: impl Into<Body>) -> (u16, Value) {
        let request = request("POST", path, role).header("content-type", media_type).body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        (response.status().as_u16(), json(response).await)
    }

    async fn file(&self, path: &str, bytes: Vec<u8>) -> Value {
        let (status, body) = self.send(Role::Admin, path, "application/octet-stream", bytes).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    async fn table(&self, path: &str, text: &str) -> Value {
        let (status, body) = self.send(Role::Admin, path, "text/csv; charset=utf-8", text.to_owned()).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    async fn json(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(Role::Admin, path, "application/json", body.to_string()).await
    }
}

fn outcomes(answer: &Value) -> Vec<&str> {
    answer["rows"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect()
}

/// The row and the first error of each refused row.
fn errors(answer: &Value) -> Vec<(u64, String, String)> {
    let rows = answer["rows"].as_array().unwrap().iter().filter(|row| row["outcome"] == "refused");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rows.map(|row| {
        let error = &row["problem"]["errors"][0];
        (row["row"].as_u64().unwrap_or_default(), text(&error["field"]), text(&error["code"]))
    })
    .collect()
}

#[tokio::test]
async fn keys_are_imported_from_a_table_once() {
    let imports = Imports::new().await;
    let text = "KeyId;AutomatId;LockerIndex;Shared;ReturnCode;Property\r\n\
                A-1;lobby;5;TOSI;4711;Hämeentie 5 A\r\n\
                A-2;lobby;;EPÄTOSI;;'=Kerho\r\n\
                ;;;;;\r\n\
                K-1;lobby;;;;Autotalli\r\n\
                A-3;nowhere;;;;\r\n\
                A-1;lobby;;;;\r\n\
                A-4;lobby;x;;12;\r\n";
    let windows: Vec<u8> = encoding(text);
    let dry = imports.file(&format!("{KEYS}&dryRun=true"), windows.clone()).await;
    let wanted = ["created", "created", "changed", "refused", "refused", "refused"];
    assert_eq!(outcomes(&dry), wanted, "{dry}");
    assert!(imports.table.store.key(&KeyId::parse("A-1").unwrap()).await.is_err(), "nothing is written");
    let done = imports.file(KEYS, windows.clone()).await;
    assert_eq!(outcomes(&done), wanted, "{done}");
    assert_eq!(done["counts"], json!({ "created": 2, "changed": 1, "unchanged": 0, "refused": 3 }));
    assert_eq!(
        (&done["next"], &done["rows"][2]["row"], &done["rows"][2]["id"]),
        (&json!(null), &json!(5), &json!("K-1"))
    );
    assert_eq!(done["rows"][3]["problem"]["code"], "automat_not_found");
    assert_eq!(
        errors(&done)[1..],
        [(7, "keyId".to_owned(), "duplicate_field".to_owned()), (8, "lockerIndex".to_owned(), "wrong_type".to_owned()),]
    );
    assert_eq!(done["rows"][5]["problem"]["errors"][1]["code"], "return_code_form");
    let key = imports.table.store.key(&KeyId::parse("A-2").unwrap()).await.unwrap();
    assert_eq!((key.property.as_str(), key.locker.get()), ("=Kerho", 1));
    let again = imports.file(KEYS, windows).await;
    assert_eq!(outcomes(&again)[..3], ["unchanged", "unchanged", "unchanged"]);
}

/// In Windows-1252, as Excel saves plain CSV here.
fn encoding(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect()
}

#[tokio::test]
async fn contracts_are_read_in_the_zone_of_their_automat() {
    let imports = Imports::new().await;
    let text = "contractId;keyIds;person;start;end;contacts[1].name;contacts[1].phoneNumber;contacts[1].sendSms\n\
                b-1;K-1;Ada;1.12.2026 15.00;2026-12-02 11:00;Bo;'+358401234567;1\n\
                b-2;K-1;Bo;02/12/2026 11:00;2026-12-03T09:00:00Z;;;\n\
                b-3;K-1;Cy;2.12.2026 12:00;3.12.2026 12:00;;;\n\
                b-4;K-1;Di;1.12.2026;28.3.2027 3.30;;;\n\
                b-5;K-9;Eve;4.12.2026 12:00;5.12.2026 12:00;;;\n\
                b-6;K-1;Fay;6.12.2026 12:00;7.12.2026 12:00;Gus;0401234567;1\n\
                ;K-1;;;;;;\n";
    let dry = imports.table(&format!("{CONTRACTS}&dryRun=true&notify=true"), text).await;
    let wanted = ["created", "created", "refused", "refused", "refused", "refused", "refused"];
    assert_eq!(outcomes(&dry), wanted, "{dry}");
    assert_eq!(dry["messages"], json!({ "email": 0, "sms": 1 }));
    assert_eq!(dry["rows"][2]["problem"]["conflicts"][0]["contractId"], "b-2", "of the same table");
    let quiet = imports.table(&format!("{CONTRACTS}&dryRun=true"), text).await;
    assert_eq!(quiet["messages"], json!({ "email": 0, "sms": 0 }));
    let done = imports.table(CONTRACTS, text).await;
    assert_eq!(outcomes(&done), wanted, "{done}");
    assert_eq!(done.get("messages"), None);
    let codes: Vec<_> = done["rows"].as_array().unwrap()[2..].iter().map(|row| &row["problem"]["code"]).collect();
    assert_eq!(codes, ["contract_overlap", "invalid_request", "key_not_found", "invalid_request", "invalid_request"]);
    assert_eq!(done["rows"][4]["problem"]["keyId"], "K-9");
    let of_row = |index: usize| {
        let errors = done["rows"][index]["problem"]["errors"].as_array().unwrap();
        errors.iter().map(|error| format!("{} {}", error["field"], error["code"]).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(of_row(3), ["start time_form", "end time_skipped"]);
    assert_eq!(of_row(5), ["contacts[1].phoneNumber phone_number_form"], "by the name of the column");
    assert_eq!(of_row(6), ["contractId required", "start required", "person required", "end required"]);
    let contract = imports.table.store.contract(&domain::ContractId::parse("b-1").unwrap()).await.unwrap();
    assert_eq!(contract.range.start().to_string(), "2026-12-01T13:00:00Z");
    assert_eq!(contract.contacts[0].phone_number.as_ref().unwrap().reveal(), "+358401234567");
    assert_eq!(outcomes(&imports.table(CONTRACTS, text).await)[..2], ["unchanged", "unchanged"]);
}

#[tokio::test]
async fn a_bad_row_of_json_does_not_stop_the_others() {
    let imports = Imports::new().await;
    let good = json!({ "contractId": "b-1", "keyIds": ["K-1"], "person": "Ada", "start": "2026-12-01T12:00:00Z", "permanent": true });
    let bad = json!({ "contractId": "b-2", "keyIds": ["K-1"], "person": 5, "fax": "1" });
    let body = json!({ "contracts": [bad, "no row", good] });
    let (status, done) = imports.json("/v1/imports", body).await;
    assert_eq!((status, outcomes(&done)), (200, vec!["refused", "refused", "created"]), "{done}");
    let errors = done["rows"][0]["problem"]["errors"].as_array().unwrap();
    assert_eq!(errors.iter().map(|error| &error["code"]).collect::<Vec<_>>(), ["unknown_field", "wrong_type"]);
    assert_eq!((&done["rows"][1]["index"], done["rows"][1].get("row")), (&json!(1), None));
}

#[tokio::test]
async fn what_is_no_import_is_refused_as_a_whole() {
    let imports = Imports::new().await;
    for (path, media_type, body, status, code, field, field_code) in [
        ("/v1/imports", "text/csv", "keyId\nA", 400, "invalid_query", "kind", "required"),
        ("/v1/imports?kind=people", "text/csv", "keyId\nA", 400, "invalid_query", "kind", "unknown_value"),
        ("/v1/imports?from=500", "application/json", "{}", 400, "invalid_query", "from", "out_of_range"),
        (KEYS, "application/json", r#"{"contracts":[{}]}"#, 400, "invalid_query", "kind", "conflicting_fields"),
        (KEYS, "text/csv", "keyId;fax\nA;1", 422, "invalid_request", "fax", "unknown_field"),
        (KEYS, "text/csv", "keyId;KEYID\nA;1", 422, "invalid_request", "KEYID", "duplicate_field"),
        (KEYS, "text/csv", "keyId;automatId", 422, "invalid_request", "", "empty"),
        (KEYS, "text/csv", "", 400, "malformed_csv", "", ""),
        (KEYS, "text/csv; charset=windows-1252", "keyId\nA", 415, "unsupported_media_type", "", ""),
        (KEYS, "text/plain", "keyId\nA", 415, "unsupported_media_type", "", ""),
        (KEYS, "text/csv", "keyId\nH\u{fffd}", 400, "malformed_csv", "", ""),
        (KEYS, "application/octet-stream", "\u{feff}", 400, "malformed_csv", "", ""),
        ("/v1/imports", "application/json", "{}", 422, "invalid_request", "contracts", "required"),
        ("/v1/imports", "application/json", r#"{"keys":[]}"#, 422, "invalid_request", "keys", "empty"),
        (
            "/v1/imports",
            "application/json",
            r#"{"keys":[{}],"contracts":[{}]}"#,
            422,
            "invalid_request",
            "contracts",
            "conflicting_fields",
        ),
        ("/v1/imports", "application/json", r#"{"keys":"x"}"#, 422, "invalid_request", "keys", "wrong_type"),
        ("/v1/imports", "application/json", "{", 400, "malformed_json", "", ""),
    ] {
        let (got, problem) = imports.send(Role::Admin, path, media_type, body).await;
        assert_eq!((got, &problem["code"]), (status, &json!(code)), "{path} {body}: {problem}");
        let error = &problem["errors"][0];
        let found = (error["field"].as_str().unwrap_or_default(), error["code"].as_str().unwrap_or_default());
        assert_eq!(found, (field, field_code), "{path} {body}: {problem}");
    }
    let (status, problem) = imports.send(Role::Admin, KEYS, "text/csv", "x".repeat(1024 * 1024 + 1)).await;
    assert_eq!((status, &problem["code"]), (413, &json!("body_too_large")));
    let many = format!("keyId\n{}", "A\n".repeat(501));
    let (_, problem) = imports.send(Role::Admin, KEYS, "text/csv", many).await;
    assert_eq!(problem["errors"][0]["code"], "too_many");
}

#[tokio::test]
async fn operators_import_contracts_and_admins_keys_too() {
    let imports = Imports::new().await;
    let keys = json!({ "keys": [{ "keyId": "A", "automatId": "lobby" }] }).to_string();
    let contracts = json!({ "contracts": [{ "contractId": "b" }] }).to_string();
    for (role, body, status) in [
        (Role::Viewer, &contracts, 403),
        (Role::Operator, &keys, 403),
        (Role::Operator, &contracts, 200),
        (Role::Admin, &keys, 200),
        (Role::Admin, &contracts, 200),
    ] {
        let (got, answer) = imports.send(role, "/v1/imports", "application/json", body.clone()).await;
        assert_eq!(got, status, "{role:?} {answer}");
    }
}

#[tokio::test]
async fn an_import_goes_on_from_a_row() {
    let imports = Imports::new().await;
    let text = "keyId;automatId\nA;lobby\nB;lobby\nC;lobby";
    let done = imports.table(&format!("{KEYS}&from=1"), text).await;
    assert_eq!(done["rows"].as_array().unwrap().iter().map(|row| &row["id"]).collect::<Vec<_>>(), ["B", "C"]);
    assert_eq!(done["rows"][0]["index"], 1);
    assert!(imports.table.store.key(&KeyId::parse("A").unwrap()).await.is_err());
    let rest = imports.table(&format!("{KEYS}&from=3"), text).await;
    assert_eq!((outcomes(&rest).len(), &rest["next"]), (0, &json!(null)));
}

#[tokio::test]
async fn a_table_that_is_too_busy_says_where_to_go_on() {
    let imports = Imports::new().await;
    imports.table.wire.throttle("TransactWriteItems");
    let (status, problem) =
        imports.json("/v1/imports", json!({ "keys": [{ "keyId": "A", "automatId": "lobby" }] })).await;
    assert_eq!((status, &problem["code"]), (503, &json!("busy")), "{problem}");
    imports.table.wire.repair();
}
