//! Shadows and rules behind an ordinary broker.

use std::net::SocketAddr;

use iot::Attachment;
use rmqtt::{context::ServerContext, net::Builder, server::MqttServer};
use rumqttc::MqttOptions;
use serde_json::json;
use tokio::sync::mpsc::unbounded_channel;

use crate::{
    data_plane::client_of,
    device::Device,
    setup::{PATIENCE, TEMPLATE, service_options},
};

/// A broker that allows everything.
async fn broker() -> SocketAddr {
    let listener = Builder::new().laddr(([127, 0, 0, 1], 0).into()).bind().unwrap().tcp().unwrap();
    let address = listener.local_addr().unwrap();
    let context = ServerContext::new().busy_check_enable(false).build().await;
    tokio::spawn(MqttServer::new(context).listener_by_id(listener, 1).build().run());
    address
}

#[tokio::test]
async fn shadows_answer_and_rules_fire_behind_another_broker() {
    let address = broker().await;
    let (sender, mut invocations) = unbounded_channel();
    let attachment = Attachment::start(address, service_options(TEMPLATE), move |invocation| {
        _ = sender.send(invocation.event);
        async { Ok(()) }
    });
    let attachment = attachment.await.unwrap();
    let options = MqttOptions::new("lobby", address.ip().to_string(), address.port());
    let mut device = Device::connect(options).await.unwrap();
    device.subscribe("$aws/things/lobby/shadow/name/open/update/delta").await;
    device.subscribe("$aws/things/lobby/shadow/name/open/update/accepted").await;

    let asked = json!({"state": {"desired": {"o": {"7": [1]}}}}).to_string();
    let request = client_of(&attachment.data_plane_url()).update_thing_shadow().thing_name("lobby").shadow_name("open");
    request.payload(asked.into_bytes().into()).send().await.unwrap();
    assert_eq!(device.message().await.0, "$aws/things/lobby/shadow/name/open/update/accepted");
    assert_eq!(device.message().await.1["state"], json!({"o": {"7": [1]}}));

    let said = json!({"state": {"reported": {"o": {"7": [1]}, "r": {"7": ["01KB", "opened", 9]}}}});
    device.publish("$aws/things/lobby/shadow/name/open/update", said.to_string()).await;
    assert_eq!(device.message().await.1["version"], 2);
    let lockers = json!({"n": 1, "lockers": {}});
    device.publish("$aws/rules/automat_lockers/automats/lobby/lockers", lockers.to_string()).await;
    let mut events = Vec::new();
    for _ in 0..2 {
        events.push(tokio::time::timeout(PATIENCE, invocations.recv()).await.unwrap().unwrap());
    }
    events.sort_by_key(|event| event["message"].to_string());
    attachment.stop().await;
    assert_eq!([&events[0]["message"], &events[1]["message"]], ["lockers", "openings"]);
    assert_eq!(invocations.recv().await, None, "each once");
}
