//! Creating: all keys are booked, or none.

use domain::{Conflict, ContractDraft, ContractRefusal, Entry, EventKind, KeyChange, Purpose, Sharing};
use store::{ContractFilter, Created, Error, Expected, PageRequest, ResourceKind};
use testkit::{TABLE, at, metadata, metadata_with_receipt, pin, pin_holder, range};

use super::picture::{Picture, check};
use super::scene::{
    PIN, add_automat, automat_id, contract_id, device, draft, id, keys, lobby_and_garage, with_any_pin,
};

#[tokio::test]
async fn keys_of_two_automats_are_booked_with_one_pin_in_both() {
    let table = lobby_and_garage().await;
    let made = table.store.create_contract(draft("one", &["C", "A"], 0, 600), &metadata()).await.unwrap().into_inner();
    assert_eq!(made.keys, keys(&["A", "C"]), "in order of their ids");
    assert_eq!(table.store.contract(&made.id).await.unwrap(), made);
    let booked = Entry { contract: made.id.clone(), range: range(0, 600) };
    let page = PageRequest { limit: 10, after: None };
    for (key, automat) in [("A", "lobby"), ("C", "garage")] {
        assert_eq!(table.store.key(&id(key)).await.unwrap().calendar.entries(), std::slice::from_ref(&booked));
        let listed = table.store.contracts(&ContractFilter::of_key(id(key)), &page, at(0)).await.unwrap().data;
        assert_eq!(listed.into_iter().map(|listed| listed.contract).collect::<Vec<_>>(), std::slice::from_ref(&made));
        let view = table.store.automat_view(&automat_id(automat), at(0)).await.unwrap();
        assert_eq!(view.lockers[0].active_contract, Some(booked.clone()));
        let holder = pin_holder(&table.client, TABLE, &table.store, &automat_id(automat), &pin(PIN)).await;
        assert_eq!(holder, Some((id(key), made.id.clone())));
        let opened = device(&table, automat).typed("e1", PIN, &[0], 10).await;
        assert_eq!(opened, Some((0, Purpose::Fetch)));
        let events = table.store.key_events(&id(key), &page).await.unwrap().data;
        let created = EventKind::ContractCreated(range(0, 600));
        assert_eq!(events.iter().filter(|event| event.kind == created).count(), 1, "an event of each key");
    }
    assert!(table.store.key(&id("B")).await.unwrap().calendar.entries().is_empty());
    assert_eq!(Picture::of(&table).await.contracts.len(), 1);
    check(&table, at(0), "two automats").await;
}

#[tokio::test]
async fn two_keys_of_one_automat_have_one_pin_there_that_fetches_one_after_the_other() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A", "B"], 0, 600), &metadata()).await.unwrap();
    assert_eq!(Picture::of(&table).await.pins.len(), 1);
    let lobby = device(&table, "lobby");
    lobby.report(1, &[(0, true, None), (1, true, None)]).await.unwrap();
    assert_eq!(lobby.typed("e1", PIN, &[0, 1], 2).await, Some((0, Purpose::Fetch)));
    lobby.report(3, &[(0, false, Some("e1"))]).await.unwrap();
    check(&table, at(3), "one out").await;
    assert_eq!(lobby.typed("e2", PIN, &[1], 4).await, Some((1, Purpose::Fetch)));
    lobby.report(5, &[(1, false, Some("e2"))]).await.unwrap();
    check(&table, at(5), "both out").await;
    assert_eq!(lobby.typed("e3", PIN, &[], 6).await, Some((0, Purpose::Return)));
    lobby.report(7, &[(0, true, Some("e3"))]).await.unwrap();
    check(&table, at(7), "one back").await;
    assert_eq!(table.store.contract(&contract_id("one")).await.unwrap().out, [id("B")].into());
}

#[tokio::test]
async fn a_conflict_on_one_key_books_nothing_and_names_key_and_contract() {
    let table = lobby_and_garage().await;
    // Each in the way of one of the keys.
    table.store.create_contract(with_any_pin(draft("on-c", &["C"], 30, 90)), &metadata()).await.unwrap();
    table.store.create_contract(with_any_pin(draft("on-a", &["A"], 100, 130)), &metadata()).await.unwrap();
    let before = table.items().await;
    let wanted = draft("wanted", &["A", "C"], 0, 60);
    let refused = table.store.create_contract(wanted.clone(), &metadata()).await;
    let Err(Error::Contract(ContractRefusal::Overlap { conflicts, next_free })) = refused else {
        panic!("{refused:?}")
    };
    let expected = Conflict { key: id("C"), entry: Entry { contract: contract_id("on-c"), range: range(30, 90) } };
    assert_eq!(conflicts, std::slice::from_ref(&expected));
    assert_eq!(next_free, Some(range(130, 190)), "the first time in which all keys are free");
    let preview = table.store.preview_contract(wanted, at(0)).await.unwrap();
    assert_eq!((preview.conflicts, preview.next_free), (vec![expected], Some(range(130, 190))));
    assert_eq!(table.items().await, before, "nothing was written");

    // The time that was offered is free, and the one before it is not.
    let over = table.store.create_contract(draft("over", &["A", "C"], 129, 189), &metadata()).await;
    assert!(matches!(over, Err(Error::Contract(ContractRefusal::Overlap { .. }))));
    table.store.create_contract(draft("wanted", &["A", "C"], 130, 190), &metadata()).await.unwrap();
    check(&table, at(0), "at the time offered").await;
}

#[tokio::test]
async fn a_shared_key_is_in_nobodys_way() {
    let table = lobby_and_garage().await;
    let shared = KeyChange { sharing: Some(Sharing::Shared), ..KeyChange::default() };
    table.store.edit_key(&id("A"), shared, Expected::Any, &metadata()).await.unwrap();
    table.store.create_contract(with_any_pin(draft("one", &["A", "B"], 0, 60)), &metadata()).await.unwrap();
    table.store.create_contract(with_any_pin(draft("two", &["A", "C"], 0, 60)), &metadata()).await.unwrap();
    let both = table.store.create_contract(with_any_pin(draft("three", &["A", "B", "C"], 50, 70)), &metadata()).await;
    let Err(Error::Contract(ContractRefusal::Overlap { conflicts, next_free })) = both else { panic!("{both:?}") };
    let named: Vec<_> =
        conflicts.iter().map(|conflict| (conflict.key.as_str(), conflict.entry.contract.as_str())).collect();
    assert_eq!((named, next_free), (vec![("B", "one"), ("C", "two")], Some(range(60, 80))));
    check(&table, at(0), "shared").await;
}

#[tokio::test]
async fn a_key_that_does_not_exist_is_named() {
    let table = lobby_and_garage().await;
    let before = table.items().await;
    let refused = table.store.create_contract(draft("one", &["A", "X", "Y"], 0, 60), &metadata()).await;
    assert!(matches!(&refused, Err(Error::KeyNotFound(key)) if *key == id("X")), "{refused:?}");
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn the_same_keys_in_any_order_are_the_same_request() {
    let table = lobby_and_garage().await;
    let made = table.store.create_contract(draft("one", &["A", "C"], 0, 60), &metadata()).await.unwrap().into_inner();
    let again = table.store.create_contract(draft("one", &["C", "A", "C"], 0, 60), &metadata()).await.unwrap();
    assert_eq!(again, Created::Existing(made));
    for other in [&["A"][..], &["B"], &["A", "B", "C"]] {
        let refused = table.store.create_contract(with_any_pin(draft("one", other, 0, 60)), &metadata()).await;
        assert!(matches!(refused, Err(Error::Exists(ResourceKind::Contract))), "{other:?}: {refused:?}");
    }
    check(&table, at(0), "asked again").await;
}

#[tokio::test]
async fn a_repeated_request_is_answered_from_its_receipt() {
    let table = lobby_and_garage().await;
    let wanted = ContractDraft { id: None, ..draft("none", &["A", "C"], 0, 60) };
    let once = metadata_with_receipt("r1", "h1");
    let Created::New(made) = table.store.create_contract(wanted.clone(), &once).await.unwrap() else { panic!() };
    assert_eq!(table.store.create_contract(wanted, &once).await.unwrap(), Created::Replayed(made));
    check(&table, at(0), "repeated").await;
}

#[tokio::test]
async fn a_pin_in_use_in_one_of_the_automats_is_refused() {
    let table = lobby_and_garage().await;
    add_automat(&table, "yard", &["D"]).await;
    table.store.create_contract(draft("in-garage", &["C"], 0, 60), &metadata()).await.unwrap();
    let before = table.items().await;
    // At another time, so that only the PIN is in the way.
    let wanted = draft("wanted", &["A", "C", "D"], 100, 160);
    let refused = table.store.create_contract(wanted.clone(), &metadata()).await;
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::PinInUse))), "{refused:?}");
    let previewed = table.store.preview_contract(wanted, at(0)).await;
    assert!(matches!(previewed, Err(Error::Contract(ContractRefusal::PinInUse))), "{previewed:?}");
    assert_eq!(table.items().await, before);
    table.store.create_contract(draft("elsewhere", &["A", "D"], 100, 160), &metadata()).await.unwrap();
    check(&table, at(0), "elsewhere").await;
}
