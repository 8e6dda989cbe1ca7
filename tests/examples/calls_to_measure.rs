//! What `cargo xtask bench` measures the functions with: an embedded database with an automat in use, and one ordinary
//! event for each function.
//!
//! Prints one line of JSON and serves the database until standard input is closed.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "what fails here fails the measurement, and its output is JSON"
)]

use std::io::Read as _;

use api::PERSON_SCOPE;
use clock::{Clock, Random};
use domain::{AutomatId, CodeKind, Contract, ContractDraft, Ending, Instant, KeyId, OpeningDraft, OpeningId};
use local_cloud::people::{LocalUser, SignedIn};
use local_cloud::tokens::Tokens;
use serde_json::{Value, json};
use store::{Created, Expected, RequestMetadata};
use testkit::{TestTable, automat, by_email, contract, key, locker, metadata, pin};

const KEYS: u32 = 18;
/// Live contracts of the key that is booked.
const LIVE_CONTRACTS: i64 = 10;
const HOUR: i64 = 3_600;
const DAY_MILLIS: i64 = 24 * HOUR * 1_000;
const ISSUER: &str = "https://issuer.test";
/// No other address or name begins like it, so that its contracts are in one month's list, whatever the date.
const RESIDENT: &str = "resident@example.com";
/// Of the contract that is active now.
const PIN: &str = "471147";

#[tokio::main]
async fn main() {
    let now = Clock::system().now();
    let table = TestTable::new().await;
    let metadata = RequestMetadata { now, ..metadata() };
    fill(&table, &metadata).await;
    let (booked, removed) = records_of_a_contract(&table, &metadata).await;
    // A person is found by what the projector has written.
    table.project().await;
    let opening =
        OpeningDraft { automat: AutomatId::parse("lobby").unwrap(), locker: locker(0), reason: None, force: true };
    let Created::New(opening) = table.store.request_opening(opening, &metadata).await.unwrap() else { unreachable!() };
    let tokens = Tokens::generate(ISSUER, Random::system()).unwrap();
    let output = json!({
        "endpoint": table.endpoint(),
        "table": testkit::TABLE,
        "masterSecret": String::from_utf8_lossy(&[testkit::SECRET; 32]),
        "issuer": ISSUER,
        "jwks": tokens.jwks(),
        "calls": calls(&table, &tokens, [&booked, &removed], &opening.id, now),
    });
    println!("{output}");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// An automat in use: its lockers hold keys, and one of them is booked often.
async fn fill(table: &TestTable, metadata: &RequestMetadata) {
    table.store.create_automat(automat("lobby", KEYS + 2), metadata).await.unwrap();
    for index in 0..KEYS {
        let draft = domain::KeyDraft { locker: Some(locker(index)), ..key(&format!("K-{index}")) };
        table.store.create_key(draft, metadata).await.unwrap();
    }
    book(table, ContractDraft { pin: Some(pin(PIN)), ..between("K-0", 0, HOUR, metadata.now) }, metadata).await;
    for n in 1..LIVE_CONTRACTS {
        book(table, between("K-0", n * 24 * HOUR, (n * 24 + 10) * HOUR, metadata.now), metadata).await;
    }
}

/// The stream's records of a new contract with a contact who gets email, and of the removal of another.
async fn records_of_a_contract(table: &TestTable, metadata: &RequestMetadata) -> (Vec<Value>, Vec<Value>) {
    let with_contact = |key| {
        let contacts = vec![by_email(RESIDENT)];
        ContractDraft { contacts, ..between(key, 0, HOUR, metadata.now) }
    };
    let removed = book(table, with_contact("K-2"), metadata).await;
    let mut earlier = table.records(metadata.now).await.len();
    book(table, with_contact("K-1"), metadata).await;
    let booked = table.records(metadata.now).await.split_off(earlier);
    earlier += booked.len();
    table.store.remove_contract(&removed.id, false, Expected::Any, metadata).await.unwrap();
    (booked, table.records(metadata.now).await.split_off(earlier))
}

async fn book(table: &TestTable, draft: ContractDraft, metadata: &RequestMetadata) -> Contract {
    table.store.create_contract(draft, metadata).await.unwrap().into_inner()
}

fn between(key: &str, start: i64, end: i64, now: Instant) -> ContractDraft {
    let after = |seconds| now.whole_second().plus_millis(seconds * 1_000);
    ContractDraft {
        start: Some(after(start)),
        ending: Ending::At(after(end)),
        ..contract(&KeyId::parse(key).unwrap(), 0, 1)
    }
}

/// For each function an event, and what it must answer: the status for an HTTP request, else nothing.
fn calls(
    table: &TestTable,
    tokens: &Tokens,
    [booked, removed]: [&[Value]; 2],
    opening: &OpeningId,
    now: Instant,
) -> Value {
    let booking = json!({
        "keyIds": ["K-0"],
        "person": "Aino Virtanen",
        "start": now.plus_millis(100 * DAY_MILLIS).to_string(),
        "end": now.plus_millis(101 * DAY_MILLIS).to_string(),
    });
    let mut row = booking.clone();
    row["contractId"] = "BK-1".into();
    let import = json!({ "contracts": [row] });
    let signed_in = SignedIn {
        person: LocalUser::by_id("admin").unwrap(),
        scope: PERSON_SCOPE.to_owned(),
        since: now,
        origin: "1".to_owned(),
    };
    let session = format!("__Host-access={}", tokens.access(&signed_in, now).unwrap());
    let opening = format!("/v1/openings/{opening}");
    json!([
        { "function": "contracts", "status": 201,
          "event": request("POST", "/v1/contracts", "/v1/contracts", &booking) },
        { "function": "keys", "status": 200,
          "event": request("GET", "/v1/automats/{automatId}", "/v1/automats/lobby", &Value::Null) },
        { "function": "openings", "status": 200,
          "event": request("GET", "/v1/openings/{openingId}", &opening, &Value::Null) },
        { "function": "people", "status": 200,
          "event": request("POST", "/v1/people/export", "/v1/people/export", &json!({ "email": RESIDENT })) },
        { "function": "dashboard", "status": 200, "event": page("/automats/lobby", &session) },
        { "function": "devices", "event": entry(table, now) },
        { "function": "imports", "status": 200, "event": request("POST", "/v1/imports", "/v1/imports", &import) },
        { "function": "notifications", "event": { "Records": booked } },
        // A removal: of a new contract the first call of a process writes more than a later one.
        { "function": "projector", "event": { "Records": removed } },
    ])
}

/// A PIN at the keypad, as the rule `automat_keypad` passes it on.
fn entry(table: &TestTable, now: Instant) -> Value {
    let device_key = table.store.device_key(&AutomatId::parse("lobby").unwrap());
    json!({
        "message": "keypad", "thing": "lobby", "id": "01KB3CFY80000000000000000Z", "kind": "pin",
        "code": testkit::name(&device_key, CodeKind::Pin, PIN), "at": now.seconds(), "inside": "ffff03",
    })
}

/// A request by an admin, as API Gateway passes it on.
fn request(method: &str, route: &str, path: &str, body: &Value) -> Value {
    let claims = json!({
        "token_use": "access", "sub": "bench", "username": "bench",
        "scope": PERSON_SCOPE, "cognito:groups": "[admin]",
    });
    let headers = json!({ "host": "api.test", "content-type": "application/json" });
    let mut event = event(&format!("{method} {route}"), method, path, &headers);
    event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": claims } });
    if !body.is_null() {
        event["body"] = body.to_string().into();
    }
    event
}

/// A page requested by a person who has signed in. Pages have no route of their own in the gateway.
fn page(path: &str, session: &str) -> Value {
    let mut event = event("$default", "GET", path, &json!({ "host": "dashboard.test", "accept": "text/html" }));
    event["cookies"] = json!([session]);
    event
}

fn event(route_key: &str, method: &str, path: &str, headers: &Value) -> Value {
    json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "routeKey": route_key,
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1" },
            "requestId": "bench", "stage": "$default", "timeEpoch": 1_764_000_000_000_u64,
        },
        "isBase64Encoded": false,
    })
}
