//! Lifecycle events, as their rule receives them.

use serde_json::json;

use crate::{
    device::{Device, secure},
    setup::{Machine, NOW},
};

async fn presence(machine: &mut Machine) -> (String, u64) {
    let event = machine.event_of("presence").await;
    assert_eq!((&event["thing"], &event["at"]), (&json!("lobby"), &json!(NOW)));
    (event["eventType"].as_str().unwrap().to_owned(), event["number"].as_u64().unwrap())
}

#[tokio::test]
async fn connecting_and_disconnecting_have_the_same_number() {
    let mut machine = Machine::start().await;
    let device = Device::connect(secure(&machine, "lobby", &machine.certificate("lobby"))).await.unwrap();
    let (connected, number) = presence(&mut machine).await;
    assert_eq!(connected, "connected");
    device.disconnect().await;
    assert_eq!(presence(&mut machine).await, ("disconnected".to_owned(), number));
}

#[tokio::test]
async fn a_connection_that_is_taken_over_has_the_lower_number() {
    let mut machine = Machine::start().await;
    let mut first = Device::plain(&machine, "lobby").await;
    let (_, number) = presence(&mut machine).await;
    let second = Device::plain(&machine, "lobby").await;
    first.ended().await;
    // Functions run concurrently, as in AWS: the numbers give the order.
    let mut events = vec![presence(&mut machine).await, presence(&mut machine).await];
    events.sort();
    assert_eq!(events, [("connected".to_owned(), number + 1), ("disconnected".to_owned(), number)]);
    second.disconnect().await;
    assert_eq!(presence(&mut machine).await, ("disconnected".to_owned(), number + 1));
}

#[tokio::test]
async fn stopping_reports_connected_clients_as_disconnected() {
    let mut machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    let (_, number) = presence(&mut machine).await;
    let events = machine.stop().await;
    device.ended().await;
    let events: Vec<_> = events.iter().map(|event| (&event["eventType"], &event["number"])).collect();
    assert_eq!(events, [(&json!("disconnected"), &json!(number))]);
}
