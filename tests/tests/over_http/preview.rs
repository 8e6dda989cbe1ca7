//! Previews: what creating, editing, ending or removing a contract would do and send, with nothing written.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use e2e::{ApiResponse, Stack, Stage, for_key, fresh, hours, person};
use http::Method;
use serde_json::{Value, json};

/// A contact who gets email and SMS in a language.
fn contact(language: &str) -> Value {
    json!({
        "name": "Åsa", "email": "asa@example.com", "phoneNumber": "+358401234567", "sendEmail": true, "sendSms": true,
        "language": language,
    })
}

/// The body of a booking with a contact, and some more fields.
fn booking(fields: &Value) -> Value {
    let mut body = person(50, 60);
    body["contacts"] = json!([contact("en")]);
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn previewed(stage: &Stage, key: &str, body: Value) -> ApiResponse {
    stage.stack.operator().post("/v1/contracts/preview", for_key(key, body)).await
}

/// Each message's kind and channel, and when it will be sent, if not immediately.
fn messages_of(preview: &Value) -> Vec<(&str, &str, Option<&str>)> {
    let messages = preview["messages"].as_array().unwrap().iter();
    messages.map(|it| (it["kind"].as_str().unwrap(), it["channel"].as_str().unwrap(), it["sendAt"].as_str())).collect()
}

type Item = HashMap<String, AttributeValue>;

/// Every item that mentions the key or its automat, by its primary key.
async fn items(stage: &Stage, key: &str) -> BTreeMap<[String; 2], Item> {
    let all = stage.stack.cloud().dynamodb().scan().table_name("key-automat").into_paginator().items().send();
    let all = all.collect::<Result<Vec<Item>, _>>().await.unwrap();
    let ours = all.into_iter().filter(|item| {
        let text = format!("{item:?}");
        text.contains(key) || text.contains(&stage.automat)
    });
    ours.map(|item| (["PK", "SK"].map(|name| item[name].as_s().unwrap().clone()), item)).collect()
}

#[tokio::test]
async fn what_a_preview_generates_is_accepted_on_creation() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let mut body = booking(&json!({ "freeText": "Two bikes" }));
    let answer = previewed(&stage, &key, body.clone()).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let preview = answer.body(200);
    let contract = &preview["contract"];
    let pin = contract["pin"].as_str().unwrap();
    assert!(pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()), "{pin}");
    assert_eq!((&preview["conflicts"], preview.get("nextFree")), (&json!([]), None));
    assert_eq!(messages_of(&preview), [("contract-created", "email", None), ("contract-created", "sms", None)]);
    for message in preview["messages"].as_array().unwrap() {
        assert!(message["text"].as_str().unwrap().contains(pin), "{message}");
        assert_eq!((&message["contact"], &message["language"]), (&json!("Åsa"), &json!("en")));
    }

    (body["contractId"], body["pin"]) = (contract["contractId"].clone(), contract["pin"].clone());
    let made = stage.book(&key, body).await.body(201);
    for (name, value) in contract.as_object().unwrap() {
        if !["createdAt", "updatedAt"].contains(&name.as_str()) {
            assert_eq!(&made[name], value, "{name}");
        }
    }
}

#[tokio::test]
async fn a_preview_writes_nothing_and_reserves_nothing() {
    let stage = Stage::new(&Stack::local(), 1).await;
    let key = stage.key().await;
    let path = stage.booked(&key, 1, 5).await;
    // By then everything that the booking causes has been written.
    stage.stack.cloud().drain().await;
    let before = items(&stage, &key).await;
    assert!(before.len() >= 5, "an automat, a locker, a key, a contract, a PIN: {before:?}");
    let operator = stage.stack.operator();
    previewed(&stage, &key, booking(&json!({ "pin": "48291537" }))).await.is(200);
    previewed(&stage, &key, booking(&json!({ "start": hours(2) }))).await.is(200);
    operator.post(format!("{path}/preview"), json!({ "pin": "736152", "contacts": [contact("fi")] })).await.is(200);
    operator.post_nothing(format!("{path}/removal/preview")).await.is(200);
    assert_eq!(items(&stage, &key).await, before);
}

#[tokio::test]
async fn a_previewed_conflict_names_the_contracts_and_the_next_free_time() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let path = stage.booked(&key, 51, 55).await;
    let id = path.rsplit('/').next().unwrap();
    let preview = previewed(&stage, &key, booking(&json!({}))).await.body(200);
    assert_eq!(preview["conflicts"], json!([{ "keyId": key, "contractId": id, "start": hours(51), "end": hours(55) }]));
    assert_eq!(preview["nextFree"], json!({ "start": hours(55), "end": hours(65) }));
    assert_eq!(preview["messages"].as_array().unwrap().len(), 2, "and the messages are previewed anyway");
    let moved = stage.booked(&key, 70, 80).await;
    let edit = stage.stack.operator().post(format!("{moved}/preview"), json!({ "start": hours(54) })).await.body(200);
    assert_eq!(edit["conflicts"].as_array().unwrap().len(), 1, "a contract does not conflict with itself");
}

#[tokio::test]
async fn previews_are_refused_like_the_requests_themselves() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let key = stage.key().await;
    let id = fresh("booking");
    let path = stage.book(&key, booking(&json!({ "contractId": id, "pin": "48291537" }))).await;
    let path = path.header("location").to_owned();
    for (fields, code, field) in [
        (json!({ "end": hours(-1), "start": hours(-2) }), "invalid_request", "end"),
        (json!({ "end": hours(40) }), "invalid_request", "end"),
        (json!({ "person": "" }), "invalid_request", "person"),
        (json!({ "contacts": [{ "name": "A", "sendSms": true }] }), "invalid_request", "contacts[0].phoneNumber"),
        (json!({ "ends": 5 }), "invalid_request", "ends"),
        (json!({ "contractId": id, "person": "Bo" }), "contract_exists", ""),
        (json!({ "start": hours(60), "end": hours(70), "pin": "48291537" }), "pin_in_use", ""),
    ] {
        let problem = previewed(&stage, &key, booking(&fields)).await.problem(code);
        assert_eq!(problem["errors"][0]["field"].as_str().unwrap_or_default(), field, "{fields}");
        assert_eq!(stage.book(&key, booking(&fields)).await.problem(code)["errors"], problem["errors"]);
    }
    let none = fresh("none");
    let problem = previewed(&stage, &none, booking(&json!({}))).await.problem("key_not_found");
    assert_eq!(problem["keyId"], none);
    let operator = stage.stack.operator();
    let edit = format!("{path}/preview");
    let immutable = operator.post(&edit, json!({ "contractId": "b-2" })).await.problem("invalid_request");
    assert_eq!(immutable["errors"][0]["code"], "immutable");
    let outdated = operator.post(&edit, json!({ "person": "Bo" })).if_match(7).await.problem("stale_version");
    assert_eq!(outdated["currentVersion"], 1);
    operator.post(&edit, json!({ "person": "Bo" })).if_match(1).await.is(200);
    let none = format!("/v1/contracts/{}", fresh("none"));
    _ = operator.post(format!("{none}/preview"), json!({})).await.problem("contract_not_found");
    _ = operator.post_nothing(format!("{none}/removal/preview")).await.problem("contract_not_found");
    let body = operator.post(format!("{path}/removal/preview"), json!({ "force": true })).await;
    assert_eq!(body.problem("invalid_request")["errors"][0]["field"], "force");
}

#[tokio::test]
async fn a_viewer_sees_no_preview() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let path = stage.booked(&key, 1, 5).await;
    for path in ["/v1/contracts/preview".to_owned(), format!("{path}/preview"), format!("{path}/removal/preview")] {
        _ = stage.stack.viewer().post(&path, booking(&json!({}))).await.problem("forbidden");
        _ = stage.stack.nobody().post(&path, booking(&json!({}))).await.problem("unauthenticated");
    }
}

#[tokio::test]
async fn each_contact_gets_messages_in_their_language() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let mut texts = Vec::new();
    for language in ["en", "fi", "sv"] {
        let preview = previewed(&stage, &key, booking(&json!({ "contacts": [contact(language)] }))).await.body(200);
        for message in preview["messages"].as_array().unwrap() {
            assert_eq!(message["language"], language);
            texts.push(message["text"].as_str().unwrap().replace(preview["contract"]["pin"].as_str().unwrap(), ""));
        }
    }
    let distinct: BTreeSet<_> = texts.iter().collect();
    assert_eq!(distinct.len(), 6, "three languages, each by email and SMS: {texts:#?}");
}

#[tokio::test]
async fn a_preview_has_both_forms_of_an_email_and_the_length_of_an_sms() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let of = |channel: &'static str, text: Value| {
        let (stage, key) = (stage.clone(), key.clone());
        async move {
            let preview = previewed(&stage, &key, booking(&json!({ "freeText": text }))).await.body(200);
            let messages = preview["messages"].as_array().unwrap().clone();
            messages.into_iter().find(|message| message["channel"] == channel).unwrap()
        }
    };
    let email = of("email", json!("Ring the bell")).await;
    assert_eq!((&email["to"], email.get("sms")), (&json!("asa@example.com"), None));
    assert!(email["subject"].as_str().is_some_and(|subject| !subject.is_empty()));
    assert!(["text", "html"].iter().all(|form| email[form].as_str().unwrap().contains("Ring the bell")), "{email}");

    let plain = of("sms", json!("Ring the bell")).await;
    assert_eq!((&plain["to"], plain.get("subject"), plain.get("html")), (&json!("+358401234567"), None, None));
    assert_eq!(plain["sms"]["encoding"], "GSM-7");
    let symbols = of("sms", json!("Ring the 🔔")).await;
    assert!(symbols["text"].as_str().unwrap().contains("Ring the 🔔"), "{symbols}");
    assert_eq!(symbols["sms"]["encoding"], "UCS-2");
    let segments = |message: &Value| message["sms"]["segments"].as_u64().unwrap();
    assert!(segments(&plain) >= 1 && segments(&symbols) >= segments(&plain), "{plain} {symbols}");
    let long = of("sms", json!("🔔".repeat(500))).await;
    assert!(segments(&long) >= 1000 / 67, "two units each, 67 to a segment: {}", long["sms"]);
}

#[tokio::test]
async fn reminders_are_previewed_with_their_times() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let mut reminded = contact("sv");
    reminded["sendEmail"] = json!(false);
    reminded["additionalMessages"] = json!(["key-fetched", "end-reminder", "start-reminder", "end-reminder"]);
    let body = booking(&json!({ "contacts": [reminded] }));
    let preview = previewed(&stage, &key, body.clone()).await.body(200);
    let (start, end) = (hours(50 - 24), hours(60 - 2));
    let reminders = [("start-reminder", "sms", Some(start.as_str())), ("end-reminder", "sms", Some(end.as_str()))];
    assert_eq!(messages_of(&preview)[..1], [("contract-created", "sms", None)]);
    assert_eq!(messages_of(&preview)[1..], reminders);
    let kinds = json!(["start-reminder", "end-reminder", "key-fetched"]);
    assert_eq!(preview["contract"]["contacts"][0]["additionalMessages"], kinds, "each once, in a fixed order");

    let path = stage.book(&key, body).await.header("location").to_owned();
    let moved = stage.stack.operator().post(format!("{path}/preview"), json!({ "end": hours(62) })).await.body(200);
    let end = hours(62 - 2);
    let reminders = [("start-reminder", "sms", Some(start.as_str())), ("end-reminder", "sms", Some(end.as_str()))];
    assert_eq!(messages_of(&moved)[..1], [("contract-updated", "sms", None)]);
    assert_eq!(messages_of(&moved)[1..], reminders);
    let removal = stage.stack.operator().post_nothing(format!("{path}/removal/preview")).await.body(200);
    assert_eq!(messages_of(&removal), [("contract-cancelled", "sms", None)]);
}

#[tokio::test]
async fn an_existing_pin_is_hidden_in_every_preview() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let body = booking(&json!({ "contractId": fresh("booking"), "pin": "483917" }));
    let path = stage.book(&key, body.clone()).await.header("location").to_owned();
    let operator = stage.stack.operator();
    let added = json!({ "contacts": [contact("en"), { "name": "Bo", "email": "bo@example.com", "sendEmail": true }] });
    for preview in [
        operator.post(format!("{path}/preview"), json!({ "person": "Bo" })).await,
        operator.post(format!("{path}/preview"), added).await,
        operator.post_nothing(format!("{path}/removal/preview")).await,
    ] {
        assert!(!preview.text().contains("483917"), "{}", preview.text());
        let preview = preview.body(200);
        assert_eq!(preview["contract"]["pin"], "******");
        assert!(!messages_of(&preview).is_empty());
    }
    let mut same = body;
    same.as_object_mut().unwrap().remove("pin");
    let same = previewed(&stage, &key, same).await;
    assert!(!same.text().contains("483917"), "{}", same.text());
    assert!(messages_of(&same.body(200)).is_empty(), "an edit that changes nothing sends nothing");

    let renewed = operator.post(format!("{path}/preview"), json!({ "pin": "736152" })).await.body(200);
    assert_eq!(renewed["contract"]["pin"], "736152");
    for message in renewed["messages"].as_array().unwrap() {
        assert!(message["text"].as_str().unwrap().contains("736152"), "{message}");
    }
}

#[tokio::test]
async fn hostile_texts_are_escaped() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    for hostile in [
        "<script>alert(1)</script>",
        "{ $pin } { -term }",
        "{{person}} %s ${jndi:x}",
        "\"quoted\" & 'single' & <b>",
        "\u{2067}kcab\u{2069} front",
        "👩‍👩‍👧‍👦",
    ] {
        let fields = json!({ "person": hostile, "freeText": hostile, "pin": "48291537" });
        let preview = previewed(&stage, &key, booking(&fields)).await.body(200);
        assert_eq!(preview["contract"]["person"], hostile);
        for message in preview["messages"].as_array().unwrap() {
            let text = message["text"].as_str().unwrap();
            assert!(text.contains("48291537"), "{hostile}: {message}");
            if let Some(html) = message["html"].as_str() {
                assert!(!hostile.contains(['<', '&']) || !html.contains(hostile), "{html}");
                assert!(!message["subject"].as_str().unwrap().contains(['\r', '\n']));
            }
        }
    }
}

#[tokio::test]
async fn preview_is_a_route_and_no_contract() {
    let stack = Stack::shared();
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        let refused = stack.operator().call(method, "/v1/contracts/preview").await;
        assert_eq!((refused.status, refused.header("allow")), (405, "POST"), "{}", refused.text());
        _ = refused.problem("method_not_allowed");
    }
}
