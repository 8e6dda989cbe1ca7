//! Changing an automat's time zone while contracts exist whose contacts know local times.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{AutomatChange, AutomatId, AutomatRefusal, ContractChange, ContractId, Instant, KeyId, TimeZone};
use store::{DUE_SHARDS, Due, Error, Expected, RequestMetadata};
use testkit::{TestTable, at, automat, contract, key, metadata};

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

async fn scene() -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    for (id, start) in [("one", 0), ("two", 100)] {
        let draft = domain::ContractDraft {
            id: ContractId::parse(id).ok(),
            ..contract(&KeyId::parse("A").unwrap(), start, start + 60)
        };
        table.store.create_contract(draft, &metadata()).await.unwrap();
    }
    table
}

async fn move_zone(table: &TestTable, force: bool, now: Instant) -> Result<domain::Automat, Error> {
    move_to(table, "America/New_York", force, now).await
}

async fn move_to(table: &TestTable, zone: &str, force: bool, now: Instant) -> Result<domain::Automat, Error> {
    let zone = TimeZone::parse(zone).unwrap();
    let change = AutomatChange { time_zone: Some(zone), ..AutomatChange::default() };
    table.store.edit_automat(&lobby(), change, force, Expected::Any, &RequestMetadata { now, ..metadata() }).await
}

async fn is_due(table: &TestTable, now: Instant) -> bool {
    let mut due = Vec::new();
    for shard in 0..DUE_SHARDS {
        due.extend(table.store.due(shard, now, 100).await.unwrap());
    }
    due.iter().any(|due| matches!(due, Due::ZoneChanged { automat } if *automat == lobby()))
}

async fn versions(table: &TestTable) -> Vec<u64> {
    let mut versions = Vec::new();
    for id in ["one", "two"] {
        let id = ContractId::parse(id).unwrap();
        versions.push(table.store.contract(&id).await.unwrap().version);
    }
    versions
}

#[tokio::test]
async fn another_zone_is_refused_while_contracts_have_not_ended() {
    let table = scene().await;
    let refused = move_zone(&table, false, at(1)).await;
    assert!(matches!(refused, Err(Error::Automat(AutomatRefusal::HasContracts { count: 2 }))), "{refused:?}");
    assert!(!is_due(&table, at(9)).await);
    move_zone(&table, false, at(161)).await.unwrap();
}

#[tokio::test]
async fn with_force_contacts_are_notified_once_however_often_it_is_restarted() {
    let table = scene().await;
    move_zone(&table, true, at(10)).await.unwrap();
    assert!(is_due(&table, at(10)).await);
    // Interrupted after each number of requests, and started again.
    for requests in 1..8 {
        table.wire.lose_answers(requests);
        _ = table.store.notify_of_time_zone(&lobby(), at(20)).await;
        table.wire.repair();
    }
    table.store.notify_of_time_zone(&lobby(), at(20)).await.unwrap();
    assert_eq!(versions(&table).await, [2, 2]);
    assert!(!is_due(&table, at(99)).await);
}

#[tokio::test]
async fn contracts_booked_in_the_new_zone_are_not_notified() {
    let table = scene().await;
    move_zone(&table, true, at(10)).await.unwrap();
    let later = RequestMetadata { now: at(46), ..metadata() };
    let draft = domain::ContractDraft {
        id: ContractId::parse("three").ok(),
        ..contract(&KeyId::parse("A").unwrap(), 300, 360)
    };
    table.store.create_contract(draft, &later).await.unwrap();
    table.store.notify_of_time_zone(&lobby(), at(50)).await.unwrap();
    let three = table.store.contract(&ContractId::parse("three").unwrap()).await.unwrap();
    assert_eq!((three.version, versions(&table).await), (1, vec![2, 2]));
}

/// An edit notifies the contacts concerned; edits of some fields notify nobody.
#[tokio::test]
async fn a_contract_edited_meanwhile_is_still_notified() {
    let table = scene().await;
    move_zone(&table, true, at(10)).await.unwrap();
    let later = RequestMetadata { now: at(46), ..metadata() };
    let change =
        ContractChange { contacts: Some(vec![testkit::by_email("new@example.fi")]), ..ContractChange::default() };
    table.store.edit_contract(&ContractId::parse("two").unwrap(), change, false, Expected::Any, &later).await.unwrap();
    table.store.notify_of_time_zone(&lobby(), at(50)).await.unwrap();
    assert_eq!(versions(&table).await, [2, 3]);
}

#[tokio::test]
async fn changing_back_to_an_earlier_zone_notifies_again() {
    let table = scene().await;
    for (zone, seconds, version) in
        [("America/New_York", 10, 2), ("Europe/Helsinki", 20, 3), ("America/New_York", 30, 4)]
    {
        move_to(&table, zone, true, at(seconds)).await.unwrap();
        table.store.notify_of_time_zone(&lobby(), at(seconds + 5)).await.unwrap();
        assert_eq!(versions(&table).await, [version; 2], "{zone}");
    }
}
