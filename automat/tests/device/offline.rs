//! Returns without the cloud.

use automat::clock::Millis;
use automat::device::{DeviceKey, Display, Input, Motor};
use automat::journal::Record;
use protocol::{
    CodeKind, Door, EntryMessage, Handle, JournalFact, JournalLine, JournalMessage, OfflineEntry, Page, PageEntry,
    Purpose, Times,
};
use serde_json::{Value, json};

use crate::cloud::{PageBook, entry, pin_verifier, return_verifier};
use crate::rig::{LOCKERS, Rig, SETTLES_AFTER, START, topics};

/// Locker 2 is empty. Its key's return code, and the PIN of whoever has it.
const EMPTY: u16 = 2;
const PIN: &str = "482915#";
const RETURN_CODE: &str = "*4711#";
/// Locker 3 has its key.
const FULL: u16 = 3;
const PIN_OF_FULL: &str = "777777#";

/// The keys are with contracts 1 and 2, if they are not inside, and no lease lets anybody fetch one.
fn pages() -> PageBook {
    PageBook::new().with(EMPTY, page("4711", "482915", 1)).with(FULL, page("5000", "777777", 2))
}

fn page(return_code: &str, pin: &str, contract: u8) -> Page {
    let (return_code, holder) = (Some(return_verifier(1, return_code)), Some(Handle([contract; 8])));
    Page { return_code, holder, schedules: Vec::new(), entries: vec![entry(pin, contract)] }
}

/// Connected, with access.
fn prepared() -> Rig {
    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    rig.answer_access(&pages());
    rig.published.clear();
    rig
}

/// The same, and then without a network.
fn offline() -> Rig {
    let mut rig = prepared();
    rig.give(Input::Disconnected);
    rig
}

/// The same after a power cut: without a clock.
fn without_clock() -> Rig {
    let mut rig = prepared();
    rig.cut_power();
    rig
}

/// The lines in the last message.
fn sent_lines(rig: &Rig) -> Vec<JournalLine> {
    let last = rig.sent(&topics().journal()).last().map(|message| (*message).clone()).unwrap();
    serde_json::from_value::<JournalMessage>(last).unwrap().lines
}

/// The numbers of the first and the last line in each message.
fn batches(rig: &Rig) -> Vec<(u64, u64)> {
    let message = |message: &Value| serde_json::from_value::<JournalMessage>(message.clone()).unwrap().lines;
    let lines = rig.sent(&topics().journal()).into_iter().map(message);
    lines.map(|lines| (lines.first().unwrap().j, lines.last().unwrap().j)).collect()
}

fn receipt(rig: &mut Rig, up_to: u64) {
    let journal = rig.journal.lines().id().unwrap().to_owned();
    rig.receive(&topics().journal_receipt(), &json!({"journal": journal, "upTo": up_to}));
}

fn written(rig: &Rig) -> Vec<JournalFact> {
    rig.journal.lines().waiting().map(|line| line.what.clone()).collect()
}

fn last(rig: &Rig) -> Display {
    *rig.shown.last().unwrap()
}

fn entry_sent(rig: &Rig) -> EntryMessage {
    serde_json::from_value(rig.sent(&topics().keypad())[0].clone()).unwrap()
}

const OPEN: Display = Display::OpenOffline { locker: EMPTY, purpose: Purpose::Return, more: 0 };

#[test]
fn a_pin_or_a_return_code_opens_its_empty_locker_without_a_connection_and_without_a_clock() {
    for keys in [PIN, RETURN_CODE] {
        for mut rig in [offline(), without_clock()] {
            rig.press(keys);
            let id = rig.motors[0].1.clone();
            assert_eq!((rig.motors.len(), rig.motors[0].0), (1, EMPTY), "{keys}");
            rig.motor_done(EMPTY, Motor::Opened);
            assert_eq!(last(&rig), OPEN);
            let (kind, contract) = match keys {
                PIN => (CodeKind::Pin, Some(Handle([1; 8]))),
                _ => (CodeKind::ReturnCode, None),
            };
            let (fetch, give_back) = (Vec::new(), vec![EMPTY]);
            assert_eq!(rig.entries_written(), [OfflineEntry { id, kind, contract, fetch, give_back }]);
        }
    }
}

#[test]
fn the_entry_is_written_before_the_motor_runs() {
    let mut rig = offline();
    rig.slow_disk = true;
    rig.press(RETURN_CODE);
    rig.wait(9_000);
    assert_eq!(rig.motors, []);
    rig.write();
    assert_eq!(rig.motors.len(), 1);
}

#[test]
fn after_a_power_cut_before_the_line_nothing_opens_and_after_it_nothing_opens_again() {
    let mut rig = offline();
    rig.slow_disk = true;
    rig.press(RETURN_CODE);
    rig.cut_power();
    rig.wait(20_000);
    assert_eq!((rig.motors.len(), written(&rig).len()), (0, 0));
    rig.press(RETURN_CODE);
    assert_eq!((rig.motors.len(), written(&rig).len()), (1, 1));
    rig.cut_power();
    rig.wait(20_000);
    rig.connect();
    assert_eq!(rig.motors.len(), 1);
}

#[test]
fn a_locker_that_has_its_key_or_may_have_it_is_never_opened() {
    for keys in [PIN_OF_FULL, "*5000#"] {
        let mut rig = offline();
        rig.press(keys);
        assert_eq!((rig.motors.len(), last(&rig)), (0, Display::ReturnsOnly), "{keys}");
        assert_eq!(written(&rig), [], "it is no wrong entry");
        rig.give(Input::KeySensor { locker: FULL, inside: false });
        rig.press(keys);
        assert_eq!(rig.motors, [], "the sensor has not settled");
        rig.wait(SETTLES_AFTER);
        rig.press(keys);
        assert_eq!(rig.motors.len(), 1);
    }
    let mut rig = offline();
    rig.give(Input::KeySensor { locker: EMPTY, inside: true });
    rig.press(RETURN_CODE);
    assert_eq!(rig.motors, []);
}

#[test]
fn a_locker_that_is_filled_while_the_line_is_written_stays_closed() {
    let mut rig = offline();
    rig.slow_disk = true;
    rig.press(RETURN_CODE);
    rig.give(Input::KeySensor { locker: EMPTY, inside: true });
    rig.write();
    assert_eq!((rig.motors.len(), last(&rig)), (0, Display::NotValid));
}

#[test]
fn an_unknown_code_is_a_wrong_entry() {
    let mut rig = offline();
    rig.press("123456#");
    assert_eq!((rig.motors.len(), last(&rig)), (0, Display::ReturnsOnly));
    assert_eq!(written(&rig), [JournalFact::WrongEntry(CodeKind::Pin)]);
    rig.press("*0000#");
    assert_eq!(written(&rig)[1], JournalFact::WrongEntry(CodeKind::ReturnCode));
    assert_eq!(rig.sent(&topics().keypad()), Vec::<&Value>::new());
}

#[test]
fn a_device_that_was_never_connected_opens_nothing() {
    let mut rig = Rig::new();
    for keys in [PIN, RETURN_CODE] {
        rig.press(keys);
        assert_eq!((rig.motors.len(), last(&rig)), (0, Display::ReturnsOnly));
    }
    let times: Vec<_> = rig.journal.lines().waiting().map(|line| line.at).collect();
    assert_eq!(times, [Times { from: 0, to: None }; 2]);
}

#[test]
fn the_cloud_is_asked_first_and_after_three_seconds_the_device_decides_under_the_same_id() {
    let mut rig = prepared();
    rig.press(PIN);
    let sent = entry_sent(&rig);
    rig.wait(2_999);
    assert_eq!((rig.motors.len(), last(&rig)), (0, Display::Asking));
    rig.wait(1);
    assert_eq!(rig.motors, [(EMPTY, sent.id.clone())]);
    assert_eq!(rig.entries_written()[0].id, sent.id);
    // The answer is late, and so are its repetitions.
    let open = json!({"id": sent.id, "answer": "open", "return": [EMPTY], "expiresAt": START + 60});
    for _ in 0..2 {
        rig.receive(&topics().keypad_reply(), &open);
        rig.motor_done(EMPTY, Motor::Opened);
    }
    rig.receive(&topics().keypad_reply(), &open);
    assert_eq!((rig.motors.len(), last(&rig)), (1, OPEN));
}

#[test]
fn an_answer_while_the_device_decides_is_too_late() {
    let mut rig = prepared();
    rig.slow_hash = true;
    rig.press(PIN);
    let id = entry_sent(&rig).id;
    rig.wait(3_000);
    rig.receive(
        &topics().keypad_reply(),
        &json!({"id": id, "answer": "open", "return": [EMPTY], "expiresAt": START + 60}),
    );
    assert_eq!(rig.motors, []);
    rig.slow_disk = true;
    rig.compute();
    rig.receive(&topics().keypad_reply(), &json!({"id": id, "answer": "no", "seconds": 30}));
    assert_eq!(last(&rig), Display::Asking);
    rig.write();
    assert_eq!(rig.motors.len(), 1);
}

#[test]
fn an_answer_within_three_seconds_counts() {
    let mut rig = prepared();
    rig.press(PIN);
    let id = entry_sent(&rig).id;
    rig.wait(2_900);
    rig.receive(&topics().keypad_reply(), &json!({"id": id, "answer": "no"}));
    assert_eq!(last(&rig), Display::NotValid);
    rig.wait(10_000);
    assert_eq!((rig.motors.len(), written(&rig).len()), (0, 0));
}

#[test]
fn when_the_connection_is_lost_the_device_decides_at_once() {
    let mut rig = prepared();
    rig.press(RETURN_CODE);
    assert_eq!(rig.motors, []);
    rig.give(Input::Disconnected);
    assert_eq!(rig.motors.len(), 1);
}

#[test]
fn a_code_that_the_cloud_may_know_is_tried_again_and_has_no_line() {
    let mut rig = prepared();
    for _ in 0..8 {
        rig.press("123456#");
        rig.wait(3_000);
        assert_eq!(last(&rig), Display::TryAgain, "the keypad does not make the next one wait");
    }
    assert_eq!((rig.sent(&topics().keypad()).len(), written(&rig).len()), (8, 0));
    rig.give(Input::Disconnected);
    rig.press(RETURN_CODE);
    assert!(matches!(last(&rig), Display::Wait(_)), "but they are counted: {:?}", last(&rig));
}

#[test]
fn wrong_entries_slow_the_keypad_and_a_restart_gives_no_new_guesses() {
    let mut rig = offline();
    for _ in 0..5 {
        assert!(!matches!(rig.shown.last(), Some(Display::Wait(_))));
        rig.press("123456#");
        assert_eq!(last(&rig), Display::ReturnsOnly);
    }
    rig.wait(3_000);
    assert_eq!(last(&rig), Display::Wait(27));
    for _ in 0..3 {
        rig.cut_power();
        rig.wait(10_000);
        rig.press(RETURN_CODE);
        assert_eq!((last(&rig), rig.motors.len()), (Display::Wait(20), 0), "not checked");
    }
    rig.wait(20_000);
    rig.press(RETURN_CODE);
    assert_eq!(rig.motors.len(), 1);
    rig.motor_done(EMPTY, Motor::Opened);
    rig.press("123456#");
    rig.wait(3_000);
    assert_eq!(last(&rig), Display::Wait(57), "a right code gives nothing back");
    assert_eq!(written(&rig).iter().filter(|fact| matches!(fact, JournalFact::WrongEntry(_))).count(), 6);
}

#[test]
fn what_a_wrong_entry_costs_is_written_before_it_is_shown() {
    let mut rig = offline();
    let effects = rig.device.handle(Input::Typed { keys: automat::device::Keys::new("*0000#"), random: 9 }, rig.now);
    let position = |is: &dyn Fn(&automat::device::Effect) -> bool| effects.iter().position(is).unwrap();
    let counted = position(&|effect| matches!(effect, automat::device::Effect::Persist(Record::Guesses(_))));
    let shown = position(&|effect| matches!(effect, automat::device::Effect::Show(Display::ReturnsOnly)));
    assert!(counted < shown);
}

#[test]
fn the_pause_for_guesses_here_does_not_stop_entries_to_the_cloud() {
    let mut rig = offline();
    (0..5).for_each(|_| rig.press("123456#"));
    rig.wait(30_000);
    rig.press("123456#");
    rig.cut_power();
    rig.connect();
    rig.press(PIN);
    assert_eq!((last(&rig), rig.sent(&topics().keypad()).len()), (Display::Asking, 1));
}

#[test]
fn a_device_with_two_keys_compares_under_both() {
    for key in [1, 2] {
        let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]).with_other(&[2; 32]));
        let entries = vec![PageEntry { verifier: pin_verifier(key, "482915"), ..entry("482915", 1) }];
        let page = Page { return_code: Some(return_verifier(key, "4711")), entries, ..Page::default() };
        rig.answer_access(&PageBook { key, ..PageBook::new().with(EMPTY, page) });
        rig.give(Input::Disconnected);
        for keys in [PIN, RETURN_CODE] {
            rig.press(keys);
            rig.motor_done(EMPTY, Motor::Opened);
        }
        assert_eq!(rig.motors.len(), 2);
    }
}

#[test]
fn several_lockers_open_one_after_the_other_without_a_clock() {
    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    let page = Page { entries: vec![entry("482915", 1)], ..Page::default() };
    let lockers = [2, 3, 4, 6, LOCKERS];
    rig.answer_access(&lockers.into_iter().fold(PageBook::new(), |book, locker| book.with(locker, page.clone())));
    rig.cut_power();
    rig.press(PIN);
    assert_eq!(rig.entries_written()[0].give_back, [2, 4, 6], "locker 3 has its key");
    rig.motor_done(2, Motor::Opened);
    assert_eq!(last(&rig), Display::OpenOffline { locker: 2, purpose: Purpose::Return, more: 2 });
    rig.give(Input::DoorSensor { locker: 2, door: Door::Open });
    rig.wait(30_000);
    rig.give(Input::KeySensor { locker: 2, inside: true });
    rig.give(Input::KeySensor { locker: 4, inside: true });
    rig.give(Input::DoorSensor { locker: 2, door: Door::Closed });
    rig.wait(1_000);
    let opened: Vec<_> = rig.motors.iter().map(|(locker, _)| *locker).collect();
    assert_eq!(opened, [2, 6], "locker 4 is not empty any more");
}

#[test]
fn what_takes_too_long_opens_nothing() {
    let mut rig = offline();
    rig.slow_hash = true;
    rig.press(PIN);
    rig.press("1");
    rig.wait(5_000);
    assert_eq!(last(&rig), Display::TryAgain);
    rig.compute();
    assert_eq!((rig.motors.len(), written(&rig).len()), (0, 0));

    let mut rig = offline();
    rig.slow_disk = true;
    rig.press(PIN);
    rig.wait(10_000);
    assert_eq!(last(&rig), Display::TryAgain);
    rig.write();
    assert_eq!(rig.motors, []);
}

#[test]
fn no_digits_are_written_sent_or_shown_in_debug_output() {
    let mut rig = prepared();
    rig.slow_hash = true;
    rig.press(PIN);
    let code = entry_sent(&rig).code;
    rig.published.clear();
    rig.wait(3_000);
    let seen = format!("{:?} {:?} {:?}", rig.device, rig.hashes, rig.journal);
    assert!(!seen.contains("482915") && !seen.contains(&code), "{seen}");
    rig.compute();
    rig.motor_done(EMPTY, Motor::Opened);
    let seen = format!("{:?} {:?} {:?}", rig.device, rig.published, rig.journal.records().collect::<Vec<_>>());
    assert!(!seen.contains("482915") && !seen.contains(&code));
}

#[test]
fn what_settles_without_a_connection_is_a_line_with_who_opened_the_locker() {
    let mut rig = offline();
    rig.press(RETURN_CODE);
    let id = rig.motors[0].1.clone();
    rig.give(Input::DoorSensor { locker: EMPTY, door: Door::Open });
    rig.motor_done(EMPTY, Motor::Opened);
    rig.wait(SETTLES_AFTER);
    rig.give(Input::KeySensor { locker: EMPTY, inside: true });
    rig.wait(500);
    rig.give(Input::DoorSensor { locker: EMPTY, door: Door::Closed });
    rig.wait(SETTLES_AFTER);
    let reports: Vec<_> = written(&rig)
        .into_iter()
        .filter_map(|fact| if let JournalFact::Lockers(report) = fact { Some(report) } else { None })
        .collect();
    let states: Vec<_> = reports.iter().map(|report| serde_json::to_value(&report.lockers).unwrap()).collect();
    assert_eq!(
        states,
        [
            json!({"2": {"key": false, "door": "open", "by": id}}),
            json!({"2": {"key": true, "door": "open", "by": id}}),
            json!({"2": {"key": true, "door": "closed", "by": id}}),
        ]
    );
    assert!(reports.is_sorted_by(|one, other| one.n < other.n));

    rig.published.clear();
    rig.connect();
    assert_eq!(rig.sent(&topics().lockers()), Vec::<&Value>::new(), "after the lines");
    assert_eq!(sent_lines(&rig).iter().map(|line| line.j).collect::<Vec<_>>(), [1, 2, 3, 4]);
    receipt(&mut rig, 4);
    let report = rig.sent(&topics().lockers())[0];
    assert_eq!(report["lockers"]["2"], json!({"key": true, "door": "closed", "by": id}));
    assert!(report["n"].as_u64() > Some(reports[2].n) && rig.device.is_ready());
    assert_eq!(rig.journal.lines().waiting().len(), 0);
}

#[test]
fn without_a_clock_the_numbers_of_reports_go_on() {
    let mut rig = without_clock();
    let mut numbers = vec![rig.journal.numbers()];
    for _ in 0..3 {
        rig.give(Input::DoorSensor { locker: 1, door: Door::Open });
        rig.wait(SETTLES_AFTER);
        rig.give(Input::DoorSensor { locker: 1, door: Door::Closed });
        rig.wait(SETTLES_AFTER);
        rig.cut_power();
    }
    for fact in written(&rig) {
        let JournalFact::Lockers(report) = fact else { continue };
        numbers.push(report.n);
    }
    assert_eq!(numbers.len(), 7);
    assert!(numbers.is_sorted_by(|one, other| one < other), "{numbers:?}");
}

#[test]
fn a_line_says_between_which_times_it_was() {
    let mut rig = offline();
    rig.wait(3_600_000);
    rig.press("123456#");
    let now = rig.cloud_seconds();
    let Times { from, to } = rig.journal.lines().waiting().next().unwrap().at;
    assert!(from <= now && to.is_some_and(|to| to >= now && to - from <= 6), "{from} {now} {to:?}");
    rig.wait(59_000);
    rig.cut_power();
    rig.press("123456#");
    let Times { from, to } = rig.journal.lines().waiting().nth(1).unwrap().at;
    let now = rig.cloud_seconds();
    assert!(to.is_none() && from <= now && from > now - 65, "{from} {now}");
}

/// A device without a connection that has written this many wrong entries.
fn with_lines(count: u64) -> Rig {
    let mut rig = offline();
    let id = "f81c".to_owned();
    rig.journal.apply(&Record::Received { journal: id, up_to: 0 });
    for j in 1..=count {
        let line = JournalLine { j, at: Times { from: START, to: None }, what: JournalFact::WrongEntry(CodeKind::Pin) };
        rig.journal.apply(&Record::Line { line });
    }
    rig.cut_power();
    rig
}

#[test]
fn a_hundred_lines_go_in_a_message_and_the_next_ones_after_its_receipt() {
    let mut rig = with_lines(250);
    rig.connect();
    assert_eq!(batches(&rig), [(1, 100)]);
    rig.wait(5_000);
    assert_eq!(batches(&rig), [(1, 100), (1, 100)], "again after five seconds");
    rig.receive(&topics().journal_receipt(), &json!({"journal": "another", "upTo": 250}));
    receipt(&mut rig, 60);
    assert_eq!(batches(&rig)[2..], [(61, 160)], "from where the cloud is");
    receipt(&mut rig, 160);
    rig.give(Input::Disconnected);
    rig.published.clear();
    rig.connect();
    assert_eq!(batches(&rig), [(161, 250)]);
    rig.cut_power();
    rig.connect();
    receipt(&mut rig, 250);
    assert_eq!((batches(&rig), rig.journal.lines().waiting().len()), (vec![(161, 250)], 0));
    rig.wait(60_000);
    assert_eq!(batches(&rig).len(), 1);
}

#[test]
fn a_receipt_above_the_last_line_makes_the_numbers_go_on_above_it() {
    let mut rig = with_lines(2);
    rig.connect();
    receipt(&mut rig, 40);
    rig.give(Input::Disconnected);
    rig.press("123456#");
    assert_eq!(rig.journal.lines().waiting().map(|line| line.j).collect::<Vec<_>>(), [41]);
}

#[test]
fn lockers_are_reported_after_a_minute_even_if_the_cloud_takes_no_lines() {
    let mut rig = with_lines(2);
    rig.connect();
    rig.give(Input::DoorSensor { locker: 1, door: Door::Open });
    rig.wait(59_900);
    assert_eq!(rig.sent(&topics().lockers()), Vec::<&Value>::new());
    assert_eq!(rig.journal.lines().waiting().len(), 3, "what changes meanwhile is a line too");
    rig.wait(100);
    assert_eq!(rig.sent(&topics().lockers())[0]["lockers"].as_object().unwrap().len(), usize::from(LOCKERS));
    rig.give(Input::DoorSensor { locker: 1, door: Door::Closed });
    rig.wait(SETTLES_AFTER);
    assert_eq!(rig.sent(&topics().lockers()).len(), 2);
}

#[test]
fn what_an_entry_here_has_changed_is_reported_after_its_line() {
    let mut rig = prepared();
    rig.press(RETURN_CODE);
    rig.wait(3_000);
    rig.motor_done(EMPTY, Motor::Opened);
    rig.give(Input::DoorSensor { locker: EMPTY, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    assert_eq!(rig.sent(&topics().lockers()), Vec::<&Value>::new());
    assert_eq!(batches(&rig), [(1, 1)]);
    receipt(&mut rig, 1);
    assert_eq!(batches(&rig), [(1, 1), (2, 2)]);
    receipt(&mut rig, 2);
    rig.give(Input::DoorSensor { locker: EMPTY, door: Door::Closed });
    rig.wait(SETTLES_AFTER);
    assert_eq!(rig.sent(&topics().lockers())[0]["lockers"]["2"]["door"], "closed");
}

#[test]
fn a_full_journal_takes_entries_but_no_reports() {
    let mut rig = with_lines(20_000);
    rig.give(Input::DoorSensor { locker: 1, door: Door::Open });
    rig.wait(SETTLES_AFTER);
    assert_eq!(rig.journal.lines().waiting().len(), 20_000);
    rig.press(RETURN_CODE);
    assert_eq!((rig.motors.len(), rig.journal.lines().waiting().len()), (1, 20_001));
}

#[test]
fn the_time_is_written_once_a_minute() {
    let mut rig = prepared();
    let mut last = rig.journal.time().unwrap();
    for _ in 0..5 {
        let minute: Millis = 60_000;
        rig.wait(minute);
        let time = rig.journal.time().unwrap();
        assert!((59..=61).contains(&(time - last)), "{time} after {last}");
        last = time;
    }
    assert!(last <= rig.cloud_seconds());
}
