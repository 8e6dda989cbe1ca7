//! Ending an active contract early: its PIN, its calendar entry and its key, also against concurrent edits and keypad
//! entries.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{
    AutomatId, CodeKind, Contract, ContractChange, ContractDraft, ContractId, ContractRefusal, ContractState, Ending,
    EventKind, KeyId, KeypadAnswer, Name, Purpose, Whereabouts,
};
use store::{Error, Expected, PageRequest, RequestMetadata, Store};
use testkit::{TestTable, at, automat, contract, entry, key, locker_reports, metadata, pin, range};

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

fn one() -> ContractId {
    ContractId::parse("one").unwrap()
}

fn metadata_at(seconds: i64) -> RequestMetadata {
    RequestMetadata { now: at(seconds), ..metadata() }
}

/// The key `A`, inside, with the contract `one` from 0 to 600.
async fn stage() -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    let draft = ContractDraft { id: Some(one()), pin: Some(pin("482915")), ..contract(&a(), 0, 600) };
    table.store.create_contract(draft, &metadata()).await.unwrap();
    sense(&table.store, 1, true, None).await;
    table
}

async fn sense(store: &Store, n: u64, inside: bool, by: Option<&str>) {
    store.record_locker_reports(&lobby(), locker_reports(n, &[(0, inside, by)]), at(n.cast_signed())).await.unwrap();
}

async fn end(store: &Store, seconds: i64) -> Result<Contract, Error> {
    store.end_contract(&one(), Expected::Any, &metadata_at(seconds)).await
}

/// What the PIN does, with the key inside or not.
async fn typed(table: &TestTable, name: &str, seconds: i64, inside: &[u32]) -> Option<Purpose> {
    let typed = entry(&table.store, name, CodeKind::Pin, "482915", at(seconds), inside);
    match table.store.keypad_entry(&lobby(), typed, at(seconds)).await.unwrap() {
        KeypadAnswer::Open { allowed, .. } => Some(allowed.lockers[0].purpose),
        _ => None,
    }
}

async fn fetch(table: &TestTable, n: u64) {
    assert_eq!(typed(table, &format!("e{n}"), n.cast_signed(), &[0]).await, Some(Purpose::Fetch));
    sense(&table.store, n, false, Some(&format!("e{n}"))).await;
}

async fn until(table: &TestTable, end: i64) -> Result<Contract, Error> {
    let change = ContractChange { ending: Some(Ending::At(at(end))), ..ContractChange::default() };
    table.store.edit_contract(&one(), change, false, Expected::Any, &metadata_at(60)).await
}

async fn events(table: &TestTable) -> Vec<EventKind> {
    let page = PageRequest { limit: 100, after: None };
    let events = table.store.key_events(&a(), &page).await.unwrap().data;
    events.into_iter().rev().map(|event| event.kind).collect()
}

#[tokio::test]
async fn an_ended_contract_stays_in_the_history_and_frees_its_time() {
    let table = stage().await;
    assert_eq!(typed(&table, "before", 30, &[0]).await, Some(Purpose::Fetch));
    let ended = end(&table.store, 30).await.unwrap();
    assert_eq!((ended.range, ended.version, ended.state(at(30))), (range(0, 30), 2, ContractState::Ended));
    assert_eq!(table.store.contract(&one()).await.unwrap(), ended);
    assert_eq!(typed(&table, "after", 31, &[0]).await, None, "its PIN fetches nothing");
    let next = ContractDraft { pin: Some(pin("482915")), ..contract(&a(), 30, 600) };
    table.store.create_contract(next, &metadata_at(30)).await.unwrap();
    assert!(events(&table).await.contains(&EventKind::ContractEnded(range(0, 30))));
}

#[tokio::test]
async fn ending_a_contract_again_changes_and_records_nothing() {
    let table = stage().await;
    let ended = end(&table.store, 30).await.unwrap();
    let recorded = events(&table).await;
    assert_eq!(end(&table.store, 40).await.unwrap(), ended);
    // Also if a request whose answer was lost is repeated.
    let expected = Expected::Version(1);
    assert_eq!(table.store.end_contract(&one(), expected, &metadata_at(50)).await.unwrap(), ended);
    assert_eq!(events(&table).await, recorded);
}

#[tokio::test]
async fn an_upcoming_contract_and_a_changed_one_are_not_ended() {
    let table = stage().await;
    let later = ContractDraft { id: Some(ContractId::parse("later").unwrap()), ..contract(&a(), 700, 800) };
    table.store.create_contract(later.clone(), &metadata()).await.unwrap();
    let refused = table.store.end_contract(&later.id.unwrap(), Expected::Any, &metadata_at(30)).await;
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::NotStarted))), "{refused:?}");
    until(&table, 500).await.unwrap();
    let stale = table.store.end_contract(&one(), Expected::Version(1), &metadata_at(60)).await;
    assert!(matches!(stale, Err(Error::Stale { current: 2 })), "{stale:?}");
    assert_eq!(table.store.contract(&one()).await.unwrap().range, range(0, 500));
}

#[tokio::test]
async fn a_contract_ended_with_its_key_out_is_overdue_until_the_return() {
    let table = stage().await;
    fetch(&table, 20).await;
    end(&table.store, 30).await.unwrap();
    let overdue = async || {
        let view = table.store.automat_view(&lobby(), at(30)).await.unwrap().lockers.remove(0);
        let contract = table.store.contract(&one()).await.unwrap();
        assert_eq!(view.overdue, contract.is_overdue(at(30)), "the view and the contract agree");
        (view.overdue, view.holder.map(|holder| (holder.contract, holder.range)))
    };
    assert_eq!(overdue().await, (true, Some((one(), range(0, 30)))));
    let other = ContractDraft { pin: Some(pin("482915")), ..contract(&a(), 30, 90) };
    let refused = table.store.create_contract(other, &metadata_at(30)).await;
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::PinInUse))), "its PIN must still return the key");
    assert_eq!(typed(&table, "back", 40, &[]).await, Some(Purpose::Return));
    sense(&table.store, 41, true, Some("back")).await;
    assert_eq!(overdue().await, (false, None));
}

#[tokio::test]
async fn a_contract_whose_key_is_out_can_be_extended_if_the_time_is_free() {
    let table = stage().await;
    fetch(&table, 20).await;
    end(&table.store, 30).await.unwrap();
    table.store.create_contract(contract(&a(), 300, 400), &metadata_at(30)).await.unwrap();
    let refused = until(&table, 350).await;
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::Overlap { .. }))), "{refused:?}");
    let extended = until(&table, 300).await.unwrap();
    assert_eq!((extended.range, extended.state(at(60))), (range(0, 300), ContractState::Active));
    let view = table.store.automat_view(&lobby(), at(60)).await.unwrap().lockers.remove(0);
    assert!(!view.overdue && view.active_contract.is_some_and(|entry| entry.contract == one()));
    let refused = table.store.create_contract(contract(&a(), 200, 250), &metadata_at(60)).await;
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::Overlap { .. }))), "its time is taken again");
}

#[tokio::test]
async fn an_end_decided_before_an_edit_is_decided_again() {
    let table = stage().await;
    let mut held = table.wire.hold("TransactWriteItems");
    let ending = tokio::spawn({
        let store = table.store.clone();
        async move { end(&store, 30).await }
    });
    held.arrived().await;
    let (other, _wire) = table.another_store();
    let change = ContractChange {
        person: Some(Name::parse("Eino").unwrap()),
        ending: Some(Ending::Permanent),
        ..ContractChange::default()
    };
    other.edit_contract(&one(), change, false, Expected::Any, &metadata_at(29)).await.unwrap();
    held.release();
    let ended = ending.await.unwrap().unwrap();
    assert_eq!((ended.person.as_str(), ended.range, ended.version), ("Eino", range(0, 30), 3));
    assert_eq!(table.store.contract(&one()).await.unwrap(), ended);
}

#[tokio::test]
async fn an_edit_decided_before_the_end_does_not_bring_the_contract_back() {
    let table = stage().await;
    let mut held = table.wire.hold("TransactWriteItems");
    let editing = tokio::spawn({
        let store = table.store.clone();
        let change = ContractChange { ending: Some(Ending::At(at(900))), ..ContractChange::default() };
        async move { store.edit_contract(&one(), change, false, Expected::Version(1), &metadata_at(30)).await }
    });
    held.arrived().await;
    let (other, _wire) = table.another_store();
    let ended = end(&other, 30).await.unwrap();
    held.release();
    let stale = editing.await.unwrap();
    assert!(matches!(stale, Err(Error::Stale { current: 2 })), "{stale:?}");
    assert_eq!(table.store.contract(&one()).await.unwrap(), ended);
}

#[tokio::test]
async fn an_end_decided_before_the_key_was_fetched_keeps_the_pin_for_the_return() {
    let table = stage().await;
    assert_eq!(typed(&table, "e20", 20, &[0]).await, Some(Purpose::Fetch));
    let mut held = table.wire.hold("TransactWriteItems");
    let ending = tokio::spawn({
        let store = table.store.clone();
        async move { end(&store, 30).await }
    });
    held.arrived().await;
    let (other, _wire) = table.another_store();
    sense(&other, 21, false, Some("e20")).await;
    held.release();
    ending.await.unwrap().unwrap();
    can_only_return(&table).await;
}

#[tokio::test]
async fn a_key_fetched_just_before_the_end_but_reported_later_can_be_returned() {
    let table = stage().await;
    assert_eq!(typed(&table, "e20", 20, &[0]).await, Some(Purpose::Fetch));
    let mut held = table.wire.hold("TransactWriteItems");
    let reporting = tokio::spawn({
        let store = table.store.clone();
        async move { sense(&store, 31, false, Some("e20")).await }
    });
    held.arrived().await;
    let (other, _wire) = table.another_store();
    end(&other, 30).await.unwrap();
    held.release();
    reporting.await.unwrap();
    can_only_return(&table).await;
}

/// The key is out with the ended contract, whose PIN is kept for it.
async fn can_only_return(table: &TestTable) {
    let out = table.store.key(&a()).await.unwrap();
    assert_eq!(out.whereabouts, Whereabouts::Out { contract: Some(one()) });
    assert!(out.whereabouts.is_overdue_by(&out.calendar, at(32)));
    let other = ContractDraft { pin: Some(pin("482915")), ..contract(&a(), 40, 90) };
    let refused = table.store.create_contract(other, &metadata_at(40)).await;
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::PinInUse))), "{refused:?}");
    assert_eq!(typed(table, "back", 40, &[]).await, Some(Purpose::Return));
    sense(&table.store, 41, true, Some("back")).await;
    assert_eq!(typed(table, "again", 42, &[0]).await, None);
}
