//! A device can connect with its own credentials, and only as itself.

use std::io::ErrorKind;

use e2e::mqtt::{Mqtt, last_will};
use e2e::{Stack, Stage};
use rumqttc::{ConnectReturnCode, ConnectionError, MqttOptions, StateError};

/// Whether the broker refuses a client: with an error, or by closing the connection.
async fn is_refused(options: MqttOptions) -> bool {
    match Mqtt::connect(options).await.err() {
        Some(ConnectionError::ConnectionRefused(code)) => code == ConnectReturnCode::NotAuthorized,
        Some(ConnectionError::Io(error)) => error.kind() == ErrorKind::UnexpectedEof,
        Some(ConnectionError::MqttState(StateError::ConnectionAborted)) => true,
        _ => false,
    }
}

async fn two(stack: &Stack) -> (Stage, Stage) {
    (Stage::new(stack, 1).await, Stage::new(stack, 1).await)
}

#[tokio::test]
async fn a_device_of_a_removed_automat_is_refused() {
    // On a deployed stack an administrator deactivates the certificate (infra/README.md).
    let stage = Stage::new(&Stack::local(), 1).await;
    let (tls, plain) = (stage.over_tls(&stage.thing()), stage.without_tls(&password(&stage)));
    assert!(Mqtt::connect(tls.clone()).await.is_ok(), "as soon as the automat is there");
    stage.stack.admin().delete(format!("/v1/automats/{}", stage.automat)).await.is(204);
    assert!(is_refused(tls).await);
    assert!(is_refused(plain).await);
}

#[tokio::test]
async fn a_device_can_connect_with_a_password_without_tls() {
    let (stage, other) = two(&Stack::local()).await;
    assert!(Mqtt::connect(stage.without_tls(&password(&stage))).await.is_ok());
    assert!(is_refused(stage.without_tls(&password(&other))).await);
    assert!(is_refused(stage.without_tls("")).await);
}

#[tokio::test]
async fn a_device_cannot_connect_as_another() {
    let (stage, other) = two(&Stack::shared()).await;
    assert!(is_refused(stage.over_tls(&other.thing())).await);
}

#[tokio::test]
async fn a_device_cannot_publish_for_another() {
    let (stage, other) = two(&Stack::shared()).await;
    let report = r#"{"n":1,"lockers":{"0":{"key":true,"door":"open"}}}"#;
    for topic in [
        format!("$aws/rules/automat_lockers/automats/{}/lockers", other.thing()),
        format!("$aws/things/{}/shadow/name/open/update", other.thing()),
        format!("$aws/events/presence/connected/{}", other.thing()),
    ] {
        let mut device = Mqtt::connect(stage.over_tls(&stage.thing())).await.unwrap();
        device.publish(&topic, report).await;
        assert_eq!(device.message().await, None, "{topic}: the connection ends");
        let mut options = stage.over_tls(&stage.thing());
        options.set_last_will(last_will(&topic));
        assert!(is_refused(options).await, "{topic} as a last will");
    }
    let view = other.view().await;
    assert_eq!((&view["lockers"][0]["door"], &view["connection"]["state"]), (&"unknown".into(), &"unknown".into()));
}

#[tokio::test]
async fn a_device_cannot_subscribe_to_another() {
    let (stage, other) = two(&Stack::shared()).await;
    let connect = async || Mqtt::connect(stage.over_tls(&stage.thing())).await.unwrap();
    assert!(connect().await.subscribe(&format!("automats/{}/keypad/reply", stage.thing())).await);
    for filter in [
        format!("automats/{}/keypad/reply", other.thing()),
        format!("$aws/things/{}/shadow/name/open/#", other.thing()),
        "automats/+/keypad/reply".to_owned(),
        "#".to_owned(),
    ] {
        // A new connection for each, since the broker may close it.
        assert!(!connect().await.subscribe(&filter).await, "{filter}");
    }
}

fn password(stage: &Stage) -> String {
    std::fs::read_to_string(stage.credentials().join("password")).unwrap()
}
