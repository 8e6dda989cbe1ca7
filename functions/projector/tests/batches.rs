//! Batches of the stream, and what the function answers. It runs with the permissions of its role, and without the
//! secret of the codes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]

use clock::Clock;
use domain::{AutomatId, ContractDraft, ContractId, ContractSearch, KeyId};
use permissions::Permissions;
use projector::Projector;
use serde_json::{Value, json};
use store::{ContractFilter, PageRequest};
use testkit::{Publications, TestTable, at, automat, contract, key, metadata};
use things::Things;

async fn booked(contracts: u32) -> (TestTable, Projector) {
    let (table, projector, _) = published(contracts).await;
    (table, projector)
}

/// The same with what the function publishes.
async fn published(contracts: u32) -> (TestTable, Projector, Publications) {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    for number in 0..contracts {
        let start = i64::from(number) * 100;
        let id = Some(ContractId::parse(&format!("BK-{number}")).unwrap());
        let draft = ContractDraft { id, ..contract(&KeyId::parse("A").unwrap(), start, start + 100) };
        table.store.create_contract(draft, &metadata()).await.unwrap();
    }
    let publications = Publications::default();
    let things = Things::new(Permissions::read().unwrap().role("projector").iot(&publications.client()));
    let projector = Projector { store: table.store_without_codes("projector"), things, clock: Clock::fixed(at(5)) };
    (table, projector, publications)
}

async fn found(table: &TestTable) -> usize {
    let search = ContractSearch::parse("virtanen").unwrap();
    let page = PageRequest { limit: 100, after: None };
    table.store.contracts(&ContractFilter::of_search(search), &page, at(0)).await.unwrap().data.len()
}

#[tokio::test]
async fn every_contract_of_a_batch_is_found() {
    let (table, projector) = booked(30).await;
    let answer = projector.handle(&json!({ "Records": table.records(at(0)).await })).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(found(&table).await, 30);
}

#[tokio::test]
async fn only_records_that_failed_are_named_and_the_others_are_projected() {
    let (table, projector) = booked(3).await;
    let mut records = table.records(at(0)).await;
    let is_second = |record: &&mut Value| record["dynamodb"]["Keys"]["PK"]["S"] == "CONTRACT#BK-1";
    let broken = records.iter_mut().find(is_second).unwrap();
    broken["dynamodb"]["NewImage"]["contacts"] = json!({ "N": "1" });
    let number = broken["dynamodb"]["SequenceNumber"].clone();
    let answer = projector.handle(&json!({ "Records": records })).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": number }] }));
    assert_eq!(found(&table).await, 2);
}

#[tokio::test]
async fn all_records_are_to_be_retried_while_the_table_cannot_be_reached() {
    let (table, projector) = booked(3).await;
    let records = table.records(at(0)).await;
    table.wire.cut_after(0);
    let answer = projector.handle(&json!({ "Records": records })).await.unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 6, "three contracts and three PINs");
    table.wire.repair();
    projector.handle(&json!({ "Records": records })).await.unwrap();
    assert_eq!(found(&table).await, 3);
}

#[tokio::test]
async fn other_events_are_refused() {
    let (_table, projector) = booked(0).await;
    for event in [json!({}), json!({ "Records": [{ "dynamodb": {} }] }), json!("tick"), json!(null)] {
        assert!(projector.handle(&event).await.is_err(), "{event}");
    }
}

/// The codes of locker 0 that the device would get.
async fn access(table: &TestTable) -> usize {
    let lobby = AutomatId::parse("lobby").unwrap();
    let access = table.store.access(&lobby, None, at(5)).await.unwrap();
    access.values().map(|locker| locker.pins.len()).sum()
}

#[tokio::test]
async fn new_pins_get_verifiers_and_are_signalled() {
    let (table, projector, publications) = published(2).await;
    let records = table.records(at(0)).await;
    let answer = projector.handle(&json!({ "Records": records })).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(access(&table).await, 1, "the contract that has begun");
    let changed = ("automats/lobby/access/answer".to_owned(), json!({ "changed": [0] }));
    assert_eq!(publications.take(), [changed.clone(), changed], "the key, and the PIN of the contract that has begun");
}

#[tokio::test]
async fn a_signal_that_cannot_be_published_is_retried_with_its_record() {
    let (table, projector, publications) = published(1).await;
    let records = table.records(at(0)).await;
    publications.set_away(true);
    let answer = projector.handle(&json!({ "Records": records })).await.unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 2, "{answer}");
    assert_eq!(found(&table).await, 1, "the index is not held up");
    publications.set_away(false);
    projector.handle(&json!({ "Records": records })).await.unwrap();
    assert_eq!((publications.take().len(), access(&table).await), (2, 1));
}

#[tokio::test]
async fn an_import_makes_few_verifiers_that_nobody_needs_yet() {
    let (table, projector, _) = published(8).await;
    projector.handle(&json!({ "Records": table.records(at(0)).await })).await.unwrap();
    let verifiers = table.items().await.iter().filter(|item| item.contains("\"verifier\"")).count();
    assert_eq!(verifiers, 2, "one of them of the contract that has begun");
    assert_eq!((found(&table).await, access(&table).await), (8, 1));
}
