//! Openings.

use automat::device::{Input, Motor};
use automat::journal::Journal;
use protocol::OpeningResult::{Expired, Failed, Opened, Refused};
use serde_json::{Map, Value, json};

use crate::rig::{LOCKERS, PACE, Rig, START, topics};

/// A request with a lifetime of 20 s, made at the start.
fn request(seq: u64, id: &str) -> Value {
    json!([seq, id, START, START + 20])
}

fn report(locker: u16, id: &str, result: protocol::OpeningResult) -> (u16, String, protocol::OpeningResult, bool) {
    (locker, id.to_owned(), result, true)
}

#[test]
fn a_request_runs_the_motor_once_and_is_reported_with_its_echo() {
    let mut rig = Rig::online();
    rig.ask(&json!({"7": request(1, "a")}));
    assert_eq!(rig.motors, [(7, "a".to_owned())]);
    assert_eq!(rig.reports(), []);
    rig.motor_done(7, Motor::Opened);
    let update = rig.sent(&topics().shadow("update"))[0]["state"].clone();
    let reported = json!({"o": {"7": request(1, "a")}, "r": {"7": ["a", "opened", START + 1]}});
    assert_eq!(update, json!({"reported": reported}));
}

#[test]
fn a_delta_alone_opens_nothing() {
    let mut rig = Rig::online();
    rig.receive_shadow("update/delta", &json!({"state": {"o": {"7": request(1, "a")}}, "timestamp": START}));
    assert_eq!(rig.motors, []);
    assert_eq!(rig.sent(&topics().shadow("get")).len(), 1);
}

#[test]
fn a_quiet_device_reads_the_time_again() {
    const SIX_HOURS: u64 = 6 * 3_600_000;
    let mut rig = Rig::online();
    rig.wait(SIX_HOURS - 1);
    assert_eq!(rig.sent(&topics().shadow("get")).len(), 0);
    rig.wait(1);
    let question = rig.question();
    let answer = json!({"state": {}, "timestamp": START + 21_600, "clientToken": question});
    rig.receive_shadow("get/accepted", &answer);
    rig.wait(SIX_HOURS - 1);
    assert_eq!(rig.question(), question, "not before");
    rig.wait(1);
    assert_ne!(rig.question(), question);
}

#[test]
fn only_the_response_to_the_last_request_counts_and_once() {
    let mut rig = Rig::online();
    let answer = |token: &Value| json!({"state": {"desired": {"o": {"7": request(1, "a")}}}, "timestamp": START, "clientToken": token});
    rig.receive_shadow("update/delta", &json!({}));
    let first = rig.question();
    rig.receive_shadow("update/delta", &json!({}));
    assert_eq!(rig.question(), first, "a delta waits a second for the response to the current request");
    rig.wait(1_000);
    let second = rig.question();
    assert_ne!(first, second);
    for stale in [first, json!("another device's"), Value::Null] {
        rig.receive_shadow("get/accepted", &answer(&stale));
        assert_eq!(rig.motors, []);
    }
    rig.receive_shadow("get/accepted", &answer(&second));
    rig.motor_done(7, Motor::Opened);
    rig.reports();
    rig.receive_shadow("get/accepted", &answer(&second));
    assert_eq!((rig.motors.len(), rig.reports().len()), (1, 0));
}

#[test]
fn the_shadow_is_read_again_after_five_seconds_and_on_every_connection() {
    let mut rig = Rig::new();
    rig.give(Input::Connected);
    rig.wait(4_999);
    assert_eq!(rig.sent(&topics().shadow("get")).len(), 1);
    rig.wait(1);
    assert_eq!(rig.sent(&topics().shadow("get")).len(), 2);
    rig.give(Input::Disconnected);
    rig.wait(60_000);
    assert_eq!(rig.sent(&topics().shadow("get")).len(), 2);
    rig.give(Input::Connected);
    assert_eq!(rig.sent(&topics().shadow("get")).len(), 3);
}

#[test]
fn expiry_counts_from_the_sending_of_the_read_plus_a_second() {
    for (waited, expected) in [(18_999, None), (19_000, Some(Expired))] {
        let mut rig = Rig::online();
        rig.receive_shadow("update/delta", &json!({}));
        let token = rig.question();
        rig.now += waited;
        let o = json!({"7": request(1, "a")});
        rig.receive_shadow(
            "get/accepted",
            &json!({"state": {"desired": {"o": o}}, "timestamp": START, "clientToken": token}),
        );
        assert_eq!(rig.reports().pop().map(|report| report.2), expected, "after {waited} ms");
        assert_eq!(rig.motors.is_empty(), expected.is_some());
    }
}

#[test]
fn the_motor_waits_until_the_intent_is_written() {
    let mut rig = Rig::online();
    rig.slow_disk = true;
    rig.ask(&json!({"7": request(1, "a")}));
    assert_eq!(rig.motors, []);
    rig.write();
    assert_eq!(rig.motors.len(), 1);
    rig.slow_disk = true;
    rig.motor_done(7, Motor::Opened);
    assert_eq!(rig.reports(), [], "a report waits for the disk too");
    rig.write();
    assert_eq!(rig.reports(), [report(7, "a", Opened)]);
}

#[test]
fn a_request_that_expires_during_a_slow_write_opens_nothing() {
    let mut rig = Rig::online();
    rig.slow_disk = true;
    rig.ask(&json!({"7": request(1, "a")}));
    rig.now += 20_000;
    rig.write();
    assert_eq!((rig.motors.len(), rig.reports()), (0, vec![report(7, "a", Expired)]));
}

#[test]
fn a_request_that_expires_behind_another_run_opens_nothing() {
    let mut rig = Rig::online();
    rig.ask(&json!({"7": request(1, "a")}));
    rig.ask(&json!({"7": request(2, "b")}));
    assert_eq!(rig.motors, [(7, "a".to_owned())]);
    rig.now += 20_000;
    rig.motor_done(7, Motor::Opened);
    rig.accept_reports();
    rig.wait(PACE);
    assert_eq!(rig.motors.len(), 1);
    let reports: Vec<_> = rig.reports().into_iter().map(|report| (report.1, report.2)).collect();
    assert_eq!(reports, [("a".to_owned(), Opened), ("b".to_owned(), Expired)]);
}

#[test]
fn a_known_request_is_reported_again_but_never_run_again() {
    let mut rig = Rig::online();
    rig.ask(&json!({"7": request(1, "a")}));
    rig.motor_done(7, Motor::Opened);
    rig.accept_reports();
    rig.reports();
    rig.ask(&json!({"7": request(1, "a")}));
    rig.wait(PACE);
    assert_eq!((rig.motors.len(), rig.reports()), (1, vec![report(7, "a", Opened)]));
    rig.restart();
    rig.answer(&json!({"7": request(1, "a")}));
    assert_eq!((rig.motors.len(), rig.reports()), (1, vec![report(7, "a", Opened)]));
}

#[test]
fn an_older_request_is_refused_even_after_a_restart() {
    let mut rig = Rig::online();
    rig.ask(&json!({"7": request(5, "a")}));
    rig.motor_done(7, Motor::Opened);
    rig.accept_reports();
    rig.reports();
    rig.ask(&json!({"7": request(5, "b")}));
    rig.wait(PACE);
    assert_eq!(rig.reports(), [report(7, "b", Refused)]);
    rig.restart();
    rig.answer(&json!({"7": request(4, "c")}));
    rig.accept_reports();
    rig.wait(PACE);
    assert!(rig.reports().contains(&report(7, "c", Refused)));
    assert_eq!(rig.motors.len(), 1);
}

#[test]
fn an_unknown_locker_is_refused() {
    let mut rig = Rig::online();
    rig.ask(&json!({(LOCKERS.to_string()): request(1, "a")}));
    assert_eq!((rig.motors.len(), rig.reports()), (0, vec![report(LOCKERS, "a", Refused)]));
}

#[test]
fn a_repeated_request_always_gets_the_same_report() {
    let mut rig = Rig::online();
    rig.now += 30_000;
    rig.receive_shadow("update/delta", &json!({}));
    rig.answer(&json!({"7": request(1, "late")}));
    rig.accept_reports();
    assert_eq!(rig.reports(), [report(7, "late", Expired)]);
    rig.restart();
    rig.answer(&json!({"7": [1, "late", START, START + 90]}));
    assert_eq!((rig.motors.len(), rig.reports()), (0, vec![report(7, "late", Expired)]));
}

#[test]
fn a_jammed_lock_is_reported_failed() {
    let mut rig = Rig::online();
    rig.ask(&json!({"7": request(1, "a")}));
    rig.motor_done(7, Motor::Jammed);
    assert_eq!(rig.reports(), [report(7, "a", Failed)]);
}

#[test]
fn an_intent_without_a_result_is_reported_failed_after_a_crash() {
    let mut rig = Rig::online();
    rig.ask(&json!({"7": request(1, "a")}));
    rig.restart();
    rig.answer(&json!({"7": request(1, "a")}));
    assert_eq!((rig.motors.len(), rig.reports()), (1, vec![report(7, "a", Failed)]));
}

#[test]
fn a_new_journal_fails_everything_requested_before_it() {
    let mut rig = Rig::new();
    rig.now += 60_000;
    let started_at = rig.cloud_seconds();
    let at = |issued: i64, seq: u64, id: &str| json!([seq, id, issued, issued + 90]);
    rig.give(Input::Connected);
    rig.answer(&json!({"7": at(started_at + 1, 1, "before"), (LOCKERS.to_string()): at(started_at, 1, "nowhere")}));
    assert_eq!((rig.motors.len(), rig.reports()), (0, vec![report(7, "before", Failed)]));
    rig.wait(5_000);
    rig.accept_reports();
    assert_eq!(rig.reports(), [report(7, "before", Failed), report(LOCKERS, "nowhere", Refused)]);
    rig.restart();
    rig.wait(PACE);
    rig.answer(&json!({"7": at(started_at - 1, 2, "written late")}));
    assert_eq!(rig.reports().last(), Some(&report(7, "written late", Failed)));
    rig.ask(&json!({"7": at(started_at, 3, "after")}));
    assert_eq!(rig.motors, [(7, "after".to_owned())]);
}

#[test]
fn a_lost_journal_never_runs_a_motor_twice() {
    let mut rig = Rig::online();
    rig.ask(&json!({"7": request(1, "a")}));
    assert_eq!(rig.motors.len(), 1);
    rig.journal = Journal::default();
    rig.restart();
    rig.answer(&json!({"7": request(1, "a")}));
    assert_eq!((rig.motors.len(), rig.reports()), (1, vec![report(7, "a", Failed)]));
}

#[test]
fn lockers_do_not_wait_for_each_other() {
    let mut rig = Rig::online();
    rig.ask(&json!({"1": request(1, "a"), "2": request(1, "b"), "3": "nonsense", "x": request(1, "c")}));
    assert_eq!(rig.motors, [(1, "a".to_owned()), (2, "b".to_owned())]);
    rig.motor_done(2, Motor::Opened);
    assert_eq!(rig.reports(), [report(2, "b", Opened)]);
}

#[test]
fn an_unaccepted_report_is_repeated_after_five_seconds_a_rejection_and_a_restart() {
    let mut rig = Rig::online();
    rig.ask(&json!({"7": request(1, "a")}));
    rig.motor_done(7, Motor::Opened);
    let token = rig.sent(&topics().shadow("update"))[0]["clientToken"].clone();
    rig.wait(5_000);
    assert_eq!(rig.reports().len(), 2);
    rig.receive_shadow("update/accepted", &json!({"clientToken": token}));
    rig.wait(5_000);
    assert_eq!(rig.reports().len(), 1, "a late response does not count");
    rig.wait(5_000);
    let token = rig.sent(&topics().shadow("update"))[0]["clientToken"].clone();
    rig.receive_shadow("update/rejected", &json!({"clientToken": token, "code": 429, "message": "too many requests"}));
    rig.wait(5_000);
    assert_eq!(rig.reports().len(), 2);
    rig.restart();
    rig.answer(&json!({}));
    assert_eq!(rig.reports(), [(7, "a".to_owned(), Opened, false)], "a request that is gone has no echo");
    rig.wait(5_000);
    rig.accept_reports();
    rig.reports();
    rig.restart();
    rig.answer(&json!({}));
    assert_eq!(rig.reports(), [], "an accepted report is not repeated on its own");
}

#[test]
fn an_accepted_report_is_repeated_on_a_new_connection_only() {
    let mut rig = Rig::online();
    rig.ask(&json!({"7": request(1, "a")}));
    rig.motor_done(7, Motor::Opened);
    rig.accept_reports();
    rig.reports();
    let held = json!({"desired": {"o": {"7": request(1, "a")}}, "reported": {"r": {"7": ["a", "opened", START + 1]}}});
    rig.wait(PACE);
    rig.receive_shadow("update/delta", &json!({}));
    rig.answer_with(&held);
    assert_eq!(rig.reports(), []);
    rig.receive_shadow("update/delta", &json!({}));
    rig.answer(&json!({"7": request(1, "a")}));
    assert_eq!(rig.reports(), [report(7, "a", Opened)], "the shadow has lost it");
    rig.accept_reports();
    rig.give(Input::Disconnected);
    rig.give(Input::Connected);
    rig.answer_with(&held);
    assert_eq!(rig.reports(), [report(7, "a", Opened)]);
}

#[test]
fn results_of_many_openings_go_in_few_updates() {
    let mut rig = Rig::online();
    let all: Map<String, Value> =
        (0..LOCKERS).map(|locker| (locker.to_string(), request(1, &format!("of {locker}")))).collect();
    rig.ask(&json!(all));
    for locker in 0..LOCKERS {
        rig.motor_done(locker, Motor::Opened);
    }
    rig.accept_reports();
    rig.wait(PACE);
    let reports = rig.sent(&topics().shadow("update")).len();
    assert_eq!((reports, rig.reports().len()), (2, usize::from(LOCKERS)));
}

#[test]
fn deltas_during_one_read_need_one_more_read() {
    let mut rig = Rig::online();
    for version in 11..=30 {
        rig.receive_shadow("update/delta", &json!({"version": version}));
    }
    let questions = |rig: &Rig| rig.sent(&topics().shadow("get")).len();
    assert_eq!(questions(&rig), 1);
    let answer = |rig: &Rig, version: u64| json!({"state": {}, "timestamp": START, "version": version, "clientToken": rig.question()});
    rig.receive_shadow("get/accepted", &answer(&rig, 29));
    assert_eq!(questions(&rig), 2);
    rig.receive_shadow("get/accepted", &answer(&rig, 30));
    assert_eq!(questions(&rig), 2);
}

#[test]
fn a_full_shadow_is_cleared_of_finished_openings() {
    let mut rig = Rig::online();
    let o = json!({"7": request(1, "a"), "8": request(1, "b")});
    rig.ask(&o);
    rig.motor_done(7, Motor::Opened);
    let token = rig.sent(&topics().shadow("update"))[0]["clientToken"].clone();
    rig.published.clear();
    rig.receive_shadow("update/rejected", &json!({"clientToken": token, "code": 413, "message": "too large"}));
    rig.answer_with(&json!({"desired": {"o": o}, "reported": {"log": "x"}}));
    let room = rig.sent(&topics().shadow("update"))[0].clone();
    let state = json!({"desired": {"o": {"7": null}}, "reported": null});
    assert_eq!(room, json!({"state": state, "version": 1}), "8 may still run");
    rig.published.clear();
    rig.wait(5_000);
    assert_eq!(rig.reports(), [(7, "a".to_owned(), Opened, false)]);
}

#[test]
fn throttled_messages_are_sent_again_after_a_second() {
    let mut rig = Rig::online();
    let too_often = |token: &Value| json!({"code": 429, "message": "Too many requests", "clientToken": token});
    rig.receive_shadow("update/delta", &json!({}));
    let question = rig.question();
    rig.receive_shadow("get/rejected", &too_often(&question));
    rig.wait(999);
    assert_eq!(rig.question(), question);
    rig.wait(1);
    assert_ne!(rig.question(), question);
    rig.answer(&json!({"7": request(1, "a"), "8": request(1, "b")}));
    rig.motor_done(7, Motor::Opened);
    let update = topics().shadow("update");
    let token = rig.sent(&update)[0]["clientToken"].clone();
    assert_eq!(rig.reports(), [report(7, "a", Opened)]);
    rig.receive_shadow("update/rejected", &too_often(&token));
    rig.motor_done(8, Motor::Opened);
    rig.wait(999);
    assert_eq!(rig.reports(), []);
    rig.wait(1);
    assert_eq!(
        rig.reports(),
        [report(7, "a", Opened), report(8, "b", Opened)],
        "not one by one: nothing is wrong with them"
    );
}

#[test]
fn the_older_report_of_a_locker_is_accepted_before_the_newer_one_is_sent() {
    let mut rig = Rig::online();
    for (seq, id) in [(1, "a"), (2, "b")] {
        rig.ask(&json!({"7": request(seq, id)}));
        rig.motor_done(7, Motor::Opened);
    }
    let update = topics().shadow("update");
    assert_eq!(rig.sent(&update).len(), 1);
    rig.accept_reports();
    rig.wait(PACE);
    let said: Vec<_> = rig.reports().into_iter().map(|report| report.1).collect();
    assert_eq!(said, ["a", "b"]);
}

#[test]
fn a_thing_without_a_shadow_gets_one() {
    let mut rig = Rig::new();
    rig.give(Input::Connected);
    let question = rig.question();
    rig.receive_shadow("get/rejected", &json!({"code": 404, "message": "No shadow exists", "clientToken": question}));
    let token = rig.sent(&topics().shadow("update"))[0]["clientToken"].clone();
    rig.receive_shadow("update/accepted", &json!({"clientToken": token, "timestamp": START}));
    assert_ne!(rig.question(), question);
    rig.answer(&json!({}));
    rig.ask(&json!({"7": request(1, "a")}));
    assert_eq!(rig.motors.len(), 1);
}

#[test]
fn messages_outside_the_protocol_are_ignored() {
    let mut rig = Rig::online();
    for rest in ["get/accepted", "get/rejected", "update/accepted", "update/rejected"] {
        for payload in [json!(null), json!([]), json!({"clientToken": 7}), json!({"state": 3, "clientToken": "x"})] {
            rig.receive_shadow(rest, &payload);
        }
    }
    rig.receive(&topics().keypad_reply(), &json!({"id": "x"}));
    rig.receive("elsewhere", &json!({}));
    assert_eq!((rig.motors.len(), rig.published.len()), (0, 0));
}

/// "A single SUBSCRIBE request is limited a maximum of eight subscriptions":
/// <https://docs.aws.amazon.com/general/latest/gr/iot-core.html#iot-protocol-limits>
#[test]
fn all_topics_fit_into_one_subscribe_of_aws() {
    assert!(Rig::new().device.subscriptions().len() <= 8);
}
