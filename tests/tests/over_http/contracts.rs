//! Contracts: creating, editing, removing, and when a key is free.

use e2e::{Stack, Stage, for_key, fresh, hours, person};
use serde_json::{Value, json};

#[tokio::test]
async fn a_contract_has_the_requested_fields() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let id = fresh("booking");
    let body = json!({
        "contractId": id, "keyIds": [key], "person": "Åsa Öberg", "start": hours(1), "end": hours(3), "pin": "0048",
        "freeText": "Two bikes", "contacts": [
            { "name": "Åsa", "email": "asa@example.com", "sendEmail": true, "sendSms": false, "language": "sv",
              "additionalMessages": ["end-reminder", "key-fetched"] },
            { "name": "Bo", "phoneNumber": "+358401234567", "sendEmail": false, "sendSms": true, "language": "fi",
              "additionalMessages": [] },
        ],
    });
    let made = stage.book(&key, body.clone()).await;
    assert_eq!(made.header("location"), format!("/v1/contracts/{id}"));
    let path = made.header("location").to_owned();
    let made = made.body(201);
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
    assert_eq!((&made["state"], &made["version"], made.get("out")), (&json!("upcoming"), &json!(1), None));
    let mut read = stage.stack.viewer().get(&path).await.body(200);
    assert_eq!(read["pin"], "******");
    read["pin"] = made["pin"].clone();
    assert_eq!(read, made);
}

#[tokio::test]
async fn texts_and_addresses_are_normalised() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let body = json!({
        "person": " Ha\u{308}nninen ", "start": hours(1), "end": hours(3), "freeText": "Ring twice.\r\nThen wait.",
        "contacts": [
            { "name": "Aino", "email": "Aino@Jäätelö.FI", "sendEmail": true },
            { "name": "Aino", "email": "aino@xn--jtel-loaa3k.fi", "sendEmail": true },
            { "name": "Bo", "phoneNumber": "+3580401234567", "sendSms": true },
            { "name": "Bo", "phoneNumber": "+358401234567", "sendSms": true },
        ],
    });
    let key = stage.key().await;
    let made = stage.book(&key, body.clone()).await.body(201);
    assert_eq!((&made["person"], &made["freeText"]), (&json!("H\u{e4}nninen"), &json!("Ring twice.\nThen wait.")));
    assert_eq!(made["contacts"][0]["email"], "Aino@xn--jtel-loaa3k.fi");
    assert_eq!(made["contacts"][2]["phoneNumber"], "+358401234567");
    let other = stage.key().await;
    let preview = stage.stack.operator().post("/v1/contracts/preview", for_key(&other, body)).await.body(200);
    let to: Vec<_> = preview["messages"].as_array().unwrap().iter().map(|message| &message["to"]).collect();
    assert_eq!(to, ["Aino@xn--jtel-loaa3k.fi", "+358401234567"], "one mailbox and one phone get one message each");
}

#[tokio::test]
async fn a_start_may_be_past_or_missing_and_a_contract_may_be_permanent() {
    let stage = Stage::new(&Stack::shared(), 3).await;
    let past = stage.book(&stage.key().await, json!({ "person": "Bo", "start": hours(-100), "end": hours(2) })).await;
    assert_eq!(past.body(201)["state"], "active");
    let now = stage.book(&stage.key().await, json!({ "person": "Bo", "end": hours(2) })).await.body(201);
    assert_eq!(now["state"], "active");
    let for_good = stage.book(&stage.key().await, json!({ "person": "Bo", "permanent": true })).await.body(201);
    assert_eq!((&for_good["permanent"], for_good.get("end")), (&json!(true), None));
    assert!(for_good["contractId"].as_str().unwrap().len() > 8, "generated");
}

#[tokio::test]
async fn a_conflict_names_the_contracts_and_the_next_free_time_of_the_same_length() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let id = |path: String| path.rsplit('/').next().unwrap().to_owned();
    let first = id(stage.booked(&key, 10, 20).await);
    let second = id(stage.booked(&key, 21, 24).await);
    let refused = stage.book(&key, person(19, 22)).await.problem("contract_overlap");
    let conflicts = json!([
        { "keyId": key, "contractId": first, "start": hours(10), "end": hours(20) },
        { "keyId": key, "contractId": second, "start": hours(21), "end": hours(24) },
    ]);
    assert_eq!(refused["conflicts"], conflicts);
    assert_eq!(refused["nextFree"], json!({ "start": hours(24), "end": hours(27) }), "the hour between is too short");
    let short = stage.book(&key, person(19, 20)).await.problem("contract_overlap");
    assert_eq!(short["nextFree"], json!({ "start": hours(20), "end": hours(21) }), "but not for one hour");
    let for_good = stage.book(&key, json!({ "person": "Bo", "start": hours(2), "permanent": true })).await;
    let for_good = for_good.problem("contract_overlap");
    assert_eq!(for_good["nextFree"], json!({ "start": hours(24) }));
    stage.book(&key, person(20, 21)).await.is(201);
    stage.book(&key, json!({ "person": "Bo", "start": hours(24), "permanent": true })).await.is(201);
    assert!(
        stage.book(&key, person(30, 31)).await.problem("contract_overlap").get("nextFree").is_none(),
        "never again"
    );
}

#[tokio::test]
async fn an_edit_may_not_create_an_overlap() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let operator = stage.stack.operator();
    let one = stage.booked(&key, 1, 5).await;
    let other = stage.booked(&key, 5, 8).await;
    let refused = operator.patch(&one, json!({ "end": hours(6) })).await.problem("contract_overlap");
    assert_eq!(
        refused["conflicts"].as_array().unwrap().len(),
        1,
        "a contract does not conflict with itself: {refused}"
    );
    operator.patch(&other, json!({ "start": hours(6) })).await.is(200);
    let moved = operator.patch(&one, json!({ "end": hours(6), "person": "Bo" })).await.body(200);
    assert_eq!((&moved["end"], &moved["start"], &moved["person"]), (&json!(hours(6)), &json!(hours(1)), &json!("Bo")));
    let shortened = operator.patch(&other, json!({ "permanent": true })).await.body(200);
    assert_eq!(shortened.get("end"), None);
    let ended = operator.patch(&other, json!({ "end": hours(9) })).await.body(200);
    assert_eq!((ended.get("permanent"), &ended["end"]), (None, &json!(hours(9))));

    let all = json!({
        "freeText": "x", "contacts": [{
            "name": "B", "email": "b@example.com", "sendEmail": true, "sendSms": false, "language": "en",
            "additionalMessages": [],
        }],
    });
    let edited = operator.patch(&one, all.clone()).await.body(200);
    assert_eq!((&edited["freeText"], &edited["contacts"]), (&all["freeText"], &all["contacts"]));
    let cleared = operator.patch(&one, json!({ "freeText": null, "contacts": null })).await.body(200);
    assert_eq!((cleared.get("freeText"), &cleared["contacts"]), (None, &json!([])));
}

#[tokio::test]
async fn a_schedule_is_stored_in_its_canonical_form_and_can_be_cleared() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let mut body = person(1, 5);
    body["schedule"] = json!("Sa 10:00-14:00; Mo,Tu 08:00-17:00");
    let made = stage.book(&stage.key().await, body.clone()).await;
    let path = made.header("location").to_owned();
    assert_eq!(made.body(201)["schedule"], "Mo-Tu 08:00-17:00; Sa 10:00-14:00");
    let operator = stage.stack.operator();
    let other = operator.patch(&path, json!({ "schedule": "Mo-Su 22:00-06:00" })).await.body(200);
    assert_eq!(other["schedule"], "Mo-Su 22:00-06:00");
    let cleared = operator.patch(&path, json!({ "schedule": null })).await.body(200);
    assert_eq!(cleared.get("schedule"), None);
    let events = stage.stack.viewer().get(format!("/v1/automats/{}/events", stage.automat)).await.data();
    let changed = events.iter().filter(|event| event["type"] == "contract-changed");
    assert!(changed.into_iter().all(|event| event["changes"] == json!(["schedule"])), "{events:?}");
}

#[tokio::test]
async fn a_removed_contract_frees_its_time_and_its_id() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let mut body = person(1, 5);
    body["contractId"] = json!(fresh("booking"));
    body["pin"] = json!("48291537");
    for _ in 0..3 {
        let path = stage.book(&key, body.clone()).await.header("location").to_owned();
        stage.stack.operator().delete(&path).await.is(204);
        _ = stage.stack.viewer().get(&path).await.problem("contract_not_found");
        _ = stage.stack.operator().delete(&path).await.problem("contract_not_found");
    }
}

#[tokio::test]
async fn free_times_agree_with_bookings() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let key = stage.key().await;
    for (start, end) in [(2, 4), (4, 5), (8, 10)] {
        stage.booked(&key, start, end).await;
    }
    let free = async |key: &str, from: i64, to: i64| -> Vec<Value> {
        let query = format!("keyId={key}&from={}&to={}", hours(from), hours(to));
        stage.stack.viewer().get(format!("/v1/availability?{query}")).await.data()
    };
    let window = |start, end| json!({ "start": hours(start), "end": hours(end) });
    assert_eq!(free(&key, 0, 12).await, [window(0, 2), window(5, 8), window(10, 12)]);
    assert_eq!(free(&key, 3, 9).await, [window(5, 8)]);
    assert!(free(&key, 2, 5).await.is_empty());
    let shared = stage.key_with(json!({ "shared": true })).await;
    stage.booked(&shared, 2, 4).await;
    assert_eq!(free(&shared, 0, 12).await, [window(0, 12)], "a shared key is always free");
    for (start, end) in [(0, 2), (5, 8), (10, 12)] {
        stage.booked(&key, start, end).await;
    }
}

#[tokio::test]
async fn times_of_any_offset_are_one_instant() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let body = json!({ "person": "Bo", "start": "2040-03-25T02:30:00+02:00", "end": "2040-03-25T04:30:00.25+03:00" });
    let made = stage.book(&key, body).await.body(201);
    assert_eq!((&made["start"], &made["end"]), (&json!("2040-03-25T00:30:00Z"), &json!("2040-03-25T01:30:00.250Z")));
}
