//! Reports about lockers.

use automat::device::{Input, Motor};
use protocol::{Door, LockersMessage};
use serde_json::json;

use crate::rig::{LOCKERS, Rig, SETTLES_AFTER, START, topics};

/// The reports sent since the last call.
fn sent(rig: &mut Rig) -> Vec<LockersMessage> {
    let sent = rig.sent(&topics().lockers()).into_iter().map(|sent| serde_json::from_value(sent.clone()).unwrap());
    let sent = sent.collect();
    rig.published.clear();
    sent
}

#[test]
fn all_lockers_are_reported_on_every_connection_once_the_time_is_known() {
    let mut rig = Rig::new();
    for round in 0..2 {
        rig.give(Input::Connected);
        assert!(!rig.device.is_ready());
        rig.answer(&json!({}));
        rig.receive_shadow("update/delta", &json!({}));
        rig.answer(&json!({}));
        let sent = sent(&mut rig);
        assert_eq!(sent.len(), 1, "round {round}");
        assert_eq!(sent[0].lockers.len(), usize::from(LOCKERS));
        assert!(sent[0].lockers[&1].key && !sent[0].lockers[&2].key);
        assert!(rig.device.is_ready());
        rig.give(Input::Disconnected);
        assert!(!rig.device.is_ready());
    }
}

#[test]
fn only_changes_are_reported() {
    let mut rig = Rig::online();
    rig.give(Input::KeySensor { locker: 1, inside: true });
    rig.give(Input::DoorSensor { locker: LOCKERS, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    assert_eq!(sent(&mut rig), []);
    rig.give(Input::KeySensor { locker: 1, inside: false });
    rig.wait(SETTLES_AFTER);
    let message = sent(&mut rig).pop().unwrap();
    assert_eq!(message.lockers.keys().collect::<Vec<_>>(), [&1]);
    assert!(!message.lockers[&1].key);
}

#[test]
fn changes_made_offline_are_reported_on_the_next_connection() {
    let mut rig = Rig::online();
    rig.give(Input::Disconnected);
    rig.give(Input::DoorSensor { locker: 3, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    assert_eq!(sent(&mut rig), []);
    rig.connect();
    assert_eq!(sent(&mut rig), [], "the cloud first gets what was written meanwhile");
    let journal = rig.journal.lines().id().unwrap().to_owned();
    rig.receive(&topics().journal_receipt(), &json!({"journal": journal, "upTo": 1}));
    assert_eq!(sent(&mut rig)[0].lockers[&3].door, Door::Open);
}

#[test]
fn numbers_follow_the_clock_and_keep_increasing_after_a_restart() {
    let mut rig = Rig::new();
    rig.give(Input::Connected);
    rig.answer(&json!({}));
    let first = sent(&mut rig)[0].n;
    assert_eq!(i64::try_from(first).unwrap(), (START + 1) * 1000);
    rig.give(Input::DoorSensor { locker: 3, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    let second = sent(&mut rig)[0].n;
    assert!(second > first);
    rig.restart();
    let early = json!({"state": {}, "timestamp": START - 9_999, "clientToken": rig.question()});
    rig.receive_shadow("get/accepted", &early);
    assert!(sent(&mut rig)[0].n > second);
}

#[test]
fn many_restarts_do_not_drive_numbers_ahead_of_the_clock() {
    let mut rig = Rig::new();
    let mut last = 0;
    for _ in 0..100 {
        rig.restart();
        rig.answer(&json!({}));
        let n = sent(&mut rig)[0].n;
        assert!(n > last);
        last = n;
    }
    // The cloud refuses numbers that are five minutes ahead.
    assert!(i64::try_from(last).unwrap() < (START + 75) * 1_000, "{last}");
}

#[test]
fn a_number_is_used_only_once_it_is_reserved_on_disk() {
    let mut rig = Rig::online();
    rig.wait(70_000);
    rig.slow_disk = true;
    rig.give(Input::DoorSensor { locker: 3, door: Door::Open });
    rig.wait(500);
    rig.give(Input::DoorSensor { locker: 4, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    assert_eq!(sent(&mut rig), []);
    rig.write();
    assert_eq!(sent(&mut rig)[0].lockers.len(), 2);
    rig.slow_disk = true;
    rig.give(Input::DoorSensor { locker: 5, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    assert_eq!((sent(&mut rig).len(), rig.unwritten.len()), (1, 0));
}

#[test]
fn a_locker_is_reported_with_who_opened_it_last() {
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
    let by: Vec<_> = sent(&mut rig).into_iter().map(|sent| sent.lockers[&1].by.clone()).collect();
    assert_eq!(by, vec![Some("a".to_owned()); 3], "a lock that did not open is not the cause");
}

#[test]
fn a_flickering_sensor_is_reported_once_after_two_still_seconds() {
    let mut rig = Rig::online();
    for flicker in 0..20 {
        rig.give(Input::KeySensor { locker: 1, inside: flicker % 2 == 1 });
        rig.wait(1_900);
    }
    assert_eq!(sent(&mut rig), [], "the reading went back to its old value");
    rig.give(Input::KeySensor { locker: 1, inside: false });
    rig.wait(1_999);
    assert_eq!(sent(&mut rig), []);
    rig.wait(1);
    let sent = sent(&mut rig);
    assert_eq!((sent.len(), sent[0].lockers[&1].key), (1, false));
}

#[test]
fn a_taken_key_is_reported_with_who_had_opened_the_locker() {
    let mut rig = Rig::online();
    rig.ask(&json!({"1": [1, "a", START, START + 20]}));
    rig.motor_done(1, Motor::Opened);
    rig.give(Input::KeySensor { locker: 1, inside: false });
    rig.wait(500);
    rig.ask(&json!({"1": [2, "b", START, START + 20]}));
    rig.motor_done(1, Motor::Opened);
    rig.wait(SETTLES_AFTER);
    assert_eq!(sent(&mut rig)[0].lockers[&1].by.as_deref(), Some("a"));
}

#[test]
fn a_new_connection_reports_settled_readings_and_the_rest_later() {
    let mut rig = Rig::online();
    rig.give(Input::Disconnected);
    rig.give(Input::KeySensor { locker: 1, inside: false });
    rig.wait(1_000);
    rig.give(Input::Connected);
    rig.answer(&json!({}));
    assert!(sent(&mut rig)[0].lockers[&1].key);
    rig.wait(1_000);
    assert!(!sent(&mut rig)[0].lockers[&1].key);
}

#[test]
fn a_change_while_a_motor_runs_is_attributed_when_it_has_stopped() {
    for (motor, by) in [(Motor::Jammed, "a"), (Motor::Opened, "b")] {
        let mut rig = Rig::online();
        rig.ask(&json!({"1": [1, "a", START, START + 20]}));
        rig.motor_done(1, Motor::Opened);
        rig.ask(&json!({"1": [2, "b", START, START + 20]}));
        rig.give(Input::KeySensor { locker: 1, inside: false });
        rig.wait(SETTLES_AFTER + 1_000);
        assert_eq!(sent(&mut rig), [], "a lock that is stuck keeps its motor running");
        rig.motor_done(1, motor);
        assert_eq!(sent(&mut rig)[0].lockers[&1].by.as_deref(), Some(by));
    }
}
