//! The simulated automat with the real driver, disk and link, on a broker that does just enough.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

#[path = "../cloud/mod.rs"]
mod cloud;
mod peer;

use std::path::Path;
use std::time::Duration;

use automat::device::{DeviceKey, Display};
use automat::driver::Settings;
use automat::link::{Endpoint, Security};
use automat::simulated::{Config, Crash, SimulatedAutomat, SimulatedUser};
use protocol::{AccessRequest, Handle, Page, Purpose, ThingName};
use serde_json::{Value, json};

use cloud::{PageBook, entry, return_verifier};
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

/// The PIN 482915 is for the keys in lockers 3 and 7, of which the one in 3 is out with its contract, and both have a
/// return code.
fn pages() -> PageBook {
    let page = |holder| Page {
        return_code: Some(return_verifier(1, "4711")),
        holder,
        schedules: Vec::new(),
        entries: vec![entry("482915", 1)],
    };
    PageBook::new().with(3, page(Some(Handle([1; 8])))).with(7, page(None))
}

/// An automat that has these pages, and then no network.
async fn without_network(peer: &mut Peer, folder: &Path, pages: PageBook, person: SimulatedUser) -> SimulatedAutomat {
    let versions = pages.versions();
    peer.give_pages(pages);
    let automat = start(peer, folder, person).await;
    loop {
        let question: AccessRequest = serde_json::from_value(peer.next(&topics().access_request()).await).unwrap();
        if question.have == versions {
            break;
        }
    }
    automat.faults().network(false);
    automat.disconnected().await;
    automat
}

/// The facts in the next message of what was done without the cloud.
async fn facts(peer: &mut Peer) -> Vec<Value> {
    let message = peer.next(&topics().journal()).await;
    let lines = message["lines"].as_array().unwrap();
    assert!(lines.iter().all(|line| line["at"]["from"].as_i64().unwrap() >= TIME - 3));
    lines.iter().map(|line| line["what"].clone()).collect()
}

/// Waits for a report that this locker is so.
async fn reported(peer: &mut Peer, locker: &str, state: Value) {
    while peer.next(&topics().lockers()).await["lockers"][locker] != state {}
}

#[tokio::test]
async fn a_key_is_returned_without_a_network_and_reported_when_it_is_back() {
    let (mut peer, folder) = (Peer::start().await, tempfile::tempdir().unwrap());
    let mut automat = without_network(&mut peer, folder.path(), pages(), SimulatedUser::Absent).await;
    automat.restart().await;

    assert_eq!(automat.type_code("123456").await, Display::ReturnsOnly);
    let open = Display::OpenOffline { locker: 3, purpose: Purpose::Return, more: 0 };
    assert_eq!(automat.type_code("482915").await, open);
    assert!(automat.put_key(3));
    automat.close_door(3);
    assert_eq!(automat.motor_runs(3), 1);
    // The cable is plugged in again at once, before anything has settled: that is reported as always.
    automat.faults().network(true);
    automat.connected().await.unwrap();
    let facts = facts(&mut peer).await;
    let id = &automat.motor_log().last().unwrap().id.clone();
    assert!(facts.contains(&json!({"wrongEntry": "pin"})), "{facts:?}");
    let entry = json!({"entry": {"id": id, "kind": "pin", "contract": "0101010101010101", "return": [3]}});
    assert!(facts.contains(&entry), "{facts:?}");
    reported(&mut peer, "3", json!({"key": true, "door": "closed", "by": id})).await;
    automat.stop().await;
}

#[tokio::test]
async fn a_key_is_fetched_without_a_network_and_reported_when_it_is_back() {
    let (mut peer, folder) = (Peer::start().await, tempfile::tempdir().unwrap());
    let person = SimulatedUser::Obliging(Duration::from_millis(20));
    let pages = pages().leased(TIME, TIME + 86_400);
    let automat = without_network(&mut peer, folder.path(), pages, person).await;
    assert_eq!(automat.type_code("482915").await, Display::FetchOrReturn);
    let mut display = automat.display();
    automat.press("1");
    let open = Display::OpenOffline { locker: 7, purpose: Purpose::Fetch, more: 0 };
    display.wait_for(|shown| *shown == open).await.unwrap();
    // The person takes the key and closes the door, and both settle.
    tokio::time::sleep(Duration::from_millis(2_200)).await;
    assert!(!automat.lockers()[7].key);
    automat.faults().network(true);
    automat.connected().await.unwrap();
    let id = &automat.motor_log()[0].id.clone();
    let facts = facts(&mut peer).await;
    let entry =
        json!({"entry": {"id": id, "kind": "pin", "contract": "0101010101010101", "fetch": [7], "return": [3]}});
    assert_eq!(facts[0], entry);
    assert_eq!(facts[1]["lockers"]["lockers"]["7"], json!({"key": false, "door": "closed", "by": id}));
    reported(&mut peer, "7", json!({"key": false, "door": "closed", "by": id})).await;
    automat.stop().await;
}

#[tokio::test]
async fn a_return_code_opens_its_empty_locker_without_a_network() {
    let (mut peer, folder) = (Peer::start().await, tempfile::tempdir().unwrap());
    let automat = without_network(&mut peer, folder.path(), pages(), SimulatedUser::Absent).await;
    let open = Display::OpenOffline { locker: 3, purpose: Purpose::Return, more: 0 };
    assert_eq!(automat.type_code("*4711").await, open);
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
