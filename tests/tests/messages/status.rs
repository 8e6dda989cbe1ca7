//! The delivery status of messages, and sending them again.

use e2e::fresh;
use outbox::{Behaviour, Endpoint};
use serde_json::json;

use crate::scene::{Scene, each};

#[tokio::test]
async fn a_refused_number_is_shown_and_sent_to_again_on_request() {
    let scene = Scene::timed().await;
    let (operator, outbox) = (scene.stage.stack.operator(), scene.stage.stack.cloud().outbox());
    outbox.behave(Endpoint::Sms, Behaviour::Refuse);
    let contract = scene.booked(scene.booking(2, 4)).await;
    let messages = scene.messages(&contract).await;
    let refused = messages.iter().find(|message| message["channel"] == "sms").unwrap();
    assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("address-refused")));
    assert_eq!(refused["attempts"], 1);
    scene.tick_after(120).await;
    assert_eq!(outbox.calls(Endpoint::Sms), 1, "it is not tried again by itself");

    outbox.behave(Endpoint::Sms, Behaviour::Accept);
    let resend = format!("{contract}/messages/{}/resend", refused["messageId"].as_str().unwrap());
    _ = scene.stage.stack.viewer().post_nothing(&resend).await.problem("forbidden");
    let asked = operator.post_nothing(&resend).await.body(202);
    assert_eq!(asked["state"], "pending");
    scene.drain().await;
    let messages = scene.messages(&contract).await;
    let sent = messages.iter().find(|message| message["channel"] == "sms").unwrap();
    assert_eq!((&sent["state"], &sent["attempts"]), (&json!("sent"), &json!(2)));
    assert!(sent["sentAt"].is_string() && sent["providerMessageId"].is_string() && sent.get("reason").is_none());
}

#[tokio::test]
async fn a_throttled_message_is_sent_later() {
    let scene = Scene::timed().await;
    scene.stage.stack.cloud().outbox().behave_next(Endpoint::Email, Behaviour::Throttle, 1);
    let contract = scene.booked(scene.booking(2, 4)).await;
    let messages = scene.messages(&contract).await;
    let waiting = messages.iter().find(|message| message["channel"] == "email").unwrap();
    assert_eq!((&waiting["state"], &waiting["reason"]), (&json!("pending"), &json!("throttled")));
    assert!(waiting["nextTryAt"].is_string());
    scene.tick_after(2).await;
    assert_eq!(each(&scene.messages(&contract).await, "state"), ["sent", "sent"]);
}

#[tokio::test]
async fn an_outdated_message_is_not_sent_again() {
    let scene = Scene::new().await;
    let operator = scene.stage.stack.operator();
    let contract = scene.booked(scene.booking(2, 4)).await;
    let first = scene.messages(&contract).await.remove(0);
    let resend = format!("{contract}/messages/{}/resend", first["messageId"].as_str().unwrap());
    operator.patch(&contract, json!({ "end": scene.hours(5).to_string() })).await.is(200);
    _ = operator.post_nothing(&resend).await.problem("message_outdated");
    _ = operator
        .post_nothing(format!("{contract}/messages/01KAXHVNM0000000000000000A/resend"))
        .await
        .problem("message_not_found");
}

#[tokio::test]
async fn messages_about_a_removed_contract_can_still_be_read() {
    let scene = Scene::new().await;
    let contract = scene.booked(scene.booking(2, 4)).await;
    scene.stage.stack.operator().delete(&contract).await.is(204);
    let messages = scene.dealt_with(&contract, 4).await;
    assert_eq!(each(&messages, "kind")[2..], ["contract-cancelled"; 2]);
    let nobody = format!("/v1/contracts/{}/messages", fresh("none"));
    _ = scene.stage.stack.viewer().get(nobody).await.problem("contract_not_found");
}

#[tokio::test]
async fn the_outbox_shows_what_was_sent() {
    let scene = Scene::timed().await;
    scene.booked(scene.booking(2, 4)).await;
    let stack = &scene.stage.stack;
    let page = stack.http().get(format!("{}/outbox", stack.url())).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(page.contains(&scene.email) && page.contains(&scene.phone));
    let list = stack.http().get(format!("{}/outbox.json", stack.url())).send().await.unwrap();
    assert!(list.text().await.unwrap().contains("Hämeentie 12 B 7"));
}
