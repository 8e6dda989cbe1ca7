//! Limits of a connection, and of the number of connections.

use std::time::Duration;

use aws_sdk_iotdataplane::config::retry::RetryConfig;
use rumqttc::{QoS, SubscribeReasonCode};
use serde_json::json;
use tokio::{io::AsyncReadExt, net::TcpStream, time::Instant};

use crate::{
    data_plane,
    device::{Device, plain},
    setup::{Machine, PATIENCE, TEMPLATE},
};

const KEYPAD: &str = "$aws/rules/automat_keypad/automats/lobby/keypad";
const SHADOW_GET: &str = "$aws/things/lobby/shadow/name/open/get";
const MAX_PAYLOAD: usize = 128 * 1024;

#[tokio::test]
async fn publications_above_the_quota_are_discarded_and_the_device_stays_connected() {
    let mut machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    device.subscribe("$aws/things/lobby/shadow/name/open/get/+").await;
    let start = Instant::now();
    for number in 0..400 {
        device.publish_at_most_once(KEYPAD, json!({ "id": number }).to_string()).await;
    }
    // Requests are discarded until the quota has refilled, which takes as long as the broker has a backlog.
    let answer = loop {
        device.publish_at_most_once(SHADOW_GET, "").await;
        if let Ok(message) = tokio::time::timeout(Duration::from_millis(100), device.message()).await {
            break message;
        }
    };
    assert!(answer.0.ends_with("/get/rejected"));
    let taken = std::iter::from_fn(|| machine.event_so_far()).filter(|event| event["message"] == "keypad").count();
    let allowed = 100.0 * (1.0 + start.elapsed().as_secs_f64());
    assert!(taken >= 100 && f64::from(u32::try_from(taken).unwrap()) <= allowed, "{taken} of 400, {allowed} allowed");
}

#[tokio::test]
async fn discarded_publications_are_not_acknowledged() {
    let machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    for number in 0..1_000 {
        device.publish_if_connected(KEYPAD, json!({ "id": number }).to_string()).await;
    }
    device.ended().await;
    // A device reconnects after a while, when the broker has stored its session.
    let back = async {
        while Device::connect(plain(&machine, "lobby")).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, back).await.expect("it can reconnect");
}

#[tokio::test]
async fn the_number_of_clients_without_tls_is_limited() {
    let machine = Machine::with_connections(8).await;
    let device = Device::plain(&machine, "lobby").await;
    let _silent = TcpStream::connect(machine.iot.mqtt()).await.unwrap();
    let mut third = TcpStream::connect(machine.iot.mqtt()).await.unwrap();
    let end = tokio::time::timeout(PATIENCE, third.read_u8()).await.expect("it is disconnected");
    assert!(end.is_err());
    drop(device);
}

#[tokio::test]
async fn a_payload_is_limited_to_128_kilobytes() {
    let machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    let payload = |bytes: usize| format!("{{\"id\":\"{}\"}}", "x".repeat(bytes - 9));
    device.publish(KEYPAD, payload(MAX_PAYLOAD)).await;
    device.acknowledged().await;
    device.publish(KEYPAD, payload(MAX_PAYLOAD + 1)).await;
    device.ended().await;
}

#[tokio::test]
async fn quality_of_service_2_is_refused() {
    let machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    assert_eq!(device.subscribe_all(&[SHADOW_GET], QoS::ExactlyOnce).await, Some(vec![SubscribeReasonCode::Failure]));
    device.publish_exactly_once(KEYPAD, "{}").await;
    device.ended().await;
}

#[tokio::test]
async fn a_subscribe_is_limited_to_8_filters() {
    let machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    let granted = SubscribeReasonCode::Success(QoS::AtLeastOnce);
    assert_eq!(device.subscribe_all(&[SHADOW_GET; 8], QoS::AtLeastOnce).await, Some(vec![granted; 8]));
    assert_eq!(device.subscribe_all(&[SHADOW_GET; 9], QoS::AtLeastOnce).await, None, "the connection ends");
}

#[tokio::test]
async fn a_filter_is_limited_to_7_slashes_and_256_bytes() {
    let wide = TEMPLATE.replace("topicfilter/automats/${!iot:Connection.Thing.ThingName}/keypad/reply\"", "*\"");
    let machine = Machine::with_template(&wide).await;
    let mut device = Device::plain(&machine, "lobby").await;
    for (filter, is_taken) in
        [("/".repeat(7), true), ("/".repeat(8), false), ("a".repeat(256), true), ("a".repeat(257), false)]
    {
        assert_eq!(device.subscribe(&filter).await != SubscribeReasonCode::Failure, is_taken, "{filter}");
    }
}

#[tokio::test]
async fn a_connection_is_limited_to_50_subscriptions() {
    let wide = TEMPLATE.replace("topicfilter/automats/${!iot:Connection.Thing.ThingName}/keypad/reply\"", "*\"");
    let machine = Machine::with_template(&wide).await;
    let mut device = Device::plain(&machine, "lobby").await;
    for number in 1..=51 {
        let is_taken = device.subscribe(&format!("a/{number}")).await != SubscribeReasonCode::Failure;
        assert_eq!(is_taken, number <= 50, "{number}");
    }
}

#[tokio::test]
async fn a_client_with_a_keep_alive_above_20_minutes_or_none_is_refused() {
    let machine = Machine::start().await;
    for (seconds, is_admitted) in [(1200, true), (1201, false), (0, false)] {
        let device = Device::connect_for(plain(&machine, "lobby"), Duration::from_secs(seconds)).await;
        assert_eq!(device.is_ok(), is_admitted, "{seconds}");
    }
}

#[tokio::test]
async fn the_shadows_of_a_thing_are_limited_to_20_requests_a_second() {
    let machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    device.subscribe(&format!("{SHADOW_GET}/+")).await;
    for number in 0..40 {
        device.publish(SHADOW_GET, json!({ "clientToken": number.to_string() }).to_string()).await;
    }
    let mut codes = Vec::new();
    for number in 0..40 {
        let (_, answer) = device.message().await;
        assert_eq!(answer["clientToken"], number.to_string());
        codes.push(answer["code"].as_u64().unwrap());
    }
    assert!(codes.iter().take(20).all(|code| *code == 404), "{codes:?}");
    assert!(codes.contains(&429), "{codes:?}");
    let throttled = data_plane::client(&machine).get_thing_shadow().thing_name("lobby").shadow_name("other");
    // The limit is for the thing, whoever sends the requests; the test's client does not retry.
    let retries = aws_sdk_iotdataplane::config::Config::builder().retry_config(RetryConfig::disabled());
    let mut refusals = 0;
    for _ in 0..40 {
        let answer = throttled.clone().customize().config_override(retries.clone()).send().await.unwrap_err();
        refusals += usize::from(answer.into_service_error().is_throttling_exception());
    }
    assert!(refusals > 0);
}
