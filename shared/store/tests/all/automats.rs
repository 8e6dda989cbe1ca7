//! Automats and the Key Automat View.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{AutomatChange, AutomatId, AutomatRefusal, KeyDraft, KeyId, LockerCount, LockerIndex, Name};
use store::{Created, Error, Expected, PageRequest, ResourceKind};
use testkit::{TestTable, at, automat, contract, key, metadata, range};

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

fn locker(index: u32) -> LockerIndex {
    LockerIndex::new(index).unwrap()
}

fn in_locker(id: &str, index: u32) -> KeyDraft {
    KeyDraft { locker: Some(locker(index)), ..key(id) }
}

fn of_lockers(count: u32) -> AutomatChange {
    AutomatChange { locker_count: Some(LockerCount::new(count).unwrap()), ..AutomatChange::default() }
}

#[tokio::test]
async fn an_automat_is_created_once_and_the_same_request_is_no_conflict() {
    let table = TestTable::new().await;
    let created = table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    assert!(matches!(&created, Created::New(automat) if automat.version == 1));
    let again = table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    assert_eq!(again, Created::Existing(created.into_inner()));
    let other = table.store.create_automat(automat("lobby", 4), &metadata()).await;
    assert!(matches!(other, Err(Error::Exists(ResourceKind::Automat))));
}

#[tokio::test]
async fn the_view_shows_every_locker_its_key_and_the_contract_running_now_in_one_query() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 4), &metadata()).await.unwrap();
    table.store.create_key(in_locker("A-12", 2), &metadata()).await.unwrap();
    let a12 = KeyId::parse("A-12").unwrap();
    let running = table.store.create_contract(contract(&a12, -60, 60), &metadata()).await.unwrap().into_inner();
    table.store.create_contract(contract(&a12, 60, 120), &metadata()).await.unwrap();
    let _ = table.wire.tally();
    let view = table.store.automat_view(&lobby(), at(0)).await.unwrap();
    assert_eq!(table.wire.tally().round_trips, 1);
    assert_eq!(view.lockers.iter().map(|locker| locker.locker.get()).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert!([0, 1, 3].into_iter().all(|index| view.lockers[index].key.is_none()));
    assert_eq!(view.lockers[2].key.as_ref().unwrap().0, a12);
    let active = view.lockers[2].active_contract.clone().unwrap();
    assert_eq!((active.contract, active.range), (running.id, range(-60, 60)));
    let later = table.store.automat_view(&lobby(), at(200)).await.unwrap();
    assert_eq!(later.lockers[2].active_contract, None);
}

#[tokio::test]
async fn the_view_knows_who_has_a_key_long_after_the_last_booking_was_made() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 4), &metadata()).await.unwrap();
    table.store.create_key(key("A-12"), &metadata()).await.unwrap();
    let a12 = KeyId::parse("A-12").unwrap();
    for n in 0..10 {
        table.store.create_contract(contract(&a12, n * 100, n * 100 + 90), &metadata()).await.unwrap();
    }
    for n in 0..10 {
        let view = table.store.automat_view(&lobby(), at(n * 100 + 50)).await.unwrap();
        let running = view.lockers[0].active_contract.as_ref().map(|entry| entry.range);
        assert_eq!(running, Some(range(n * 100, n * 100 + 90)));
        let between = table.store.automat_view(&lobby(), at(n * 100 + 95)).await.unwrap();
        assert_eq!(between.lockers[0].active_contract, None);
    }
}

#[tokio::test]
async fn an_edit_keeps_the_keys_in_their_lockers_and_is_refused_where_it_would_lose_one() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    table.store.create_key(in_locker("A-12", 4), &metadata()).await.unwrap();
    let refused = table.store.edit_automat(&lobby(), of_lockers(4), true, Expected::Any, &metadata()).await;
    assert!(matches!(refused, Err(Error::Automat(AutomatRefusal::LockersInUse { highest })) if highest == locker(4)));
    let edited =
        table.store.edit_automat(&lobby(), of_lockers(5), true, Expected::Version(1), &metadata()).await.unwrap();
    assert_eq!((edited.locker_count.get(), edited.version), (5, 2));
    let view = table.store.automat_view(&lobby(), at(0)).await.unwrap();
    assert_eq!(view.automat, edited);
    assert!(view.lockers[4].key.is_some());
    let stale = table.store.edit_automat(&lobby(), of_lockers(6), true, Expected::Version(1), &metadata()).await;
    assert!(matches!(stale, Err(Error::Stale { current: 2 })));
}

#[tokio::test]
async fn an_edit_that_changes_nothing_writes_nothing() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    let before = table.items().await;
    let same = AutomatChange { name: Some(Name::parse("lobby").unwrap()), ..AutomatChange::default() };
    assert_eq!(table.store.edit_automat(&lobby(), same, true, Expected::Any, &metadata()).await.unwrap().version, 1);
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn an_automat_shrinking_while_a_key_moves_in_never_loses_it() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let shrinking = async move { store.edit_automat(&lobby(), of_lockers(4), true, Expected::Any, &metadata()).await };
    let shrinking = tokio::spawn(shrinking);
    held.arrived().await;
    table.store.create_key(in_locker("A-12", 8), &metadata()).await.unwrap();
    held.release();
    let refused = shrinking.await.unwrap();
    assert!(matches!(refused, Err(Error::Automat(AutomatRefusal::LockersInUse { highest })) if highest == locker(8)));
}

#[tokio::test]
async fn an_automat_is_deleted_only_when_it_holds_no_key() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 2), &metadata()).await.unwrap();
    table.store.create_key(key("A-12"), &metadata()).await.unwrap();
    let refused = table.store.remove_automat(&lobby(), Expected::Any, &metadata()).await;
    assert!(matches!(refused, Err(Error::Automat(AutomatRefusal::HoldsKeys { count: 1 }))));
    let a12 = KeyId::parse("A-12").unwrap();
    table.store.remove_key(&a12, false, Expected::Any, &metadata()).await.unwrap();
    table.store.remove_automat(&lobby(), Expected::Any, &metadata()).await.unwrap();
    assert!(matches!(table.store.automat_view(&lobby(), at(0)).await, Err(Error::NotFound(ResourceKind::Automat))));
    assert!(matches!(
        table.store.create_key(key("A-12"), &metadata()).await,
        Err(Error::NotFound(ResourceKind::Automat))
    ));
}

#[tokio::test]
async fn automats_are_listed_in_order_page_by_page() {
    let table = TestTable::new().await;
    for n in [3, 1, 5, 2, 4] {
        table.store.create_automat(automat(&format!("automat-{n}"), 1), &metadata()).await.unwrap();
    }
    let mut page = PageRequest { limit: 2, after: None };
    let mut seen = Vec::new();
    loop {
        let part = table.store.automats(&page).await.unwrap();
        seen.extend(part.data.iter().map(|automat| automat.id.as_str().to_owned()));
        match part.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, [1, 2, 3, 4, 5].map(|n| format!("automat-{n}")));
}
