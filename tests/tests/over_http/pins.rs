//! PINs: generated or chosen, shown once, then masked, and every later view is recorded.

use api::Role;
use e2e::{Stack, Stage, contracts_of, person};
use serde_json::json;

#[tokio::test]
async fn a_pin_is_shown_on_creation_and_later_views_are_recorded() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let made = stage.book(&key, person(1, 2)).await;
    let path = made.header("location").to_owned();
    let pin = made.body(201)["pin"].as_str().unwrap().to_owned();
    assert!(pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()), "{pin}");
    let list = contracts_of(&key);
    for client in [stage.stack.viewer(), stage.stack.operator(), stage.stack.admin()] {
        assert_eq!(client.get(&path).await.body(200)["pin"], "******");
        assert_eq!(client.get(&list).await.data()[0]["pin"], "******");
    }
    let edited = stage.stack.operator().patch(&path, json!({ "pin": "48291537" })).await.body(200);
    assert_eq!(edited["pin"], "******");

    let shown = stage.stack.operator().get(format!("{path}/pin")).await;
    assert_eq!(shown.header("cache-control"), "no-store");
    assert_eq!(shown.body(200), json!({ "pin": "48291537" }));
    let events = stage.stack.viewer().get(format!("/v1/keys/{key}/events")).await.data();
    assert_eq!(events[0]["type"], "pin-revealed");
    assert_eq!(events[0]["actor"], stage.stack.actor(Role::Operator));
    assert_eq!(events[0]["contractId"], path.rsplit('/').next().unwrap());
}

#[tokio::test]
async fn a_new_pin_replaces_the_old_one_which_becomes_free() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let (one, other) = (stage.key().await, stage.key().await);
    let mut body = person(1, 2);
    body["pin"] = json!("48291537");
    let path = stage.book(&one, body.clone()).await.header("location").to_owned();
    _ = stage.book(&other, body.clone()).await.problem("pin_in_use");

    let renewed = stage.stack.operator().post_nothing(format!("{path}/pin")).await;
    assert_eq!(renewed.header("etag"), "\"2\"");
    let pin = renewed.body(200)["pin"].clone();
    assert_ne!(pin, "48291537");
    assert_eq!(stage.stack.operator().get(format!("{path}/pin")).await.body(200)["pin"], pin);
    stage.book(&other, body).await.is(201);
}

#[tokio::test]
async fn a_pin_is_unique_within_its_automat() {
    let stack = Stack::shared();
    let (here, there) = (Stage::new(&stack, 2).await, Stage::new(&stack, 1).await);
    let body = |start| {
        let mut body = person(start, start + 1);
        body["pin"] = json!("4829");
        body
    };
    here.book(&here.key().await, body(1)).await.is(201);
    _ = here.book(&here.key().await, body(5)).await.problem("pin_in_use");
    there.book(&there.key().await, body(1)).await.is(201);
}

#[tokio::test]
async fn of_concurrent_requests_for_one_pin_one_succeeds() {
    let stage = Stage::new(&Stack::shared(), 8).await;
    let mut asking = Vec::new();
    for _ in 0..8 {
        let (stage, key) = (stage.clone(), stage.key().await);
        let mut body = person(1, 2);
        body["pin"] = json!("48291537");
        asking.push(tokio::spawn(async move { stage.book(&key, body).await }));
    }
    let mut made = 0;
    for answer in asking {
        let answer = answer.await.unwrap();
        if answer.status == 201 {
            made += 1;
        } else {
            _ = answer.problem("pin_in_use");
        }
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn an_automat_sets_its_pin_lengths() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let (admin, path) = (stage.stack.admin(), format!("/v1/automats/{}", stage.automat));
    let lengths = |automat: &serde_json::Value| (automat["pinDigits"].as_u64(), automat["minChosenPinDigits"].as_u64());
    assert_eq!(lengths(&admin.get(&path).await.body(200)), (Some(6), Some(4)));
    let larger = admin.patch(&path, json!({ "lockerCount": 51, "minChosenPinDigits": 5 })).await.body(200);
    assert_eq!(lengths(&larger), (Some(7), Some(5)));

    let key = stage.key().await;
    let generated = stage.book(&key, person(1, 2)).await.body(201)["pin"].as_str().unwrap().len();
    assert_eq!(generated, 7);
    let mut short = person(3, 4);
    short["pin"] = json!("4829");
    let problem = stage.book(&key, short).await.problem("invalid_request");
    assert_eq!(
        problem["errors"],
        json!([{ "field": "pin", "code": "pin_too_short", "detail": "must have at least 5 digits in this automat" }])
    );

    let problem = admin.patch(&path, json!({ "pinDigits": 3, "minChosenPinDigits": 10 })).await;
    let problem = problem.problem("invalid_request");
    let fields = problem["errors"].as_array().unwrap().iter().map(|error| (&error["field"], &error["code"]));
    let code = &json!("out_of_range");
    assert_eq!(fields.collect::<Vec<_>>(), [(&json!("pinDigits"), code), (&json!("minChosenPinDigits"), code)]);
    let again = admin.patch(&path, json!({ "pinDigits": 9, "minChosenPinDigits": null })).await.body(200);
    assert_eq!(lengths(&again), (Some(9), Some(4)));
}
