//! The keypad: from a typed code to the answer, the events and the wait.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{
    AllowedLocker, AllowedLockers, AutomatId, CodeKind, ContractChange, ContractDraft, ContractId, Event, EventKind,
    GuessingPeriod, KeyDraft, KeyId, KeypadAnswer, KeypadRefusal, Purpose, ReturnCode, Schedule, Sharing,
};
use store::{Error, Expected, KeypadEntry, PageRequest, ResourceKind, Store};
use testkit::{TestTable, at, automat, contract, entry, key, locker, locker_reports, metadata, pin};

const WRONG: &str = "999999";

/// Refused, without a wait.
const NO: KeypadAnswer = KeypadAnswer::No { wait_until: None };

/// Refused; the next entry has to wait.
fn no_until(second: i64) -> KeypadAnswer {
    KeypadAnswer::No { wait_until: Some(at(second)) }
}

/// Not checked.
fn wait_until(second: i64) -> KeypadAnswer {
    KeypadAnswer::Wait { until: at(second) }
}

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

/// The key `A` in locker 0, inside, with the return code 4711 and contracts of which one runs from 0 to 1000.
async fn stage() -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    table.store.record_locker_reports(&lobby(), locker_reports(1, &[(0, true, None)]), at(0)).await.unwrap();
    let return_code = Some(ReturnCode::parse("4711").unwrap());
    let draft = KeyDraft { return_code, sharing: Sharing::Shared, ..key("A") };
    table.store.create_key(draft, &metadata()).await.unwrap();
    for (name, digits, start, end) in
        [("now", "482915", 0, 1_000), ("too", "573826", 0, 1_000), ("later", "664737", 500, 900)]
    {
        let id = Some(ContractId::parse(name).unwrap());
        let draft = ContractDraft { id, pin: Some(pin(digits)), ..contract(&a(), start, end) };
        table.store.create_contract(draft, &metadata()).await.unwrap();
    }
    table
}

fn typed(store: &Store, id: &str, digits: &str, seconds: i64, inside: &[u32]) -> KeypadEntry {
    entry(store, id, CodeKind::Pin, digits, at(seconds), inside)
}

async fn decide(store: &Store, entry: KeypadEntry, seconds: i64) -> KeypadAnswer {
    store.keypad_entry(&lobby(), entry, at(seconds)).await.unwrap()
}

/// A PIN typed with the key inside.
async fn pin_inside(table: &TestTable, id: &str, digits: &str, seconds: i64) -> KeypadAnswer {
    decide(&table.store, typed(&table.store, id, digits, seconds, &[0]), seconds).await
}

/// A PIN typed with the locker empty.
async fn pin_empty(table: &TestTable, id: &str, digits: &str, seconds: i64) -> KeypadAnswer {
    decide(&table.store, typed(&table.store, id, digits, seconds, &[]), seconds).await
}

async fn return_code(table: &TestTable, id: &str, digits: &str, inside: &[u32]) -> KeypadAnswer {
    let entry = entry(&table.store, id, CodeKind::ReturnCode, digits, at(0), inside);
    decide(&table.store, entry, 0).await
}

fn open(purpose: Purpose, until: i64) -> KeypadAnswer {
    let allowed = AllowedLockers { lockers: vec![AllowedLocker { locker: locker(0), purpose }], missing: Vec::new() };
    KeypadAnswer::Open { allowed, until: at(until) }
}

fn of_keypad(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::PinAccepted { .. }
            | EventKind::ReturnCodeAccepted
            | EventKind::EntryRefused { .. }
            | EventKind::KeypadGuessing { .. }
    )
}

/// The keypad's events, oldest first.
async fn recorded(table: &TestTable) -> Vec<Event> {
    let page = PageRequest { limit: 100, after: None };
    let mut events = table.store.automat_events(&lobby(), &page).await.unwrap().data;
    events.retain(|event| of_keypad(&event.kind));
    events.sort_by_key(|event| event.at);
    events
}

async fn refusals(table: &TestTable) -> Vec<KeypadRefusal> {
    let reason = |event: Event| match event.kind {
        EventKind::EntryRefused { reason, .. } => Some(reason),
        _ => None,
    };
    recorded(table).await.into_iter().filter_map(reason).collect()
}

#[tokio::test]
async fn a_pin_fetches_its_key_and_the_event_names_the_contract() {
    let table = stage().await;
    assert_eq!(pin_inside(&table, "e1", "482915", 3).await, open(Purpose::Fetch, 13));
    let events = recorded(&table).await;
    assert_eq!(events[0].kind, EventKind::PinAccepted { purpose: Purpose::Fetch });
    let subject = &events[0].subject;
    assert_eq!((subject.locker, subject.key.clone()), (Some(locker(0)), Some(a())));
    assert_eq!(subject.contract, Some(ContractId::parse("now").unwrap()));
    assert_eq!(events[0].actor.as_str(), "automat:lobby");
    let page = PageRequest { limit: 1, after: None };
    assert_eq!(table.store.key_events(&a(), &page).await.unwrap().data, events, "in the key's own record too");
}

#[tokio::test]
async fn an_entry_takes_two_reads_and_one_transaction() {
    let table = stage().await;
    let entry = typed(&table.store, "e1", "482915", 0, &[0]);
    let _ = table.wire.tally();
    decide(&table.store, entry, 0).await;
    assert_eq!(table.wire.tally().round_trips, 3);
}

#[tokio::test]
async fn a_fetched_key_is_returned_with_its_pin_even_after_the_end() {
    let table = stage().await;
    pin_inside(&table, "e1", "482915", 0).await;
    table.store.record_locker_reports(&lobby(), locker_reports(2, &[(0, false, Some("e1"))]), at(1)).await.unwrap();
    assert_eq!(pin_empty(&table, "e2", "573826", 10).await, NO, "another contract has it");
    assert_eq!(pin_empty(&table, "e3", "482915", 5_000).await, open(Purpose::Return, 5_010));
    assert_eq!(refusals(&table).await, [KeypadRefusal::KeyOut]);
}

#[tokio::test]
async fn a_pin_that_is_not_valid_now_opens_nothing_and_the_record_says_why() {
    let table = stage().await;
    assert_eq!(pin_inside(&table, "e1", "664737", 0).await, NO);
    assert_eq!(pin_inside(&table, "e2", "482915", 1_000).await, NO);
    assert_eq!(pin_inside(&table, "e3", WRONG, 1_001).await, NO);
    let expected = [KeypadRefusal::TooEarly, KeypadRefusal::Ended, KeypadRefusal::Unknown];
    assert_eq!(refusals(&table).await, expected);
    let known: Vec<_> = recorded(&table).await.into_iter().map(|event| event.subject.key.is_some()).collect();
    assert_eq!(known, [true, true, false]);
}

#[tokio::test]
async fn a_schedule_limits_fetching_as_it_is_now_and_returning_never() {
    let table = stage().await;
    let id = ContractId::parse("now").unwrap();
    let reschedule = async |schedule: Option<&str>| {
        let schedule = schedule.map(|text| Schedule::parse(text).unwrap());
        let change = ContractChange { schedule: Some(schedule), ..ContractChange::default() };
        table.store.edit_contract(&id, change, false, Expected::Any, &metadata()).await.unwrap();
    };
    // It is Tuesday, 14:00 in the time zone of the automat.
    reschedule(Some("Tu 15:00-16:00")).await;
    assert_eq!(pin_inside(&table, "e1", "482915", 1).await, NO);
    assert_eq!(refusals(&table).await, [KeypadRefusal::OutsideSchedule]);
    reschedule(Some("Tu 14:00-14:01")).await;
    assert_eq!(pin_inside(&table, "e2", "482915", 2).await, open(Purpose::Fetch, 12));
    table.store.record_locker_reports(&lobby(), locker_reports(2, &[(0, false, Some("e2"))]), at(3)).await.unwrap();
    assert_eq!(pin_empty(&table, "e3", "482915", 100).await, open(Purpose::Return, 110));
    table.store.record_locker_reports(&lobby(), locker_reports(3, &[(0, true, Some("e3"))]), at(101)).await.unwrap();
    assert_eq!(pin_inside(&table, "e4", "482915", 102).await, NO, "what moved the key left the schedule as it was");
    reschedule(None).await;
    assert_eq!(pin_inside(&table, "e5", "482915", 103).await, open(Purpose::Fetch, 113));
}

#[tokio::test]
async fn a_return_code_returns_the_key_and_takes_none() {
    let table = stage().await;
    assert_eq!(return_code(&table, "e1", "4711", &[0]).await, NO);
    assert_eq!(return_code(&table, "e2", "4712", &[]).await, NO);
    assert_eq!(return_code(&table, "e3", "4711", &[]).await, open(Purpose::Return, 10));
    let kinds = recorded(&table).await;
    assert!(kinds.iter().any(|event| event.kind == EventKind::ReturnCodeAccepted));
    let reasons = refusals(&table).await;
    assert!(reasons.contains(&KeypadRefusal::KeyInside) && reasons.contains(&KeypadRefusal::Unknown));
}

/// 4711 as a PIN and 4711 after `*` are different codes.
#[tokio::test]
async fn a_return_code_is_no_pin() {
    let table = stage().await;
    assert_eq!(pin_empty(&table, "e1", "4711", 0).await, NO);
    assert_eq!(return_code(&table, "e2", "4829", &[]).await, NO);
}

/// Five wrong entries at that second.
async fn make_slow(table: &TestTable, seconds: i64) {
    for n in 0..5 {
        pin_inside(table, &format!("s{seconds}-{n}"), WRONG, seconds).await;
    }
}

#[tokio::test]
async fn five_wrong_entries_make_the_keypad_slow_and_a_right_one_gets_in_after_the_wait() {
    let table = stage().await;
    for n in 0..4 {
        assert_eq!(pin_inside(&table, &format!("w{n}"), WRONG, n).await, NO);
    }
    assert_eq!(pin_inside(&table, "w4", WRONG, 4).await, no_until(34));
    assert_eq!(pin_inside(&table, "e1", "482915", 33).await, wait_until(34), "and costs nothing");
    assert_eq!(pin_inside(&table, "e2", "482915", 34).await, open(Purpose::Fetch, 44));
    assert_eq!(pin_inside(&table, "e3", "573826", 34).await, open(Purpose::Fetch, 44), "a right one makes nobody wait");
    assert_eq!(pin_inside(&table, "w5", WRONG, 34).await, no_until(94), "and is no new beginning");
    assert_eq!(refusals(&table).await[5], KeypadRefusal::KeypadSlow);
}

/// Otherwise somebody with one right code could guess forever.
#[tokio::test]
async fn a_right_entry_does_not_reset_wrong_ones() {
    let table = stage().await;
    for n in 0..4 {
        assert_eq!(pin_inside(&table, &format!("w{n}"), WRONG, n).await, NO);
        assert_eq!(pin_inside(&table, &format!("e{n}"), "482915", n).await, open(Purpose::Fetch, n + 10));
    }
    assert_eq!(pin_inside(&table, "w4", WRONG, 4).await, no_until(34));
}

/// The guest of `later`, whose contract starts at 500, tries too early, twice; then another guest enters a right
/// code.
#[tokio::test]
async fn an_early_guest_does_not_lock_out_others() {
    let table = stage().await;
    for n in 0..3 {
        assert_eq!(pin_inside(&table, &format!("t{n}"), "664737", n).await, NO);
    }
    for n in 3..7 {
        assert_eq!(pin_inside(&table, &format!("t{n}"), "664737", n).await, NO, "wrong from the fourth on");
    }
    assert_eq!(pin_inside(&table, "e1", "482915", 7).await, open(Purpose::Fetch, 17));
    assert_eq!(pin_inside(&table, "t7", "664737", 8).await, no_until(38));
    for n in 0..4 {
        assert_eq!(return_code(&table, &format!("r{n}"), "4711", &[0]).await, wait_until(38));
    }
}

#[tokio::test]
async fn return_codes_and_pins_are_free_each_by_itself() {
    let table = stage().await;
    for n in 0..3 {
        assert_eq!(return_code(&table, &format!("r{n}"), "4711", &[0]).await, NO);
        assert_eq!(pin_inside(&table, &format!("t{n}"), "664737", 0).await, NO);
    }
    for n in 0..4 {
        assert_eq!(pin_inside(&table, &format!("w{n}"), WRONG, 0).await, NO, "the whole budget is there");
    }
    assert_eq!(return_code(&table, "r3", "4711", &[0]).await, no_until(30), "the fifth wrong one");
}

#[tokio::test]
async fn ten_wrong_entries_in_an_hour_are_recorded_as_guessing_once() {
    let table = stage().await;
    make_slow(&table, 0).await;
    for (n, seconds) in [30, 90, 210, 450, 750, 1_050].into_iter().enumerate() {
        pin_inside(&table, &format!("w{n}"), WRONG, seconds).await;
    }
    let events = recorded(&table).await;
    let guessing: Vec<_> =
        events.iter().filter(|event| matches!(event.kind, EventKind::KeypadGuessing { .. })).collect();
    let kind = EventKind::KeypadGuessing { wrong_entries: 10, within: GuessingPeriod::Hour };
    assert_eq!(guessing.iter().map(|event| (&event.kind, event.at)).collect::<Vec<_>>(), [(&kind, at(750))]);
    assert_eq!(guessing[0].subject.key, None);
}

#[tokio::test]
async fn an_entry_that_is_not_checked_does_not_count() {
    let table = stage().await;
    for n in 0..10 {
        let late = typed(&table.store, &format!("l{n}"), WRONG, 0, &[0]);
        assert_eq!(decide(&table.store, late, 16).await, NO);
        let ahead = typed(&table.store, &format!("h{n}"), "482915", 32, &[0]);
        assert_eq!(decide(&table.store, ahead, 16).await, NO);
    }
    assert_eq!(refusals(&table).await, [KeypadRefusal::Late; 20]);
    assert_eq!(pin_inside(&table, "e1", "482915", 16).await, open(Purpose::Fetch, 26));
}

#[tokio::test]
async fn an_entry_delivered_again_gets_the_same_answer_and_counts_nothing() {
    let table = stage().await;
    let first = pin_inside(&table, "e1", "482915", 0).await;
    for _ in 0..10 {
        assert_eq!(pin_inside(&table, "w1", WRONG, 1).await, NO);
        let again = typed(&table.store, "e1", "482915", 0, &[]);
        assert_eq!(decide(&table.store, again, 500).await, first, "whatever has happened since");
    }
    assert_eq!(recorded(&table).await.len(), 2);
}

#[tokio::test]
async fn of_two_deliveries_at_once_one_is_decided() {
    let table = stage().await;
    let mut held = table.wire.hold("TransactWriteItems");
    let (store, twin) = (table.store.clone(), typed(&table.store, "w1", WRONG, 0, &[0]));
    let late = tokio::spawn(async move { decide(&store, twin, 0).await });
    held.arrived().await;
    assert_eq!(pin_inside(&table, "w1", WRONG, 0).await, NO);
    held.release();
    assert_eq!(late.await.unwrap(), NO);
    assert_eq!(refusals(&table).await, [KeypadRefusal::Unknown]);
}

/// A right entry does not change the keypad's state, so only the entry's own item can prevent the second event.
#[tokio::test]
async fn of_two_deliveries_of_a_right_entry_one_is_recorded() {
    let table = stage().await;
    let mut held = table.wire.hold("TransactWriteItems");
    let (store, twin) = (table.store.clone(), typed(&table.store, "e1", "482915", 0, &[0]));
    let late = tokio::spawn(async move { decide(&store, twin, 5).await });
    held.arrived().await;
    let first = pin_inside(&table, "e1", "482915", 0).await;
    held.release();
    assert_eq!(late.await.unwrap(), first);
    assert_eq!(recorded(&table).await.len(), 1);
}

/// Concurrent guesses are each counted, so that none is checked before its time, not even the right one.
#[tokio::test]
async fn an_entry_decided_before_the_keypad_became_slow_is_decided_again() {
    let table = stage().await;
    let mut held = table.wire.hold("TransactWriteItems");
    let (store, right) = (table.store.clone(), typed(&table.store, "e1", "482915", 0, &[0]));
    let late = tokio::spawn(async move { decide(&store, right, 0).await });
    held.arrived().await;
    for n in 0..5 {
        pin_inside(&table, &format!("w{n}"), WRONG, 0).await;
    }
    held.release();
    assert_eq!(late.await.unwrap(), wait_until(30));
}

#[tokio::test]
async fn guesses_at_once_are_counted_one_by_one() {
    let table = stage().await;
    let guesses = (0..12).map(|n| {
        let (store, guess) = (table.store.clone(), typed(&table.store, &format!("w{n}"), WRONG, 0, &[0]));
        tokio::spawn(async move { decide(&store, guess, 0).await })
    });
    let mut answers = Vec::new();
    for guess in guesses.collect::<Vec<_>>() {
        answers.push(guess.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|answer| **answer == NO).count(), 4);
    assert_eq!(answers.iter().filter(|answer| **answer == no_until(30)).count(), 1);
    assert_eq!(refusals(&table).await.iter().filter(|reason| **reason == KeypadRefusal::Unknown).count(), 5);
}

#[tokio::test]
async fn conflicts_are_tried_again_and_a_lost_answer_is_found_again() {
    let table = stage().await;
    table.wire.conflict(2);
    assert_eq!(pin_inside(&table, "e1", "482915", 0).await, open(Purpose::Fetch, 10));
    table.wire.lose_answers(1_000);
    let lost = table.store.keypad_entry(&lobby(), typed(&table.store, "w1", WRONG, 0, &[0]), at(0)).await;
    table.wire.repair();
    assert!(!matches!(lost, Ok(KeypadAnswer::Open { .. })));
    assert_eq!(pin_inside(&table, "w1", WRONG, 5).await, NO);
    assert_eq!(refusals(&table).await, [KeypadRefusal::Unknown]);
}

#[tokio::test]
async fn a_key_that_is_being_removed_has_no_codes() {
    let table = stage().await;
    table.wire.cut_after(3);
    assert!(table.store.remove_key(&a(), true, Expected::Any, &metadata()).await.is_err());
    table.wire.repair();
    assert_eq!(pin_inside(&table, "e1", "482915", 0).await, NO);
    assert_eq!(return_code(&table, "e2", "4711", &[]).await, NO);
    assert_eq!(refusals(&table).await, [KeypadRefusal::Unknown; 2]);
}

#[tokio::test]
async fn codes_and_entries_that_no_device_sends_open_nothing() {
    let table = stage().await;
    let odd = |id: &str, code: &str| KeypadEntry {
        id: id.to_owned(),
        code: code.to_owned(),
        ..typed(&table.store, id, WRONG, 0, &[0])
    };
    let right = typed(&table.store, "", "482915", 0, &[0]).code;
    for (id, code) in
        [("e1", ""), ("e2", &*"A".repeat(5_000)), ("e3", "482915"), ("", &right), (&"e".repeat(65), &right)]
    {
        assert_eq!(decide(&table.store, odd(id, code), 0).await, NO);
    }
    let nowhere = AutomatId::parse("garage").unwrap();
    let answer = table.store.keypad_entry(&nowhere, odd("e1", &right), at(0)).await;
    assert!(matches!(answer, Err(Error::NotFound(ResourceKind::Automat))));
}

#[tokio::test]
async fn no_entered_code_is_stored() {
    let table = stage().await;
    let wrong = typed(&table.store, "w1", "318642", 0, &[0]);
    let name = wrong.code.clone();
    decide(&table.store, wrong.clone(), 0).await;
    pin_inside(&table, "e1", "482915", 0).await;
    let items = table.items().await.concat();
    assert!(items.contains("ENTRY#w1") && items.contains("ENTRY#e1"));
    for secret in ["318642", "482915", "4711", &name] {
        assert!(!items.contains(secret), "{secret}");
        let bytes = secret.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
        assert!(!items.contains(&bytes), "as shown bytes");
    }
    assert!(!format!("{wrong:?}").contains(&name), "nor in what is logged");
}
