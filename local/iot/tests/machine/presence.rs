//! Who is connected, as the rule for it hears.

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
async fn connecting_and_disconnecting_is_told_with_one_number() {
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
    // functions run at the same time, here as in AWS: the order is in the numbers
    let mut told = vec![presence(&mut machine).await, presence(&mut machine).await];
    told.sort();
    assert_eq!(told, [("connected".to_owned(), number + 1), ("disconnected".to_owned(), number)]);
    second.disconnect().await;
    assert_eq!(presence(&mut machine).await, ("disconnected".to_owned(), number + 1));
}

#[tokio::test]
async fn whoever_is_connected_when_all_stops_is_told_to_be_gone() {
    let mut machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    let (_, number) = presence(&mut machine).await;
    let told = machine.stop().await;
    device.ended().await;
    let told: Vec<_> = told.iter().map(|event| (&event["eventType"], &event["number"])).collect();
    assert_eq!(told, [(&json!("disconnected"), &json!(number))]);
}
