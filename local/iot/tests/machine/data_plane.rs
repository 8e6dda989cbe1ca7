//! The data plane, used by an unmodified SDK client.

use aws_sdk_iotdataplane::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
    operation::{get_thing_shadow::GetThingShadowError, update_thing_shadow::UpdateThingShadowError},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    device::Device,
    setup::{ACCESS_KEY_ID, Machine},
};

pub(crate) fn client(machine: &Machine) -> Client {
    client_of(&machine.iot.data_plane_url())
}

pub(crate) fn client_of(url: &str) -> Client {
    client_with(ACCESS_KEY_ID, url)
}

fn client_with(access_key_id: &str, url: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new(access_key_id, "local", None, None, "test"))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

async fn update(client: &Client, thing: &str, payload: &Value) -> Result<Value, UpdateThingShadowError> {
    let request = client.update_thing_shadow().thing_name(thing).shadow_name("open");
    let answer = request.payload(payload.to_string().into_bytes().into()).send().await;
    let answer = answer.map_err(aws_sdk_iotdataplane::error::SdkError::into_service_error)?;
    Ok(serde_json::from_slice(answer.payload.unwrap().as_ref()).unwrap())
}

#[tokio::test]
async fn shadows_are_written_read_and_deleted() {
    let machine = Machine::start().await;
    let client = client(&machine);
    let written = update(&client, "lobby:2", &json!({"state": {"desired": {"a": 1}}})).await.unwrap();
    assert_eq!(written["version"], 1);
    let read = client.get_thing_shadow().thing_name("lobby:2").shadow_name("open").send().await.unwrap();
    let read: Value = serde_json::from_slice(read.payload.unwrap().as_ref()).unwrap();
    assert_eq!(read["state"], json!({"desired": {"a": 1}, "delta": {"a": 1}}));
    let classic = client.get_thing_shadow().thing_name("lobby:2").send().await.unwrap_err().into_service_error();
    assert!(classic.is_resource_not_found_exception(), "the classic shadow is a different one");
    client.delete_thing_shadow().thing_name("lobby:2").shadow_name("open").send().await.unwrap();
    let gone = client.get_thing_shadow().thing_name("lobby:2").shadow_name("open").send().await.unwrap_err();
    assert!(matches!(gone.into_service_error(), GetThingShadowError::ResourceNotFoundException(_)));
}

#[tokio::test]
async fn errors_are_typed_errors_of_the_sdk() {
    let machine = Machine::start().await;
    let client = client(&machine);
    let stale = update(&client, "lobby", &json!({"state": {}, "version": 7})).await.unwrap_err();
    assert!(stale.is_conflict_exception(), "{stale:?}");
    let wrong = update(&client, "lobby", &json!({"state": 1})).await.unwrap_err();
    assert!(wrong.is_invalid_request_exception(), "{wrong:?}");
    let large = json!({"state": {"desired": {"a": "x".repeat(9000)}}});
    let large = update(&client, "lobby", &large).await.unwrap_err();
    assert!(large.is_request_entity_too_large_exception(), "{large:?}");
    let named = update(&client, "..", &json!({"state": {}})).await.unwrap_err();
    assert!(named.is_invalid_request_exception(), "{named:?}");
}

#[tokio::test]
async fn a_device_receives_the_clouds_shadow_updates() {
    let machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    device.subscribe("$aws/things/lobby/shadow/name/open/update/delta").await;
    update(&client(&machine), "lobby", &json!({"state": {"desired": {"o": {"7": [1]}}}})).await.unwrap();
    assert_eq!(device.message().await.1["state"], json!({"o": {"7": [1]}}));
}

#[tokio::test]
async fn a_device_receives_nothing_of_the_clouds_rejected_updates() {
    let machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    device.subscribe("$aws/things/lobby/shadow/name/open/update/+").await;
    let client = client(&machine);
    assert!(update(&client, "lobby", &json!({"state": {}, "version": 7})).await.unwrap_err().is_conflict_exception());
    update(&client, "lobby", &json!({"state": {}})).await.unwrap();
    assert!(device.message().await.0.ends_with("/update/accepted"), "and nothing of the conflict before");
}

#[tokio::test]
async fn the_clouds_publications_are_limited_to_128_kilobytes() {
    let machine = Machine::start().await;
    let client = client(&machine);
    let publish = |bytes| client.publish().topic("a").payload(vec![b'x'; bytes].into()).send();
    publish(128 * 1024).await.unwrap();
    assert_eq!(publish(128 * 1024 + 1).await.unwrap_err().raw_response().unwrap().status().as_u16(), 413);
}

#[tokio::test]
async fn the_clouds_publications_reach_devices_and_rules() {
    let mut machine = Machine::start().await;
    let mut device = Device::plain(&machine, "lobby").await;
    device.subscribe("automats/lobby/keypad/reply").await;
    let client = client(&machine);
    let reply = json!({"id": "01KB", "answer": "no"});
    let publish = |topic: &str, payload: &Value| {
        client.publish().topic(topic).payload(payload.to_string().into_bytes().into()).send()
    };
    publish("automats/lobby/keypad/reply", &reply).await.unwrap();
    assert_eq!(device.message().await, ("automats/lobby/keypad/reply".to_owned(), reply));
    publish("automats/lobby/keypad", &json!({"id": "01KB"})).await.unwrap();
    assert_eq!(machine.event_of("keypad").await, json!({"message": "keypad", "thing": "lobby", "id": "01KB"}));
    let forged = publish("$aws/events/presence/connected/lobby", &json!({})).await.unwrap_err();
    assert!(forged.into_service_error().is_invalid_request_exception());
}

#[tokio::test]
async fn callers_without_the_access_key_are_refused() {
    let machine = Machine::start().await;
    for access_key_id in ["locaL", "loca", "locall"] {
        let stranger = client_with(access_key_id, &machine.iot.data_plane_url());
        let refused = update(&stranger, "lobby", &json!({"state": {}})).await.unwrap_err();
        assert_eq!(refused.meta().code(), Some("ForbiddenException"), "{access_key_id}: {refused:?}");
    }
    let untouched = client(&machine).get_thing_shadow().thing_name("lobby").shadow_name("open").send().await;
    assert!(untouched.unwrap_err().into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn a_web_page_may_not_open_lockers() {
    let machine = Machine::start().await;
    let address = machine.iot.data_plane_url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let request = format!(
        "POST /things/lobby/shadow?name=open HTTP/1.1\r\nHost: {address}\r\nOrigin: http://page.example\r\n\
         Content-Length: 12\r\nConnection: close\r\n\r\n{{\"state\":{{}}}}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    let untouched = client(&machine).get_thing_shadow().thing_name("lobby").shadow_name("open").send().await;
    assert!(untouched.unwrap_err().into_service_error().is_resource_not_found_exception());
}
