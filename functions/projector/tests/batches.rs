//! Batches of the stream, and what the function answers. It runs with the permissions of its role, and without the
//! secret of the codes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]

use clock::Clock;
use domain::{AutomatId, ContractDraft, ContractId, ContractSearch, KeyDraft, KeyId};
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
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 7, "three contracts, three PINs and the key");
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

/// How many pages there are.
async fn pages(table: &TestTable) -> usize {
    let lobby = AutomatId::parse("lobby").unwrap();
    table.store.device_access(&lobby).await.unwrap().versions.iter().count()
}

fn verifiers(items: &[String]) -> usize {
    items.iter().filter(|item| item.contains("\"verifier\"")).count()
}

#[tokio::test]
async fn all_changes_of_a_batch_are_one_signal() {
    let (table, projector, publications) = published(8).await;
    let records = table.records(at(0)).await;
    let answer = projector.handle(&json!({ "Records": records })).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!((pages(&table).await, verifiers(&table.items().await)), (1, 8));
    assert_eq!(publications.take(), [("automats/lobby/access/answer".to_owned(), json!({ "changed": {} }))]);
    let own = table.records(at(0)).await.split_off(records.len());
    projector.handle(&json!({ "Records": own })).await.unwrap();
    assert_eq!(publications.take(), [], "its own writes signal nothing");
}

#[tokio::test]
async fn a_signal_that_cannot_be_published_is_retried_with_its_records() {
    let (table, projector, publications) = published(1).await;
    let records = table.records(at(0)).await;
    publications.set_away(true);
    let answer = projector.handle(&json!({ "Records": records })).await.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap();
    assert_eq!(failures.len(), 2, "the key and the PIN: {answer}");
    assert_eq!(found(&table).await, 1, "the index is not held up");
    publications.set_away(false);
    let is_failed = |record: &&Value| {
        failures.iter().any(|failure| failure["itemIdentifier"] == record["dynamodb"]["SequenceNumber"])
    };
    let again: Vec<_> = records.iter().filter(is_failed).collect();
    projector.handle(&json!({ "Records": again })).await.unwrap();
    assert_eq!((publications.take().len(), pages(&table).await), (1, 1));
}

#[tokio::test]
async fn each_automat_gets_its_own_signal() {
    let (table, projector, publications) = published(1).await;
    table.store.create_automat(automat("yard", 3), &metadata()).await.unwrap();
    let draft = KeyDraft { automat: AutomatId::parse("yard").unwrap(), ..key("B") };
    table.store.create_key(draft, &metadata()).await.unwrap();
    projector.handle(&json!({ "Records": table.records(at(0)).await })).await.unwrap();
    let topics: Vec<_> = publications.take().into_iter().map(|(topic, _)| topic).collect();
    assert_eq!(topics, ["automats/lobby/access/answer", "automats/yard/access/answer"]);
}
