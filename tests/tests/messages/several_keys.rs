//! Messages about a contract of several keys.

use e2e::{ReceivedMessage, Stage};
use serde_json::json;

use crate::scene::{Scene, each};

#[tokio::test]
async fn messages_name_every_key_and_report_a_removed_one() {
    let scene = Scene::new().await;
    let elsewhere = Stage::new(&scene.stage.stack, 1).await;
    let other = elsewhere.key_with(json!({ "property": "Asematie 1" })).await;
    let mut booking = scene.booking(2, 4);
    booking["keyIds"] = json!([scene.key, other]);
    let contract = scene.booked(booking).await;
    let received = scene.received().await;
    assert_eq!(received.len(), 2);
    for message in &received {
        for named in [scene.key.as_str(), "Hämeentie 12 B 7", &other, "Asematie 1"] {
            assert!(message.text.contains(named), "{named}: {}", message.text);
        }
    }

    scene.stage.stack.admin().delete(format!("/v1/keys/{other}")).await.is(200);
    let messages = scene.dealt_with(&contract, 4).await;
    let kinds = ["contract-created", "contract-created", "contract-updated", "contract-updated"];
    assert_eq!(each(&messages, "kind"), kinds);
    // They come in no certain order.
    let is_later = |message: &ReceivedMessage| received.iter().all(|earlier| earlier.text != message.text);
    let later: Vec<_> = scene.received().await.into_iter().filter(is_later).collect();
    assert_eq!(later.len(), 2);
    for message in later {
        assert!(message.text.contains("Hämeentie 12 B 7"), "{}", message.text);
        assert!(!message.text.contains("Asematie 1"), "{}", message.text);
    }
}
