//! Messages are sent as they were previewed.

use e2e::for_key;
use serde_json::{Value, json};

use crate::scene::{Scene, each};

/// A previewed message as it is compared with what was sent: the address and the texts.
fn comparable(message: &Value) -> Value {
    match message["channel"].as_str().unwrap() {
        "email" => json!([message["to"], message["subject"], message["text"], message["html"]]),
        _ => json!([message["to"], message["text"]]),
    }
}

/// Everything that was sent, in the same form.
async fn sent(scene: &Scene) -> Vec<Value> {
    let messages = scene.received().await.into_iter().map(|message| match message.subject {
        Some(subject) => json!([message.to, subject, message.text, message.html]),
        None => json!([message.to, message.text]),
    });
    sorted(messages)
}

fn sorted(values: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by_key(Value::to_string);
    values
}

fn at_once(preview: &Value) -> Vec<Value> {
    let messages = preview["messages"].as_array().unwrap();
    sorted(messages.iter().filter(|message| message.get("sendAt").is_none()).map(comparable))
}

#[tokio::test]
async fn a_booking_sends_exactly_what_its_preview_showed() {
    let scene = Scene::new().await;
    let operator = scene.stage.stack.operator();
    let mut booking = scene.booking(48, 72);
    let preview = operator.post("/v1/contracts/preview", for_key(&scene.key, booking.clone())).await.body(200);
    booking["pin"] = preview["contract"]["pin"].clone();
    assert_eq!(each(preview["messages"].as_array().unwrap(), "kind").len(), 6, "made, starts and ends, to two");
    assert!(sent(&scene).await.is_empty());
    let contract = scene.booked(booking).await;
    assert_eq!(sent(&scene).await, at_once(&preview));
    assert_eq!(each(&scene.messages(&contract).await, "state"), ["sent", "sent"]);
}

#[tokio::test]
async fn ending_a_contract_sends_what_its_preview_showed() {
    let scene = Scene::new().await;
    let operator = scene.stage.stack.operator();
    let contract = scene.booked(scene.booking(-1, 72)).await;
    let before = sent(&scene).await;
    let preview = operator.post_nothing(format!("{contract}/end/preview")).await.body(200);
    assert_eq!(each(preview["messages"].as_array().unwrap(), "kind"), ["contract-ended"; 2]);
    let ended = operator.post_nothing(format!("{contract}/end")).await.body(200);
    assert_eq!(ended["state"], "ended");
    let messages = scene.dealt_with(&contract, 4).await;
    assert_eq!(each(&messages, "kind")[2..], ["contract-ended"; 2]);
    let mut messages = sent(&scene).await;
    messages.retain(|one| !before.contains(one));
    assert_eq!(messages, at_once(&preview));
}

#[tokio::test]
async fn reminders_are_sent_on_time_as_previewed() {
    let scene = Scene::timed().await;
    let mut booking = scene.booking(48, 72);
    let preview = scene.stage.stack.operator().post("/v1/contracts/preview", for_key(&scene.key, booking.clone()));
    let preview = preview.await.body(200);
    booking["pin"] = preview["contract"]["pin"].clone();
    scene.booked(booking).await;
    let reminders =
        preview["messages"].as_array().unwrap().iter().filter(|message| message["kind"] == "start-reminder");
    let reminders: Vec<_> = reminders.cloned().collect();
    assert_eq!(each(&reminders, "sendAt"), [scene.hours(24).to_string(), scene.hours(24).to_string()]);
    scene.tick_after(24 * 60 - 1).await;
    assert_eq!(scene.received().await.len(), 2, "it is a minute too early");
    scene.tick_after(1).await;
    let after: Vec<_> = sent(&scene).await;
    for reminder in reminders.iter().map(comparable) {
        assert!(after.contains(&reminder), "{reminder}");
    }
    assert_eq!(after.len(), 4);
}

#[tokio::test]
async fn edits_and_removals_send_what_their_previews_showed() {
    let scene = Scene::new().await;
    let operator = scene.stage.stack.operator();
    let contract = scene.booked(scene.booking(2, 4)).await;
    let edit = json!({ "end": scene.hours(6).to_string(), "pin": "9182736" });
    let preview = operator.post(format!("{contract}/preview"), edit.clone()).await.body(200);
    operator.patch(&contract, edit).await.is(200);
    scene.dealt_with(&contract, 4).await;
    let messages = sent(&scene).await;
    for message in at_once(&preview) {
        assert!(messages.contains(&message), "{message}");
    }
    let preview = operator.post_nothing(format!("{contract}/removal/preview")).await.body(200);
    operator.delete(&contract).await.is(204);
    scene.dealt_with(&contract, 6).await;
    let messages = sent(&scene).await;
    assert_eq!(at_once(&preview).len(), 2);
    for message in at_once(&preview) {
        assert!(messages.contains(&message), "{message}");
    }
    assert_eq!(messages.len(), 6, "made, changed, cancelled, to two");
}
