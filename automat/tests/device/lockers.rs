//! What the device tells of its lockers.

use automat::device::{Input, Motor};
use protocol::{Door, LockersMessage};
use serde_json::json;

use crate::rig::{LOCKERS, Rig, SETTLES_AFTER, START, topics};

/// Takes out what was told since the last look.
fn told(rig: &mut Rig) -> Vec<LockersMessage> {
    let told = rig.sent(&topics().lockers()).into_iter().map(|told| serde_json::from_value(told.clone()).unwrap());
    let told = told.collect();
    rig.published.clear();
    told
}

#[test]
fn all_lockers_are_told_on_every_connection_once_the_time_is_known() {
    let mut rig = Rig::new();
    for round in 0..2 {
        rig.give(Input::Connected);
        assert!(!rig.device.is_ready());
        rig.answer(&json!({}));
        rig.hear_shadow("update/delta", &json!({}));
        rig.answer(&json!({}));
        let told = told(&mut rig);
        assert_eq!(told.len(), 1, "round {round}");
        assert_eq!(told[0].lockers.len(), usize::from(LOCKERS));
        assert!(told[0].lockers[&1].key && !told[0].lockers[&2].key);
        assert!(rig.device.is_ready());
        rig.give(Input::Disconnected);
        assert!(!rig.device.is_ready());
    }
}

#[test]
fn a_change_is_told_by_itself_and_what_is_no_change_is_not() {
    let mut rig = Rig::online();
    rig.give(Input::KeySensor { locker: 1, inside: true });
    rig.give(Input::DoorSensor { locker: LOCKERS, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    assert_eq!(told(&mut rig), []);
    rig.give(Input::KeySensor { locker: 1, inside: false });
    rig.wait(SETTLES_AFTER);
    let message = told(&mut rig).pop().unwrap();
    assert_eq!(message.lockers.keys().collect::<Vec<_>>(), [&1]);
    assert!(!message.lockers[&1].key);
}

#[test]
fn what_changes_without_a_connection_is_told_with_the_next_one() {
    let mut rig = Rig::online();
    rig.give(Input::Disconnected);
    rig.give(Input::DoorSensor { locker: 3, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    assert_eq!(told(&mut rig), []);
    rig.give(Input::Connected);
    rig.answer(&json!({}));
    assert_eq!(told(&mut rig)[0].lockers[&3].door, Door::Open);
}

#[test]
fn numbers_follow_the_clock_and_rise_over_a_restart_whatever_the_clock_says() {
    let mut rig = Rig::new();
    rig.give(Input::Connected);
    rig.answer(&json!({}));
    let first = told(&mut rig)[0].n;
    assert_eq!(i64::try_from(first).unwrap(), (START + 1) * 1000);
    rig.give(Input::DoorSensor { locker: 3, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    let second = told(&mut rig)[0].n;
    assert!(second > first);
    rig.restart();
    let early = json!({"state": {}, "timestamp": START - 9_999, "clientToken": rig.question()});
    rig.hear_shadow("get/accepted", &early);
    assert!(told(&mut rig)[0].n > second);
}

#[test]
fn a_number_is_used_only_when_it_is_set_aside_on_the_disk_and_seldom_costs_a_write() {
    let mut rig = Rig::online();
    rig.wait(70_000);
    rig.slow_disk = true;
    rig.give(Input::DoorSensor { locker: 3, door: Door::Open });
    rig.wait(500);
    rig.give(Input::DoorSensor { locker: 4, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    assert_eq!(told(&mut rig), []);
    rig.write();
    assert_eq!(told(&mut rig)[0].lockers.len(), 2);
    rig.slow_disk = true;
    rig.give(Input::DoorSensor { locker: 5, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    assert_eq!((told(&mut rig).len(), rig.unwritten.len()), (1, 0));
}

#[test]
fn a_locker_is_told_with_who_opened_it_last_until_the_next_one_does() {
    let mut rig = Rig::online();
    rig.ask(&json!({"1": [1, "a", START, START + 20]}));
    rig.give(Input::DoorSensor { locker: 1, door: Door::Open });
    rig.motor_done(1, Motor::Opened);
    rig.wait(SETTLES_AFTER);
    rig.give(Input::DoorSensor { locker: 1, door: Door::Closed });
    rig.wait(SETTLES_AFTER);
    rig.ask(&json!({"1": [2, "b", START, START + 20]}));
    rig.give(Input::KeySensor { locker: 1, inside: false });
    rig.motor_done(1, Motor::Jammed);
    rig.wait(SETTLES_AFTER);
    let by: Vec<_> = told(&mut rig).into_iter().map(|told| told.lockers[&1].by.clone()).collect();
    assert_eq!(by, vec![Some("a".to_owned()); 3], "a lock that did not open changes nothing");
}

#[test]
fn a_flickering_sensor_is_told_of_once_when_it_has_been_still_for_two_seconds() {
    let mut rig = Rig::online();
    for flicker in 0..20 {
        rig.give(Input::KeySensor { locker: 1, inside: flicker % 2 == 1 });
        rig.wait(1_900);
    }
    assert_eq!(told(&mut rig), [], "it ended as it began");
    rig.give(Input::KeySensor { locker: 1, inside: false });
    rig.wait(1_999);
    assert_eq!(told(&mut rig), []);
    rig.wait(1);
    let told = told(&mut rig);
    assert_eq!((told.len(), told[0].lockers[&1].key), (1, false));
}

#[test]
fn a_key_is_told_with_who_had_opened_the_locker_when_it_was_taken() {
    let mut rig = Rig::online();
    rig.ask(&json!({"1": [1, "a", START, START + 20]}));
    rig.motor_done(1, Motor::Opened);
    rig.give(Input::KeySensor { locker: 1, inside: false });
    rig.wait(500);
    rig.ask(&json!({"1": [2, "b", START, START + 20]}));
    rig.motor_done(1, Motor::Opened);
    rig.wait(SETTLES_AFTER);
    assert_eq!(told(&mut rig)[0].lockers[&1].by.as_deref(), Some("a"));
}

#[test]
fn a_connection_is_told_what_has_settled_and_the_rest_when_it_does() {
    let mut rig = Rig::online();
    rig.give(Input::Disconnected);
    rig.give(Input::KeySensor { locker: 1, inside: false });
    rig.wait(1_000);
    rig.give(Input::Connected);
    rig.answer(&json!({}));
    assert!(told(&mut rig)[0].lockers[&1].key);
    rig.wait(1_000);
    assert!(!told(&mut rig)[0].lockers[&1].key);
}
