//! Each condition, made to fail: a concurrent write is not lost, and the decision is made again.

use domain::{ContractChange, Ending, EventKind};
use store::{ErasureOutcome, Expected};
use testkit::{at, by_email, metadata};

use super::scene::{AINO, DAY, LATER, Scene, ainos, by, by_address, contract_id, einos, id, named, outcomes, page};

/// Erases, with the last write held back until something else has been written.
async fn meanwhile(scene: &Scene, other: impl Future<Output = ()>) -> Vec<(String, ErasureOutcome)> {
    let (store, wire) = scene.table.another_store();
    let mut held = wire.hold("TransactWriteItems");
    let erasing = tokio::spawn(async move { store.erase_person(&by_address(AINO), false, &page(9), &by("dpo")).await });
    held.arrived().await;
    other.await;
    held.release();
    let erased = erasing.await.unwrap().unwrap().data;
    outcomes(&erased).into_iter().map(|(contract, outcome)| (contract.to_owned(), outcome)).collect()
}

#[tokio::test]
async fn a_contract_that_is_extended_meanwhile_is_live_again() {
    let scene = Scene::new().await;
    scene.book("A", "own", ainos(0, 60)).await;
    let longer = ContractChange { ending: Some(Ending::At(at(DAY))), ..ContractChange::default() };
    let extended = async {
        scene.store().edit_contract(&contract_id("own"), longer, false, Expected::Any, &metadata()).await.unwrap();
    };
    assert_eq!(meanwhile(&scene, extended).await, [("own".to_owned(), ErasureOutcome::Live)]);
    let contract = scene.store().contract(&contract_id("own")).await.unwrap();
    assert_eq!(contract.range.end(), Some(at(DAY)));
    assert_eq!(scene.recorded("A", &EventKind::PersonalDataErased).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_contract_whose_key_is_fetched_during_its_erasure_is_kept() {
    let scene = Scene::new().await;
    scene.book_with_pin("A", "own", "482915", ainos(0, 60)).await;
    assert_eq!(meanwhile(&scene, scene.fetch("482915")).await, [("own".to_owned(), ErasureOutcome::Live)]);
}

#[tokio::test]
async fn a_fetched_contract_outside_the_calendar_is_kept() {
    let scene = Scene::new().await;
    scene.book_with_pin("A", "own", "482915", ainos(0, 60)).await;
    // Ended contracts leave the calendar with the next booking.
    let metadata = store::RequestMetadata { now: at(100), ..metadata() };
    scene.store().create_contract(testkit::contract(&id("A"), 200, 300), &metadata).await.unwrap();
    assert!(scene.store().key(&id("A")).await.unwrap().calendar.entry(&contract_id("own")).is_none());
    assert_eq!(meanwhile(&scene, scene.fetch("482915")).await, [("own".to_owned(), ErasureOutcome::Live)]);
}

#[tokio::test]
async fn contacts_edited_during_an_erasure_are_not_lost() {
    let scene = Scene::new().await;
    scene.book("A", "contact", einos(0, DAY)).await;
    let contacts = vec![named("Aino Virtanen", by_email(AINO)), named("Bo", by_email("bo@example.fi"))];
    let change = ContractChange { contacts: Some(contacts), ..ContractChange::default() };
    let edited = async {
        scene.store().edit_contract(&contract_id("contact"), change, false, Expected::Any, &metadata()).await.unwrap();
    };
    assert_eq!(meanwhile(&scene, edited).await, [("contact".to_owned(), ErasureOutcome::ContactErased)]);
    let contract = scene.store().contract(&contract_id("contact")).await.unwrap();
    assert_eq!(contract.contacts.iter().map(|contact| contact.name.as_str()).collect::<Vec<_>>(), ["Bo"]);
}

#[tokio::test]
async fn a_contract_removed_during_its_erasure_stays_removed() {
    let scene = Scene::new().await;
    scene.book("A", "own", ainos(0, 60)).await;
    let removed = async {
        scene.store().remove_contract(&contract_id("own"), false, Expected::Any, &by("bo")).await.unwrap();
    };
    assert_eq!(meanwhile(&scene, removed).await, [("own".to_owned(), ErasureOutcome::ContractErased)]);
    assert_eq!(scene.items_with(&["Aino"]).await, Vec::<String>::new());
}

#[tokio::test]
async fn conflicts_are_tried_again() {
    let scene = Scene::new().await;
    scene.book("A", "own", ainos(0, 60)).await;
    scene.table.wire.conflict(3);
    assert_eq!(outcomes(&scene.erase(&by_address(AINO)).await), [("own", ErasureOutcome::ContractErased)]);
    scene.notify(LATER).await;
    scene.book("B", "contact", einos(0, 60)).await;
    scene.table.wire.conflict(3);
    assert_eq!(scene.export(&by_address(AINO)).await.len(), 1);
    assert_eq!(scene.recorded("B", &EventKind::PersonalDataExported).await, ["contact"]);
}
