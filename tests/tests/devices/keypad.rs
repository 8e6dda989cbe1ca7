//! The keypad: what a code opens, and what the cloud records.

use e2e::contracts_of;
use e2e::device::eventually;
use protocol::Purpose;
use serde_json::{Value, json};

use crate::scene::{LOCKER, Scene, is, open_to};

const PIN: &str = "739164";
const RETURN_CODE: &str = "*4827";

/// The events of the keypad and the key, each with its contract. Sorted, since two events of the same millisecond may
/// come in either order.
fn keypad_events(events: &[Value]) -> Vec<(String, Option<String>)> {
    let of_keypad = ["pin-accepted", "return-code-accepted", "key-fetched", "key-returned", "entry-refused"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let all = events.iter().map(|event| (text(&event["type"]).unwrap(), text(&event["contractId"])));
    let mut found: Vec<_> = all.filter(|(kind, _)| of_keypad.contains(&kind.as_str())).collect();
    found.sort();
    found
}

/// Waits until exactly these events have happened, each with its contract.
async fn happened(scene: &Scene, what: &[(&str, Option<&str>)]) {
    let mut what: Vec<_> =
        what.iter().map(|(kind, contract)| ((*kind).to_owned(), contract.map(|name| scene.id(name)))).collect();
    what.sort();
    let events = scene.stage.events_where(|events| keypad_events(events).len() >= what.len()).await;
    assert_eq!(keypad_events(&events), what);
}

#[tokio::test]
async fn a_pin_fetches_the_key_while_its_contract_is_active() {
    let scene = Scene::new().await;
    scene.book("b-1", PIN, 0, 60).await;
    assert_eq!(scene.device.type_code(PIN).await, open_to(Purpose::Fetch));
    assert_eq!((scene.device.motor_runs(LOCKER), scene.device.motor_log().len()), (1, 1));
    scene.stage.view_where(|view| is(&view["lockers"][1], true, "open")).await;
    assert!(scene.device.take_key(LOCKER));
    scene.stage.view_where(|view| is(&view["lockers"][1], false, "open")).await;
    scene.device.close_door(LOCKER);

    let view = scene.stage.view_where(|view| is(&view["lockers"][1], false, "closed")).await;
    assert_eq!(view["connection"]["state"], "connected");
    let locker = &view["lockers"][1];
    assert_eq!(
        (&locker["key"]["keyId"], &locker["activeContract"]["contractId"]),
        (&json!(scene.key), &json!(scene.id("b-1")))
    );
    let fetched = scene.stage.event("key-fetched").await;
    assert_eq!((&fetched["keyId"], &fetched["lockerIndex"]), (&json!(scene.key), &json!(LOCKER)));
    assert_eq!(fetched["actor"], format!("automat:{}", scene.stage.automat));
    assert_eq!(scene.stage.event("pin-accepted").await["purpose"], "fetch");
    happened(&scene, &[("pin-accepted", Some("b-1")), ("key-fetched", Some("b-1"))]).await;
    let of_key = scene.stage.stack.viewer().get(format!("/v1/keys/{}/events", scene.key)).await.data();
    assert_eq!(keypad_events(&of_key), keypad_events(&scene.stage.events().await), "the key has the same events");
    let key = scene.stage.stack.viewer().get(format!("/v1/keys/{}", scene.key)).await.body(200);
    assert_eq!(key["keyInside"], false);
}

#[tokio::test]
async fn the_same_pin_returns_it() {
    let scene = Scene::new().await;
    scene.book("b-1", PIN, 0, 60).await;
    scene.fetch(PIN).await;
    scene.put_back(PIN).await;
    let accepted = ("pin-accepted", Some("b-1"));
    happened(&scene, &[accepted, ("key-fetched", Some("b-1")), accepted, ("key-returned", Some("b-1"))]).await;
    let events = scene.stage.events().await;
    let mut purposes: Vec<_> = events.iter().filter_map(|event| event["purpose"].as_str()).collect();
    purposes.sort_unstable();
    assert_eq!(purposes, ["fetch", "return"]);
}

#[tokio::test]
async fn a_key_that_is_out_can_be_returned_after_the_contracts_end() {
    let mut scene = Scene::at_noon().await;
    scene.book("b-1", PIN, 0, 60).await;
    scene.fetch(PIN).await;
    scene.go_to(scene.minute(120)).await;
    assert_eq!(scene.stage.view().await["lockers"][1].get("activeContract"), None, "it has ended");
    scene.put_back(PIN).await;
    assert_eq!(scene.stage.event("key-returned").await["contractId"], scene.id("b-1"));
    let refusal = scene.refused(PIN).await;
    assert_eq!(refusal["reason"], "ended", "and not fetched again");
}

#[tokio::test]
async fn a_key_that_is_out_when_its_contract_is_ended_is_overdue_until_it_is_extended_or_returned() {
    let scene = Scene::new().await;
    let operator = scene.stage.stack.operator();
    scene.book("b-1", PIN, -1, 600).await;
    scene.fetch(PIN).await;
    let contract = format!("/v1/contracts/{}", scene.id("b-1"));
    let ended = operator.post_nothing(format!("{contract}/end")).await.body(200);
    assert_eq!((&ended["state"], &ended["overdue"]), (&json!("ended"), &json!(true)));
    assert_eq!(ended["out"], json!([scene.key]));
    let viewer = scene.stage.stack.viewer();
    let of_key = contracts_of(&scene.key);
    let is_only_one = |listed: &Value| listed["data"] == json!([ended]);
    eventually(|| viewer.get(format!("{of_key}&state=overdue")), is_only_one).await;
    eventually(|| viewer.get(&of_key), is_only_one).await;
    let is_in = |listed: &Value| listed["data"].as_array().unwrap().contains(&ended);
    eventually(|| viewer.get("/v1/contracts?state=overdue&order=desc&limit=100"), is_in).await;
    let locker = scene.stage.view().await["lockers"][1].clone();
    assert_eq!((&locker["overdue"], locker.get("activeContract")), (&json!(true), None));
    let held = json!({ "contractId": scene.id("b-1"), "start": ended["start"], "end": ended["end"] });
    assert_eq!(locker["outWith"], held, "whoever took the key has it");

    let later = scene.minute(700).to_string();
    let extended = operator.patch(&contract, json!({ "end": later })).await.body(200);
    assert_eq!((&extended["state"], extended.get("overdue")), (&json!("active"), None));
    let locker = scene.stage.view().await["lockers"][1].clone();
    assert_eq!((locker.get("overdue"), &locker["outWith"]["end"]), (None, &json!(later)));

    operator.post_nothing(format!("{contract}/end")).await.is(200);
    scene.put_back(PIN).await;
    let locker = scene.stage.view().await["lockers"][1].clone();
    assert_eq!((locker.get("overdue"), locker.get("outWith")), (None, None));
    assert_eq!(scene.refused(PIN).await["reason"], "ended", "and not fetched again");
}

#[tokio::test]
async fn a_return_code_returns_the_key_while_the_locker_is_empty() {
    let scene = Scene::new().await;
    scene.book("b-1", PIN, 0, 60).await;
    scene.fetch(PIN).await;
    scene.put_back(RETURN_CODE).await;
    // A return code belongs to no contract, but the key was out with this one.
    let returned = [("return-code-accepted", None), ("key-returned", Some("b-1"))];
    let fetched = [("pin-accepted", Some("b-1")), ("key-fetched", Some("b-1"))];
    happened(&scene, &[fetched, returned].concat()).await;
}

#[tokio::test]
async fn a_return_code_cannot_fetch_a_key() {
    let scene = Scene::new().await;
    let refusal = scene.refused(RETURN_CODE).await;
    assert_eq!((&refusal["reason"], &refusal["codeKind"]), (&json!("key-inside"), &json!("returnCode")));
    assert_eq!(refusal["keyId"], scene.key);
}

#[tokio::test]
async fn a_pin_that_comes_too_early_is_refused() {
    let mut scene = Scene::at_noon().await;
    scene.book("b-1", PIN, 10, 60).await;
    let refusal = scene.refused(PIN).await;
    assert_eq!((&refusal["reason"], &refusal["codeKind"]), (&json!("too-early"), &json!("pin")));
    assert_eq!(refusal["contractId"], scene.id("b-1"));
    scene.go_to(scene.minute(10)).await;
    scene.fetch(PIN).await;
}

#[tokio::test]
async fn a_pin_of_an_ended_contract_is_refused_with_the_key_inside() {
    let mut scene = Scene::at_noon().await;
    scene.book("b-1", PIN, 0, 10).await;
    scene.go_to(scene.minute(10)).await;
    let refusal = scene.refused(PIN).await;
    assert_eq!((&refusal["reason"], &refusal["contractId"]), (&json!("ended"), &json!(scene.id("b-1"))));
}

#[tokio::test]
async fn unknown_codes_are_refused() {
    let scene = Scene::new().await;
    scene.book("b-1", PIN, 0, 60).await;
    for code in ["739165", "7391640", "4827", "*7391"] {
        let refusal = scene.refused(code).await;
        assert_eq!(refusal["reason"], "unknown", "{code}");
        assert_eq!((refusal.get("keyId"), refusal.get("contractId")), (None, None));
    }
}

#[tokio::test]
async fn a_key_that_is_out_cannot_be_fetched_by_another() {
    let scene = Scene::new().await;
    scene.book("b-1", PIN, 0, 60).await;
    scene.book("b-2", "528041", 0, 60).await;
    scene.fetch(PIN).await;
    assert_eq!(scene.refused("528041").await["reason"], "key-out");
    scene.put_back(PIN).await;
    scene.fetch("528041").await;
}

#[tokio::test]
async fn a_removed_contract_opens_nothing() {
    let scene = Scene::new().await;
    scene.book("b-1", PIN, 0, 60).await;
    scene.stage.stack.operator().delete(format!("/v1/contracts/{}", scene.id("b-1"))).await.is(204);
    assert_eq!(scene.refused(PIN).await["reason"], "unknown");
}
