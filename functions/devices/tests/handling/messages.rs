//! All other messages that rules pass on.

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
async fn an_unreadable_message_is_an_error_without_its_content() {
    let scene = Scene::new().await;
    for event in [
        json!("SECRET"),
        json!({}),
        json!({ "message": "SECRET", "thing": "lobby" }),
        json!({ "message": "keypad", "thing": 5 }),
        presence("lobby", "SECRET", 1),
    ] {
        let error = scene.handle(&event).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable(_)), "{event}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error:?}");
    }
}

#[tokio::test]
async fn a_message_of_an_unknown_thing_is_ignored_and_not_retried() {
    let scene = Scene::new().await;
    let before = scene.table.items().await;
    for thing in ["yard", "not an identifier", ""] {
        for event in [
            entry(thing, "e-1"),
            lockers(thing, 1, &json!({ "0": { "key": true, "door": "open" } })),
            presence(thing, "connected", 1),
        ] {
            scene.handle(&event).await.unwrap();
        }
    }
    assert_eq!(scene.table.items().await, before);
    assert_eq!(scene.data_plane.published(), [], "there is no automat to reply to");
}

#[tokio::test]
async fn an_entry_is_answered_on_the_topic_of_its_automat() {
    let scene = Scene::new().await;
    scene.handle(&entry("lobby", "e-1")).await.unwrap();
    let reply = json!({ "id": "e-1", "answer": "no" });
    assert_eq!(scene.data_plane.published(), [("automats/lobby/keypad/reply".to_owned(), reply)]);
}

#[tokio::test]
async fn a_malformed_entry_is_refused_and_costs_nothing() {
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
        scene.handle(&malformed).await.unwrap();
    }
    let refused = ("automats/lobby/keypad/reply".to_owned(), json!({ "id": "e-1", "answer": "no" }));
    assert_eq!(scene.data_plane.published(), vec![refused; wrong.len()]);
    assert_eq!(scene.table.items().await, before);
}

#[tokio::test]
async fn an_entry_whose_reply_failed_is_answered_again_and_counts_once() {
    let scene = Scene::new().await;
    scene.data_plane.set_away(true);
    assert!(matches!(scene.handle(&entry("lobby", "e-1")).await, Err(Error::Things(_))));
    scene.data_plane.set_away(false);
    scene.handle(&entry("lobby", "e-1")).await.unwrap();
    assert_eq!(scene.data_plane.published().len(), 1);
    let refused = |event: &&EventKind| matches!(event, EventKind::EntryRefused { reason: KeypadRefusal::Unknown, .. });
    assert_eq!(scene.events().await.iter().filter(refused).count(), 1);
}

#[tokio::test]
async fn reported_lockers_are_stored_and_impossible_ones_ignored() {
    let scene = Scene::new().await;
    let reported = json!({ "1": { "key": false, "door": "open" }, "65535": { "key": true, "door": "open" } });
    scene.handle(&lockers("lobby", 5, &reported)).await.unwrap();
    assert_eq!(scene.locker(locker(1)).await.door, DoorState::Open);
    let older = json!({ "1": { "key": false, "door": "closed" } });
    scene.handle(&lockers("lobby", 4, &older)).await.unwrap();
    assert_eq!(scene.locker(locker(1)).await.door, DoorState::Open, "an older message is ignored");
}

#[tokio::test]
async fn an_unknown_value_costs_nothing_else_and_is_recorded_once() {
    let scene = Scene::new().await;
    for n in 5..8 {
        let reported = json!({ "0": { "key": false, "door": "open" }, "1": { "key": true, "door": "ajar" } });
        scene.handle(&lockers("lobby", n, &reported)).await.unwrap();
    }
    assert_eq!(scene.locker(locker(0)).await.door, DoorState::Open);
    let second = scene.locker(locker(1)).await;
    assert_eq!((second.whereabouts, second.door), (domain::Whereabouts::Inside, DoorState::Unknown));
    scene.handle(&json!({ "message": "lockers", "thing": "lobby", "n": "x", "lockers": {} })).await.unwrap();
    let recorded = scene.events().await;
    let faults = recorded.iter().filter(|event| **event == EventKind::AutomatMessageNotUnderstood);
    assert_eq!(faults.count(), 1, "{recorded:?}");
}

#[tokio::test]
async fn a_report_about_the_device_is_stored_with_what_is_understood() {
    let scene = Scene::new().await;
    let report =
        json!({ "message": "health", "thing": "lobby", "n": 5, "mains": false, "cover": "ajar", "battery": 12 });
    for _ in 0..2 {
        scene.handle(&report).await.unwrap();
    }
    let lobby = domain::AutomatId::parse("lobby").unwrap();
    let readings = scene.table.store.automat(&lobby).await.unwrap().health.unwrap().readings;
    assert_eq!((readings.mains, readings.battery.map(domain::Percent::get)), (Some(false), Some(12)));
    let events = scene.events().await;
    for kind in [EventKind::AutomatMainsLost, EventKind::AutomatMessageNotUnderstood] {
        assert_eq!(events.iter().filter(|event| **event == kind).count(), 1, "{events:?}");
    }
    scene.handle(&json!({ "message": "health", "thing": "lobby", "mains": true })).await.unwrap();
    scene.handle(&json!({ "message": "health", "thing": "yard", "n": 5, "mains": true })).await.unwrap();
}

#[tokio::test]
async fn an_entry_without_an_id_is_recorded_and_not_retried() {
    let scene = Scene::new().await;
    let mut nameless = entry("lobby", "e-1");
    nameless["id"] = Value::Null;
    scene.handle(&nameless).await.unwrap();
    assert!(scene.events().await.contains(&EventKind::AutomatMessageNotUnderstood));
}

#[tokio::test]
async fn an_unreadable_report_is_cleared_and_the_others_are_stored() {
    let scene = Scene::new().await;
    let (opening, mut event) = scene.reported(0).await;
    event["reports"]["1"] = json!(["01KB3CFY80000000000000000Z", "jammed", at(1).seconds()]);
    scene.handle(&event).await.unwrap();
    assert_eq!(scene.status(&opening).await, domain::OpeningStatus::Opened);
    assert!(scene.events().await.contains(&EventKind::AutomatMessageNotUnderstood));
}

#[tokio::test]
async fn a_result_of_an_unknown_opening_is_recorded() {
    let scene = Scene::new().await;
    let report = json!({ "0": ["01KB3CFY80000000000000000Z", "opened", at(1).seconds()] });
    for _ in 0..3 {
        scene.handle(&crate::scene::reports(&report)).await.unwrap();
    }
    let events = scene.events().await;
    assert_eq!(events.iter().filter(|event| **event == EventKind::OpeningUnexpected).count(), 1, "{events:?}");
}

#[tokio::test]
async fn a_time_in_the_future_is_recorded_and_the_result_stored() {
    let scene = Scene::new().await;
    let (opening, mut event) = scene.reported(0).await;
    event["reports"]["0"][2] = json!(at(2).millis());
    scene.handle(&event).await.unwrap();
    assert_eq!(scene.status(&opening).await, domain::OpeningStatus::Opened);
    let mut early = entry("lobby", "e-1");
    early["at"] = json!(at(600).seconds());
    scene.handle(&early).await.unwrap();
    let events = scene.events().await;
    assert_eq!(events.iter().filter(|event| **event == EventKind::AutomatClockWrong).count(), 1, "{events:?}");
}

#[tokio::test]
async fn two_devices_with_one_certificate_are_recorded_once() {
    let scene = Scene::new().await;
    for number in 1..20 {
        scene.handle(&presence("lobby", "connected", number)).await.unwrap();
        let mut ended = presence("lobby", "disconnected", number);
        ended["reason"] = json!("DUPLICATE_CLIENTID");
        scene.handle(&ended).await.unwrap();
    }
    let events = scene.events().await;
    assert_eq!(events.iter().filter(|event| **event == EventKind::AutomatDuplicateClient).count(), 1);
}

#[tokio::test]
async fn lifecycle_events_count_in_the_order_of_their_connections() {
    let scene = Scene::new().await;
    let connection = async || {
        let automats = scene.table.store.automats(&store::PageRequest { limit: 1, after: None }).await.unwrap();
        automats.data[0].connection
    };
    scene.handle(&presence("lobby", "connected", 2)).await.unwrap();
    assert_eq!((connection().await.state, connection().await.since), (ConnectionState::Connected, Some(at(1))));
    scene.handle(&presence("lobby", "disconnected", 1)).await.unwrap();
    scene.handle(&presence("lobby", "connect_failed", 3)).await.unwrap();
    assert_eq!(connection().await.state, ConnectionState::Connected, "the event belongs to the previous connection");
    scene.handle(&presence("lobby", "disconnected", 2)).await.unwrap();
    assert_eq!(connection().await.state, ConnectionState::Disconnected);
}

#[tokio::test]
async fn reported_key_ids_are_stored_and_nothing_else() {
    let scene = Scene::new().await;
    let id = scene.table.store.device_key(&domain::AutomatId::parse("lobby").unwrap()).id();
    let all: serde_json::Map<_, _> =
        (0..3).map(|n| (n.to_string(), json!({ "key": false, "door": "closed" }))).collect();
    let mut message = lockers("lobby", 5, &Value::Object(all));
    message["deviceKeys"] = json!(["x".repeat(9_000), id, "12345678", "87654321"]);
    scene.handle(&message).await.unwrap();
    let page = store::PageRequest { limit: 10, after: None };
    let reported = scene.table.store.device_keys_known(&page).await.unwrap().data;
    assert!(
        reported.iter().any(|reported| reported.automat.as_str() == "lobby" && reported.current && !reported.other),
        "{reported:?}"
    );
    let items = scene.table.items().await.concat();
    assert!(items.contains("12345678") && !items.contains("87654321") && !items.contains("xxx"));
}
