//! Reports about the device itself.

use automat::clock::Millis;
use automat::device::Input;
use protocol::{ClockQuality, Cover, Door, HealthMessage, JournalRoom, Readings};
use serde_json::json;

use crate::rig::{Rig, SETTLES_AFTER, START, topics};

const DAY: Millis = 24 * 3_600_000;
/// The shortest time between two reports.
const PACE: Millis = 5_000;
/// An open cover, and a movement, are over after this long.
const RESTS_AFTER: Millis = 10_000;

const WELL: Readings = Readings {
    mains: Some(true),
    battery: Some(90),
    cover: Some(Cover::Closed),
    moved: Some(false),
    temperature: Some(21),
};

/// The reports sent since the last call.
fn sent(rig: &mut Rig) -> Vec<HealthMessage> {
    let sent = rig.sent(&topics().health()).into_iter().map(|sent| serde_json::from_value(sent.clone()).unwrap());
    let sent = sent.collect();
    rig.published.clear();
    sent
}

/// What these reports say of the cabinet.
fn said(rig: &mut Rig) -> Vec<Readings> {
    sent(rig).into_iter().map(|message| message.readings).collect()
}

/// Connected a while ago, and all is well.
fn online() -> Rig {
    let mut rig = Rig::new();
    rig.give(Input::Readings(WELL));
    rig.connect();
    rig.wait(PACE);
    rig.published.clear();
    rig
}

#[test]
fn everything_is_reported_on_every_connection_once_the_time_is_known() {
    let mut rig = Rig::new();
    rig.give(Input::Readings(WELL));
    for _ in 0..2 {
        rig.give(Input::Connected);
        assert_eq!(sent(&mut rig), [], "the time is not known");
        rig.give(Input::Connected);
        rig.answer(&json!({}));
        let message = sent(&mut rig).pop().unwrap();
        assert_eq!((message.readings, message.clock), (WELL, Some(ClockQuality::Cloud)));
        assert_eq!(message.firmware.as_deref(), Some(env!("CARGO_PKG_VERSION")));
        assert_eq!(message.journal, Some(JournalRoom { lines: 0, room: 20_000 }));
        rig.give(Input::Disconnected);
    }
}

#[test]
fn a_device_without_sensors_reports_the_rest() {
    let mut rig = Rig::new();
    rig.give(Input::Readings(Readings::default()));
    rig.connect();
    assert_eq!(said(&mut rig), [Readings::default()]);
}

#[test]
fn numbers_are_shared_with_reports_of_lockers_and_keep_increasing() {
    let mut rig = online();
    rig.give(Input::DoorSensor { locker: 3, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    let lockers = rig.sent(&topics().lockers())[0]["n"].as_u64().unwrap();
    rig.published.clear();
    rig.give(Input::Readings(Readings { moved: Some(true), ..WELL }));
    let first = sent(&mut rig)[0].n;
    assert!(first > lockers);
    rig.cut_power();
    rig.give(Input::Readings(WELL));
    rig.give(Input::Connected);
    let early = json!({"state": {}, "timestamp": START - 9_999, "clientToken": rig.question()});
    rig.receive_shadow("get/accepted", &early);
    assert!(sent(&mut rig)[0].n > first);
}

#[test]
fn a_short_loss_of_mains_power_is_not_reported() {
    let mut rig = online();
    rig.give(Input::Readings(Readings { mains: Some(false), ..WELL }));
    rig.wait(SETTLES_AFTER - 1);
    rig.give(Input::Readings(WELL));
    rig.wait(DAY / 2);
    assert_eq!(said(&mut rig), []);
    let off = Readings { mains: Some(false), ..WELL };
    rig.give(Input::Readings(off));
    rig.wait(SETTLES_AFTER);
    assert_eq!(said(&mut rig), [off]);
}

#[test]
fn a_movement_and_an_open_cover_are_reported_at_once_and_their_end_once_it_has_lasted() {
    for alarm in [Readings { moved: Some(true), ..WELL }, Readings { cover: Some(Cover::Open), ..WELL }] {
        let mut rig = online();
        rig.give(Input::Readings(alarm));
        assert_eq!(said(&mut rig), [alarm]);
        rig.give(Input::Readings(WELL));
        rig.wait(RESTS_AFTER - 1);
        rig.give(Input::Readings(alarm));
        rig.give(Input::Readings(WELL));
        rig.wait(RESTS_AFTER - 1);
        assert_eq!(said(&mut rig), [], "it goes on");
        rig.wait(1);
        assert_eq!(said(&mut rig), [WELL]);
    }
}

#[test]
fn small_changes_are_not_reported_and_limits_are() {
    let mut rig = online();
    for battery in [91, 94, 86, 90] {
        rig.give(Input::Readings(Readings { battery: Some(battery), temperature: Some(25), ..WELL }));
        rig.wait(PACE);
    }
    assert_eq!(said(&mut rig), []);
    for (battery, temperature) in [(85, 21), (20, 50), (19, 50), (19, 51)] {
        let readings = Readings { battery: Some(battery), temperature: Some(temperature), ..WELL };
        rig.give(Input::Readings(readings));
        rig.wait(PACE);
        assert_eq!(said(&mut rig), [readings]);
    }
}

#[test]
fn reports_are_five_seconds_apart() {
    let mut rig = online();
    let shaken = Readings { moved: Some(true), ..WELL };
    let open = Readings { cover: Some(Cover::Open), ..shaken };
    rig.give(Input::Readings(shaken));
    rig.give(Input::Readings(open));
    rig.wait(PACE - 1);
    assert_eq!(said(&mut rig), [shaken]);
    rig.wait(1);
    assert_eq!(said(&mut rig), [open]);
}

#[test]
fn a_report_is_sent_at_least_once_a_day() {
    let mut rig = online();
    rig.wait(DAY);
    let daily = sent(&mut rig);
    assert_eq!(daily.len(), 1);
    assert_eq!(
        (daily[0].readings, daily[0].clock),
        (WELL, Some(ClockQuality::Counter)),
        "the time has not been received since"
    );
}

#[test]
fn what_changes_without_a_connection_is_reported_on_the_next_one() {
    let mut rig = online();
    rig.give(Input::Disconnected);
    let off = Readings { mains: Some(false), ..WELL };
    rig.give(Input::Readings(off));
    rig.wait(60_000);
    assert_eq!(said(&mut rig), []);
    rig.connect();
    assert_eq!(said(&mut rig), [off]);
}

#[test]
fn a_journal_that_was_emptied_is_reported() {
    let mut rig = online();
    rig.give(Input::Disconnected);
    rig.give(Input::DoorSensor { locker: 3, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    rig.connect();
    assert_eq!(sent(&mut rig)[0].journal, Some(JournalRoom { lines: 1, room: 20_000 }));
    let journal = rig.journal.lines().id().unwrap().to_owned();
    rig.receive(&topics().journal_receipt(), &json!({"journal": journal, "upTo": 1}));
    rig.wait(PACE);
    assert_eq!(sent(&mut rig)[0].journal, Some(JournalRoom { lines: 0, room: 20_000 }));
}
