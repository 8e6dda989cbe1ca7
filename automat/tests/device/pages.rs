//! Pages and leases: when they are asked for, what is taken of an answer, and the test vectors in the document.

use automat::device::{DeviceKey, Display, Input};
use automat::journal::Record;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{
    AccessRequest, Door, Handle, JournalFact, JournalLine, Lease, LockerState, LockersMessage, Page, PageEntry,
    PageVersions, Sealed, SealedPage, ThingName, Times, Verifier, Windows,
};
use serde_json::{Value, json};

use crate::cloud::{PageBook, entry, lease, seal};
use crate::rig::{Rig, START, topics};

/// The questions since the last call.
fn questions(rig: &mut Rig) -> Vec<AccessRequest> {
    let read = |question: &Value| serde_json::from_value(question.clone()).unwrap();
    let questions = rig.sent(&topics().access_request()).into_iter().map(read).collect();
    rig.published.retain(|(topic, _)| *topic != topics().access_request());
    questions
}

/// The only question since the last call.
fn question(rig: &mut Rig) -> AccessRequest {
    let mut questions = questions(rig);
    assert_eq!(questions.len(), 1);
    questions.remove(0)
}

fn page(contract: u8) -> Page {
    Page { entries: vec![entry("482915", contract)], ..Page::default() }
}

/// Two pages and a lease of a day.
fn book() -> PageBook {
    PageBook::new().with(1, page(1)).with(3, page(1)).leased(START, START + 86_400)
}

/// The device receives the answer, with at most so many pages in each message.
fn answer(rig: &mut Rig, book: &PageBook, question: &AccessRequest, pages_in_each: usize) {
    for part in book.answers(&serde_json::to_value(question).unwrap(), pages_in_each) {
        rig.receive(&topics().access(), &part);
    }
}

/// Whether the PIN fetches keys now.
fn fetches(rig: &mut Rig) -> bool {
    rig.give(Input::Disconnected);
    rig.press("482915#");
    !rig.motors.is_empty()
}

fn versions(rig: &Rig) -> PageVersions {
    rig.journal.pages().pages().iter().map(|(&locker, page)| (locker, page.version)).collect()
}

#[test]
fn a_device_asks_after_each_connect_and_once_more_when_it_got_pages() {
    let mut rig = Rig::new();
    rig.give(Input::Connected);
    assert_eq!(questions(&mut rig), [], "the shadow is not read");
    rig.answer(&json!({}));
    let first = question(&mut rig);
    assert_eq!((first.key.as_str(), &first.have), ("a2bfbba4", &PageVersions::default()));
    answer(&mut rig, &book(), &first, 10);
    rig.wait(1_000);
    let second = question(&mut rig);
    assert_eq!(second.have, book().versions());
    assert_ne!(second.id, first.id);
    answer(&mut rig, &book(), &second, 10);
    rig.wait(60_000);
    assert_eq!(questions(&mut rig), []);
    rig.give(Input::Disconnected);
    rig.wait(7_200_000);
    assert_eq!(questions(&mut rig), []);
    rig.cut_power();
    rig.connect();
    assert_eq!(question(&mut rig).have, book().versions(), "after a power cut too");
}

#[test]
fn signals_within_a_second_are_one_reason_to_ask() {
    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    let first = question(&mut rig);
    answer(&mut rig, &PageBook::new(), &first, 1);
    for _ in 0..3 {
        rig.receive(&topics().access(), &json!({"changed": {}}));
        rig.wait(300);
    }
    assert_eq!(questions(&mut rig), []);
    rig.wait(100);
    question(&mut rig);
    rig.receive(&topics().access(), &json!({"changed": {}}));
    rig.wait(1_000);
    assert_eq!(questions(&mut rig), [], "one question at a time");
    rig.wait(4_000);
    question(&mut rig);
}

#[test]
fn a_lease_is_renewed_after_half_of_it_or_an_hour() {
    for (lasts, renewed_after) in [(3_600, 1_800_000), (86_400, 3_600_000), (0, 3_600_000)] {
        let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
        let book = if lasts > 0 { PageBook::new().leased(START, START + lasts) } else { PageBook::new() };
        let first = question(&mut rig);
        answer(&mut rig, &book, &first, 1);
        rig.wait(renewed_after - 1);
        assert_eq!(questions(&mut rig), [], "{lasts}");
        rig.wait(1);
        question(&mut rig);
    }
}

#[test]
fn a_question_is_asked_again_while_a_part_is_missing_and_less_often_if_that_does_not_help() {
    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    let first = question(&mut rig);
    let parts = book().answers(&serde_json::to_value(&first).unwrap(), 1);
    rig.wait(4_000);
    rig.receive(&topics().access(), &parts[1]);
    rig.wait(4_999);
    assert_eq!(questions(&mut rig), []);
    rig.wait(1);
    let second = question(&mut rig);
    assert_eq!(second.have, [(3, 2)].into_iter().collect(), "the lease does not fit without the other page");
    rig.receive(&topics().access(), &parts[0]);
    assert_eq!(versions(&rig), second.have, "it is for an earlier question");
    for patience in [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000] {
        rig.wait(patience - 1);
        assert_eq!(questions(&mut rig), []);
        rig.wait(1);
        question(&mut rig);
    }
    rig.receive(&topics().access(), &json!({"changed": {}}));
    rig.wait(5_000);
    let last = question(&mut rig);
    answer(&mut rig, &book(), &last, 1);
    assert_eq!(versions(&rig), book().versions());
    rig.wait(1_000);
    question(&mut rig);
}

#[test]
fn the_parts_of_an_answer_may_come_in_any_order_and_again() {
    for order in [[0, 1], [1, 0]] {
        let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
        let first = question(&mut rig);
        let parts = book().answers(&serde_json::to_value(&first).unwrap(), 1);
        for part in order {
            rig.receive(&topics().access(), &parts[part]);
            rig.receive(&topics().access(), &parts[part]);
        }
        rig.wait(4_000);
        question(&mut rig);
        assert!(fetches(&mut rig), "{order:?}");
    }
}

#[test]
fn without_one_part_nothing_is_fetched() {
    for part in [0, 1] {
        let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
        let first = question(&mut rig);
        let parts = book().answers(&serde_json::to_value(&first).unwrap(), 1);
        rig.receive(&topics().access(), &parts[part]);
        assert!(!fetches(&mut rig), "{part}");
    }
}

#[test]
fn pages_and_lease_count_once_they_are_durable() {
    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    let first = question(&mut rig);
    rig.slow_disk = true;
    for _ in 0..2 {
        answer(&mut rig, &book(), &first, 1);
    }
    let pages = |record: &Record| if let Record::Pages { pages, .. } = record { pages.len() } else { 0 };
    assert_eq!(rig.unwritten.iter().map(pages).sum::<usize>(), 2, "each is written once");
    rig.wait(10_000);
    rig.give(Input::Tick);
    assert_eq!(questions(&mut rig), [], "it would not know what to name");
    assert!(!fetches(&mut rig));
    assert_eq!(rig.shown.last(), Some(&Display::ReturnsOnly));
    rig.write();
    assert!(fetches(&mut rig));
}

#[test]
fn an_old_page_is_ignored_and_does_not_work_under_a_new_lease() {
    let old = book();
    let mut new = old.clone();
    new.put(1, Page::default());
    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    let first = question(&mut rig);
    answer(&mut rig, &new, &first, 10);
    rig.wait(1_000);
    let second = question(&mut rig);
    let parts = old.answers(&json!({"id": second.id, "key": "", "have": ""}), 10);
    rig.receive(&topics().access(), &parts[0]);
    assert_eq!(versions(&rig), new.versions());
    // The lease of that answer is for other pages.
    assert!(!fetches(&mut rig));
}

#[test]
fn what_is_changed_or_for_something_else_is_neither_taken_nor_kept() {
    let good = book();
    let other_locker = SealedPage { version: 9, ..good.sealed(3) };
    let other_thing = PageBook { thing: ThingName::new("cellar"), ..book() }.sealed(1);
    let other_key = PageBook { key: 9, ..book() }.sealed(1);
    let other_version = SealedPage { version: 2, ..good.sealed(1) };
    let no_page = SealedPage { version: 1, sealed: seal(1, [7; 12], "page lobby 1 1", b"no page") };
    let mut flipped = Vec::new();
    let sealed = good.sealed(1).sealed.0;
    for at in 0..sealed.len() {
        let other = if sealed.as_bytes()[at] == b'A' { "B" } else { "A" };
        let mut text = sealed.clone();
        text.replace_range(at..=at, other);
        flipped.push(SealedPage { version: 1, sealed: Sealed(text) });
    }
    let empty = SealedPage { version: 1, sealed: Sealed(String::new()) };
    let bad = [other_locker, other_thing, other_key, other_version, no_page, empty];
    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    let id = question(&mut rig).id;
    for page in bad.into_iter().chain(flipped) {
        rig.receive(&topics().access(), &json!({"answer": {"id": id, "pages": {"1": page}}}));
        assert_eq!(versions(&rig), PageVersions::default(), "{page:?}");
    }
    let lease = PageBook { key: 9, ..book() }.sealed_lease();
    for end in [json!({"cost": 10, "lease": lease}), json!({"cost": 30}), json!({"cost": 4})] {
        rig.receive(&topics().access(), &json!({"answer": {"id": id, "end": end}}));
        assert_eq!(rig.journal.pages().end(), None, "{end}");
    }
    rig.receive(&topics().access(), &json!({"answer": {"id": id, "pages": {"600": good.sealed(1)}}}));
    assert_eq!(rig.journal.pages().pages().len(), 0);
}

#[test]
fn an_answer_without_a_lease_ends_the_one_before() {
    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    let first = question(&mut rig);
    answer(&mut rig, &book(), &first, 10);
    rig.wait(1_000);
    let second = question(&mut rig);
    answer(&mut rig, &PageBook { lease: None, ..book() }, &second, 10);
    assert!(!fetches(&mut rig));
    assert_eq!(rig.shown.last(), Some(&Display::ReturnsOnly));
}

#[test]
fn after_a_rotation_only_pages_that_can_be_opened_are_named() {
    let both = || DeviceKey::new(&[2; 32]).with_other(&[1; 32]);
    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    let first = question(&mut rig);
    answer(&mut rig, &book(), &first, 10);
    // Sealed under the old key, which the device has as its other one.
    rig.cut_power_with(both());
    rig.connect();
    let second = question(&mut rig);
    assert_eq!(second.have, book().versions());
    assert_ne!(second.key, first.key);
    // Without the old key, the cloud sends the same versions again.
    rig.cut_power_with(DeviceKey::new(&[2; 32]));
    rig.connect();
    let third = question(&mut rig);
    assert_eq!(third.have, PageVersions::default());
    answer(&mut rig, &PageBook { key: 2, ..book() }, &third, 10);
    rig.wait(1_000);
    assert_eq!(question(&mut rig).have, book().versions());
}

/// Somebody who builds a device from the document alone tests it with these.
#[test]
fn the_test_vectors_in_the_document_are_right() {
    let document = include_str!("../../../docs/device-protocol.md");
    let [return_code, verifier] =
        ["BX8t1X3UU3s", "i0W-w9MhA-0"].map(|text| Verifier(URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap()));
    let (start, end) = (1_795_521_600, 1_795_608_000);
    let entry = PageEntry { verifier, handle: Handle([5; 8]), start, end: Some(end), schedule: Some(0) };
    let (return_code, schedules) = (Some(return_code), vec![Windows(vec![(1_920, 2_460)])]);
    let page = Page { return_code, holder: None, schedules, entries: vec![entry] };
    let sealed = seal(1, [3; 12], "page lobby 1 1", &page.encode());
    let root = PageBook::new().with(1, page.clone()).root();
    let lease = Lease { root: root.into(), ..lease(start.into(), end.into(), 7_200, None) };
    let sealed_lease = seal(1, [4; 12], "lease lobby", &lease.encode());
    let rows = [
        format!("| contents of the page | `{}` |", hex(&page.encode())),
        format!("| the page, sealed | `{}` |", sealed.0),
        format!("| root of the lease | `{}` |", hex(&root)),
        format!("| contents of the lease | `{}` |", hex(&lease.encode())),
        format!("| the lease, sealed | `{}` |", sealed_lease.0),
    ];
    let missing: Vec<_> = rows.iter().filter(|row| !document.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "{missing:#?}");

    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    let id = question(&mut rig).id;
    let end = json!({"cost": 14, "lease": sealed_lease});
    let page = SealedPage { version: 1, sealed };
    rig.receive(&topics().access(), &json!({"answer": {"id": id, "pages": {"1": page}, "end": end}}));
    rig.give(Input::Disconnected);
    rig.wait(2_000);
    rig.press("4711#");
    assert_eq!(rig.motors.len(), 1, "on a Tuesday at 14:00");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// What an automat of 500 lockers has with 50 contracts for each.
fn large_book() -> PageBook {
    let entry = |number: u64| PageEntry {
        verifier: Verifier(number.to_be_bytes()),
        handle: Handle(number.to_be_bytes()),
        start: 1_795_000_000,
        end: Some(1_796_000_000),
        schedule: Some(0),
    };
    let page = |locker: u64| Page {
        return_code: Some(Verifier([1; 8])),
        holder: None,
        schedules: vec![Windows((0..7).map(|day| (day * 1_440 + 480, day * 1_440 + 1_020)).collect())],
        entries: (0..50).map(|number| entry(locker * 50 + number)).collect(),
    };
    let lockers = 0..500;
    lockers.fold(PageBook::new(), |book, locker| book.with(locker, page(locker.into()))).leased(START, START + 86_400)
}

/// As they are sealed, for the next generation of the journal, and opened.
#[test]
fn five_hundred_pages_of_fifty_entries_are_a_few_megabytes() {
    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    let first = question(&mut rig);
    answer(&mut rig, &large_book(), &first, 45);
    assert_eq!(rig.journal.pages().pages().len(), 500);
    let sealed: usize = rig.journal.pages().pages().values().map(|page| page.sealed.0.len()).sum();
    let opened = 25_000 * size_of::<PageEntry>();
    assert!(sealed + opened < 2_000_000, "{sealed} {opened}");
    let records: Vec<_> = rig.journal.records().collect();
    assert!(records.iter().all(|record| serde_json::to_vec(record).unwrap().len() < 100_000));
    rig.cut_power();
    rig.connect();
    assert_eq!(question(&mut rig).have, large_book().versions());
}

/// The figures are in `docs/adr/0059-two-slots.md` and in the protocol.
#[test]
fn what_the_documents_say_of_the_size_of_the_journal_is_right() {
    let mut rig = Rig::just_online(DeviceKey::new(&[1; 32]));
    let first = question(&mut rig);
    answer(&mut rig, &large_book(), &first, 45);
    let mut journal = rig.journal.clone();
    journal.apply(&Record::Received { journal: "0123456789abcdef".to_owned(), up_to: 0 });
    let state = LockerState { key: true, door: Door::Closed, by: Some("01KB0000000000000000000000".to_owned()) };
    for j in 1..=20_000 {
        let report = LockersMessage {
            n: 1_795_521_600_000 + j,
            lockers: [(499, state.clone())].into(),
            device_keys: Vec::new(),
        };
        let at = Times { from: START, to: Some(START + 4) };
        journal.apply(&Record::Line { line: JournalLine { j, at, what: JournalFact::Lockers(report) } });
    }
    let length = |record: Record| serde_json::to_vec(&record).unwrap().len() + 14;
    let (pages, all) = (rig.journal.records().map(length).sum::<usize>(), journal.records().map(length).sum::<usize>());
    assert!(pages < 1_100_000 && all < 5_300_000, "{pages} {all}");
    assert_eq!(length(Record::Time { at: START }), 45);
}
