//! Persistent sessions.

use std::time::Duration;

use rumqttc::{AsyncClient, ConnectReturnCode, Event, Outgoing, Packet};
use tokio::time::{sleep, timeout};

use crate::{
    device::plain,
    setup::{Machine, PATIENCE},
};

/// Connects with a persistent session and disconnects. Returns whether the session existed before.
async fn resumes(machine: &Machine) -> bool {
    let mut options = plain(machine, "lobby");
    options.set_clean_session(false);
    let (client, mut events) = AsyncClient::new(options, 16);
    let mut resumed = false;
    loop {
        match timeout(PATIENCE, events.poll()).await.expect("the broker answers").unwrap() {
            Event::Incoming(Packet::ConnAck(answer)) => {
                assert_eq!(answer.code, ConnectReturnCode::Success);
                resumed = answer.session_present;
                client.disconnect().await.unwrap();
            }
            Event::Outgoing(Outgoing::Disconnect) => return resumed,
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_session_is_kept_while_its_client_is_disconnected() {
    let machine = Machine::start().await;
    assert!(!resumes(&machine).await);
    assert!(resumes(&machine).await);
    assert_eq!(iot::SESSION_EXPIRY, Duration::from_hours(1));
}

#[tokio::test]
async fn a_session_expires() {
    let machine = Machine::with_session_expiry(Duration::from_millis(1)).await;
    assert!(!resumes(&machine).await);
    let gone = async {
        while resumes(&machine).await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, gone).await.expect("the session ends");
}
