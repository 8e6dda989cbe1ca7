//! What one connection may do in a second, and how many connections there may be.

use std::time::Duration;

use serde_json::json;
use tokio::{io::AsyncReadExt, net::TcpStream};

use crate::{
    device::{Device, plain},
    setup::{Machine, PATIENCE},
};

const KEYPAD: &str = "$aws/rules/automat_keypad/automats/lobby/keypad";

#[tokio::test]
async fn what_a_device_publishes_above_the_quota_is_discarded_and_it_stays_connected() {
    let mut machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    device.subscribe("$aws/things/lobby/shadow/name/open/get/+").await;
    for number in 0..400 {
        device.mention(KEYPAD, json!({ "id": number }).to_string()).await;
    }
    // what came in meanwhile is within the quota again
    tokio::time::sleep(Duration::from_millis(200)).await;
    device.publish("$aws/things/lobby/shadow/name/open/get", "").await;
    assert!(device.message().await.0.ends_with("/get/rejected"));
    let taken = std::iter::from_fn(|| machine.event_so_far()).filter(|event| event["message"] == "keypad").count();
    assert!((100..250).contains(&taken), "{taken} of 400");
}

#[tokio::test]
async fn what_is_discarded_is_not_acknowledged() {
    let machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    for number in 0..150 {
        device.publish_if_connected(KEYPAD, json!({ "id": number }).to_string()).await;
    }
    device.ended().await;
    // a device comes back after a while, and by then the broker has put its session away
    let back = async {
        while Device::connect(plain(&machine, "lobby")).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, back).await.expect("it may come back");
}

#[tokio::test]
async fn only_so_many_clients_are_let_in_without_tls() {
    let machine = Machine::with_connections(8).await;
    let device = Device::plain(&machine, "lobby").await;
    let _silent = TcpStream::connect(machine.iot.mqtt()).await.unwrap();
    let mut third = TcpStream::connect(machine.iot.mqtt()).await.unwrap();
    let end = tokio::time::timeout(PATIENCE, third.read_u8()).await.expect("it is turned away");
    assert!(end.is_err());
    drop(device);
}
