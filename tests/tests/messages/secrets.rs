//! What contacts receive is in no log, and no clear PIN in the table.

use serde_json::json;
use testkit::Log;

use crate::scene::Scene;

const PIN: &str = "739164852";

#[tokio::test]
async fn pins_addresses_and_texts_never_reach_the_log() {
    let log = Log::of_process();
    let scene = Scene::timed().await;
    let outbox = scene.stage.stack.cloud().outbox();
    outbox.behave_next(outbox::Endpoint::Email, outbox::Behaviour::Refuse, 1);
    outbox.behave_next(outbox::Endpoint::Sms, outbox::Behaviour::Throttle, 1);
    let mut booking = scene.booking(2, 4);
    booking["pin"] = json!(PIN);
    let contract = scene.booked(booking).await;
    scene.tick_after(3).await;
    assert_eq!(scene.messages(&contract).await.len(), 2);

    let text = log.text();
    assert!(text.contains("sent a message"), "there is something to find");
    for secret in [PIN, &scene.email, &scene.phone, &scene.phone["+358".len()..], "Koputa"] {
        assert!(!text.contains(secret), "{secret} stands in the log");
    }
    let items = scene.stage.stack.cloud().dynamodb().scan().table_name("key-automat").send().await.unwrap().items;
    assert!(!format!("{items:?}").contains(PIN), "the PIN stands in the table");
}
