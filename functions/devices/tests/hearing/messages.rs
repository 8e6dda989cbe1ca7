//! Everything else that rules hand on.

use devices::Error;
use domain::{ConnectionState, DoorState, EventKind, KeypadRefusal};
use serde_json::{Value, json};
use testkit::{at, locker};

use crate::scene::Scene;

fn entry(thing: &str, id: &str) -> Value {
    let code = "AAAAAAAAAAAAAAAAAAAAAA";
    json!({ "message": "keypad", "thing": thing, "id": id, "kind": "pin", "code": code, "at": at(0).seconds(), "inside": "" })
}

fn lockers(thing: &str, n: u64, lockers: &Value) -> Value {
    json!({ "message": "lockers", "thing": thing, "n": n, "lockers": lockers })
}

fn presence(thing: &str, event_type: &str, number: u64) -> Value {
    json!({ "message": "presence", "thing": thing, "eventType": event_type, "at": at(1).millis(), "number": number })
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_an_error_without_what_it_holds() {
    let scene = Scene::new().await;
    for event in [
        json!("SECRET"),
        json!({}),
        json!({ "message": "SECRET", "thing": "lobby" }),
        json!({ "message": "keypad", "thing": 5 }),
        presence("lobby", "SECRET", 1),
    ] {
        let error = scene.hear(&event).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable(_)), "{event}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error:?}");
    }
}

#[tokio::test]
async fn a_message_of_a_thing_that_is_no_automat_changes_nothing_and_is_not_tried_again() {
    let scene = Scene::new().await;
    let before = scene.table.items().await;
    for thing in ["yard", "not an identifier", ""] {
        for event in [
            entry(thing, "e-1"),
            lockers(thing, 1, &json!({ "0": { "key": true, "door": "open" } })),
            presence(thing, "connected", 1),
        ] {
            scene.hear(&event).await.unwrap();
        }
    }
    assert_eq!(scene.table.items().await, before);
    assert_eq!(scene.data_plane.published(), [], "nobody is there to be answered");
}

#[tokio::test]
async fn an_entry_is_answered_on_its_own_automats_topic_by_its_name() {
    let scene = Scene::new().await;
    scene.hear(&entry("lobby", "e-1")).await.unwrap();
    let reply = json!({ "id": "e-1", "answer": "no" });
    assert_eq!(scene.data_plane.published(), [("automats/lobby/keypad/reply".to_owned(), reply)]);
}

#[tokio::test]
async fn an_entry_of_the_wrong_form_is_refused_by_its_id_and_costs_nothing() {
    let scene = Scene::new().await;
    let before = scene.table.items().await;
    let wrong = [
        ("kind", json!("face")),
        ("code", Value::Null),
        ("other", json!(7)),
        ("at", json!("now")),
        ("at", json!(1.5)),
        ("inside", json!("0g")),
        ("inside", Value::Null),
    ];
    for (field, value) in &wrong {
        let mut malformed = entry("lobby", "e-1");
        malformed[field] = value.clone();
        scene.hear(&malformed).await.unwrap();
    }
    let refused = ("automats/lobby/keypad/reply".to_owned(), json!({ "id": "e-1", "answer": "no" }));
    assert_eq!(scene.data_plane.published(), vec![refused; wrong.len()]);
    assert_eq!(scene.table.items().await, before);
}

#[tokio::test]
async fn an_entry_whose_answer_was_not_sent_is_answered_again_and_counts_once() {
    let scene = Scene::new().await;
    scene.data_plane.set_away(true);
    assert!(matches!(scene.hear(&entry("lobby", "e-1")).await, Err(Error::Things(_))));
    scene.data_plane.set_away(false);
    scene.hear(&entry("lobby", "e-1")).await.unwrap();
    assert_eq!(scene.data_plane.published().len(), 1);
    let refused = |event: &&EventKind| matches!(event, EventKind::EntryRefused { reason: KeypadRefusal::Unknown, .. });
    assert_eq!(scene.events().await.iter().filter(refused).count(), 1);
}

#[tokio::test]
async fn lockers_are_believed_and_those_that_cannot_be_are_left_out() {
    let scene = Scene::new().await;
    let told = json!({ "1": { "key": false, "door": "open" }, "65535": { "key": true, "door": "open" } });
    scene.hear(&lockers("lobby", 5, &told)).await.unwrap();
    assert_eq!(scene.locker(locker(1)).await.door, DoorState::Open);
    let older = json!({ "1": { "key": false, "door": "closed" } });
    scene.hear(&lockers("lobby", 4, &older)).await.unwrap();
    assert_eq!(scene.locker(locker(1)).await.door, DoorState::Open, "an older message says nothing new");
}

#[tokio::test]
async fn one_unknown_word_costs_nothing_else_and_is_recorded_once() {
    let scene = Scene::new().await;
    for n in 5..8 {
        let told = json!({ "0": { "key": false, "door": "open" }, "1": { "key": true, "door": "ajar" } });
        scene.hear(&lockers("lobby", n, &told)).await.unwrap();
    }
    assert_eq!(scene.locker(locker(0)).await.door, DoorState::Open);
    let second = scene.locker(locker(1)).await;
    assert_eq!((second.whereabouts, second.door), (domain::Whereabouts::Inside, DoorState::Unknown));
    scene.hear(&json!({ "message": "lockers", "thing": "lobby", "n": "x", "lockers": {} })).await.unwrap();
    let recorded = scene.events().await;
    let faults = recorded.iter().filter(|event| **event == EventKind::AutomatMessageNotUnderstood);
    assert_eq!(faults.count(), 1, "{recorded:?}");
}

#[tokio::test]
async fn an_entry_that_cannot_be_answered_is_recorded_and_not_tried_again() {
    let scene = Scene::new().await;
    let mut nameless = entry("lobby", "e-1");
    nameless["id"] = Value::Null;
    scene.hear(&nameless).await.unwrap();
    assert!(scene.events().await.contains(&EventKind::AutomatMessageNotUnderstood));
}

#[tokio::test]
async fn a_word_that_nobody_understands_does_not_stay_in_the_shadow_nor_keep_others_from_being_stored() {
    let scene = Scene::new().await;
    let (opening, mut event) = scene.told(0).await;
    event["words"]["1"] = json!(["01KB3CFY80000000000000000Z", "jammed", at(1).seconds()]);
    scene.hear(&event).await.unwrap();
    assert_eq!(scene.status(&opening).await, domain::OpeningStatus::Opened);
    assert!(scene.events().await.contains(&EventKind::AutomatMessageNotUnderstood));
}

#[tokio::test]
async fn a_result_of_an_opening_that_nobody_asked_for_is_recorded() {
    let scene = Scene::new().await;
    let word = json!({ "0": ["01KB3CFY80000000000000000Z", "opened", at(1).seconds()] });
    for _ in 0..3 {
        scene.hear(&crate::scene::words(&word)).await.unwrap();
    }
    let events = scene.events().await;
    assert_eq!(events.iter().filter(|event| **event == EventKind::OpeningUnexpected).count(), 1, "{events:?}");
}

#[tokio::test]
async fn times_from_the_future_are_recorded_and_the_result_is_believed() {
    let scene = Scene::new().await;
    let (opening, mut event) = scene.told(0).await;
    event["words"]["0"][2] = json!(at(2).millis());
    scene.hear(&event).await.unwrap();
    assert_eq!(scene.status(&opening).await, domain::OpeningStatus::Opened);
    let mut early = entry("lobby", "e-1");
    early["at"] = json!(at(600).seconds());
    scene.hear(&early).await.unwrap();
    let events = scene.events().await;
    assert_eq!(events.iter().filter(|event| **event == EventKind::AutomatClockWrong).count(), 1, "{events:?}");
}

#[tokio::test]
async fn two_devices_with_one_certificate_are_recorded_once_however_often_they_fight() {
    let scene = Scene::new().await;
    for number in 1..20 {
        scene.hear(&presence("lobby", "connected", number)).await.unwrap();
        let mut ended = presence("lobby", "disconnected", number);
        ended["reason"] = json!("DUPLICATE_CLIENTID");
        scene.hear(&ended).await.unwrap();
    }
    let events = scene.events().await;
    assert_eq!(events.iter().filter(|event| **event == EventKind::AutomatDuplicateClient).count(), 1);
}

#[tokio::test]
async fn lifecycle_events_are_believed_in_the_order_of_their_connections() {
    let scene = Scene::new().await;
    let connection = async || {
        let automats = scene.table.store.automats(&store::PageRequest { limit: 1, after: None }).await.unwrap();
        automats.data[0].connection
    };
    scene.hear(&presence("lobby", "connected", 2)).await.unwrap();
    assert_eq!((connection().await.state, connection().await.since), (ConnectionState::Connected, Some(at(1))));
    scene.hear(&presence("lobby", "disconnected", 1)).await.unwrap();
    scene.hear(&presence("lobby", "connect_failed", 3)).await.unwrap();
    assert_eq!(connection().await.state, ConnectionState::Connected, "that was the connection before");
    scene.hear(&presence("lobby", "disconnected", 2)).await.unwrap();
    assert_eq!(connection().await.state, ConnectionState::Disconnected);
}

#[tokio::test]
async fn the_keys_that_a_device_tells_of_are_kept_and_nothing_that_is_no_key() {
    let scene = Scene::new().await;
    let id = scene.table.store.device_key(&domain::AutomatId::parse("lobby").unwrap()).id();
    let all: serde_json::Map<_, _> =
        (0..3).map(|n| (n.to_string(), json!({ "key": false, "door": "closed" }))).collect();
    let mut telling = lockers("lobby", 5, &Value::Object(all));
    telling["deviceKeys"] = json!(["x".repeat(9_000), id, "12345678", "87654321"]);
    scene.hear(&telling).await.unwrap();
    let page = store::PageRequest { limit: 10, after: None };
    let told = scene.table.store.device_keys_known(&page).await.unwrap().data;
    assert!(told.iter().any(|told| told.automat.as_str() == "lobby" && told.current && !told.other), "{told:?}");
    let items = scene.table.items().await.concat();
    assert!(items.contains("12345678") && !items.contains("87654321") && !items.contains("xxx"));
}
