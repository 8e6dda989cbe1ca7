//! Which devices may connect.

use std::net::SocketAddr;

use iot::{Iot, Options, PortError, Registry, StartError, certificates::Authority};
use rumqttc::{ConnectReturnCode, ConnectionError, MqttOptions};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{
    device::{Device, plain, secure, will},
    setup::{Machine, TEMPLATE, options},
};

async fn is_unauthorised(options: MqttOptions) -> bool {
    let refused = ConnectionError::ConnectionRefused(ConnectReturnCode::NotAuthorized);
    Device::connect(options).await.err().is_some_and(|error| error.to_string() == refused.to_string())
}

#[tokio::test]
async fn a_device_connects_with_its_certificate_or_its_password() {
    let machine = Machine::start().await;
    assert!(Device::connect(secure(&machine, "lobby", &machine.certificate("lobby"))).await.is_ok());
    assert!(Device::connect(plain(&machine, "lobby")).await.is_ok());
}

#[tokio::test]
async fn a_certificate_is_valid_only_for_its_own_thing() {
    let machine = Machine::start().await;
    assert!(is_unauthorised(secure(&machine, "yard", &machine.certificate("lobby"))).await);
}

#[tokio::test]
async fn a_certificate_that_the_registry_does_not_know_is_refused() {
    let machine = Machine::start().await;
    let certificate = machine.certificate("lobby");
    machine.revoke(&certificate);
    assert!(is_unauthorised(secure(&machine, "lobby", &certificate)).await);
}

#[tokio::test]
async fn a_certificate_of_another_authority_ends_the_handshake() {
    let machine = Machine::start().await;
    let (other, _) = Authority::generate().unwrap();
    let refused = Device::connect(secure(&machine, "lobby", &other.device("lobby").unwrap())).await;
    assert!(matches!(
        refused.err().unwrap(),
        ConnectionError::Tls(_) | ConnectionError::Io(_) | ConnectionError::MqttState(_)
    ));
}

#[tokio::test]
async fn a_password_is_valid_only_for_its_own_thing() {
    let machine = Machine::start().await;
    for (client, name, password) in
        [("lobby", "lobby", "wrong"), ("yard", "lobby", "secret of lobby"), ("yard", "yard", "secret of lobby")]
    {
        let mut options = plain(&machine, client);
        options.set_credentials(name, password);
        assert!(is_unauthorised(options).await, "{client} {name}");
    }
    let anonymous = MqttOptions::new("lobby", "127.0.0.1", machine.iot.mqtt().port());
    assert!(is_unauthorised(anonymous).await);
}

#[tokio::test]
async fn a_client_with_a_last_will_for_a_forbidden_topic_is_refused() {
    let machine = Machine::start().await;
    let allowed = "$aws/rules/automat_lockers/automats/lobby/lockers";
    for topic in
        ["automats/yard/keypad/reply", "$aws/rules/automat_lockers/automats/yard/lockers", "$aws/events/presence/x/y"]
    {
        let mut options = plain(&machine, "lobby");
        options.set_last_will(will(topic));
        assert!(is_unauthorised(options).await, "{topic}");
    }
    let mut options = plain(&machine, "lobby");
    options.set_last_will(will(allowed));
    assert!(Device::connect(options).await.is_ok());
}

#[tokio::test]
async fn listeners_without_tls_are_not_opened_to_other_machines() {
    let (authority, _) = Authority::generate().unwrap();
    let reachable = ([0, 0, 0, 0], 0).into();
    let changes: [fn(&mut Options, SocketAddr); 2] =
        [|options, address| options.mqtt = address, |options, address| options.service.data_plane = address];
    for change in changes {
        let mut options = options(&authority, Registry::new(|_| async { true }), TEMPLATE);
        change(&mut options, reachable);
        let started = Iot::start(options, |_| async { Ok(()) }).await;
        assert!(
            matches!(started.err().unwrap(), StartError::Port(PortError::NotLoopback(address)) if address == reachable)
        );
    }
}

#[tokio::test]
async fn an_address_in_use_is_named_in_the_error() {
    let machine = Machine::start().await;
    let mut options = options(&machine.authority, Registry::new(|_| async { true }), TEMPLATE);
    options.mqtts = machine.iot.mqtts();
    let started = Iot::start(options, |_| async { Ok(()) }).await;
    assert!(
        matches!(started.err().unwrap(), StartError::Port(PortError::Listen { address, .. }) if address == machine.iot.mqtts())
    );
}

#[tokio::test]
async fn invalid_packets_do_not_disturb_other_clients() {
    let machine = Machine::start().await;
    let mut before = Device::plain(&machine, "lobby").await;
    for address in [machine.iot.mqtt(), machine.iot.mqtts()] {
        // not MQTT, a packet that never ends, and one that is too large
        for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\x10\xff\xff\xff\x7f", b"\x10\xff\xff\xff\xff\xff\xff"] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(garbage).await.unwrap();
        }
    }
    // a client name that is not allowed in topics
    assert!(is_unauthorised(plain(&machine, "#/+")).await);
    before.subscribe("$aws/things/lobby/shadow/name/open/get/+").await;
    before.publish("$aws/things/lobby/shadow/name/open/get", "").await;
    assert_eq!(before.message().await.0, "$aws/things/lobby/shadow/name/open/get/rejected");
    assert!(Device::connect(secure(&machine, "yard", &machine.certificate("yard"))).await.is_ok());
}
