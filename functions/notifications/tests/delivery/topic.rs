//! The topic of all events.

use outbox::{Behaviour, Endpoint, Event, What};
use testkit::at;

use crate::scene::{Scene, TOPIC, by_email, failures, give, of_everything};

fn events(scene: &Scene) -> Vec<Event> {
    let events = scene.outbox.sent().into_iter().filter_map(|sent| match sent.what {
        What::Event(event) => Some(event),
        What::Email(_) | What::Sms(_) => None,
    });
    events.collect()
}

#[tokio::test]
async fn every_event_is_published_in_order_with_what_it_can_be_filtered_by() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3_600, 7_200, vec![]).await;
    scene.clock.set(at(1));
    scene.cancel("BK-1").await;
    scene.deliver().await;
    let events = events(&scene);
    assert!(events.iter().all(|event| event.topic == TOPIC));
    let types: Vec<_> = events.iter().map(|event| event.attributes["type"].value.clone()).collect();
    assert_eq!(types, ["contract-created", "contract-removed"]);
    let attributes = &events[0].attributes;
    assert_eq!((attributes["automatId"].value.as_str(), attributes["keyId"].value.as_str()), ("lobby", "A-12"));
    let envelope: serde_json::Value = serde_json::from_str(&events[0].body).unwrap();
    assert_eq!((&envelope["specVersion"], &envelope["type"]), (&"1.0".into(), &"contract-created".into()));
    assert_eq!(envelope["data"]["contractId"], "BK-1");
    assert_eq!(envelope["occurredAt"], at(0).to_string());
}

#[tokio::test]
async fn no_envelope_has_a_pin_or_contact_details() {
    let scene = Scene::new().await;
    let contract = scene.book("BK-1", 3_600, 7_200, vec![of_everything(by_email("secret@example.com"))]).await;
    scene.cancel("BK-1").await;
    scene.deliver().await;
    let events = events(&scene);
    assert!(!events.is_empty());
    for event in events {
        for secret in [contract.pin.reveal(), "secret@example.com", "Aino", "Virtanen"] {
            assert!(!event.body.contains(secret), "{secret} in an envelope");
            assert!(event.attributes.values().all(|attribute| !attribute.value.contains(secret)));
        }
    }
}

#[tokio::test]
async fn events_refused_by_the_topic_are_reported_and_contacts_still_notified() {
    let scene = Scene::new().await;
    scene.outbox.behave_next(Endpoint::Topic, Behaviour::Throttle, 1);
    scene.book("BK-1", 3_600, 7_200, vec![by_email("a@example.com")]).await;
    let records = scene.records().await;
    assert_eq!(failures(&give(&scene.function(), &records).await).len(), 1, "the event's record");
    assert_eq!(scene.addresses(), ["a@example.com"]);
    assert!(failures(&give(&scene.function(), &records).await).is_empty());
    assert_eq!((events(&scene).len(), scene.addresses().len()), (1, 1), "no message is sent twice");
}

#[tokio::test]
async fn a_partly_published_batch_reports_only_the_rest() {
    let scene = Scene::new().await;
    scene.outbox.behave_next(Endpoint::Topic, Behaviour::Partly, 1);
    for n in 0..4 {
        scene.book(&format!("BK-{n}"), 3_600, 7_200, vec![]).await;
    }
    let records = scene.records().await;
    let failed = failures(&give(&scene.function(), &records).await);
    assert_eq!((failed.len(), events(&scene).len()), (2, 2));
}
