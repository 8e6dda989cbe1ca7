//! Fetches without the cloud.

use automat::device::{DeviceKey, Display, Input, Motor};
use automat::journal::Record;
use protocol::{
    CodeKind, Door, Handle, JournalFact, JournalLine, OfflineEntry, Page, PageEntry, Purpose, Times, Windows,
};
use serde_json::json;

use crate::cloud::{PageBook, entry, lease};
use crate::rig::{Rig, SETTLES_AFTER, START, topics};

/// Lockers 1 and 3 have their keys, 2 has not.
const KEY: u16 = 1;
const OTHER_KEY: u16 = 3;
const EMPTY: u16 = 2;
const PIN: &str = "482915#";
const OTHER_PIN: &str = "777777#";
const DAY: i64 = 86_400;

fn page(entries: Vec<PageEntry>) -> Page {
    Page { entries, ..Page::default() }
}

/// The PIN is for the key in locker 1.
fn book(entry: PageEntry) -> PageBook {
    PageBook::new().with(KEY, page(vec![entry])).leased(START, START + DAY)
}

fn permanent() -> PageEntry {
    entry("482915", 1)
}

/// Two contracts with the key in locker 1.
fn book_of_two() -> PageBook {
    PageBook::new().with(KEY, page(vec![permanent(), entry("777777", 2)])).leased(START, START + DAY)
}

fn prepared(book: &PageBook) -> Rig {
    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    rig.answer_access(book);
    rig.published.clear();
    rig
}

fn offline(book: &PageBook) -> Rig {
    let mut rig = prepared(book);
    rig.give(Input::Disconnected);
    rig
}

fn last(rig: &Rig) -> Display {
    *rig.shown.last().unwrap()
}

fn opened(rig: &Rig) -> Vec<u16> {
    rig.motors.iter().map(|(locker, _)| *locker).collect()
}

fn open(locker: u16, purpose: Purpose) -> Display {
    Display::OpenOffline { locker, purpose, more: 0 }
}

/// Whether the PIN opens a locker with its key.
fn fetches(mut rig: Rig) -> bool {
    rig.press(PIN);
    !rig.motors.is_empty()
}

/// Somebody uses the locker that the device has just opened: takes its key or puts it back, and closes the door.
fn use_locker(rig: &mut Rig, locker: u16, inside: bool) {
    rig.motor_done(locker, Motor::Opened);
    rig.give(Input::DoorSensor { locker, door: Door::Open });
    rig.wait(3_000);
    rig.give(Input::KeySensor { locker, inside });
    rig.give(Input::DoorSensor { locker, door: Door::Closed });
    rig.wait(SETTLES_AFTER);
}

fn receipt(rig: &mut Rig) {
    let (journal, up_to) = (rig.journal.lines().id().unwrap().to_owned(), rig.journal.lines().next() - 1);
    rig.receive(&topics().journal_receipt(), &json!({"journal": journal, "upTo": up_to}));
}

#[test]
fn a_key_is_fetched_without_a_connection_and_the_line_says_so() {
    let mut rig = offline(&book(permanent()));
    rig.press(PIN);
    let id = rig.motors[0].1.clone();
    rig.motor_done(KEY, Motor::Opened);
    assert_eq!((opened(&rig), last(&rig)), (vec![KEY], open(KEY, Purpose::Fetch)));
    let (kind, contract) = (CodeKind::Pin, Some(Handle([1; 8])));
    let entry = OfflineEntry { id, kind, contract, fetch: vec![KEY], give_back: Vec::new() };
    assert_eq!(rig.entries_written(), [entry]);
}

#[test]
fn nothing_is_fetched_without_the_time_or_a_lease() {
    let mut rig = offline(&book(permanent()));
    rig.cut_power();
    rig.press(PIN);
    assert_eq!((opened(&rig), last(&rig)), (vec![], Display::ReturnsOnly));
    let mut rig = offline(&PageBook { lease: None, ..book(permanent()) });
    rig.press(PIN);
    assert_eq!((opened(&rig), last(&rig)), (vec![], Display::ReturnsOnly));
    assert_eq!(rig.journal.lines().waiting().len(), 0, "it is no wrong entry");
}

/// The device's time is between a second before and a second after that of the cloud.
#[test]
fn contract_and_lease_must_run_at_any_time_that_it_can_be() {
    let at = |seconds: i64| u32::try_from(START + seconds).unwrap();
    for (start, end, is_fetched) in [(-1, 2, true), (0, 2, false), (-1, 1, false), (5, 90, false), (-90, -5, false)] {
        let entry = PageEntry { start: at(start), end: Some(at(end)), ..permanent() };
        assert_eq!(fetches(offline(&book(entry))), is_fetched, "{start} {end}");
    }
    for (until, is_fetched) in [(1, false), (2, true)] {
        let book = book(permanent()).leased(START - DAY, START + until);
        assert_eq!(fetches(offline(&book)), is_fetched, "{until}");
    }
    for (days, is_fetched) in [(0, true), (1, false)] {
        let mut rig = offline(&book(permanent()));
        rig.wait(days * 86_400_000 - days * 10_000);
        assert_eq!(fetches(rig), is_fetched, "the counter may be slow");
    }
}

#[test]
fn the_whole_interval_of_time_must_be_in_the_schedule() {
    // It is 14:00 on a Tuesday, or a second before or after.
    let windows =
        [(2_279, 2_281, true), (2_280, 2_281, false), (2_270, 2_280, false), (0, 10_080, true), (0, 60, false)];
    for (from, to, is_fetched) in windows {
        let schedules = vec![Windows(Vec::new()), Windows(vec![(from, to)])];
        for (schedule, is_there) in [(1, true), (0, false), (2, false)] {
            let page = Page {
                schedules: schedules.clone(),
                ..page(vec![PageEntry { schedule: Some(schedule), ..permanent() }])
            };
            let book = PageBook::new().with(KEY, page).leased(START, START + DAY);
            assert_eq!(fetches(offline(&book)), is_fetched && is_there, "{from} {to} {schedule}");
        }
    }
}

#[test]
fn the_clocks_change_while_the_lease_lasts() {
    // From 14:05 to 14:10. After an hour, 15:00 becomes 14:00.
    let page = Page {
        schedules: vec![Windows(vec![(2_285, 2_290)])],
        ..page(vec![PageEntry { schedule: Some(0), ..permanent() }])
    };
    for (change, seconds, is_fetched) in [
        (None, 60, false),
        (None, 420, true),
        (None, 3_600 + 420, false),
        (Some((START + 3_600, 3_600)), 420, true),
        (Some((START + 3_600, 3_600)), 3_540, false),
        (Some((START + 3_600, 3_600)), 3_600 + 420, true),
        (Some((START + 3_600, 3_600)), 7_200 + 420, false),
    ] {
        let mut book = PageBook::new().with(KEY, page.clone());
        book.lease = Some(lease(START, START + DAY, 7_200, change));
        let mut rig = offline(&book);
        rig.wait(seconds * 1_000);
        assert_eq!(fetches(rig), is_fetched, "{change:?} {seconds}");
    }
}

#[test]
fn two_contracts_fetch_and_return_a_key_without_a_connection() {
    let mut rig = offline(&book_of_two());
    rig.press(PIN);
    use_locker(&mut rig, KEY, false);
    rig.press(OTHER_PIN);
    assert_eq!((opened(&rig), last(&rig)), (vec![KEY], Display::NotValid), "the first one has it");
    rig.press(PIN);
    assert_eq!(rig.entries_written()[1].give_back, [KEY]);
    use_locker(&mut rig, KEY, true);
    rig.press(OTHER_PIN);
    use_locker(&mut rig, KEY, false);
    assert_eq!(rig.entries_written()[2].fetch, [KEY]);
    rig.press(PIN);
    assert_eq!((opened(&rig).len(), last(&rig)), (3, Display::NotValid), "now the other one has it");
    rig.press(OTHER_PIN);
    assert_eq!(opened(&rig).len(), 4);
}

#[test]
fn after_a_power_cut_a_fetched_key_is_returned_by_the_same_pin() {
    for is_settled in [true, false] {
        let mut rig = offline(&book_of_two());
        rig.press(PIN);
        if is_settled {
            use_locker(&mut rig, KEY, false);
        } else {
            rig.give(Input::DoorSensor { locker: KEY, door: Door::Open });
            rig.motor_done(KEY, Motor::Opened);
            rig.wait(SETTLES_AFTER);
            rig.give(Input::KeySensor { locker: KEY, inside: false });
        }
        rig.cut_power();
        rig.press(OTHER_PIN);
        assert_eq!((opened(&rig), last(&rig)), (vec![KEY], Display::ReturnsOnly), "{is_settled}");
        rig.press(PIN);
        assert_eq!(opened(&rig), [KEY, KEY]);
        assert_eq!(rig.entries_written()[1].give_back, [KEY]);
    }
}

#[test]
fn who_has_a_key_says_the_page_once_the_cloud_has_the_lines_and_a_newer_one_has_come() {
    let mut book = book_of_two();
    let mut rig = offline(&book);
    rig.press(PIN);
    use_locker(&mut rig, KEY, false);
    // The operator corrects that the other contract has it.
    let holder = Some(Handle([2; 8]));
    book.put(KEY, Page { holder, ..page(vec![permanent(), entry("777777", 2)]) });
    rig.connect();
    rig.answer_access(&book);
    rig.give(Input::Disconnected);
    rig.press(OTHER_PIN);
    assert_eq!(opened(&rig), [KEY], "the cloud has no lines");
    rig.connect();
    receipt(&mut rig);
    rig.give(Input::Disconnected);
    rig.press(OTHER_PIN);
    assert_eq!(opened(&rig), [KEY], "the page may be older");
    book.put(KEY, Page { holder, ..page(vec![permanent(), entry("777777", 2)]) });
    rig.connect();
    receipt(&mut rig);
    rig.answer_access(&book);
    rig.give(Input::Disconnected);
    rig.press(OTHER_PIN);
    assert_eq!(opened(&rig), [KEY, KEY]);
}

#[test]
fn what_is_removed_while_connected_opens_no_more_and_while_away_until_the_lease_ends() {
    let mut book = book(permanent());
    let mut rig = prepared(&book);
    book.put(KEY, page(Vec::new()));
    rig.receive(&topics().access(), &json!({"changed": {}}));
    rig.wait(1_000);
    rig.answer_access(&book);
    rig.give(Input::Disconnected);
    assert!(!fetches(rig));

    let mut rig = offline(&self::book(permanent()));
    rig.wait(23 * 3_600_000);
    rig.press(PIN);
    assert_eq!(opened(&rig), [KEY]);
    rig.motor_done(KEY, Motor::Opened);
    rig.wait(3_600_000);
    rig.press(PIN);
    assert_eq!((opened(&rig), last(&rig)), (vec![KEY], Display::ReturnsOnly));
}

#[test]
fn without_room_for_lines_keys_are_returned_only() {
    let mut book = book(permanent());
    book.put(EMPTY, page(vec![entry("777777", 2)]));
    let mut rig = prepared(&book);
    rig.journal.apply(&Record::Received { journal: "f81c".to_owned(), up_to: 0 });
    for j in 1..=20_000 {
        let line = JournalLine { j, at: Times { from: START, to: None }, what: JournalFact::WrongEntry(CodeKind::Pin) };
        rig.journal.apply(&Record::Line { line });
    }
    rig.cut_power();
    rig.connect();
    rig.give(Input::Disconnected);
    rig.press(PIN);
    assert_eq!((opened(&rig), last(&rig)), (vec![], Display::ReturnsOnly));
    rig.press(OTHER_PIN);
    assert_eq!(opened(&rig), [EMPTY]);
}

/// The contract has the keys in lockers 1 and 3, and one that is out with it.
fn book_of_both() -> PageBook {
    let out = Page { holder: Some(Handle([1; 8])), ..page(vec![permanent()]) };
    book(permanent()).with(EMPTY, out).with(OTHER_KEY, page(vec![permanent()]))
}

#[test]
fn if_keys_can_be_fetched_and_returned_the_person_is_asked() {
    for (key, opens) in [("1", Some(KEY)), ("2", Some(EMPTY)), ("*", None)] {
        let mut rig = offline(&book_of_both());
        rig.press(PIN);
        assert_eq!((opened(&rig), last(&rig)), (vec![], Display::FetchOrReturn));
        let entry = &rig.entries_written()[0];
        assert_eq!((&entry.fetch[..], &entry.give_back[..]), (&[KEY, OTHER_KEY][..], &[EMPTY][..]));
        rig.wait(19_999);
        rig.press(key);
        assert_eq!(opened(&rig), opens.into_iter().collect::<Vec<_>>());
    }
    let mut rig = offline(&book_of_both().leased(START, START + 15));
    rig.press(PIN);
    rig.wait(15_000);
    rig.press("1");
    assert_eq!((opened(&rig), last(&rig)), (vec![], Display::NotValid), "the lease has ended");
}

#[test]
fn times_lease_and_sensor_count_again_before_each_motor() {
    let open_next = |book: &PageBook, changes: &dyn Fn(&mut Rig)| {
        let mut rig = offline(book);
        rig.press(PIN);
        rig.motor_done(KEY, Motor::Opened);
        assert_eq!(last(&rig), Display::OpenOffline { locker: KEY, purpose: Purpose::Fetch, more: 1 });
        rig.give(Input::DoorSensor { locker: KEY, door: Door::Open });
        rig.wait(20_000);
        changes(&mut rig);
        rig.give(Input::DoorSensor { locker: KEY, door: Door::Closed });
        rig.wait(1_000);
        opened(&rig)
    };
    let two = |entry: PageEntry| book(entry.clone()).with(OTHER_KEY, page(vec![entry]));
    let in_seconds = |seconds| PageEntry { end: Some(u32::try_from(START + seconds).unwrap()), ..permanent() };
    let nothing = |_: &mut Rig| {};
    assert_eq!(open_next(&two(permanent()), &nothing), [KEY, OTHER_KEY]);
    assert_eq!(open_next(&two(in_seconds(30)), &nothing), [KEY, OTHER_KEY]);
    assert_eq!(open_next(&two(in_seconds(20)), &nothing), [KEY]);
    assert_eq!(open_next(&two(permanent()).leased(START, START + 20), &nothing), [KEY]);
    let takes = |rig: &mut Rig| rig.give(Input::KeySensor { locker: OTHER_KEY, inside: false });
    assert_eq!(open_next(&two(permanent()), &takes), [KEY]);
    let removes = |rig: &mut Rig| {
        let mut book = two(permanent());
        book.put(OTHER_KEY, page(Vec::new()));
        rig.connect();
        rig.answer_access(&book);
    };
    assert_eq!(open_next(&two(permanent()), &removes), [KEY]);
}

#[test]
fn the_line_is_durable_before_the_motor_runs() {
    let mut rig = offline(&book(permanent()));
    rig.slow_disk = true;
    rig.press(PIN);
    rig.wait(9_000);
    assert_eq!(rig.motors, []);
    rig.write();
    assert_eq!(opened(&rig), [KEY]);

    let mut rig = offline(&book(permanent()).leased(START, START + 5));
    rig.slow_disk = true;
    rig.press(PIN);
    rig.wait(5_000);
    rig.write();
    assert_eq!((opened(&rig), last(&rig)), (vec![], Display::NotValid), "the lease has ended meanwhile");
}

#[test]
fn a_late_answer_to_an_entry_that_fetched_here_is_ignored() {
    let mut rig = prepared(&book(permanent()));
    rig.press(PIN);
    let id = rig.sent(&topics().keypad())[0]["id"].as_str().unwrap().to_owned();
    rig.wait(3_000);
    assert_eq!(rig.motors, [(KEY, id.clone())]);
    assert_eq!(rig.entries_written()[0].id, id);
    let answers = [
        json!({"id": id, "answer": "open", "fetch": [KEY, OTHER_KEY], "expiresAt": START + 60}),
        json!({"id": id, "answer": "no", "seconds": 30}),
    ];
    for answer in &answers {
        rig.receive(&topics().keypad_reply(), answer);
    }
    rig.motor_done(KEY, Motor::Opened);
    for answer in &answers {
        rig.receive(&topics().keypad_reply(), answer);
    }
    assert_eq!((opened(&rig), last(&rig)), (vec![KEY], open(KEY, Purpose::Fetch)));
}

#[test]
fn a_code_that_was_sent_and_opens_nothing_here_may_be_tried_again() {
    let mut rig = prepared(&PageBook { lease: None, ..book(permanent()) });
    rig.press(PIN);
    rig.wait(3_000);
    assert_eq!((opened(&rig), last(&rig)), (vec![], Display::TryAgain));
}

#[test]
fn between_two_readings_nothing_opens() {
    let mut rig = offline(&book(permanent()));
    rig.give(Input::KeySensor { locker: KEY, inside: false });
    rig.press(PIN);
    assert_eq!((opened(&rig), last(&rig)), (vec![], Display::NotValid));
}

#[test]
fn keys_that_others_have_are_missing() {
    let out = Page { holder: Some(Handle([2; 8])), ..page(vec![permanent()]) };
    let mut rig = offline(&book(permanent()).with(EMPTY, out));
    rig.press(PIN);
    assert_eq!(opened(&rig), [KEY]);
    rig.give(Input::DoorSensor { locker: KEY, door: Door::Open });
    rig.motor_done(KEY, Motor::Opened);
    rig.give(Input::DoorSensor { locker: KEY, door: Door::Closed });
    rig.wait(1_000);
    assert_eq!(last(&rig), Display::StillOut(1));
}

#[test]
fn a_pin_is_for_one_contract() {
    let book = book(permanent()).with(OTHER_KEY, page(vec![entry("482915", 2)]));
    let mut rig = offline(&book);
    rig.press(PIN);
    assert_eq!(rig.entries_written()[0].fetch, [KEY]);
}

#[test]
fn a_pin_opens_no_locker_whose_page_has_another_pin_of_its_contract() {
    let book = book(permanent()).with(OTHER_KEY, page(vec![entry("777777", 1)]));
    let mut rig = offline(&book);
    rig.press(PIN);
    assert_eq!(rig.entries_written()[0].fetch, [KEY]);
}

#[test]
fn what_opens_nothing_is_not_valid_now_and_an_unknown_code_is_answered_alike() {
    let future = PageEntry { start: u32::try_from(START + DAY).unwrap(), ..permanent() };
    let mut rig = offline(&book(future));
    rig.press(PIN);
    assert_eq!((last(&rig), rig.journal.lines().waiting().len()), (Display::NotValid, 0));
    rig.press("000000#");
    assert_eq!((last(&rig), rig.journal.lines().waiting().len()), (Display::NotValid, 1));
    rig.press("*0000#");
    assert_eq!((last(&rig), rig.journal.lines().waiting().len()), (Display::NotValid, 2));
}

#[test]
fn a_return_code_fetches_nothing() {
    let return_code = Some(crate::cloud::return_verifier(1, "4711"));
    let book = PageBook::new().with(KEY, Page { return_code, ..page(vec![permanent()]) }).leased(START, START + DAY);
    let mut rig = offline(&book);
    rig.press("*4711#");
    assert_eq!((opened(&rig), last(&rig)), (vec![], Display::NotValid));
}
