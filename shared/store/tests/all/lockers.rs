//! Doors and keys as reported by devices: late, twice and out of order; the latest state counts.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{
    AutomatId, CodeKind, ContractChange, ContractDraft, ContractId, ContractRefusal, DoorState, Event, EventKind,
    KeyChange, KeyDraft, KeyId, OpeningDraft, Presence, Sharing, Whereabouts,
};
use store::{
    Error, Expected, LockerReport, LockerReports, NextContract, PageRequest, RequestMetadata, ResourceKind, Store,
};
use testkit::{SeededRng, TestTable, at, automat, contract, entry, key, locker, locker_reports, metadata, pin};

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

fn id(name: &str) -> ContractId {
    ContractId::parse(name).unwrap()
}

fn out_with(name: &str) -> Whereabouts {
    Whereabouts::Out { contract: Some(id(name)) }
}

/// The key `A` in locker 0 of three, inside, with the contracts `one` and `two` from 0 to 60.
async fn stage() -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    table.store.create_key(KeyDraft { sharing: Sharing::Shared, ..key("A") }, &metadata()).await.unwrap();
    for (name, digits) in [("one", "482915"), ("two", "573826")] {
        let draft = ContractDraft { id: Some(id(name)), pin: Some(pin(digits)), ..contract(&a(), 0, 60) };
        table.store.create_contract(draft, &metadata()).await.unwrap();
    }
    report(&table.store, locker_reports(10, &[(0, true, None)])).await;
    table
}

/// Later reports are received later here, so that the events are in their order.
async fn report(store: &Store, reports: LockerReports) {
    let now = at(reports.n.cast_signed());
    store.record_locker_reports(&lobby(), reports, now).await.unwrap();
}

/// Fetches the key with a PIN: the entry, then the device's report.
async fn fetch(table: &TestTable, entry_id: &str, digits: &str, n: u64) {
    let typed = entry(&table.store, entry_id, CodeKind::Pin, digits, at(1), &[0]);
    table.store.keypad_entry(&lobby(), typed, at(1)).await.unwrap();
    report(&table.store, locker_reports(n, &[(0, false, Some(entry_id))])).await;
}

async fn whereabouts(table: &TestTable) -> Whereabouts {
    let of_key = table.store.key(&a()).await.unwrap();
    let view = table.store.automat_view(&lobby(), at(1)).await.unwrap();
    let of_locker = &view.lockers[usize::from(of_key.locker.get())].whereabouts;
    assert_eq!(&of_key.whereabouts, of_locker, "the key and the locker agree");
    of_key.whereabouts
}

/// The fetch and return events, oldest first: who, what, and with which contract.
async fn movements(table: &TestTable) -> Vec<(String, EventKind, Option<ContractId>)> {
    let page = PageRequest { limit: 100, after: None };
    let events = table.store.key_events(&a(), &page).await.unwrap().data.into_iter().rev();
    let passed = |event: &Event| matches!(event.kind, EventKind::KeyFetched | EventKind::KeyReturned);
    let summary = |event: Event| (event.actor.as_str().to_owned(), event.kind, event.subject.contract);
    events.filter(passed).map(summary).collect()
}

/// The attributes of a PIN item that decide whether another contract may take it.
async fn pin_item(table: &TestTable, contract: &str) -> String {
    let items = table.items().await;
    let is_it = |item: &&String| item.contains("S(\"PIN#");
    let item = items.iter().filter(is_it).find(|item| item.contains(&format!("S(\"{contract}\")"))).unwrap();
    let has = |name: &'static str| if item.contains(&format!("\"{name}\"")) { name } else { "" };
    format!("{}{}", has("out"), has("ttl"))
}

#[tokio::test]
async fn a_key_is_fetched_with_the_contract_of_the_entry_and_returned() {
    let table = stage().await;
    assert_eq!(whereabouts(&table).await, Whereabouts::Inside);
    assert_eq!(movements(&table).await, [], "that it is there is no return");
    fetch(&table, "e1", "482915", 11).await;
    assert_eq!(whereabouts(&table).await, out_with("one"));
    report(&table.store, locker_reports(12, &[(0, true, Some("e2"))])).await;
    assert_eq!(whereabouts(&table).await, Whereabouts::Inside);
    let device = "automat:lobby".to_owned();
    let expected =
        [(device.clone(), EventKind::KeyFetched, Some(id("one"))), (device, EventKind::KeyReturned, Some(id("one")))];
    assert_eq!(movements(&table).await, expected);
    assert_eq!(table.store.key(&a()).await.unwrap().version, 1, "nobody's If-Match has become stale");
}

#[tokio::test]
async fn a_key_taken_after_an_opening_was_fetched_by_its_requester() {
    let table = stage().await;
    let draft = OpeningDraft { automat: lobby(), locker: locker(0), reason: None, force: false };
    let asking = RequestMetadata { actor: domain::Actor::new("ada"), ..metadata() };
    let opening = table.store.request_opening(draft, &asking).await.unwrap().into_inner();
    report(&table.store, locker_reports(11, &[(0, false, Some(opening.id.as_str()))])).await;
    assert_eq!(whereabouts(&table).await, Whereabouts::Out { contract: None });
    assert_eq!(movements(&table).await, [("ada".to_owned(), EventKind::KeyFetched, None)]);
}

#[tokio::test]
async fn an_entry_that_opened_for_another_purpose_fetched_nothing() {
    let table = stage().await;
    let to_return = entry(&table.store, "e1", CodeKind::Pin, "482915", at(1), &[]);
    table.store.keypad_entry(&lobby(), to_return, at(1)).await.unwrap();
    report(&table.store, locker_reports(11, &[(0, false, Some("e1"))])).await;
    assert_eq!(whereabouts(&table).await, Whereabouts::Out { contract: None });
    for odd in ["nothing", "", &"x".repeat(2_000)] {
        report(&table.store, locker_reports(12, &[(0, true, Some(odd))])).await;
    }
    assert_eq!(whereabouts(&table).await, Whereabouts::Inside);
}

#[tokio::test]
async fn the_pin_of_a_key_that_is_out_stays_until_the_key_is_back() {
    let table = stage().await;
    assert_eq!(pin_item(&table, "one").await, "ttl");
    fetch(&table, "e1", "482915", 11).await;
    assert_eq!(pin_item(&table, "one").await, "out");
    assert_eq!(pin_item(&table, "two").await, "ttl", "another contract's PIN is left alone");
    let later = RequestMetadata { now: at(100), ..metadata() };
    let draft = || ContractDraft { pin: Some(pin("482915")), ..contract(&a(), 100, 200) };
    let taken = table.store.create_contract(draft(), &later).await;
    assert!(matches!(taken, Err(Error::Contract(ContractRefusal::PinInUse))), "ended, and the key is not back");
    report(&table.store, locker_reports(12, &[(0, true, None)])).await;
    assert_eq!(pin_item(&table, "one").await, "ttl");
    table.store.create_contract(draft(), &later).await.unwrap();
}

#[tokio::test]
async fn a_new_pin_of_a_contract_whose_key_is_out_stays_too() {
    let table = stage().await;
    fetch(&table, "e1", "482915", 11).await;
    table.store.replace_pin(&id("one"), &metadata()).await.unwrap();
    assert_eq!(pin_item(&table, "one").await, "out");
    report(&table.store, locker_reports(12, &[(0, true, None)])).await;
    assert_eq!(pin_item(&table, "one").await, "ttl");
}

/// The new PIN is decided while the key is inside, and written when it is out.
#[tokio::test]
async fn a_new_pin_decided_before_the_key_was_taken_is_decided_again() {
    let table = stage().await;
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let replacing = tokio::spawn(async move { store.replace_pin(&id("one"), &metadata()).await });
    held.arrived().await;
    let (other, _) = table.another_store();
    let typed = entry(&other, "e1", CodeKind::Pin, "482915", at(1), &[0]);
    other.keypad_entry(&lobby(), typed, at(1)).await.unwrap();
    report(&other, locker_reports(11, &[(0, false, Some("e1"))])).await;
    held.release();
    replacing.await.unwrap().unwrap();
    assert_eq!(pin_item(&table, "one").await, "out");
}

/// The other way round: the key is fetched with a PIN that is replaced before the fetch is written.
#[tokio::test]
async fn a_fetch_decided_before_the_pin_was_replaced_marks_the_new_one() {
    let table = stage().await;
    let typed = entry(&table.store, "e1", CodeKind::Pin, "482915", at(1), &[0]);
    table.store.keypad_entry(&lobby(), typed, at(1)).await.unwrap();
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let reporting = tokio::spawn(async move { report(&store, locker_reports(11, &[(0, false, Some("e1"))])).await });
    held.arrived().await;
    table.store.replace_pin(&id("one"), &metadata()).await.unwrap();
    held.release();
    reporting.await.unwrap();
    assert_eq!(whereabouts(&table).await, out_with("one"));
    assert_eq!(pin_item(&table, "one").await, "out");
}

#[tokio::test]
async fn a_key_can_be_returned_after_its_contract_was_removed() {
    let table = stage().await;
    fetch(&table, "e1", "482915", 11).await;
    table.store.remove_contract(&id("one"), true, Expected::Any, &metadata()).await.unwrap();
    report(&table.store, locker_reports(12, &[(0, true, None)])).await;
    assert_eq!(whereabouts(&table).await, Whereabouts::Inside);
}

#[tokio::test]
async fn a_booking_decided_before_the_key_was_taken_is_decided_again_and_neither_is_lost() {
    let table = stage().await;
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let booking = tokio::spawn(async move { store.create_contract(contract(&a(), 100, 200), &metadata()).await });
    held.arrived().await;
    report(&table.store, locker_reports(11, &[(0, false, None)])).await;
    held.release();
    booking.await.unwrap().unwrap();
    let key = table.store.key(&a()).await.unwrap();
    assert_eq!((key.calendar.entries().len(), key.whereabouts), (3, Whereabouts::Out { contract: None }));
}

#[tokio::test]
async fn a_removal_of_a_contract_decided_before_the_key_was_taken_with_it_is_refused() {
    let table = stage().await;
    let typed = entry(&table.store, "e1", CodeKind::Pin, "482915", at(1), &[0]);
    table.store.keypad_entry(&lobby(), typed, at(1)).await.unwrap();
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let removing =
        tokio::spawn(async move { store.remove_contract(&id("one"), false, Expected::Any, &metadata()).await });
    held.arrived().await;
    report(&table.store, locker_reports(11, &[(0, false, Some("e1"))])).await;
    held.release();
    assert!(matches!(removing.await.unwrap(), Err(Error::Contract(ContractRefusal::KeyOut { .. }))));
}

/// The fetch has read the contract with its old end, and would write that to the PIN if it did not read again.
#[tokio::test]
async fn a_fetch_decided_before_its_contract_was_extended_keeps_the_new_end() {
    let table = stage().await;
    let typed = entry(&table.store, "e1", CodeKind::Pin, "482915", at(1), &[0]);
    table.store.keypad_entry(&lobby(), typed, at(1)).await.unwrap();
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let reporting = tokio::spawn(async move { report(&store, locker_reports(11, &[(0, false, Some("e1"))])).await });
    held.arrived().await;
    let longer = ContractChange { ending: Some(domain::Ending::At(at(90))), ..ContractChange::default() };
    table.store.edit_contract(&id("one"), longer, false, Expected::Any, &metadata()).await.unwrap();
    held.release();
    reporting.await.unwrap();
    let items = table.items().await;
    let pin = items.iter().find(|item| item.contains("S(\"PIN#") && item.contains("S(\"one\")")).unwrap();
    assert!(pin.contains(&format!("\"until\": N(\"{}\")", at(90).millis())), "{pin}");
}

#[tokio::test]
async fn the_first_report_of_a_key_is_no_event() {
    for (inside, expected) in [(true, Whereabouts::Inside), (false, Whereabouts::Out { contract: None })] {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
        table.store.create_key(key("A"), &metadata()).await.unwrap();
        assert_eq!(whereabouts(&table).await, Whereabouts::Unknown);
        report(&table.store, locker_reports(1, &[(0, inside, None)])).await;
        assert_eq!(whereabouts(&table).await, expected);
        assert_eq!(movements(&table).await, []);
    }
}

#[tokio::test]
async fn a_key_given_a_locker_is_where_the_sensor_sees_it() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    report(&table.store, locker_reports(1, &[(0, true, None), (1, false, None), (2, true, None)])).await;
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    assert_eq!(whereabouts(&table).await, Whereabouts::Inside);
    let to = |index| KeyChange { locker: Some(locker(index)), ..KeyChange::default() };
    table.store.edit_key(&a(), to(1), Expected::Any, &metadata()).await.unwrap();
    assert_eq!(whereabouts(&table).await, Whereabouts::Unknown, "nobody has carried it over yet");
    table.store.edit_key(&a(), to(2), Expected::Any, &metadata()).await.unwrap();
    assert_eq!(whereabouts(&table).await, Whereabouts::Inside);
    report(&table.store, locker_reports(2, &[(2, false, None)])).await;
    table.store.edit_key(&a(), to(0), Expected::Any, &metadata()).await.unwrap();
    assert_eq!(whereabouts(&table).await, Whereabouts::Out { contract: None }, "out of one is out of the other");
    let view = table.store.automat_view(&lobby(), at(1)).await.unwrap();
    let seen: Vec<_> = view.lockers[1..].iter().map(|locker| locker.whereabouts.clone()).collect();
    assert_eq!(seen, [Whereabouts::Out { contract: None }, Whereabouts::Out { contract: None }]);
}

#[tokio::test]
async fn a_key_added_while_its_locker_is_reported_takes_the_reported_state() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let adding = tokio::spawn(async move { store.create_key(key("A"), &metadata()).await });
    held.arrived().await;
    report(&table.store, locker_reports(1, &[(0, true, None)])).await;
    held.release();
    adding.await.unwrap().unwrap();
    assert_eq!(whereabouts(&table).await, Whereabouts::Inside);
}

#[tokio::test]
async fn a_locker_keeps_its_sensor_readings_when_its_key_is_removed() {
    let table = stage().await;
    table.store.remove_key(&a(), false, Expected::Any, &metadata()).await.unwrap();
    let view = table.store.automat_view(&lobby(), at(1)).await.unwrap();
    assert!(view.lockers[0].key.is_none());
    assert_eq!((&view.lockers[0].whereabouts, view.lockers[0].door), (&Whereabouts::Inside, DoorState::Closed));
}

#[tokio::test]
async fn older_reports_and_missing_lockers_are_ignored() {
    let table = stage().await;
    report(&table.store, locker_reports(9, &[(0, false, None)])).await;
    report(&table.store, locker_reports(10, &[(0, false, None)])).await;
    report(&table.store, locker_reports(20, &[(3, true, None), (499, true, None)])).await;
    assert_eq!(whereabouts(&table).await, Whereabouts::Inside);
    assert!(!table.items().await.concat().contains("LOCKER#0003"));
    let nowhere =
        table.store.record_locker_reports(&AutomatId::parse("garage").unwrap(), locker_reports(1, &[]), at(1)).await;
    assert!(matches!(nowhere, Err(Error::NotFound(ResourceKind::Automat))));
}

/// The full report does not change the locker, so only the automat has its latest number.
#[tokio::test]
async fn a_full_report_counts_for_lockers_that_it_does_not_change() {
    let table = stage().await;
    report(&table.store, locker_reports(30, &[(0, true, None), (1, false, None), (2, false, None)])).await;
    report(&table.store, locker_reports(29, &[(0, false, None)])).await;
    assert_eq!(whereabouts(&table).await, Whereabouts::Inside);
    report(&table.store, locker_reports(31, &[(0, false, None)])).await;
    assert_eq!(whereabouts(&table).await, Whereabouts::Out { contract: None });
}

/// An older report has read the locker when a full report comes and changes nothing.
#[tokio::test]
async fn an_older_report_decided_before_a_full_report_is_dropped() {
    let table = stage().await;
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let old = tokio::spawn(async move { report(&store, locker_reports(29, &[(0, false, None)])).await });
    held.arrived().await;
    report(&table.store, locker_reports(30, &[(0, true, None), (1, false, None), (2, false, None)])).await;
    held.release();
    old.await.unwrap();
    assert_eq!(whereabouts(&table).await, Whereabouts::Inside);
}

#[tokio::test]
async fn five_hundred_unchanged_lockers_cost_one_write() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 500), &metadata()).await.unwrap();
    let all: Vec<_> = (0..500).map(|index| (index, index % 3 == 0, None)).collect();
    report(&table.store, locker_reports(1, &all)).await;
    let _ = table.wire.tally();
    report(&table.store, locker_reports(2, &all)).await;
    let tally = table.wire.tally();
    assert_eq!(tally.round_trips, 3, "the automat, its number, the lockers: {tally:?}");
    assert!(tally.write_units <= 2.0, "{tally:?}");
}

#[tokio::test]
async fn an_interrupted_report_is_finished_when_delivered_again() {
    let all = [(0, false, None), (1, true, None), (2, true, None)];
    let mut interrupted = 0;
    for requests in 0.. {
        let table = stage().await;
        table.wire.cut_after(requests);
        let cut = table.store.record_locker_reports(&lobby(), locker_reports(11, &all), at(1)).await;
        table.wire.repair();
        if cut.is_ok() {
            break;
        }
        interrupted += 1;
        report(&table.store, locker_reports(11, &all)).await;
        assert_eq!(whereabouts(&table).await, Whereabouts::Out { contract: None });
        let view = table.store.automat_view(&lobby(), at(1)).await.unwrap();
        assert!(view.lockers[1..].iter().all(|locker| locker.whereabouts == Whereabouts::Inside));
        assert_eq!(movements(&table).await.len(), 1);
    }
    assert!(interrupted >= 5, "interrupted {interrupted} times");
}

#[tokio::test]
async fn conflicts_are_tried_again() {
    let table = stage().await;
    table.wire.conflict(4);
    report(&table.store, locker_reports(11, &[(0, false, None), (1, true, None), (2, false, None)])).await;
    assert_eq!(whereabouts(&table).await, Whereabouts::Out { contract: None });
}

#[tokio::test]
async fn an_extended_contract_keeps_its_pin_marked_while_the_key_is_out() {
    let table = stage().await;
    fetch(&table, "e1", "482915", 11).await;
    let longer = ContractChange { ending: Some(domain::Ending::At(at(90))), ..ContractChange::default() };
    table.store.edit_contract(&id("one"), longer, false, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(pin_item(&table, "one").await, "out");
}

#[derive(Debug, Clone)]
enum Message {
    Lockers(LockerReports),
    Presence(Presence),
}

/// The messages of a device and of AWS over a while, in the order of what happened.
fn history(rng: &mut SeededRng) -> Vec<Message> {
    let mut said = Vec::new();
    let (mut connected, mut number) = (false, 0);
    let mut state = [(false, DoorState::Closed); 3];
    for n in 1..12 {
        let change = |state: &mut [(bool, DoorState); 3], rng: &mut SeededRng| {
            let index = usize::try_from(rng.below(3)).unwrap();
            let door = if rng.below(2) == 0 { DoorState::Open } else { DoorState::Closed };
            state[index] = (rng.below(2) == 0, door);
            index
        };
        let report = |index: usize, state: &[(bool, DoorState); 3]| {
            let (key_inside, door) = state[index];
            (locker(u32::try_from(index).unwrap()), LockerReport { key_inside: Some(key_inside), door, by: None })
        };
        match rng.below(4) {
            0 => {
                connected = !connected;
                number += u64::from(connected);
                said.push(Message::Presence(Presence { connected, at: at(n), number }));
            }
            1 => {
                change(&mut state, rng);
                let lockers = (0..3).map(|index| report(index, &state)).collect();
                said.push(Message::Lockers(LockerReports { n: n.unsigned_abs(), lockers, device_keys: Vec::new() }));
            }
            _ => {
                let index = change(&mut state, rng);
                said.push(Message::Lockers(LockerReports {
                    n: n.unsigned_abs(),
                    lockers: vec![report(index, &state)],
                    device_keys: Vec::new(),
                }));
            }
        }
    }
    said
}

fn shuffled_and_doubled(messages: &[Message], rng: &mut SeededRng) -> Vec<Message> {
    let mut all: Vec<_> = messages.iter().chain(messages).cloned().collect();
    for last in (1..all.len()).rev() {
        let other = usize::try_from(rng.below(last as u64 + 1)).unwrap();
        all.swap(last, other);
    }
    all
}

async fn deliver(store: &Store, message: Message) {
    match message {
        Message::Lockers(reports) => report(store, reports).await,
        Message::Presence(presence) => {
            store.record_presence(&lobby(), presence, at(50)).await.unwrap();
        }
    }
}

/// The final state: the connection, and of each locker the key and the door.
async fn known(table: &TestTable) -> String {
    let view = table.store.automat_view(&lobby(), at(1)).await.unwrap();
    let lockers: Vec<_> = view.lockers.iter().map(|locker| (&locker.whereabouts, locker.door)).collect();
    format!("{:?} {lockers:?} {:?}", view.automat.connection, whereabouts(table).await)
}

async fn empty_stage() -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    table
}

/// Messages delivered twice, late, in any order and to several functions at once lead to the same state as messages
/// in order.
#[tokio::test]
async fn every_order_of_delivery_leads_to_the_same_state() {
    for seed in 1..25_u64 {
        let mut rng = SeededRng::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let messages = history(&mut rng);
        let in_order = empty_stage().await;
        for message in messages.clone() {
            deliver(&in_order.store, message).await;
        }
        let expected = known(&in_order).await;
        let one_by_one = empty_stage().await;
        for message in shuffled_and_doubled(&messages, &mut rng) {
            deliver(&one_by_one.store, message).await;
        }
        assert_eq!(known(&one_by_one).await, expected, "seed {seed}, one by one");
        let at_once = empty_stage().await;
        let mut delivering = tokio::task::JoinSet::new();
        for message in shuffled_and_doubled(&messages, &mut rng) {
            let store = at_once.store.clone();
            delivering.spawn(async move { deliver(&store, message).await });
        }
        delivering.join_all().await;
        assert_eq!(known(&at_once).await, expected, "seed {seed}, at once: {messages:?}");
    }
}

#[tokio::test]
async fn a_key_is_overdue_once_the_contract_that_it_is_out_with_has_ended() {
    let table = stage().await;
    // Both end after 60 seconds; later bookings of the shared key displace neither.
    let overdue = async |seconds| {
        let _ = table.wire.tally();
        let view = table.store.automat_view(&lobby(), at(seconds)).await.unwrap();
        (view.lockers[0].overdue, table.wire.tally().round_trips)
    };
    fetch(&table, "e-1", "482915", 11).await;
    assert_eq!([overdue(59).await, overdue(60).await], [(false, 1), (true, 1)]);
    // Beyond the agenda, only the key's whole calendar has it.
    for n in 0..4 {
        let draft = ContractDraft { id: Some(id(&format!("earlier-{n}"))), ..contract(&a(), -60, 90) };
        table.store.create_contract(draft, &metadata()).await.unwrap();
    }
    assert_eq!([overdue(59).await, overdue(60).await], [(false, 2), (true, 2)]);
    report(&table.store, locker_reports(12, &[(0, true, None)])).await;
    assert_eq!(overdue(60).await, (false, 1));
}

#[tokio::test]
async fn the_view_says_since_when_a_key_is_out_if_its_leaving_was_seen() {
    let table = stage().await;
    let since = async || table.store.automat_view(&lobby(), at(50)).await.unwrap().lockers.remove(0).out_since;
    assert_eq!(since().await, None);
    fetch(&table, "e1", "482915", 11).await;
    assert_eq!(since().await, Some(at(11)));
    report(&table.store, locker_reports(12, &[(0, false, None)])).await;
    let renamed = KeyChange { property: domain::Property::parse("Attic").ok(), ..KeyChange::default() };
    table.store.edit_key(&a(), renamed, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(since().await, Some(at(11)), "neither a report of the same nor an edit changes it");
    report(&table.store, locker_reports(13, &[(0, true, Some("e1"))])).await;
    assert_eq!(since().await, None, "it is back");

    // Of a key that was out when its locker was first reported nobody knows since when.
    table.store.create_key(key("B"), &metadata()).await.unwrap();
    report(&table.store, locker_reports(14, &[(1, false, None)])).await;
    let view = table.store.automat_view(&lobby(), at(50)).await.unwrap().lockers.remove(1);
    assert_eq!((view.whereabouts, view.out_since), (Whereabouts::Out { contract: None }, None));
}

#[tokio::test]
async fn the_view_has_the_next_contract_unless_it_may_be_further_on() {
    let table = stage().await;
    let next = async |now| table.store.automat_view(&lobby(), at(now)).await.unwrap().lockers.remove(0).next;
    assert_eq!(next(30).await, NextContract::None);
    for (name, start) in [("three", 100), ("four", 200), ("five", 300)] {
        let draft = ContractDraft { id: Some(id(name)), ..contract(&a(), start, start + 50) };
        table.store.create_contract(draft, &metadata()).await.unwrap();
    }
    let starts = async |now| match next(now).await {
        NextContract::Starts(entry) => entry.contract.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!([starts(30).await, starts(150).await], ["three", "four"]);
    // The first four have started, and the fourth is running: the fifth was not read.
    assert_eq!(next(210).await, NextContract::NotRead);
    // The fourth has ended: the calendar was read to know what is running.
    assert_eq!([starts(260).await, starts(400).await], ["five", "None"]);
}
