//! The keypad.

use automat::device::{DeviceKey, Display, Input, Keys, Motor};
use protocol::{CodeKind, EntryMessage, Purpose};
use serde_json::{Value, json};

use crate::rig::{LOCKERS, Rig, SETTLES_AFTER, START, topics};

/// The entries sent since the last call.
fn entries(rig: &mut Rig) -> Vec<EntryMessage> {
    let sent = rig.sent(&topics().keypad()).into_iter().map(|entry| serde_json::from_value(entry.clone()).unwrap());
    let entries = sent.collect();
    rig.published.clear();
    entries
}

/// Types a code, which is sent. Returns the id of its entry.
fn enter(rig: &mut Rig, keys: &str) -> String {
    rig.press(keys);
    entries(rig).pop().unwrap().id
}

fn reply(rig: &mut Rig, reply: &Value) {
    rig.receive(&topics().keypad_reply(), reply);
}

fn open(id: &str, locker: u16) -> Value {
    json!({"id": id, "answer": "open", "fetch": [locker], "expiresAt": START + 10})
}

#[test]
fn an_entry_has_the_kind_and_name_of_the_code_and_the_keys_inside() {
    let mut rig = Rig::online();
    rig.press("4711#");
    rig.give(Input::Disconnected);
    rig.wait(5_000);
    rig.give(Input::Connected);
    for key in ["*", "4", "7", "1", "1", "\n"] {
        rig.press(key);
    }
    let entries = entries(&mut rig);
    assert_eq!(entries.iter().map(|entry| entry.kind).collect::<Vec<_>>(), [CodeKind::Pin, CodeKind::ReturnCode]);
    assert_ne!(entries[0].code, entries[1].code);
    assert_ne!(entries[0].id, entries[1].id);
    assert_eq!((entries[0].at, entries[0].id.len()), (START + 1, 26));
    assert!((0..LOCKERS).all(|locker| entries[0].inside.has(locker) == (locker % 2 == 1)));
}

#[test]
fn a_locker_with_an_unsettled_sensor_counts_as_holding_its_key() {
    let mut rig = Rig::online();
    let inside = |rig: &mut Rig, locker, reading| {
        rig.give(Input::KeySensor { locker, inside: reading });
        rig.press("4711#");
        let unsettled = entries(rig).pop().unwrap().inside.has(locker);
        rig.wait(5_000);
        rig.press("4711#");
        let settled = entries(rig).pop().unwrap().inside.has(locker);
        rig.wait(5_000);
        (unsettled, settled)
    };
    assert_eq!(inside(&mut rig, 1, false), (true, false), "taken");
    assert_eq!(inside(&mut rig, 1, true), (true, true), "put back");
}

#[test]
fn digits_are_in_no_message_and_no_debug_output() {
    let mut rig = Rig::online();
    rig.press("482915");
    let typed = format!("{:?} {:?}", rig.device, Input::Typed { keys: Keys::new("482915"), random: 1 });
    rig.press("#");
    assert!(!format!("{typed} {:?} {:?}", rig.published, rig.device).contains("482915"));
}

#[test]
fn an_impossible_code_is_not_sent() {
    let mut rig = Rig::online();
    for keys in ["123#", "1234567890#", "*#", "*123#", "*12345#"] {
        rig.press(keys);
        assert_eq!(rig.shown.last(), Some(&Display::NotValid), "{keys}");
    }
    rig.press("#ab");
    assert_eq!(entries(&mut rig), []);
    rig.press("123456789#");
    assert_eq!(entries(&mut rig).len(), 1);
}

#[test]
fn an_open_response_runs_the_motor_once_and_shows_what_to_do() {
    let mut rig = Rig::online();
    let id = enter(&mut rig, "4711#");
    reply(&mut rig, &open("another entry", 7));
    assert_eq!(rig.motors, []);
    reply(&mut rig, &open(&id, 7));
    reply(&mut rig, &open(&id, 7));
    assert_eq!(rig.motors, [(7, id.clone())]);
    rig.motor_done(7, Motor::Opened);
    reply(&mut rig, &open(&id, 7));
    assert_eq!(rig.motors.len(), 1);
    assert_eq!(rig.shown.last(), Some(&Display::Open { locker: 7, purpose: Purpose::Fetch }));
}

#[test]
fn an_open_response_is_ignored_when_expired_or_for_an_unknown_locker() {
    let mut rig = Rig::online();
    let id = enter(&mut rig, "4711#");
    reply(&mut rig, &open(&id, LOCKERS));
    assert_eq!(rig.shown.last(), Some(&Display::NotValid));
    let id = enter(&mut rig, "4711#");
    let late = json!({"id": id, "answer": "open", "return": [7], "expiresAt": START + 1});
    reply(&mut rig, &late);
    assert_eq!(rig.shown.last(), Some(&Display::TryAgain));
    assert_eq!(rig.motors, []);
}

#[test]
fn a_lock_that_does_not_open_is_shown() {
    let mut rig = Rig::online();
    let id = enter(&mut rig, "4711#");
    reply(&mut rig, &open(&id, 7));
    rig.motor_done(7, Motor::Jammed);
    assert_eq!(rig.shown.last(), Some(&Display::Jammed(7)));
}

#[test]
fn a_response_after_three_seconds_is_too_late() {
    let mut rig = Rig::online();
    let id = enter(&mut rig, "4711#");
    rig.wait(3_000);
    assert_eq!(rig.shown.last(), Some(&Display::TryAgain));
    reply(&mut rig, &open(&id, 7));
    assert_eq!(rig.motors, []);
}

#[test]
fn one_entry_at_a_time_waits_for_its_response() {
    let mut rig = Rig::online();
    let id = enter(&mut rig, "4711#");
    rig.press("4712#");
    assert_eq!(entries(&mut rig), []);
    reply(&mut rig, &json!({"id": id, "answer": "no"}));
    assert_eq!(rig.shown.last(), Some(&Display::NotValid));
    enter(&mut rig, "4712#");
}

#[test]
fn a_slow_keypad_ignores_keys_and_counts_down() {
    let mut rig = Rig::online();
    let id = enter(&mut rig, "4711#");
    reply(&mut rig, &json!({"id": id, "answer": "wait", "seconds": 60}));
    assert_eq!(rig.shown.last(), Some(&Display::Wait(60)));
    rig.wait(59_500);
    let counted: Vec<_> = (1..=60).rev().map(Display::Wait).collect();
    assert_eq!(rig.shown[rig.shown.len() - 60..], counted);
    rig.press("4711#");
    assert_eq!((entries(&mut rig), rig.shown.last()), (vec![], Some(&Display::Wait(1))));
    rig.wait(500);
    assert_eq!(rig.shown.last(), Some(&Display::Ready));
    enter(&mut rig, "4711#");
}

#[test]
fn a_wrong_code_is_shown_before_the_wait_it_causes() {
    let mut rig = Rig::online();
    let id = enter(&mut rig, "4711#");
    reply(&mut rig, &json!({"id": id, "answer": "no", "seconds": 30}));
    assert_eq!(rig.shown.last(), Some(&Display::NotValid));
    rig.wait(2_999);
    assert_eq!(rig.shown.last(), Some(&Display::NotValid));
    rig.wait(1);
    assert_eq!(rig.shown.last(), Some(&Display::Wait(27)));
    rig.press("4711#");
    assert_eq!(entries(&mut rig), []);
    rig.wait(27_000);
    assert_eq!(rig.shown.last(), Some(&Display::Ready));
    enter(&mut rig, "4711#");
}

#[test]
fn the_wait_is_shown_in_minutes_and_seconds() {
    let shown = [300, 61, 9].map(|seconds| Display::Wait(seconds).text(0));
    assert_eq!(shown, ["Please wait 5:00", "Please wait 1:01", "Please wait 0:09"]);
}

#[test]
fn half_a_minute_without_a_key_clears_the_entry() {
    let mut rig = Rig::online();
    rig.press("12");
    rig.wait(29_999);
    rig.press("34");
    rig.wait(30_000);
    assert_eq!(rig.shown.last(), Some(&Display::Ready));
    rig.press("5678#");
    let fresh = entries(&mut rig).pop().unwrap().code;
    rig.wait(5_000);
    rig.press("5678#");
    assert_eq!(entries(&mut rig).pop().unwrap().code, fresh);
}

#[test]
fn nothing_is_sent_without_a_connection_or_the_time() {
    let mut rig = Rig::new();
    rig.press("4711#");
    assert_eq!(rig.shown.last(), Some(&Display::ReturnsOnly));
    rig.give(Input::Connected);
    rig.press("4711#");
    assert_eq!((entries(&mut rig), rig.shown.last()), (vec![], Some(&Display::ReturnsOnly)));
}

#[test]
fn with_two_keys_a_code_has_two_names_and_both_keys_are_reported() {
    let key_count = |rig: &Rig| rig.sent(&topics().lockers())[0]["deviceKeys"].as_array().unwrap().len();
    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    assert_eq!(key_count(&rig), 1);
    rig.press("4711#");
    let one = entries(&mut rig).pop().unwrap();
    assert_eq!(one.other, None);

    let mut rig = Rig::just_online(DeviceKey::new(&[2; 32]).with_other(&[1; 32]));
    assert_eq!(key_count(&rig), 2);
    rig.press("4711#");
    let both = entries(&mut rig).pop().unwrap();
    assert_ne!(both.code, one.code);
    assert_eq!(both.other, Some(one.code), "the name under the previous key");
}

#[test]
fn one_locker_that_changes_is_reported_without_the_keys() {
    let mut rig = Rig::online();
    rig.give(Input::KeySensor { locker: 0, inside: true });
    rig.wait(SETTLES_AFTER);
    let sent = rig.sent(&topics().lockers());
    assert_eq!((sent.len(), sent[0].get("deviceKeys")), (1, None));
}
