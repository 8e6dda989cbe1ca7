//! Questions for access, and journals.

use devices::Error;
use domain::{AutomatId, EventKind, KeyDraft, ReturnCode, Whereabouts};
use serde_json::{Value, json};
use testkit::{at, key, locker, metadata};

use crate::scene::Scene;

const TOPIC: &str = "automats/lobby/access/answer";
const RECEIPTS: &str = "automats/lobby/journal/receipt";

/// With a key in locker 0 that has a return code.
async fn scene() -> Scene {
    let scene = Scene::new().await;
    let return_code = Some(ReturnCode::parse("4711").unwrap());
    scene.table.store.create_key(KeyDraft { return_code, ..key("A") }, &metadata()).await.unwrap();
    scene
}

/// A question of a device that has these pages.
fn question(scene: &Scene, id: &str, have: &str) -> Value {
    let key = scene.table.store.device_key(&AutomatId::parse("lobby").unwrap()).id();
    json!({ "message": "access", "thing": "lobby", "id": id, "key": key, "have": have })
}

fn journal(lines: &Value) -> Value {
    json!({ "message": "journal", "thing": "lobby", "journal": "f81c", "lines": lines })
}

fn line(number: u64, what: &Value) -> Value {
    let at = at(1).seconds();
    json!({ "j": number, "at": { "from": at, "to": at + 1 }, "what": what })
}

/// A return with the code, as the device reports it.
fn lines() -> [Value; 2] {
    let entry = json!({ "entry": { "id": "e-1", "kind": "returnCode", "return": [0] } });
    let doors = json!({ "n": 5, "lockers": { "0": { "key": true, "door": "closed", "by": "e-1" } } });
    [line(1, &entry), line(2, &json!({ "lockers": doors }))]
}

#[tokio::test]
async fn a_question_is_answered_with_its_id_on_the_automats_topic() {
    let scene = scene().await;
    scene.table.keep_pages(at(0)).await;
    scene.handle(&question(&scene, "a-1", "")).await.unwrap();
    let published = scene.data_plane.published();
    let [(topic, message)] = published.as_slice() else { panic!("{published:?}") };
    assert_eq!(topic, TOPIC);
    let answer = &message["answer"];
    assert_eq!((&answer["id"], &answer["end"]["cost"]), (&json!("a-1"), &json!(14)));
    assert!(answer["pages"]["0"]["sealed"].is_string() && answer["end"]["lease"].is_string(), "{answer}");
    let have = format!("{:08x}", answer["pages"]["0"]["version"].as_u64().unwrap());
    scene.handle(&question(&scene, "a-2", &have)).await.unwrap();
    let second = scene.data_plane.published()[1].1["answer"].clone();
    assert_eq!((&second["id"], second.get("pages")), (&json!("a-2"), None), "it has them all");
    assert!(second["end"]["lease"].is_string());
}

/// It was given them by a table that is lost.
#[tokio::test]
async fn pages_that_the_cloud_does_not_know_are_replaced() {
    let scene = scene().await;
    scene.handle(&question(&scene, "a-1", &"00000001".repeat(3))).await.unwrap();
    let published = scene.data_plane.published();
    let pages = published[0].1["answer"]["pages"].as_object().unwrap();
    assert_eq!(pages.keys().collect::<Vec<_>>(), ["0", "1", "2"]);
    assert!(pages.values().all(|page| page["version"].as_u64().unwrap() > 1));
}

#[tokio::test]
async fn a_malformed_question_is_a_fault_and_gets_no_answer() {
    let scene = scene().await;
    let broken =
        [("id", json!(7)), ("id", json!("")), ("id", json!("x".repeat(65))), ("have", json!("0")), ("key", json!(7))];
    for (name, value) in broken {
        let mut malformed = question(&scene, "a-1", "");
        malformed[name] = value;
        scene.handle(&malformed).await.unwrap();
    }
    assert_eq!(scene.data_plane.published(), []);
    assert!(scene.events().await.contains(&EventKind::AutomatMessageNotUnderstood));
}

#[tokio::test]
async fn messages_of_an_unknown_thing_are_ignored() {
    let scene = scene().await;
    let before = scene.table.items().await;
    for mut message in [question(&scene, "a-1", ""), journal(&json!(lines()))] {
        message["thing"] = json!("yard");
        scene.handle(&message).await.unwrap();
    }
    assert_eq!(scene.data_plane.published(), []);
    assert_eq!(scene.table.items().await, before);
}

#[tokio::test]
async fn a_device_with_an_unknown_key_gets_no_pages_and_no_lease() {
    let scene = scene().await;
    scene.table.keep_pages(at(0)).await;
    let mut asked = question(&scene, "a-1", "");
    asked["key"] = json!("00000000");
    scene.handle(&asked).await.unwrap();
    let answer = json!({ "answer": { "id": "a-1", "end": { "cost": 14 } } });
    assert_eq!(scene.data_plane.published(), [(TOPIC.to_owned(), answer)]);
}

#[tokio::test]
async fn a_journal_is_recorded_and_acknowledged_also_when_it_comes_again() {
    let scene = scene().await;
    for _ in 0..2 {
        scene.handle(&journal(&json!(lines()))).await.unwrap();
    }
    let receipt = (RECEIPTS.to_owned(), json!({ "journal": "f81c", "upTo": 2 }));
    assert_eq!(scene.data_plane.published(), [receipt.clone(), receipt]);
    let events = scene.events().await;
    assert_eq!(events.iter().filter(|event| **event == EventKind::ReturnCodeAccepted).count(), 1);
    assert_eq!(scene.locker(locker(0)).await.whereabouts, Whereabouts::Inside);
}

#[tokio::test]
async fn a_receipt_that_cannot_be_sent_is_sent_by_the_repetition() {
    let scene = scene().await;
    scene.data_plane.set_away(true);
    assert!(matches!(scene.handle(&journal(&json!(lines()))).await, Err(Error::Things(_))));
    scene.data_plane.set_away(false);
    scene.handle(&journal(&json!(lines()))).await.unwrap();
    assert_eq!(scene.data_plane.published(), [(RECEIPTS.to_owned(), json!({ "journal": "f81c", "upTo": 2 }))]);
    let events = scene.events().await;
    assert_eq!(events.iter().filter(|event| **event == EventKind::ReturnCodeAccepted).count(), 1);
}

#[tokio::test]
async fn a_line_of_a_newer_device_is_counted_and_blocks_no_other() {
    let scene = scene().await;
    let [entry, mut doors] = lines();
    doors["j"] = json!(4);
    let no_locker = json!({ "entry": { "id": "e-2", "kind": "pin", "fetch": [9_999] } });
    scene.handle(&journal(&json!([entry, line(2, &json!({ "smoke": 1 })), line(3, &no_locker), doors]))).await.unwrap();
    assert_eq!(scene.data_plane.published(), [(RECEIPTS.to_owned(), json!({ "journal": "f81c", "upTo": 4 }))]);
    let events = scene.events().await;
    assert_eq!(
        events.iter().filter(|event| **event == EventKind::AutomatMessageNotUnderstood).count(),
        1,
        "{events:?}"
    );
    assert_eq!(scene.locker(locker(0)).await.whereabouts, Whereabouts::Inside);
}

#[tokio::test]
async fn a_journal_without_its_name_or_numbers_is_a_fault() {
    let scene = scene().await;
    let mut nameless = journal(&json!(lines()));
    nameless["journal"] = json!(7);
    for message in [nameless, journal(&json!([{ "what": { "wrongEntry": "pin" } }])), journal(&json!("all"))] {
        scene.handle(&message).await.unwrap();
    }
    assert_eq!(scene.data_plane.published(), []);
    assert!(scene.events().await.contains(&EventKind::AutomatMessageNotUnderstood));
}
