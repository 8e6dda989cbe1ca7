//! The simulated automat with the real driver, disk and link, on a broker that does just enough.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

mod peer;

use std::path::Path;
use std::time::Duration;

use automat::device::{DeviceKey, Display};
use automat::driver::Settings;
use automat::link::{Endpoint, Security};
use automat::simulated::{Config, Crash, SimulatedAutomat, SimulatedUser};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{Purpose, ThingName};
use serde_json::{Value, json};

use peer::{Peer, TIME, topics};

async fn start(peer: &Peer, folder: &Path, person: SimulatedUser) -> SimulatedAutomat {
    let endpoint = Endpoint {
        host: "127.0.0.1".to_owned(),
        port: peer.port,
        security: Security::Plain { password: "secret".to_owned() },
    };
    let automat = SimulatedAutomat::start(Config {
        settings: Settings {
            thing: ThingName::of_automat("lobby"),
            endpoint,
            reconnect_after: Duration::from_millis(100),
            device_key: Some(DeviceKey::new(&[1; 32])),
            folder: folder.to_owned(),
        },
        locker_count: 9,
        first_number: 0,
        keys_inside: [7].into(),
        motor_time: Duration::from_millis(5),
        person,
    });
    automat.connected().await.unwrap();
    automat
}

fn request(seq: u64, id: &str) -> Value {
    json!([seq, id, TIME, TIME + 20])
}

#[tokio::test]
async fn an_opening_runs_the_motor_and_ends_as_opened() {
    let (mut peer, folder) = (Peer::start().await, tempfile::tempdir().unwrap());
    let automat = start(&peer, folder.path(), SimulatedUser::Absent).await;
    assert_eq!(peer.next(&topics().lockers()).await["lockers"].as_object().unwrap().len(), 9);
    peer.ask(json!({"7": request(1, "a")}));
    assert_eq!(peer.report("7").await[1], "opened");
    let door = peer.next(&topics().lockers()).await;
    assert_eq!(door["lockers"], json!({"7": {"key": true, "door": "open", "by": "a"}}));
    assert_eq!((automat.motor_runs(7), automat.motor_log()[0].id.as_str()), (1, "a"));
    automat.stop().await;
}

#[tokio::test]
async fn a_crash_before_or_after_the_motor_ends_as_failed_without_a_second_run() {
    for (crash, runs) in [(Crash::BeforeMotor, 0), (Crash::AfterMotor, 1)] {
        let (mut peer, folder) = (Peer::start().await, tempfile::tempdir().unwrap());
        let mut automat = start(&peer, folder.path(), SimulatedUser::Absent).await;
        automat.faults().crash(crash);
        peer.ask(json!({"7": request(1, "a")}));
        assert!(automat.crashed().await.is_err());
        assert!(automat.has_stopped());
        automat.restart().await;
        assert_eq!(peer.report("7").await[1], "failed", "{crash:?}");
        assert_eq!(automat.motor_runs(7), runs, "{crash:?}");
        automat.stop().await;
    }
}

#[tokio::test]
async fn a_jammed_lock_ends_as_failed() {
    let (mut peer, folder) = (Peer::start().await, tempfile::tempdir().unwrap());
    let automat = start(&peer, folder.path(), SimulatedUser::Absent).await;
    automat.faults().jam(7, true);
    peer.ask(json!({"7": request(1, "a")}));
    assert_eq!(peer.report("7").await[1], "failed");
    automat.stop().await;
}

#[tokio::test]
async fn after_a_lost_connection_the_device_finds_the_requests_made_meanwhile() {
    let (mut peer, folder) = (Peer::start().await, tempfile::tempdir().unwrap());
    let automat = start(&peer, folder.path(), SimulatedUser::Absent).await;
    automat.faults().network(false);
    automat.disconnected().await;
    assert_eq!(automat.type_code("4711").await, Display::ReturnsOnly);
    peer.ask(json!({"7": request(1, "a")}));
    automat.faults().network(true);
    automat.connected().await.unwrap();
    assert_eq!(peer.report("7").await[1], "opened");
    automat.stop().await;
}

/// The verifier of the PIN 482915 under the device key of the tests.
fn verifier() -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &[1; 32]);
    let mut verifier = [0; 8];
    let cost = scrypt::Params::new(10, 8, 1).unwrap();
    let name = ring::hmac::sign(&key, b"pin 482915");
    scrypt::scrypt(&name.as_ref()[..16], b"lobby", &cost, &mut verifier).unwrap();
    URL_SAFE_NO_PAD.encode(verifier)
}

#[tokio::test]
async fn a_key_is_returned_without_a_network_and_reported_when_it_is_back() {
    let (mut peer, folder) = (Peer::start().await, tempfile::tempdir().unwrap());
    peer.give_access(json!({"3": {"pins": {verifier(): "c-1"}}}));
    let mut automat = start(&peer, folder.path(), SimulatedUser::Absent).await;
    peer.next(&topics().access_request()).await;
    peer.ask(json!({"7": request(1, "a")}));
    assert_eq!(peer.report("7").await[1], "opened", "the answer has arrived before");
    automat.faults().network(false);
    automat.disconnected().await;
    automat.restart().await;

    assert_eq!(automat.type_code("123456").await, Display::ReturnsOnly);
    assert_eq!(automat.type_code("482915").await, Display::OpenOffline { locker: 3, more: 0 });
    assert!(automat.put_key(3));
    automat.close_door(3);
    assert_eq!(automat.motor_runs(3), 1);
    // The cable is plugged in again at once, before anything has settled: that is reported as always.
    automat.faults().network(true);
    automat.connected().await.unwrap();
    let message = peer.next(&topics().journal()).await;
    let facts: Vec<_> = message["lines"].as_array().unwrap().iter().map(|line| line["what"].clone()).collect();
    let id = &automat.motor_log().last().unwrap().id.clone();
    assert!(facts.contains(&json!({"wrongEntry": "pin"})), "{facts:?}");
    let entry = json!({"entry": {"id": id, "kind": "pin", "contract": "c-1", "lockers": [3]}});
    assert!(facts.contains(&entry), "{facts:?}");
    assert!(message["lines"].as_array().unwrap().iter().all(|line| line["at"]["from"].as_i64().unwrap() >= TIME - 3));
    loop {
        let lockers = peer.next(&topics().lockers()).await["lockers"].clone();
        if lockers["3"] == json!({"key": true, "door": "closed", "by": id}) {
            break;
        }
    }
    automat.stop().await;
}

#[tokio::test]
async fn an_obliging_person_fetches_a_key_and_closes_the_door() {
    let (mut peer, folder) = (Peer::start().await, tempfile::tempdir().unwrap());
    let automat = start(&peer, folder.path(), SimulatedUser::Obliging(Duration::from_millis(20))).await;
    peer.next(&topics().lockers()).await;
    let cloud = async {
        let entry = peer.next(&topics().keypad()).await;
        let open = json!({"id": entry["id"], "answer": "open", "fetch": [7], "expiresAt": TIME + 10});
        peer.send(&topics().keypad_reply(), open);
        entry["id"].clone()
    };
    let (shown, id) = tokio::join!(automat.type_code("4711"), cloud);
    assert_eq!(shown, Display::Open { locker: 7, purpose: Purpose::Fetch });
    let sent = peer.next(&topics().lockers()).await["lockers"].clone();
    assert_eq!(sent, json!({"7": {"key": false, "door": "closed", "by": id}}), "the door was open for an instant");
    automat.stop().await;
    let again = start(&peer, folder.path(), SimulatedUser::Absent).await;
    assert!(!again.lockers()[7].key, "a taken key stays out after a restart of the process");
    again.stop().await;
}

#[tokio::test]
async fn two_hundred_automats_run_in_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut automats = Vec::new();
    for number in 0..200 {
        let peer = Peer::start().await;
        automats.push(tokio::spawn({
            let folder = folder.path().join(number.to_string());
            async move { (start(&peer, &folder, SimulatedUser::Absent).await, peer) }
        }));
    }
    for automat in automats {
        let (automat, mut peer) = automat.await.unwrap();
        peer.ask(json!({"7": request(1, "a")}));
        assert_eq!(peer.report("7").await[1], "opened");
        automat.stop().await;
    }
}
