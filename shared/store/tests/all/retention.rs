//! What is over is kept for a number of days, as `ttl` says; what is not over has no `ttl`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    AutomatId, CodeKind, ContractChange, ContractDraft, ContractId, Days, Ending, EventKind, KeyId, Name, Retention,
    Whereabouts,
};
use serde_json::json;
use store::{ContractFilter, Created, Error, Expected, ListedState, Order, PageRequest, Record, ResourceKind, Store};
use testkit::{TABLE, TestTable, at, automat, by_email, contract, entry, key, locker_reports, metadata, pin};

const DAY: i64 = 86_400;

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

fn bk1() -> ContractId {
    ContractId::parse("BK-1").unwrap()
}

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

/// A table that keeps events for 100 days and contracts for 30, with the key `A`.
struct Scene {
    table: TestTable,
    store: Store,
}

impl Scene {
    async fn new() -> Self {
        let table = TestTable::new().await;
        let retention = Retention { events: Days::new(100).unwrap(), contracts: Days::new(30).unwrap() };
        let store = table.store.clone().with_retention(retention);
        store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
        store.create_key(key("A"), &metadata()).await.unwrap();
        Self { table, store }
    }

    async fn book(&self, draft: ContractDraft) {
        let draft = ContractDraft { id: Some(bk1()), pin: Some(pin("482915")), ..draft };
        self.store.create_contract(draft, &metadata()).await.unwrap();
    }

    async fn edit(&self, change: ContractChange) {
        self.store.edit_contract(&bk1(), change, false, Expected::Any, &metadata()).await.unwrap();
    }

    async fn items(&self) -> Vec<HashMap<String, AttributeValue>> {
        self.table.client.scan().table_name(TABLE).send().await.unwrap().items.unwrap()
    }

    /// Seconds from the tests' present until items of a kind expire.
    async fn kept(&self, sort_key: &str) -> Vec<Option<i64>> {
        let items = self.items().await.into_iter();
        let of_kind = items.filter(|item| item["SK"].as_s().unwrap().starts_with(sort_key));
        of_kind.map(|item| Some(item.get("ttl")?.as_n().unwrap().parse::<i64>().unwrap() - at(0).seconds())).collect()
    }

    async fn contract_kept(&self) -> Option<i64> {
        let kept = self.kept("CONTRACT").await;
        assert_eq!(kept.len(), 1);
        kept[0]
    }

    async fn fetch(&self) {
        self.store.record_locker_reports(&lobby(), locker_reports(1, &[(0, true, None)]), at(1)).await.unwrap();
        let typed = entry(&self.store, "e1", CodeKind::Pin, "482915", at(2), &[0]);
        self.store.keypad_entry(&lobby(), typed, at(2)).await.unwrap();
        self.store.record_locker_reports(&lobby(), locker_reports(2, &[(0, false, Some("e1"))]), at(3)).await.unwrap();
        let whereabouts = self.store.key(&a()).await.unwrap().whereabouts;
        assert_eq!(whereabouts, Whereabouts::Out { contract: Some(bk1()) });
    }

    async fn give_back(&self, seconds: i64) {
        self.store.record_locker_reports(&lobby(), locker_reports(3, &[(0, true, None)]), at(seconds)).await.unwrap();
    }
}

fn ending(ending: Ending) -> ContractChange {
    ContractChange { ending: Some(ending), ..ContractChange::default() }
}

#[tokio::test]
async fn a_contract_is_kept_for_its_days_after_its_end_whatever_its_end_becomes() {
    let scene = Scene::new().await;
    scene.book(contract(&a(), 0, 60)).await;
    assert_eq!(scene.contract_kept().await, Some(60 + 30 * DAY));
    scene.edit(ending(Ending::At(at(90)))).await;
    assert_eq!(scene.contract_kept().await, Some(90 + 30 * DAY));
    scene.edit(ContractChange { person: Some(Name::parse("Eino").unwrap()), ..ContractChange::default() }).await;
    assert_eq!(scene.contract_kept().await, Some(90 + 30 * DAY), "its end is the same");
    scene.store.replace_pin(&bk1(), &metadata()).await.unwrap();
    assert_eq!(scene.contract_kept().await, Some(90 + 30 * DAY));
    scene.edit(ending(Ending::Permanent)).await;
    assert_eq!(scene.contract_kept().await, None, "a permanent one is never over");
    scene.edit(ending(Ending::At(at(50)))).await;
    assert_eq!(scene.contract_kept().await, Some(50 + 30 * DAY));
}

#[tokio::test]
async fn a_contract_is_never_dropped_while_the_key_is_out_with_it() {
    let scene = Scene::new().await;
    scene.book(contract(&a(), 0, 60)).await;
    scene.fetch().await;
    assert_eq!(scene.contract_kept().await, None);
    scene.edit(ending(Ending::At(at(90)))).await;
    scene.store.replace_pin(&bk1(), &metadata()).await.unwrap();
    assert_eq!(scene.contract_kept().await, None, "the key is still out");
    scene.give_back(5).await;
    assert_eq!(scene.contract_kept().await, Some(90 + 30 * DAY));
}

#[tokio::test]
async fn a_key_returned_after_the_retention_time_lets_its_contract_expire() {
    let scene = Scene::new().await;
    scene.book(contract(&a(), 0, 60)).await;
    scene.fetch().await;
    scene.give_back(60 + 40 * DAY).await;
    assert_eq!(scene.contract_kept().await, Some(60 + 30 * DAY), "which is in the past: it goes at once");
    assert_eq!(scene.store.key(&a()).await.unwrap().whereabouts, Whereabouts::Inside);
}

#[tokio::test]
async fn of_a_permanent_contract_only_the_keys_that_are_out_are_written_when_its_key_is_fetched() {
    let scene = Scene::new().await;
    scene.book(ContractDraft { ending: Ending::Permanent, ..contract(&a(), 0, 60) }).await;
    let written = async || scene.items().await.into_iter().find(|item| item["SK"].as_s().unwrap() == "CONTRACT");
    let before = written().await.unwrap();
    scene.fetch().await;
    let mut after = written().await.unwrap();
    assert_eq!(after.remove("out"), Some(AttributeValue::Ss(vec!["A".into()])));
    assert_eq!(before, after);
    scene.give_back(5).await;
    assert_eq!(before, written().await.unwrap());
}

#[tokio::test]
async fn an_end_moved_during_a_fetch_does_not_let_the_contract_expire() {
    let scene = Scene::new().await;
    scene.book(contract(&a(), 0, 60)).await;
    let (store, wire) = scene.table.another_store();
    let mut held = wire.hold("TransactWriteItems");
    let editing = tokio::spawn(async move {
        store.edit_contract(&bk1(), ending(Ending::At(at(90))), false, Expected::Any, &metadata()).await
    });
    held.arrived().await;
    scene.fetch().await;
    held.release();
    assert_eq!(editing.await.unwrap().unwrap().range.end(), Some(at(90)), "decided again over where the key is now");
    assert_eq!(scene.contract_kept().await, None);
}

#[tokio::test]
async fn a_contract_removed_during_a_fetch_does_not_block_the_report() {
    let scene = Scene::new().await;
    scene.book(contract(&a(), 0, 60)).await;
    scene.store.record_locker_reports(&lobby(), locker_reports(1, &[(0, true, None)]), at(1)).await.unwrap();
    let typed = entry(&scene.store, "e1", CodeKind::Pin, "482915", at(2), &[0]);
    scene.store.keypad_entry(&lobby(), typed, at(2)).await.unwrap();
    let (store, wire) = scene.table.another_store();
    let mut held = wire.hold("TransactWriteItems");
    let reporting = tokio::spawn(async move {
        store.record_locker_reports(&lobby(), locker_reports(2, &[(0, false, Some("e1"))]), at(3)).await
    });
    held.arrived().await;
    let with_key = |request: aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder| {
        request.key("PK", AttributeValue::S("CONTRACT#BK-1".into())).key("SK", AttributeValue::S("CONTRACT".into()))
    };
    with_key(scene.table.client.delete_item().table_name(TABLE)).send().await.unwrap();
    held.release();
    reporting.await.unwrap().unwrap();
    assert_eq!(scene.store.key(&a()).await.unwrap().whereabouts, Whereabouts::Out { contract: None });
    assert_eq!(scene.kept("CONTRACT").await, [], "it is not written back");
}

#[tokio::test]
async fn events_and_openings_are_kept_for_the_configured_days() {
    let scene = Scene::new().await;
    let draft = domain::OpeningDraft { automat: lobby(), locker: testkit::locker(0), reason: None, force: true };
    scene.store.request_opening(draft, &metadata()).await.unwrap();
    let events = scene.kept("EVENT#").await;
    assert_eq!(events.len(), 3);
    assert!(events.iter().chain(&scene.kept("OPENING").await).all(|kept| *kept == Some(100 * DAY)), "{events:?}");
}

#[tokio::test]
async fn messages_are_kept_no_longer_than_their_contract() {
    let scene = Scene::new().await;
    scene
        .book(ContractDraft { contacts: vec![by_email("aino@example.fi")], ..contract(&a(), 10 * DAY, 20 * DAY) })
        .await;
    for record in scene.table.records(at(0)).await {
        if let Record::Contract(record) = scene.store.read_record(&record).unwrap() {
            scene.store.notify_of_contract(&record, at(0)).await.unwrap();
        }
    }
    assert_eq!(scene.kept("MESSAGE#").await, [Some(30 * DAY)], "90 days are more than contracts are kept");
}

#[tokio::test]
async fn an_expired_contract_is_no_cancellation() {
    let scene = Scene::new().await;
    // Not over by the tests' clock, so taking it for a removal would notify somebody.
    scene.book(ContractDraft { contacts: vec![by_email("aino@example.fi")], ..contract(&a(), 0, 10 * DAY) }).await;
    scene.store.remove_contract(&bk1(), false, Expected::Any, &metadata()).await.unwrap();
    let records = scene.table.records(at(1)).await;
    let is_removal = |record: &&serde_json::Value| {
        record["eventName"] == "REMOVE" && record["dynamodb"]["Keys"]["PK"]["S"] == "CONTRACT#BK-1"
    };
    let mut removal = records.iter().find(is_removal).unwrap().clone();
    let Record::Contract(removed) = scene.store.read_record(&removal).unwrap() else { panic!("somebody removed it") };
    assert_eq!(scene.store.notify_of_contract(&removed, at(1)).await.unwrap().len(), 1);
    removal["userIdentity"] = json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
    assert!(matches!(scene.store.read_record(&removal).unwrap(), Record::Other));
}

#[tokio::test]
async fn a_change_of_retention_notifies_nobody() {
    let scene = Scene::new().await;
    scene.book(contract(&a(), 0, 60)).await;
    let before = scene.table.records(at(0)).await.len();
    scene.fetch().await;
    scene.give_back(5).await;
    let records = scene.table.records(at(0)).await.split_off(before);
    let of_contract: Vec<_> =
        records.iter().filter(|record| record["dynamodb"]["Keys"]["PK"]["S"] == "CONTRACT#BK-1").collect();
    assert_eq!(of_contract.len(), 2);
    for record in of_contract {
        assert!(matches!(scene.store.read_record(record).unwrap(), Record::Other));
    }
}

#[tokio::test]
async fn a_contract_deleted_by_its_ttl_breaks_nothing() {
    // Its entries in lists are deleted some time later.
    for is_projected in [false, true] {
        let scene = Scene::new().await;
        scene.book(contract(&a(), 0, 60)).await;
        scene.table.project().await;
        let request = scene.table.client.delete_item().table_name(TABLE);
        let text = |key: &str| AttributeValue::S(key.into());
        request.key("PK", text("CONTRACT#BK-1")).key("SK", text("CONTRACT")).send().await.unwrap();
        if is_projected {
            scene.table.project().await;
        }

        let later = at(60 + 40 * DAY);
        let page = PageRequest { limit: 10, after: None };
        for states in [vec![], vec![ListedState::Ended], vec![ListedState::Upcoming, ListedState::Active]] {
            let filter = ContractFilter { states, order: Order::Descending, ..ContractFilter::of_key(a()) };
            assert!(scene.store.contracts(&filter, &page, later).await.unwrap().data.is_empty());
        }
        let removed = scene.store.remove_contract(&bk1(), false, Expected::Any, &metadata()).await;
        assert!(matches!(removed, Err(Error::NotFound(ResourceKind::Contract))));
        assert!(scene.store.automat_view(&lobby(), later).await.unwrap().lockers[0].active_contract.is_none());

        let again = ContractDraft { id: Some(bk1()), ..contract(&a(), 50 * DAY, 51 * DAY) };
        let metadata = store::RequestMetadata { now: later, ..metadata() };
        let made = scene.store.create_contract(again, &metadata).await.unwrap();
        assert!(matches!(made, Created::New(_)), "its name is free again");
        let events = scene.store.key_events(&a(), &page).await.unwrap().data;
        let made = events.iter().filter(|event| matches!(event.kind, EventKind::ContractCreated(_))).count();
        assert_eq!(made, 2, "what happened to it is on record");
    }
}
