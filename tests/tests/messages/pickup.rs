//! A key that is fetched and returned at a real keypad, over MQTT.

use serde_json::json;

use crate::scene::{Scene, each};

#[tokio::test]
async fn contacts_are_notified_when_the_key_is_fetched_and_returned() {
    let scene = Scene::new().await;
    let mut booking = scene.booking(0, 4);
    booking["pin"] = json!("482915");
    let contract = scene.booked(booking).await;
    let device = scene.stage.device(&[0]).await;
    device.type_code("482915").await;
    assert!(device.take_key(0));
    device.close_door(0);
    scene.stage.event("key-fetched").await;
    device.type_code("482915").await;
    assert!(device.put_key(0));
    device.close_door(0);
    scene.stage.event("key-returned").await;
    let messages = scene.dealt_with(&contract, 6).await;
    let mut kinds = each(&messages, "kind");
    kinds.sort_unstable();
    let expected = ["contract-created", "key-fetched", "key-returned"].into_iter().flat_map(|kind| [kind; 2]);
    assert_eq!(kinds, expected.collect::<Vec<_>>());
    assert!(each(&messages, "state").iter().all(|state| *state == "sent"));
    let published = scene.stage.published("key-returned").await;
    assert_eq!(published.iter().filter(|kind| *kind == "key-fetched").count(), 1, "{published:?}");
    device.stop().await;
}
