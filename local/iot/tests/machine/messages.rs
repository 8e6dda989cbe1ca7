//! Shadows, rules and subscriptions over MQTT.

use rumqttc::{QoS, SubscribeReasonCode};
use serde_json::json;

use crate::{
    device::{Device, plain, secure, will},
    setup::{Machine, TEMPLATE},
};

const OPEN: &str = "$aws/things/lobby/shadow/name/open";

#[tokio::test]
async fn a_device_reads_writes_and_observes_its_shadow_over_tls() {
    let mut machine = Machine::start().await;
    let identity = machine.certificate("lobby");
    let mut device = Device::connect(secure(&machine, "lobby", &identity)).await.unwrap();
    assert_eq!(device.subscribe(&format!("{OPEN}/get/+")).await, SubscribeReasonCode::Success(QoS::AtLeastOnce));
    device.subscribe(&format!("{OPEN}/update/+")).await;

    device.publish(&format!("{OPEN}/get"), json!({"clientToken": "a"}).to_string()).await;
    let (topic, refusal) = device.message().await;
    assert_eq!(topic, format!("{OPEN}/get/rejected"));
    assert_eq!((&refusal["code"], &refusal["clientToken"]), (&json!(404), &json!("a")));

    let state = json!({"desired": {"o": {"7": [1]}}, "reported": {"r": {"7": ["01KB", "opened", 9]}}});
    device.publish(&format!("{OPEN}/update"), json!({ "state": state }).to_string()).await;
    assert_eq!(device.message().await.0, format!("{OPEN}/update/accepted"));
    let (topic, delta) = device.message().await;
    assert_eq!((topic, &delta["state"]), (format!("{OPEN}/update/delta"), &json!({"o": {"7": [1]}})));
    assert_eq!(device.message().await.0, format!("{OPEN}/update/documents"));

    device.publish(&format!("{OPEN}/get"), "").await;
    let (topic, shadow) = device.message().await;
    assert_eq!((topic, &shadow["version"]), (format!("{OPEN}/get/accepted"), &json!(1)));

    let reports = json!({"7": ["01KB", "opened", 9]});
    let event = json!({"message": "openings", "thing": "lobby", "reports": reports});
    assert_eq!(machine.event_of("openings").await, event);
}

#[tokio::test]
async fn basic_ingest_reaches_its_rule_and_no_subscriber() {
    // A policy that allows every subscription and message.
    let wide = TEMPLATE.replace("Action: iot:Subscribe", "Action: [iot:Subscribe, iot:Receive]\n            Sid: Wide");
    let wide = wide.replace("topicfilter/automats/${!iot:Connection.Thing.ThingName}/keypad/reply\"", "*\"");
    let mut machine = Machine::with_template(&wide).await;
    let mut device = Device::plain(&machine, "lobby").await;
    for filter in ["$aws/#", "automats/#"] {
        assert_eq!(device.subscribe(filter).await, SubscribeReasonCode::Success(QoS::AtLeastOnce));
    }
    machine.event_of("presence").await;
    let lockers = json!({"n": 5, "lockers": {}});
    device.publish("$aws/rules/automat_lockers/automats/lobby/lockers", lockers.to_string()).await;
    assert_eq!(machine.event().await, json!({"message": "lockers", "thing": "lobby", "n": 5, "lockers": {}}));
    device.publish(&format!("{OPEN}/get"), "{}").await;
    let (topic, _) = device.message().await;
    assert!(topic.starts_with(OPEN), "{topic} comes first");
}

#[tokio::test]
async fn publishing_to_a_forbidden_topic_ends_the_connection_without_effect() {
    let mut machine = Machine::start().await;
    let mut yard = Device::plain(&machine, "yard").await;
    yard.subscribe("$aws/things/yard/shadow/name/open/+/+").await;
    yard.subscribe("automats/yard/keypad/reply").await;
    let topics = [
        "$aws/things/yard/shadow/name/open/update",
        "$aws/things/yard/shadow/name/open/update/delta",
        "$aws/things/lobby-2/shadow/name/open/update/accepted",
        "$aws/rules/automat_keypad/automats/yard/keypad",
        "$aws/rules/automat_presence/$aws/events/presence/connected/yard",
        "$aws/events/presence/disconnected/yard",
        "automats/yard/keypad/reply",
        "automats/lobby-7/keypad",
    ];
    for (number, topic) in topics.iter().enumerate() {
        let mut lobby = Device::plain(&machine, &format!("lobby-{number}")).await;
        let payload = json!({"state": {"reported": {"r": {"7": ["forged", "opened", 9]}}}, "clientId": "yard"});
        lobby.publish(topic, payload.to_string()).await;
        lobby.ended().await;
    }
    // The first message that the other device gets is the answer to its own request, and no rule got the forbidden
    // message.
    yard.publish("$aws/things/yard/shadow/name/open/get", "").await;
    assert_eq!(yard.message().await.0, "$aws/things/yard/shadow/name/open/get/rejected");
    let lockers = json!({"n": 1, "lockers": {}}).to_string();
    yard.publish("$aws/rules/automat_lockers/automats/yard/lockers", lockers).await;
    loop {
        let event = machine.event().await;
        if event["message"] == "lockers" {
            break;
        }
        assert_eq!(event["message"], "presence");
        assert!(event["thing"] != "yard" || event["eventType"] == "connected", "{event}");
    }
}

#[tokio::test]
async fn subscribing_to_a_forbidden_topic_is_refused() {
    let machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    for filter in
        ["#", "$aws/things/yard/shadow/name/open/#", "$aws/things/+/shadow/name/open/#", "automats/+/keypad/reply"]
    {
        assert_eq!(device.subscribe(filter).await, SubscribeReasonCode::Failure, "{filter}");
    }
}

#[tokio::test]
async fn a_device_is_not_sent_messages_that_it_may_not_receive() {
    let wide = TEMPLATE.replace("topicfilter/automats/${!iot:Connection.Thing.ThingName}/keypad/reply\"", "*\"");
    let machine = Machine::with_template(&wide).await;
    let mut device = Device::plain(&machine, "lobby").await;
    assert_eq!(device.subscribe("automats/#").await, SubscribeReasonCode::Success(QoS::AtLeastOnce));
    let cloud = crate::data_plane::client(&machine);
    for topic in ["automats/yard/keypad/reply", "automats/lobby/keypad/reply"] {
        cloud.publish().topic(topic).payload(b"{}".to_vec().into()).send().await.unwrap();
    }
    assert_eq!(device.message().await.0, "automats/lobby/keypad/reply");
}

#[tokio::test]
async fn a_last_will_reaches_its_rule() {
    let mut machine = Machine::start().await;
    let mut options = plain(&machine, "lobby");
    options.set_last_will(will("$aws/rules/automat_lockers/automats/lobby/lockers"));
    drop(Device::connect(options).await.unwrap());
    // A takeover ends the first connection without a regular disconnection.
    let _again = Device::plain(&machine, "lobby").await;
    assert_eq!(machine.event_of("lockers").await["thing"], "lobby");
}
