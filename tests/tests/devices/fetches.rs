//! The automat's own code without a network: while it has a lease it hands out keys to the contracts that it knows, and the
//! cloud records that when the network is back.

use automat::device::Display;
use e2e::device::{lose_network, regain_network};
use protocol::Purpose;
use serde_json::{Value, json};
use tokio::time::{Duration, sleep};

use crate::scene::{LOCKER, Scene, is};

const PIN: &str = "739164";
const OTHER: &str = "582037";

const fn open(purpose: Purpose) -> Display {
    Display::OpenOffline { locker: LOCKER, purpose, more: 0 }
}

/// A key inside, with a contract that runs and one that starts later, at an automat that knows them and has lost its network.
async fn without_network() -> Scene {
    let scene = Scene::new().await;
    scene.book("b-1", PIN, -1, 600).await;
    scene.book("b-2", OTHER, 300, 600).await;
    scene.holds_page().await;
    scene.holds_lease().await;
    lose_network(&scene.stage, &scene.device).await;
    scene
}

/// Whoever opened the locker takes the key, and closes the door.
async fn take_key(scene: &Scene) {
    assert!(scene.device.take_key(LOCKER));
    scene.device.close_door(LOCKER);
    settle().await;
}

/// Waits until the sensors are settled.
async fn settle() {
    sleep(Duration::from_millis(2_200)).await;
}

fn of_kind<'e>(events: &'e [Value], kind: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["type"] == kind).collect()
}

#[tokio::test]
async fn a_key_is_fetched_and_given_back_without_a_network_and_recorded_afterwards() {
    let scene = without_network().await;
    assert_eq!(scene.device.type_code("111111").await, Display::NotValid);
    assert_eq!(scene.device.type_code(OTHER).await, Display::NotValid, "it has not started");
    assert_eq!(scene.device.type_code(PIN).await, open(Purpose::Fetch));
    take_key(&scene).await;
    assert_eq!(scene.device.type_code(PIN).await, open(Purpose::Return));
    assert!(scene.device.put_key(LOCKER));
    scene.device.close_door(LOCKER);
    settle().await;
    assert_eq!(scene.device.type_code(PIN).await, open(Purpose::Fetch));
    take_key(&scene).await;

    regain_network(&scene.stage, &scene.device).await;
    let view = scene.stage.view_where(|view| is(&view["lockers"][1], false, "closed")).await;
    assert_eq!(view["lockers"][1]["outWith"]["contractId"], json!(scene.id("b-1")), "{view}");
    let events = scene.stage.events_where(|events| of_kind(events, "key-fetched").len() == 2).await;
    for (kind, times) in [("key-fetched", 2), ("key-returned", 1), ("pin-accepted", 3)] {
        let found = of_kind(&events, kind);
        assert_eq!(found.len(), times, "{kind}: {events:?}");
        for event in found {
            assert!(event["offline"]["to"].is_string() && event["contractId"] == json!(scene.id("b-1")), "{event}");
            assert_eq!(event["afterRemoval"], Value::Null, "{event}");
        }
    }
    assert!(of_kind(&events, "locker-forced").is_empty());
    scene.put_back(PIN).await;
    scene.device.stop().await;
}

#[tokio::test]
async fn a_booking_is_known_at_a_connected_automat_within_seconds() {
    let scene = Scene::new().await;
    scene.book("b-1", PIN, -1, 600).await;
    scene.holds_page().await;
    scene.book("b-2", OTHER, 300, 600).await;
    let events = scene.stage.events_where(|events| {
        of_kind(events, "contract-armed").iter().any(|event| event["contractId"] == json!(scene.id("b-2")))
    });
    events.await;
    let path = format!("/v1/contracts/{}", scene.id("b-2"));
    let contract = scene.stage.stack.viewer().get(path).await.body(200);
    assert_eq!(contract["automats"][0]["state"], "held", "{contract}");
    scene.device.stop().await;
}

#[tokio::test]
async fn a_fetch_under_a_contract_that_was_removed_meanwhile_says_so() {
    let scene = without_network().await;
    let contract = scene.id("b-1");
    let path = format!("/v1/contracts/{contract}");
    let operator = scene.stage.stack.operator();
    let known = operator.get(&path).await.body(200)["automats"][0]["state"].clone();
    assert!(known == "held" || known == "pending", "it may not have been confirmed: {known}");
    operator.delete(format!("{path}?ifRevocable=true")).await.is(409);
    let removed = operator.delete(&path).await.body(200);
    assert_eq!(removed["stillUsable"][0]["automatId"], json!(scene.stage.automat), "{removed}");
    assert_eq!(scene.device.type_code(PIN).await, open(Purpose::Fetch), "it cannot know");
    take_key(&scene).await;

    regain_network(&scene.stage, &scene.device).await;
    let fetched = scene.stage.event("key-fetched").await;
    assert_eq!((&fetched["contractId"], &fetched["afterRemoval"]), (&json!(contract), &json!(true)), "{fetched}");
    let view = scene.stage.view_where(|view| is(&view["lockers"][1], false, "closed")).await;
    assert_eq!(view["lockers"][1]["outWith"], Value::Null, "with no contract that there is");
    scene.device.stop().await;
}

#[tokio::test]
async fn without_a_lease_keys_are_only_returned() {
    let scene = Scene::new().await;
    let path = format!("/v1/automats/{}", scene.stage.automat);
    scene.stage.stack.admin().patch(path, json!({ "leaseHours": 0 })).await.is(200);
    scene.book("b-1", PIN, -1, 600).await;
    scene.holds_page().await;
    scene.holds_no_lease().await;
    lose_network(&scene.stage, &scene.device).await;
    assert_eq!(scene.device.type_code(PIN).await, Display::ReturnsOnly);
    assert_eq!(scene.device.type_code("*4827").await, Display::ReturnsOnly, "its key is inside");
    scene.device.stop().await;
}

#[tokio::test]
async fn after_a_power_cut_nothing_is_fetched_until_the_time_is_known() {
    let mut scene = without_network().await;
    scene.device.restart().await;
    assert_eq!(scene.device.type_code(PIN).await, Display::ReturnsOnly);
    regain_network(&scene.stage, &scene.device).await;
    scene.fetch(PIN).await;
    scene.device.stop().await;
}
