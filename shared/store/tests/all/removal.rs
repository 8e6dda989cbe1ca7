//! Removing a key: unusable from the first write, fully deleted in the end, and finished wherever it was interrupted.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{AutomatId, ContractDraft, KeyDraft, KeyId, ReturnCode};
use store::{ContractFilter, Error, Expected, KeyRemoval, PageRequest, Removal, RequestMetadata, ResourceKind};
use testkit::{TABLE, TestTable, at, automat, contract, key, metadata, pin, pin_holder};

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

fn everything() -> (ContractFilter, PageRequest) {
    (ContractFilter::of_key(a()), PageRequest { limit: 100, after: None })
}

/// A key with a return code, two search terms of property, and some contracts with known PINs, one of them ended.
async fn furnished() -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    table.store.create_key(furnished_key(), &metadata()).await.unwrap();
    let earlier = RequestMetadata { now: at(-100), ..metadata() };
    let drafts = [("111222", -90, -50), ("333444", 0, 60), ("555666", 60, 120)];
    for (digits, start, end) in drafts {
        let draft = ContractDraft { pin: Some(pin(digits)), ..contract(&a(), start, end) };
        table.store.create_contract(draft, &earlier).await.unwrap();
    }
    table.project().await;
    table
}

fn furnished_key() -> KeyDraft {
    let return_code = Some(ReturnCode::parse("4711").unwrap());
    KeyDraft { return_code, property: domain::Property::parse("Hämeentie 5").unwrap(), ..key("A") }
}

/// The items of the key, except events, which stay.
async fn remains(table: &TestTable) -> Vec<String> {
    let about_it = |item: &String| !item.contains("EVENT#") && (item.contains("KEY#A") || item.contains("S(\"A\")"));
    table.items().await.into_iter().filter(about_it).collect()
}

async fn assert_gone(table: &TestTable) {
    assert_eq!(remains(table).await, [""; 0]);
    assert!(matches!(table.store.key(&a()).await, Err(Error::NotFound(ResourceKind::Key))));
}

async fn assert_as_new(table: &TestTable) {
    table.store.create_key(furnished_key(), &metadata()).await.unwrap();
    let (filter, page) = everything();
    assert!(table.store.contracts(&filter, &page, at(0)).await.unwrap().data.is_empty());
    assert_eq!(table.store.key_events(&a(), &page).await.unwrap().data.len(), 1, "only that it was added");
    let draft = ContractDraft { pin: Some(pin("333444")), ..contract(&a(), 0, 60) };
    table.store.create_contract(draft, &metadata()).await.unwrap();
}

#[tokio::test]
async fn a_removed_key_leaves_nothing_and_its_name_can_be_used_again() {
    let table = furnished().await;
    let removed = table.store.remove_key(&a(), false, Expected::Version(1), &metadata()).await.unwrap();
    assert_eq!(removed.progress, Removal::Complete);
    assert_gone(&table).await;
    assert_as_new(&table).await;
}

#[tokio::test]
async fn a_key_is_unusable_from_the_first_write_of_its_removal() {
    let table = furnished().await;
    table.wire.cut_after(3);
    assert!(
        table.store.remove_key(&a(), false, Expected::Any, &metadata()).await.is_err(),
        "the reads and the mark passed"
    );
    table.wire.repair();
    for digits in ["111222", "333444", "555666"] {
        assert!(pin_holder(&table.client, TABLE, &table.store, &lobby(), &pin(digits)).await.is_none());
    }
    let (filter, page) = everything();
    let listed = table.store.contracts(&filter, &page, at(0)).await;
    assert!(matches!(listed, Err(Error::Key(domain::KeyRefusal::BeingRemoved))));
    let booked = table.store.create_contract(contract(&a(), 200, 260), &metadata()).await;
    assert!(matches!(booked, Err(Error::Contract(domain::ContractRefusal::KeyBeingRemoved { .. }))));
    let view = table.store.automat_view(&lobby(), at(0)).await.unwrap();
    assert!(view.lockers[0].key.is_none(), "its locker is free");
    table
        .store
        .create_key(KeyDraft { return_code: Some(ReturnCode::parse("4711").unwrap()), ..key("B") }, &metadata())
        .await
        .unwrap();
}

/// Cuts the connection after each possible number of requests; each time the next call of any kind must finish the
/// removal.
#[tokio::test]
async fn an_interrupted_removal_is_finished_by_the_next_call() {
    let healers = ["remove", "create", "sweep"];
    let mut interrupted = 0;
    for requests in 0.. {
        let healer = healers[requests as usize % healers.len()];
        let table = furnished().await;
        table.wire.cut_after(requests);
        let cut = table.store.remove_key(&a(), false, Expected::Any, &metadata()).await;
        table.wire.repair();
        if cut.is_ok() {
            break;
        }
        interrupted += 1;
        let untouched = table.store.key(&a()).await.is_ok_and(|key| key.state == domain::KeyState::Active);
        match healer {
            _ if untouched => continue,
            "remove" => {
                let outcome = table.store.remove_key(&a(), false, Expected::Any, &metadata()).await;
                assert!(
                    matches!(
                        outcome,
                        Ok(KeyRemoval { progress: Removal::Complete, .. }) | Err(Error::NotFound(ResourceKind::Key))
                    ),
                    "{outcome:?}"
                );
                assert_gone(&table).await;
            }
            "sweep" => {
                table.store.finish_removals(at(0)).await.unwrap();
                assert_gone(&table).await;
            }
            _ => {}
        }
        assert_as_new(&table).await;
    }
    assert!(interrupted >= 4, "read, mark, query, delete, delete the key: interrupted at {interrupted}");
}

#[tokio::test]
async fn an_interrupted_removal_is_taken_over_after_a_minute() {
    let table = furnished().await;
    table.wire.cut_after(3);
    assert!(
        table.store.remove_key(&a(), false, Expected::Any, &metadata()).await.is_err(),
        "the reads and the mark passed"
    );
    table.wire.repair();
    assert_eq!(table.store.finish_abandoned_removals(at(59)).await.unwrap(), 0);
    assert!(table.store.key(&a()).await.is_ok(), "it is still being removed");
    assert_eq!(table.store.finish_abandoned_removals(at(60)).await.unwrap(), 1);
    assert_gone(&table).await;
}

#[tokio::test]
async fn looking_for_abandoned_removals_costs_one_query() {
    let table = furnished().await;
    let _ = table.wire.tally();
    assert_eq!(table.store.finish_abandoned_removals(at(0)).await.unwrap(), 0);
    assert_eq!(table.wire.tally().round_trips, 1);
}

#[tokio::test]
async fn two_removals_at_once_do_no_harm() {
    let table = furnished().await;
    let remove = || {
        let store = table.store.clone();
        tokio::spawn(async move { store.remove_key(&a(), false, Expected::Any, &metadata()).await })
    };
    for removing in [remove(), remove(), remove()] {
        let removed = removing.await.unwrap();
        assert!(
            matches!(
                removed,
                Ok(KeyRemoval { progress: Removal::Complete, .. }) | Err(Error::NotFound(ResourceKind::Key))
            ),
            "{removed:?}"
        );
    }
    assert_gone(&table).await;
}

#[tokio::test]
async fn a_late_removal_leaves_the_next_key_with_that_id_alone() {
    let table = furnished().await;
    let mut held = table.wire.hold("Query");
    let store = table.store.clone();
    let late = tokio::spawn(async move { store.remove_key(&a(), false, Expected::Any, &metadata()).await });
    held.arrived().await;
    table.store.remove_key(&a(), false, Expected::Any, &metadata()).await.unwrap();
    assert_as_new(&table).await;
    held.release();
    let _ = late.await.unwrap();
    let calendar = table.store.key(&a()).await.unwrap().calendar;
    let id = calendar.entries()[0].contract.clone();
    table.store.contract(&id).await.unwrap();
    assert!(pin_holder(&table.client, TABLE, &table.store, &lobby(), &pin("333444")).await.is_some());
}

#[tokio::test]
async fn a_pin_taken_by_another_contract_is_not_deleted() {
    let table = furnished().await;
    table.store.create_key(key("B"), &metadata()).await.unwrap();
    let b = KeyId::parse("B").unwrap();
    let draft = ContractDraft { pin: Some(pin("111222")), ..contract(&b, 0, 60) };
    table.store.create_contract(draft, &metadata()).await.unwrap();
    table.store.remove_key(&a(), false, Expected::Any, &metadata()).await.unwrap();
    assert_gone(&table).await;
    let (key, _) = pin_holder(&table.client, TABLE, &table.store, &lobby(), &pin("111222")).await.unwrap();
    assert_eq!(key, b);
}

/// An ended contract's PIN can be taken, so several contracts of one key may have had the same PIN.
#[tokio::test]
async fn contracts_that_had_the_same_pin_one_after_the_other_are_removed_together() {
    let table = furnished().await;
    for n in 1..40 {
        let then = RequestMetadata { now: at(n * 1_000), ..metadata() };
        let draft = ContractDraft { pin: Some(pin("111222")), ..contract(&a(), n * 1_000, n * 1_000 + 10) };
        table.store.create_contract(draft, &then).await.unwrap();
    }
    table.project().await;
    let removed = table.store.remove_key(&a(), false, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(removed.progress, Removal::Complete);
    assert_gone(&table).await;
}
