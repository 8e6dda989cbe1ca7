//! What a device did without the cloud, recorded line by line: in order, each once, whatever is interrupted or repeated.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    AutomatId, CodeKind, ContractChange, ContractDraft, ContractId, Event, EventKind, KeyChange, KeyDraft, KeyId,
    KeypadRefusal, OfflineTimes, Purpose, ReturnCode, Whereabouts,
};
use protocol::Handle;
use store::{Expected, JournalFact, JournalLine, JournalReceipt, LockerReports, OfflineEntry, PageRequest, Store};
use testkit::{TABLE, TestTable, at, automat, contract, entry, key, locker, locker_reports, metadata, pin};
use ulid::Ulid;

/// Of the contract `one`.
const HANDLE: Handle = Handle([9, 10, 11, 12, 13, 14, 15, 16]);

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

fn one() -> ContractId {
    ContractId::parse("one").unwrap()
}

/// The key `A` of locker 0, out with the contract `one`, which runs from 0 to 1000; the time is 1.
async fn stage() -> TestTable {
    let table = inside().await;
    let typed = entry(&table.store, "e1", CodeKind::Pin, "482915", at(1), &[0]);
    table.store.keypad_entry(&lobby(), typed, at(1)).await.unwrap();
    report(&table.store, locker_reports(2, &[(0, false, Some("e1"))]), 1).await;
    table
}

/// The same, while the key is inside.
async fn inside() -> TestTable {
    let table = TestTable::new().await;
    let store = &table.store;
    store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    store.record_locker_reports(&lobby(), locker_reports(1, &[(0, true, None)]), at(0)).await.unwrap();
    let return_code = Some(ReturnCode::parse("4711").unwrap());
    store.create_key(KeyDraft { return_code, ..key("A") }, &metadata()).await.unwrap();
    let draft = ContractDraft { id: Some(one()), pin: Some(pin("482915")), ..contract(&a(), 0, 1_000) };
    store.create_contract(draft, &metadata()).await.unwrap();
    give_handle(&table).await;
    table.keep_pages(at(1)).await;
    table
}

/// Gives the contract `one` an incarnation with the handle of these tests.
async fn give_handle(table: &TestTable) {
    let incarnation = Ulid::from_bytes([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]).to_string();
    let items = table.client.scan().table_name(TABLE).consistent_read(true).send().await.unwrap().items.unwrap();
    for mut item in items {
        let is_of_it = |name: &str| item.get(name) == Some(&AttributeValue::S("one".to_owned()));
        if is_of_it("contractId") && item.contains_key("incarnation") {
            item.insert("incarnation".to_owned(), AttributeValue::S(incarnation.clone()));
            table.client.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
        }
    }
}

async fn report(store: &Store, reports: LockerReports, seconds: i64) {
    store.record_locker_reports(&lobby(), reports, at(seconds)).await.unwrap();
}

fn times(from: i64) -> OfflineTimes {
    OfflineTimes { from: at(from), to: Some(at(from + 2)) }
}

fn line(number: u64, what: JournalFact) -> JournalLine {
    JournalLine { number, at: Some(times(100 + number.cast_signed())), what: Some(what) }
}

fn returned(id: &str, lockers: &[u32]) -> JournalFact {
    let give_back = lockers.iter().map(|&index| locker(index)).collect();
    JournalFact::Entry(OfflineEntry { give_back, ..fetching(id, &[]) })
}

fn fetching(id: &str, lockers: &[u32]) -> OfflineEntry {
    let fetch = lockers.iter().map(|&index| locker(index)).collect();
    OfflineEntry { id: id.to_owned(), kind: CodeKind::Pin, contract: Some(HANDLE), fetch, give_back: Vec::new() }
}

fn left(n: u64, by: &str) -> JournalFact {
    JournalFact::Lockers { reports: locker_reports(n, &[(0, false, Some(by))]), is_understood: true }
}

/// The key is fetched.
fn fetched() -> Vec<JournalLine> {
    vec![line(1, JournalFact::Entry(fetching("e2", &[0]))), line(2, left(20, "e2"))]
}

fn doors(n: u64, by: &str) -> JournalFact {
    JournalFact::Lockers { reports: locker_reports(n, &[(0, true, Some(by))]), is_understood: true }
}

fn wrong() -> JournalFact {
    JournalFact::WrongEntry(CodeKind::Pin)
}

/// The key is returned, and somebody types a wrong code.
fn lines() -> Vec<JournalLine> {
    vec![line(1, returned("e2", &[0])), line(2, doors(20, "e2")), line(3, wrong())]
}

async fn record(store: &Store, journal: &str, lines: &[JournalLine]) -> (String, u64) {
    let JournalReceipt { journal, up_to } = store.record_journal(&lobby(), journal, lines, at(200)).await.unwrap();
    (journal, up_to)
}

fn up_to(journal: &str, number: u64) -> (String, u64) {
    (journal.to_owned(), number)
}

/// The events since the key was fetched, in the order in which they happened.
async fn events(table: &TestTable) -> Vec<Event> {
    let page = PageRequest { limit: 100, after: None };
    let mut events = table.store.automat_events(&lobby(), &page).await.unwrap().data;
    events.retain(|event| event.at > at(1));
    events.sort_by_key(|event| {
        let happened = event.offline.map_or(event.at, |offline| offline.from);
        (happened, event.kind.name(), event.subject.locker)
    });
    events
}

async fn kinds(table: &TestTable) -> Vec<EventKind> {
    events(table).await.into_iter().map(|event| event.kind).collect()
}

async fn whereabouts(table: &TestTable) -> Whereabouts {
    table.store.key(&a()).await.unwrap().whereabouts
}

fn accepted() -> EventKind {
    EventKind::PinAccepted { purpose: Purpose::Return }
}

fn refused() -> EventKind {
    EventKind::EntryRefused { code_kind: CodeKind::Pin, reason: KeypadRefusal::Unknown }
}

/// What the lines of [`lines`] leave, whatever happened on the way.
async fn assert_recorded_once(table: &TestTable, context: &str) {
    let mut found = kinds(table).await;
    for expected in [accepted(), EventKind::KeyReturned, refused()] {
        let position = found.iter().position(|kind| *kind == expected);
        assert!(position.is_some(), "{context}: no {expected:?} in {found:?}");
        found.remove(position.unwrap());
    }
    assert_eq!(found, [], "{context}");
    assert_eq!(whereabouts(table).await, Whereabouts::Inside, "{context}");
}

#[tokio::test]
async fn a_return_without_the_cloud_is_recorded_with_when_it_happened() {
    let table = stage().await;
    let store = table.store_of("devices");
    assert_eq!(record(&store, "j", &lines()).await, up_to("j", 3));
    assert_recorded_once(&table, "once").await;
    let events = events(&table).await;
    let offline: Vec<_> = events.iter().map(|event| (event.kind.name(), event.offline, event.at)).collect();
    let expected = [("pin-accepted", 101), ("key-returned", 102), ("entry-refused", 103)];
    assert_eq!(offline, expected.map(|(name, from)| (name, Some(times(from)), at(200))));
    let subject = &events[0].subject;
    assert_eq!(
        (subject.key.clone(), subject.contract.clone(), subject.locker),
        (Some(a()), Some(one()), Some(locker(0)))
    );
    let contract = table.store.contract(&one()).await.unwrap();
    assert!(contract.out.is_empty());
}

#[tokio::test]
async fn lines_that_come_again_do_nothing_and_are_acknowledged() {
    let table = stage().await;
    record(&table.store, "j", &lines()).await;
    let items = table.items().await;
    assert_eq!(record(&table.store, "j", &lines()).await, up_to("j", 3));
    assert_eq!(record(&table.store, "j", &lines()[..1]).await, up_to("j", 3), "late");
    assert_eq!(record(&table.store, "j", &[]).await, up_to("j", 3));
    assert_eq!(table.items().await, items);
    assert_eq!(record(&table.store, "j", &[lines(), vec![line(4, wrong())]].concat()).await, up_to("j", 4));
}

#[tokio::test]
async fn lines_that_are_interrupted_at_any_request_are_recorded_by_the_repetition() {
    let mut interrupted = 0;
    for requests in 0.. {
        let table = stage().await;
        table.wire.cut_after(requests);
        let cut = table.store.record_journal(&lobby(), "j", &lines(), at(200)).await;
        table.wire.repair();
        if cut.is_ok() {
            break;
        }
        interrupted += 1;
        assert_eq!(record(&table.store, "j", &lines()).await, up_to("j", 3), "cut after {requests}");
        assert_recorded_once(&table, &format!("cut after {requests}")).await;
    }
    assert!(interrupted >= 10, "interrupted at {interrupted}");
}

#[tokio::test]
async fn a_lost_answer_or_a_conflict_records_nothing_twice() {
    for times in 1..6 {
        let table = stage().await;
        table.wire.lose_answers(times);
        _ = table.store.record_journal(&lobby(), "j", &lines(), at(200)).await;
        table.wire.repair();
        assert_eq!(record(&table.store, "j", &lines()).await, up_to("j", 3));
        assert_recorded_once(&table, &format!("{times} answers lost")).await;
        let table = stage().await;
        table.wire.conflict(times);
        assert_eq!(record(&table.store, "j", &lines()).await, up_to("j", 3));
        assert_recorded_once(&table, &format!("{times} conflicts")).await;
    }
}

#[tokio::test]
async fn two_that_record_the_same_lines_record_them_once() {
    for requests in 0..10 {
        let table = stage().await;
        let (other, wire) = table.another_store();
        let steps = wire.step_by_step();
        let mut running = tokio::spawn(async move { record(&other, "j", &lines()).await });
        for _ in 0..requests {
            steps.step().await;
        }
        assert_eq!(record(&table.store, "j", &lines()).await, up_to("j", 3));
        let done = loop {
            tokio::select! {
                done = &mut running => break done,
                () = steps.step() => {}
            }
        };
        assert_eq!(done.unwrap(), up_to("j", 3), "after {requests}");
        assert_recorded_once(&table, &format!("after {requests}")).await;
    }
}

#[tokio::test]
async fn nothing_is_recorded_after_a_line_that_is_missing() {
    let table = stage().await;
    record(&table.store, "j", &lines()[..1]).await;
    let all = [lines(), vec![line(4, wrong())]].concat();
    assert_eq!(record(&table.store, "j", &all[2..]).await, up_to("j", 1));
    assert_eq!(record(&table.store, "j", &[all[1].clone(), all[3].clone()]).await, up_to("j", 2));
    assert_eq!(record(&table.store, "j", &all[2..]).await, up_to("j", 4));
}

#[tokio::test]
async fn a_line_that_is_not_understood_or_from_the_future_is_passed_over_and_recorded_as_a_fault() {
    let table = stage().await;
    let unknown = JournalLine { what: None, ..line(1, wrong()) };
    let timeless = JournalLine { at: None, ..line(2, wrong()) };
    let early = JournalLine { at: Some(times(200 + 301)), ..line(3, returned("e2", &[0])) };
    assert_eq!(record(&table.store, "j", &[unknown, timeless, early, line(4, wrong())]).await, up_to("j", 4));
    let expected = [refused(), EventKind::AutomatClockWrong, EventKind::AutomatMessageNotUnderstood];
    assert_eq!(kinds(&table).await, expected);
}

#[tokio::test]
async fn another_journal_is_accepted_from_its_first_line_and_a_former_one_is_not() {
    let table = stage().await;
    record(&table.store, "j", &lines()).await;
    assert_eq!(record(&table.store, "other", &[line(1, wrong()), line(2, wrong())]).await, up_to("other", 2));
    let items = table.items().await;
    assert_eq!(record(&table.store, "j", &lines()).await, up_to("other", 2), "delivered once more");
    assert_eq!(table.items().await, items, "and it is no fault");
    assert_eq!(record(&table.store, "third", &[line(7, wrong())]).await, up_to("other", 2), "not its first line");
    assert!(kinds(&table).await.contains(&EventKind::AutomatMessageNotUnderstood));
}

#[tokio::test]
async fn the_highest_possible_number_is_the_last_line_of_a_journal() {
    let table = stage().await;
    let last = JournalLine { number: u64::MAX, ..line(1, wrong()) };
    for _ in 0..2 {
        assert_eq!(record(&table.store, "j", std::slice::from_ref(&last)).await, up_to("j", u64::MAX));
    }
    assert_eq!(kinds(&table).await, [refused()]);
}

#[tokio::test]
async fn after_a_reset_a_journal_may_begin_anywhere() {
    let table = stage().await;
    record(&table.store, "j", &lines()).await;
    table.store.reset_automat(&lobby(), Expected::Any, &metadata()).await.unwrap();
    assert_eq!(record(&table.store, "other", &[line(7, wrong())]).await, up_to("other", 7));
}

#[tokio::test]
async fn an_entry_that_the_cloud_has_answered_is_not_recorded_again() {
    let table = stage().await;
    let typed = entry(&table.store, "e2", CodeKind::Pin, "482915", at(101), &[]);
    table.store.keypad_entry(&lobby(), typed.clone(), at(101)).await.unwrap();
    record(&table.store, "j", &lines()).await;
    assert_recorded_once(&table, "answered before").await;
    assert_eq!(events(&table).await[0].offline, None, "the cloud has answered it");

    let table = stage().await;
    record(&table.store, "j", &lines()).await;
    let answer = table.store.keypad_entry(&lobby(), typed, at(201)).await.unwrap();
    assert!(
        matches!(answer, domain::KeypadAnswer::Open { until, .. } if until < at(200)),
        "nobody acts on it: {answer:?}"
    );
    assert_recorded_once(&table, "delivered afterwards").await;
}

/// The cloud refused the entry, but too late for the device, which opened the locker by what it knew.
#[tokio::test]
async fn what_the_device_did_counts_although_the_cloud_has_refused_the_entry() {
    let table = stage().await;
    let typed = entry(&table.store, "e2", CodeKind::Pin, "999999", at(101), &[]);
    table.store.keypad_entry(&lobby(), typed, at(101)).await.unwrap();
    record(&table.store, "j", &lines()[..2]).await;
    assert_eq!(kinds(&table).await, [refused(), accepted(), EventKind::KeyReturned], "and nothing was forced");
}

#[tokio::test]
async fn wrong_entries_count_with_those_at_the_same_keypad_online() {
    let table = stage().await;
    let wrong_lines: Vec<_> = (1..=3).map(|number| line(number, wrong())).collect();
    record(&table.store, "j", &wrong_lines).await;
    for n in 0..2 {
        let typed = entry(&table.store, &format!("w{n}"), CodeKind::Pin, "999999", at(200), &[]);
        let answer = table.store.keypad_entry(&lobby(), typed, at(200)).await.unwrap();
        let waits = matches!(answer, domain::KeypadAnswer::No { wait_until: Some(_) });
        assert_eq!(waits, n == 1, "the fifth wrong entry makes the keypad slow: {answer:?}");
    }
    // Between the read and the write of a line, somebody types a wrong code.
    let table = stage().await;
    let (other, wire) = table.another_store();
    let held = wire.hold("TransactWriteItems");
    let running = tokio::spawn(async move { record(&other, "j", &[line(1, wrong())]).await });
    let mut held = held;
    held.arrived().await;
    let typed = entry(&table.store, "w", CodeKind::Pin, "999999", at(200), &[]);
    table.store.keypad_entry(&lobby(), typed, at(200)).await.unwrap();
    held.release();
    assert_eq!(running.await.unwrap(), up_to("j", 1));
    assert_eq!(kinds(&table).await, [refused(), refused()]);
}

#[tokio::test]
async fn many_wrong_entries_without_the_cloud_are_recorded_as_guessing() {
    let table = stage().await;
    let lines: Vec<_> = (1..=10).map(|number| line(number, wrong())).collect();
    record(&table.store, "j", &lines).await;
    let is_guessing = |kind: &EventKind| matches!(kind, EventKind::KeypadGuessing { wrong_entries: 10, .. });
    assert!(kinds(&table).await.iter().any(is_guessing));
}

#[tokio::test]
async fn a_return_code_is_recorded_without_a_contract() {
    let table = stage().await;
    let give_back = vec![locker(0)];
    let by_code = OfflineEntry { kind: CodeKind::ReturnCode, contract: None, give_back, ..fetching("e2", &[]) };
    record(&table.store, "j", &[line(1, JournalFact::Entry(by_code)), line(2, doors(20, "e2"))]).await;
    assert_eq!(kinds(&table).await, [EventKind::ReturnCodeAccepted, EventKind::KeyReturned]);
}

#[tokio::test]
async fn a_key_returned_for_a_contract_that_was_removed_meanwhile_is_back() {
    let table = stage().await;
    table.store.remove_contract(&one(), true, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(record(&table.store, "j", &lines()).await, up_to("j", 3));
    assert_recorded_once(&table, "removed").await;
    let after_removal: Vec<_> = events(&table).await.iter().map(|event| event.after_removal).collect();
    assert_eq!(
        after_removal[after_removal.len() - 3..],
        [true, false, false],
        "accepted for it, and returned in any case"
    );
}

#[tokio::test]
async fn a_key_put_into_the_locker_that_it_was_moved_out_of_is_found_there() {
    let table = stage().await;
    let change = KeyChange { locker: Some(locker(2)), ..KeyChange::default() };
    table.store.edit_key(&a(), change, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(record(&table.store, "j", &lines()).await, up_to("j", 3));
    assert_eq!(kinds(&table).await, [accepted(), EventKind::KeyUnexpected, refused()]);
    assert_eq!(whereabouts(&table).await, Whereabouts::Out { contract: Some(one()) }, "its new locker is empty");
}

#[tokio::test]
async fn what_a_removed_key_or_an_impossible_locker_leaves_is_recorded_as_far_as_possible() {
    let table = stage().await;
    table.store.remove_key(&a(), true, Expected::Any, &metadata()).await.unwrap();
    let lines = [line(1, returned("e2", &[0])), line(2, doors(20, "e2")), line(3, returned("e3", &[2, 400]))];
    assert_eq!(record(&table.store, "j", &lines).await, up_to("j", 3));
    let recorded = events(&table).await;
    let subjects: Vec<_> = recorded.iter().map(|event| (event.kind.name(), event.subject.locker)).collect();
    let expected = [("pin-accepted", 0), ("key-unexpected", 0), ("pin-accepted", 2), ("pin-accepted", 400)];
    assert_eq!(subjects, expected.map(|(name, index)| (name, Some(locker(index)))));
}

/// A newer report has arrived already: the line changes nothing.
#[tokio::test]
async fn a_report_in_the_journal_that_is_older_than_what_is_known_changes_nothing() {
    let table = stage().await;
    report(&table.store, locker_reports(30, &[(0, true, None)]), 150).await;
    assert_eq!(record(&table.store, "j", &lines()).await, up_to("j", 3));
    assert_recorded_once(&table, "newer").await;
    let returned = events(&table).await.into_iter().find(|event| event.kind == EventKind::KeyReturned).unwrap();
    assert_eq!(returned.offline, None);
}

/// What happened since: kind, contract, and whether it was after the removal.
async fn fetches(table: &TestTable) -> Vec<(&'static str, Option<ContractId>, bool)> {
    let mut events = events(table).await;
    events.retain(|event| event.offline.is_some());
    events.into_iter().map(|event| (event.kind.name(), event.subject.contract, event.after_removal)).collect()
}

#[tokio::test]
async fn a_fetch_without_the_cloud_is_recorded_and_the_key_is_out_with_its_contract() {
    let table = inside().await;
    let store = table.store_of("devices");
    for _ in 0..2 {
        assert_eq!(record(&store, "j", &fetched()).await, up_to("j", 2));
    }
    let expected = [("key-fetched", Some(one()), false), ("pin-accepted", Some(one()), false)];
    let mut found = fetches(&table).await;
    found.sort_unstable();
    assert_eq!(found, expected);
    assert!(kinds(&table).await.contains(&EventKind::PinAccepted { purpose: Purpose::Fetch }));
    assert_eq!(whereabouts(&table).await, Whereabouts::Out { contract: Some(one()) });
    assert_eq!(store.contract(&one()).await.unwrap().out, [a()].into());
    record(&store, "j", &[line(3, returned("e3", &[0])), line(4, doors(30, "e3"))]).await;
    assert_eq!(whereabouts(&table).await, Whereabouts::Inside);
    assert!(store.contract(&one()).await.unwrap().out.is_empty());
}

#[tokio::test]
async fn an_entry_may_fetch_some_keys_and_return_others() {
    let table = inside().await;
    let both = OfflineEntry { give_back: vec![locker(2), locker(0)], ..fetching("e2", &[0]) };
    assert_eq!(record(&table.store, "j", &[line(1, JournalFact::Entry(both)), line(2, left(20, "e2"))]).await.1, 2);
    let purpose = |purpose| EventKind::PinAccepted { purpose };
    let mut found: Vec<_> = events(&table).await.into_iter().map(|event| (event.subject.locker, event.kind)).collect();
    found.sort_by_key(|(locker, kind)| (*locker, kind.name()));
    let expected = [
        (Some(locker(0)), EventKind::KeyFetched),
        (Some(locker(0)), purpose(Purpose::Fetch)),
        (Some(locker(2)), purpose(Purpose::Return)),
    ];
    assert_eq!(found, expected);
    assert_eq!(whereabouts(&table).await, Whereabouts::Out { contract: Some(one()) });
}

/// Whatever has become of the contract meanwhile: it has not got the key, although its PIN has opened the locker.
#[tokio::test]
async fn a_fetch_for_a_contract_that_is_gone_is_recorded_as_after_the_removal() {
    let removed = async |table: &TestTable| {
        table.store.remove_contract(&one(), true, Expected::Any, &metadata()).await.unwrap();
    };
    for case in ["removed", "projected", "made again", "without the key"] {
        let table = inside().await;
        match case {
            "without the key" => {
                table.store.create_key(KeyDraft { locker: Some(locker(1)), ..key("B") }, &metadata()).await.unwrap();
                let keys = Some(KeyId::parse("B").unwrap().into());
                let change = ContractChange { keys, ..ContractChange::default() };
                table.store.edit_contract(&one(), change, false, Expected::Any, &metadata()).await.unwrap();
            }
            _ => removed(&table).await,
        }
        if case != "removed" {
            table.keep_pages(at(1)).await;
        }
        if case == "made again" {
            let draft = ContractDraft { id: Some(one()), ..contract(&a(), 0, 1_000) };
            table.store.create_contract(draft, &metadata()).await.unwrap();
        }
        assert_eq!(record(&table.store, "j", &fetched()).await, up_to("j", 2), "{case}");
        let mut found = fetches(&table).await;
        found.sort_unstable();
        assert_eq!(found, [("key-fetched", Some(one()), true), ("pin-accepted", Some(one()), true)], "{case}");
        assert_eq!(whereabouts(&table).await, Whereabouts::Out { contract: None }, "{case}");
        if let Ok(contract) = table.store.contract(&one()).await {
            assert!(contract.out.is_empty(), "{case}");
        }
    }
}

#[tokio::test]
async fn a_fetch_from_a_locker_that_has_another_key_by_now_is_not_the_contracts() {
    let table = inside().await;
    let to = KeyChange { locker: Some(locker(2)), ..KeyChange::default() };
    table.store.edit_key(&a(), to, Expected::Any, &metadata()).await.unwrap();
    table.store.create_key(KeyDraft { locker: Some(locker(0)), ..key("B") }, &metadata()).await.unwrap();
    assert_eq!(record(&table.store, "j", &fetched()).await, up_to("j", 2));
    let b = table.store.key(&KeyId::parse("B").unwrap()).await.unwrap();
    assert_eq!(b.whereabouts, Whereabouts::Out { contract: None });
    let mut found = fetches(&table).await;
    found.sort_unstable();
    assert_eq!(found, [("key-fetched", Some(one()), true), ("pin-accepted", Some(one()), true)]);
}

#[tokio::test]
async fn a_fetch_for_an_unknown_contract_is_recorded_without_it() {
    let table = inside().await;
    let unknown = OfflineEntry { contract: Some(Handle([7; 8])), ..fetching("e2", &[0]) };
    record(&table.store, "j", &[line(1, JournalFact::Entry(unknown)), line(2, left(20, "e2"))]).await;
    let mut found = fetches(&table).await;
    found.sort_unstable();
    assert_eq!(found, [("key-fetched", None, true), ("pin-accepted", None, true)]);
    assert_eq!(whereabouts(&table).await, Whereabouts::Out { contract: None });
}
