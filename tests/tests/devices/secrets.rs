//! Codes typed at a keypad are nowhere in clear text: not on the wire, in a rule's event, the table, a file or the log.

use std::fs;
use std::path::Path;

use automat::credentials::Credentials;
use automat::driver::Settings;
use automat::link::{Endpoint, Security};
use automat::simulated::{Config, SimulatedAutomat, SimulatedUser};
use clock::Clock;
use e2e::{Stack, Stage};
use protocol::Purpose;
use serde_json::json;
use testkit::Log;

use crate::scene::{LOCKER, noon, open_to};
use crate::tap::Tap;

const PIN: &str = "739164852";
const WRONG: &str = "618273945";
const RETURN_CODE: &str = "4827";
const OTHER_RETURN_CODE: &str = "6093";

/// Whether bytes contain a number, and not only as part of a longer one or of a word.
fn holds(bytes: &[u8], digits: &str) -> bool {
    let part = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let here = |(at, window): (usize, &[u8])| {
        window == digits.as_bytes() && !part(at.checked_sub(1)) && !part(Some(at + digits.len()))
    };
    bytes.windows(digits.len()).enumerate().any(here)
}

fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

/// The automat's device over an unencrypted connection: with its password, through the tap.
async fn on_the_wire(stage: &Stage) -> (SimulatedAutomat, Tap) {
    let tap = Tap::before(stage.stack.cloud().mqtt()).await;
    let folder = stage.credentials();
    let credentials = Credentials::read(&folder).unwrap();
    let password = fs::read_to_string(folder.join("password")).unwrap();
    let security = Security::Plain { password };
    let endpoint = Endpoint { host: tap.address.ip().to_string(), port: tap.address.port(), security };
    let settings = Settings { endpoint, ..credentials.settings(&folder, folder.join("device")).unwrap() };
    let (locker_count, first_number) = (credentials.locker_count, credentials.first_number);
    let motor_time = std::time::Duration::from_millis(5);
    let keys_inside = [LOCKER].into();
    let person = SimulatedUser::Absent;
    let device =
        SimulatedAutomat::start(Config { settings, locker_count, first_number, keys_inside, motor_time, person });
    device.connected().await.unwrap();
    (device, tap)
}

/// Opens a locker remotely, fetches the key, returns it with its return code, and types some wrong codes.
async fn story(stage: &Stage, device: &SimulatedAutomat) {
    let key = stage.key_with(json!({ "lockerIndex": LOCKER, "returnCode": RETURN_CODE })).await;
    let (start, end) = (noon().to_string(), noon().plus_millis(3_600_000).to_string());
    stage.book(&key, json!({ "person": "Bo", "pin": PIN, "start": start, "end": end })).await.is(201);
    stage.ended(&stage.request_opening(0).await).await;
    device.type_code(WRONG).await;
    device.type_code(&format!("*{OTHER_RETURN_CODE}")).await;
    assert_eq!(device.type_code(PIN).await, open_to(Purpose::Fetch));
    assert!(device.take_key(LOCKER));
    device.close_door(LOCKER);
    stage.event("key-fetched").await;
    assert_eq!(device.type_code(&format!("*{RETURN_CODE}")).await, open_to(Purpose::Return));
    assert!(device.put_key(LOCKER));
    device.close_door(LOCKER);
    stage.event("key-returned").await;
}

#[tokio::test]
async fn no_code_is_anywhere_in_clear_text() {
    let log = Log::of_process();
    let data = tempfile::tempdir().unwrap();
    let stage = Stage::new(&Stack::alone_in(data.path(), Clock::fixed(noon())).await, 3).await;
    let (device, tap) = on_the_wire(&stage).await;
    story(&stage, &device).await;

    let client = stage.stack.cloud().dynamodb();
    let items = client.scan().table_name("key-automat").send().await.unwrap().items.unwrap();
    let mut sources = vec![
        ("the wire, where every event of a rule comes from".to_owned(), tap.bytes()),
        ("the items".to_owned(), format!("{items:?}").into_bytes()),
        ("the log".to_owned(), log.text().into_bytes()),
    ];
    files(data.path(), &mut sources);
    for (source, bytes) in &sources {
        for code in [PIN, WRONG, RETURN_CODE, OTHER_RETURN_CODE] {
            assert!(!holds(bytes, code), "{code} is in {source}");
        }
    }
    // All of them recorded something, so that there is something to search.
    let thing = stage.thing();
    for (source, bytes) in &sources[..3] {
        assert!(bytes.windows(thing.len()).any(|window| window == thing.as_bytes()), "{source}");
    }
    for part in ["shadows", "journal"] {
        assert!(sources.iter().any(|(source, _)| source.contains(part)), "no {part} among the files");
    }
}

#[test]
fn a_number_is_found_if_it_is_not_part_of_a_longer_one() {
    assert!(holds(b"{\"code\":\"4827\"}", "4827") && holds(b"4827", "4827") && holds(b"pin 4827", "4827"));
    assert!(!holds(b"148270", "4827") && !holds(b"a4827", "4827") && !holds(b"482", "4827"));
}
