//! Several lockers opened by one entry.

use automat::device::{Display, Input, Motor};
use protocol::{Door, Purpose};
use serde_json::{Value, json};

use crate::rig::{LOCKERS, Rig, START, topics};

/// Types a code, which the cloud answers with these lockers.
fn enter(rig: &mut Rig, allowed: &Value) {
    rig.press("4711#");
    let id = rig.sent(&topics().keypad()).last().unwrap()["id"].clone();
    let mut reply = json!({"id": id, "answer": "open", "expiresAt": rig.cloud_seconds() + 10});
    for (name, lockers) in allowed.as_object().unwrap() {
        reply[name] = lockers.clone();
    }
    rig.receive(&topics().keypad_reply(), &reply);
}

fn door(rig: &mut Rig, locker: u16, door: Door) {
    rig.give(Input::DoorSensor { locker, door });
    rig.wait(1_000);
}

/// The lockers whose motors have run, in order.
fn opened(rig: &Rig) -> Vec<u16> {
    rig.motors.iter().map(|(locker, _)| *locker).collect()
}

fn last(rig: &Rig) -> Display {
    *rig.shown.last().unwrap()
}

const FETCH: Purpose = Purpose::Fetch;

#[test]
fn the_next_locker_opens_when_the_door_of_the_one_before_is_closed() {
    let mut rig = Rig::online();
    enter(&mut rig, &json!({"fetch": [7, 3, 5]}));
    for (locker, more) in [(7, 2), (3, 1)] {
        assert_eq!(last(&rig), Display::Opening(locker));
        rig.motor_done(locker, Motor::Opened);
        assert_eq!(last(&rig), Display::OpenOfSeveral { locker, purpose: FETCH, more });
        rig.press("4711#");
        door(&mut rig, locker, Door::Open);
        rig.wait(60_000);
        assert_eq!(opened(&rig).last(), Some(&locker), "its door is open");
        door(&mut rig, locker, Door::Closed);
    }
    rig.motor_done(5, Motor::Opened);
    assert_eq!((opened(&rig), last(&rig)), (vec![7, 3, 5], Display::Open { locker: 5, purpose: FETCH }));
    let id = &rig.motors[0].1;
    assert!(rig.motors.iter().all(|(_, of)| of == id), "all in the name of one entry");
    assert_eq!(rig.sent(&topics().keypad()).len(), 1, "keys typed in between are no entry");
}

#[test]
fn a_door_may_spring_open_before_its_motor_stops_and_its_sensor_may_flicker() {
    let mut rig = Rig::online();
    enter(&mut rig, &json!({"fetch": [1, 3]}));
    rig.give(Input::DoorSensor { locker: 1, door: Door::Open });
    rig.motor_done(1, Motor::Opened);
    rig.wait(20_000);
    rig.give(Input::DoorSensor { locker: 1, door: Door::Closed });
    rig.wait(900);
    rig.give(Input::DoorSensor { locker: 1, door: Door::Open });
    rig.wait(20_000);
    assert_eq!(opened(&rig), [1]);
    door(&mut rig, 1, Door::Closed);
    assert_eq!(opened(&rig), [1, 3]);
}

#[test]
fn a_lock_that_jams_and_a_door_that_nobody_opens_are_passed_over() {
    let mut rig = Rig::online();
    enter(&mut rig, &json!({"fetch": [1, 3, 5]}));
    rig.motor_done(1, Motor::Jammed);
    assert_eq!((last(&rig), opened(&rig)), (Display::Jammed(1), vec![1]));
    rig.wait(3_000);
    assert_eq!(opened(&rig), [1, 3]);
    rig.motor_done(3, Motor::Opened);
    rig.wait(9_999);
    assert_eq!(opened(&rig), [1, 3]);
    rig.wait(1);
    assert_eq!(opened(&rig), [1, 3, 5]);
}

#[test]
fn a_door_that_stays_open_ends_the_sequence_and_the_code_goes_on_with_the_rest() {
    let mut rig = Rig::online();
    enter(&mut rig, &json!({"fetch": [1, 3]}));
    rig.motor_done(1, Motor::Opened);
    door(&mut rig, 1, Door::Open);
    rig.wait(120_000);
    assert_eq!(last(&rig), Display::DoorOpen(1));
    door(&mut rig, 1, Door::Closed);
    assert_eq!(opened(&rig), [1]);
    enter(&mut rig, &json!({"fetch": [3]}));
    assert_eq!(opened(&rig), [1, 3]);
}

#[test]
fn keys_inside_and_keys_out_ask_what_is_wanted() {
    for (key, wanted) in [("1", vec![1]), ("2", vec![2])] {
        let mut rig = Rig::online();
        enter(&mut rig, &json!({"fetch": [1], "return": [2]}));
        assert_eq!((last(&rig), opened(&rig)), (Display::FetchOrReturn, vec![]));
        rig.press("3");
        rig.press(key);
        rig.press("#");
        assert_eq!(opened(&rig), wanted);
    }
    let mut rig = Rig::online();
    enter(&mut rig, &json!({"fetch": [1], "return": [2]}));
    rig.press("*");
    assert_eq!((last(&rig), opened(&rig)), (Display::Ready, vec![]));
    enter(&mut rig, &json!({"fetch": [1], "return": [2]}));
    rig.wait(20_000);
    assert_eq!(last(&rig), Display::Ready);
    rig.press("1");
    assert!(opened(&rig).is_empty(), "the question is over");
}

#[test]
fn a_choice_after_the_answer_has_expired_opens_nothing() {
    let mut rig = Rig::online();
    enter(&mut rig, &json!({"fetch": [1], "return": [2]}));
    rig.wait(11_000);
    rig.press("1");
    assert_eq!((last(&rig), opened(&rig)), (Display::TryAgain, vec![]));
}

#[test]
fn keys_that_somebody_else_has_are_counted_at_the_end() {
    let mut rig = Rig::online();
    enter(&mut rig, &json!({"fetch": [1], "missing": [3, 5]}));
    rig.motor_done(1, Motor::Opened);
    assert_eq!(last(&rig), Display::Open { locker: 1, purpose: FETCH });
    door(&mut rig, 1, Door::Open);
    door(&mut rig, 1, Door::Closed);
    assert_eq!((last(&rig), last(&rig).text(0)), (Display::StillOut(2), "2 keys are not here".to_owned()));
}

#[test]
fn lockers_that_the_device_does_not_have_are_left_out() {
    let mut rig = Rig::online();
    enter(&mut rig, &json!({"fetch": [LOCKERS, 1]}));
    assert_eq!(opened(&rig), [1]);
}

#[test]
fn after_a_power_cut_nothing_of_a_sequence_opens() {
    let mut rig = Rig::online();
    enter(&mut rig, &json!({"fetch": [1, 3]}));
    rig.motor_done(1, Motor::Opened);
    door(&mut rig, 1, Door::Open);
    rig.restart();
    rig.answer(&json!({}));
    door(&mut rig, 1, Door::Closed);
    rig.wait(60_000);
    assert_eq!(opened(&rig), [1]);
    assert!(rig.cloud_seconds() > START);
}
