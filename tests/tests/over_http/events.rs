//! Events: who changed what and when, by key and by automat, without secrets.

use api::Role;
use domain::Instant;
use e2e::{Stack, Stage, fresh, hours};
use serde_json::{Value, json};

const PIN: &str = "48291537";
const PHONE: &str = "+358401234567";
const EMAIL: &str = "aino@example.com";
const RETURN_CODE: &str = "6173";

/// Makes every kind of change to a key. Returns its KeyID and the id of its contract.
async fn story(stage: &Stage) -> (String, String) {
    let (operator, admin) = (stage.stack.operator(), stage.stack.admin());
    let key = stage.key_with(json!({ "returnCode": RETURN_CODE, "property": "Flat 1" })).await;
    let contact = json!({
        "name": "Aino", "email": EMAIL, "phoneNumber": PHONE, "sendEmail": true, "sendSms": true, "language": "fi",
    });
    let id = fresh("booking");
    let body = json!({
        "contractId": id, "person": "Aino", "start": hours(1), "end": hours(2), "pin": PIN, "contacts": [contact],
    });
    let path = stage.book(&key, body).await.header("location").to_owned();
    operator.patch(&path, json!({ "end": hours(3), "freeText": "later" })).await.is(200);
    operator.get(format!("{path}/pin")).await.is(200);
    operator.post_nothing(format!("{path}/pin")).await.is(200);
    admin.patch(format!("/v1/keys/{key}"), json!({ "shared": true, "lockerIndex": 1 })).await.is(200);
    operator.delete(&path).await.is(204);
    (key, id)
}

fn field<'e>(events: &'e [Value], name: &str) -> Vec<&'e str> {
    events.iter().map(|event| event[name].as_str().unwrap_or_default()).collect()
}

#[tokio::test]
async fn every_change_is_recorded_with_who_what_and_when() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let (key, contract) = story(&stage).await;
    let events = stage.stack.viewer().get(format!("/v1/keys/{key}/events")).await.data();
    let newest_first = [
        "contract-removed",
        "key-changed",
        "contract-changed",
        "pin-revealed",
        "contract-changed",
        "contract-created",
        "key-added",
    ];
    assert_eq!(field(&events, "type"), newest_first);
    let [operator, admin] = [Role::Operator, Role::Admin].map(|role| stage.stack.actor(role));
    assert_eq!(field(&events, "actor"), [operator, admin, operator, operator, operator, operator, admin]);
    let contract = contract.as_str();
    assert_eq!(field(&events, "contractId"), [contract, "", contract, contract, contract, contract, ""]);
    assert_eq!(events[1]["changes"], json!(["lockerIndex", "shared"]));
    assert_eq!(events[2]["changes"], json!(["pin"]));
    assert_eq!(events[4]["changes"], json!(["end", "freeText"]));
    assert_eq!((&events[4]["start"], &events[4]["end"]), (&json!(hours(1)), &json!(hours(3))));
    assert_eq!((&events[5]["start"], &events[5]["end"]), (&json!(hours(1)), &json!(hours(2))));
    let instant = |text: &str| Instant::parse(text).unwrap();
    let times: Vec<_> = field(&events, "at").into_iter().rev().map(instant).collect();
    assert!(times.is_sorted() && times[0] > instant(&hours(0)), "{times:?}");
    for event in &events {
        assert_eq!((&event["automatId"], &event["keyId"]), (&json!(stage.automat), &json!(key)));
    }
}

#[tokio::test]
async fn events_of_an_automat_include_its_keys_and_removed_ones() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let (key, _) = story(&stage).await;
    stage.booked(&key, 1, 2).await;
    stage.stack.admin().delete(format!("/v1/keys/{key}")).await.is(200);
    stage.stack.admin().patch(format!("/v1/automats/{}", stage.automat), json!({ "name": "B" })).await.is(200);
    let path = format!("/v1/automats/{}/events", stage.automat);
    let events = stage.stack.viewer().get(&path).await.data();
    assert_eq!(field(&events, "type")[..3], ["automat-changed", "key-removed", "contract-created"]);
    assert_eq!(*field(&events, "type").last().unwrap(), "automat-added");
    assert_eq!((&events[1]["liveContracts"], &events[1]["keyId"]), (&json!(1), &json!(key)));
    assert_eq!(events.len(), 11);

    let mut parts = Vec::new();
    let mut next = String::new();
    loop {
        let part = stage.stack.viewer().get(format!("{path}?limit=4{next}")).await.body(200);
        parts.extend(part["data"].as_array().unwrap().clone());
        let Some(after) = part["page"]["next"].as_str() else { break };
        next = format!("&after={after}");
    }
    assert_eq!(parts, events);
}

#[tokio::test]
async fn no_event_holds_a_secret() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let (key, _) = story(&stage).await;
    for path in [format!("/v1/keys/{key}/events"), format!("/v1/automats/{}/events", stage.automat)] {
        let events = stage.stack.admin().get(&path).await.text();
        for secret in [PIN, PHONE, EMAIL, RETURN_CODE, "Aino"] {
            assert!(!events.contains(secret), "{secret} in {events}");
        }
    }
}

#[tokio::test]
async fn refused_requests_are_not_recorded() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let key = stage.key().await;
    stage.booked(&key, 1, 5).await;
    let path = format!("/v1/keys/{key}/events");
    let before = stage.stack.viewer().get(&path).await.data();
    _ = stage.book(&key, e2e::person(2, 3)).await.problem("contract_overlap");
    _ = stage
        .stack
        .admin()
        .patch(format!("/v1/keys/{key}"), json!({ "lockerIndex": 7 }))
        .await
        .problem("locker_index_too_big");
    assert_eq!(stage.stack.viewer().get(&path).await.data(), before);
}
