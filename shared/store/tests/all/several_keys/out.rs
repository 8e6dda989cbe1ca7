//! Keys of one contract that are out and back independently of each other.

use std::collections::BTreeMap;

use domain::{ContractRefusal, KeyRefusal, Purpose};
use store::{Error, Expected};
use testkit::{at, metadata};

use super::picture::{Picture, check};
use super::scene::{
    Between, PIN, automat_id, between, contract_id, device, draft, edit, id, lobby_and_garage, metadata_at, to_times,
    with_any_pin,
};

/// Whether an item is kept without limit, of the contract and of its PIN in each automat.
async fn without_end(table: &testkit::TestTable) -> (bool, BTreeMap<String, bool>) {
    let picture = Picture::of(table).await;
    let pins = picture.pins.iter().map(|((automat, _), pin)| (automat.clone(), !pin.contains_key("ttl")));
    (!picture.contracts["one"].contains_key("ttl"), pins.collect())
}

fn lobby_only(lobby: bool, garage: bool) -> BTreeMap<String, bool> {
    [("lobby".to_owned(), lobby), ("garage".to_owned(), garage)].into()
}

#[tokio::test]
async fn while_a_key_is_out_the_contract_is_kept_and_the_pin_in_its_automat_is_not_free() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A", "C"], 0, 60), &metadata()).await.unwrap();
    assert_eq!(without_end(&table).await, (false, lobby_only(false, false)));
    device(&table, "lobby").fetch(0, PIN, 10).await;
    device(&table, "garage").fetch(0, PIN, 20).await;
    check(&table, at(20), "both out").await;
    assert_eq!(without_end(&table).await, (true, lobby_only(true, true)));
    device(&table, "garage").give_back(0, 30).await;
    check(&table, at(30), "C is back").await;
    assert_eq!(without_end(&table).await, (true, lobby_only(true, false)));
    let contract = table.store.contract(&contract_id("one")).await.unwrap();
    assert_eq!(
        (contract.out.clone(), contract.is_overdue(at(59)), contract.is_overdue(at(60))),
        ([id("A")].into(), false, true)
    );

    // The contract has ended: the PIN is free in the garage, and in the lobby it still returns the key.
    let later = metadata_at(100);
    let lobby = draft("in-lobby", &["B"], 100, 200);
    let refused = table.store.create_contract(lobby.clone(), &later).await;
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::PinInUse))), "{refused:?}");
    let both = table.store.create_contract(draft("in-both", &["B", "C"], 100, 200), &later).await;
    assert!(matches!(both, Err(Error::Contract(ContractRefusal::PinInUse))), "{both:?}");
    table.store.create_contract(draft("in-garage", &["C"], 100, 200), &later).await.unwrap();
    check(&table, at(100), "taken in the garage").await;
    assert_eq!(device(&table, "lobby").typed("back", PIN, &[], 110).await, Some((0, Purpose::Return)));
    let view = table.store.automat_view(&automat_id("lobby"), at(110)).await.unwrap();
    assert!(view.lockers[0].overdue && view.lockers[0].holder.is_some());
    let view = table.store.automat_view(&automat_id("garage"), at(110)).await.unwrap();
    assert!(!view.lockers[0].overdue, "its key is back");

    device(&table, "lobby").give_back(0, 120).await;
    check(&table, at(120), "both back").await;
    assert!(!without_end(&table).await.0);
    table.store.create_contract(lobby, &later).await.unwrap();
    assert!(!table.store.contract(&contract_id("one")).await.unwrap().is_overdue(at(120)));
    // What is left of the first contract leaves its PIN to the others.
    table.store.remove_contract(&contract_id("one"), false, Expected::Any, &later).await.unwrap();
    check(&table, at(120), "removed").await;
    assert_eq!(Picture::of(&table).await.pins.len(), 2);
}

#[tokio::test]
async fn a_contract_is_removed_only_by_force_while_one_of_its_keys_is_out() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A", "C"], 0, 60), &metadata()).await.unwrap();
    device(&table, "garage").fetch(0, PIN, 10).await;
    let before = table.items().await;
    let refused = table.store.remove_contract(&contract_id("one"), false, Expected::Any, &metadata_at(11)).await;
    assert!(
        matches!(&refused, Err(Error::Contract(ContractRefusal::KeyOut { key })) if *key == id("C")),
        "{refused:?}"
    );
    let moved = edit(&table.store, "one", to_times(30, 60)).await;
    assert!(
        matches!(&moved, Err(Error::Contract(ContractRefusal::StartsWhileKeyOut { key })) if *key == id("C")),
        "{moved:?}"
    );
    let key_out = table.store.remove_key(&id("C"), false, Expected::Any, &metadata_at(11)).await;
    assert!(matches!(key_out, Err(Error::Key(KeyRefusal::Out))), "{key_out:?}");
    assert_eq!(table.items().await, before);
    table.store.remove_contract(&contract_id("one"), true, Expected::Any, &metadata_at(12)).await.unwrap();
    check(&table, at(12), "by force").await;
    assert!(Picture::of(&table).await.pins.is_empty());
    device(&table, "garage").give_back(0, 13).await;
    check(&table, at(13), "back").await;
}

/// Both devices report at once: each report depends on which keys are out with the contract.
#[tokio::test]
async fn reports_of_two_automats_at_once_are_both_written() {
    for requests in 0.. {
        let table = lobby_and_garage().await;
        table.store.create_contract(draft("one", &["A", "C"], 0, 60), &metadata()).await.unwrap();
        for automat in ["lobby", "garage"] {
            let device = device(&table, automat);
            device.report(1, &[(0, true, None)]).await.unwrap();
            assert_eq!(device.typed("e1", PIN, &[0], 10).await, Some((0, Purpose::Fetch)));
        }
        let (store, wire) = table.another_store();
        let steps = wire.step_by_step();
        let lobby = tokio::spawn(async move {
            let device = super::scene::Device { store: &store, automat: "lobby" };
            device.report(11, &[(0, false, Some("e1"))]).await
        });
        let garage = device(&table, "garage");
        let garage = garage.report(11, &[(0, false, Some("e1"))]);
        let Between { first, other, was_over } = between(&steps, lobby, requests, garage).await;
        first.unwrap();
        other.unwrap();
        check(&table, at(11), &format!("after {requests} requests")).await;
        assert_eq!(table.store.contract(&contract_id("one")).await.unwrap().out, [id("A"), id("C")].into());
        if was_over {
            assert!(requests > 3, "reads and a transaction");
            break;
        }
    }
}

#[tokio::test]
async fn a_contract_of_the_same_id_has_nothing_to_do_with_a_key_that_is_out_with_the_one_before() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A", "C"], 0, 60), &metadata()).await.unwrap();
    device(&table, "garage").fetch(0, PIN, 10).await;
    table.store.remove_contract(&contract_id("one"), true, Expected::Any, &metadata_at(11)).await.unwrap();
    table.store.create_contract(with_any_pin(draft("one", &["A", "B"], 0, 60)), &metadata_at(12)).await.unwrap();
    check(&table, at(12), "the next one").await;
    let contract = table.store.contract(&contract_id("one")).await.unwrap();
    assert!(contract.out.is_empty() && !contract.is_overdue(at(100)));
    assert_eq!(table.store.holder(&table.store.key(&id("C")).await.unwrap()).await.unwrap(), None);
    let view = table.store.automat_view(&automat_id("garage"), at(100)).await.unwrap();
    assert_eq!(view.lockers[0].holder, None);
    table.store.remove_contract(&contract_id("one"), false, Expected::Any, &metadata_at(13)).await.unwrap();
    device(&table, "garage").give_back(0, 14).await;
    check(&table, at(14), "back").await;
}
