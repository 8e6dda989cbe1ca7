//! Editing: keys that are added and taken off, and times of several keys.

use domain::{
    AutomatChange, Conflict, ContractChange, ContractField, ContractRefusal, Entry, EventKind, PinDigits, Purpose,
    Whereabouts,
};
use store::{Error, Expected, PageRequest};
use testkit::{at, metadata, pin, range};

use super::picture::{Picture, check};
use super::scene::{
    PIN, add_automat, automat_id, automats, contract_id, device, draft, edit, id, keys, lobby_and_garage, metadata_at,
    to_keys, to_times, with_any_pin,
};

#[tokio::test]
async fn an_added_key_is_booked_and_its_automat_gets_the_pin() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A"], 0, 600), &metadata()).await.unwrap();
    assert_eq!(device(&table, "garage").typed("e1", PIN, &[0], 10).await, None);
    let edited = edit(&table.store, "one", to_keys(&["A", "C"])).await.unwrap();
    assert_eq!((&edited.keys, edited.version), (&keys(&["A", "C"]), 2));
    assert_eq!(table.store.contract(&edited.id).await.unwrap(), edited);
    check(&table, at(0), "in another automat").await;
    assert_eq!(device(&table, "garage").typed("e2", PIN, &[0], 20).await, Some((0, Purpose::Fetch)));
    edit(&table.store, "one", to_keys(&["A", "B", "C"])).await.unwrap();
    check(&table, at(0), "in the same automat").await;
    assert_eq!(device(&table, "lobby").typed("e3", PIN, &[1], 30).await, Some((1, Purpose::Fetch)));
    let changes = vec![ContractField::KeyIds];
    let kind = EventKind::ContractChanged { changes, range: range(0, 600) };
    let page = PageRequest { limit: 10, after: None };
    for (key, times) in [("A", 2), ("B", 1), ("C", 2)] {
        let events = table.store.key_events(&id(key), &page).await.unwrap().data;
        assert_eq!(events.iter().filter(|event| event.kind == kind).count(), times, "{key}");
    }
}

#[tokio::test]
async fn a_key_that_is_taken_off_is_free_at_once_and_so_is_the_pin_in_its_automat() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A", "B", "C"], 0, 600), &metadata()).await.unwrap();
    edit(&table.store, "one", to_keys(&["B", "C"])).await.unwrap();
    check(&table, at(0), "one of two keys there").await;
    assert_eq!(device(&table, "lobby").typed("e2", PIN, &[0, 1], 10).await, Some((1, Purpose::Fetch)));
    edit(&table.store, "one", to_keys(&["C"])).await.unwrap();
    check(&table, at(0), "the only key there").await;
    assert_eq!(Picture::of(&table).await.pins.len(), 1, "only in the garage");
    table.store.create_contract(draft("two", &["A", "B"], 0, 600), &metadata()).await.unwrap();
    check(&table, at(0), "free again").await;
    let changed = |events: Vec<domain::Event>| {
        events.iter().filter(|event| matches!(event.kind, EventKind::ContractChanged { .. })).count()
    };
    let page = PageRequest { limit: 10, after: None };
    assert_eq!(
        changed(table.store.key_events(&id("A"), &page).await.unwrap().data),
        1,
        "the key's own history says so"
    );
}

#[tokio::test]
async fn a_key_whose_automat_has_the_pin_in_use_is_not_added() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A"], 0, 600), &metadata()).await.unwrap();
    table.store.create_contract(draft("in-garage", &["C"], 1_000, 1_600), &metadata()).await.unwrap();
    let before = table.items().await;
    let refused = edit(&table.store, "one", to_keys(&["A", "C"])).await;
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::PinInUse))), "{refused:?}");
    let one = contract_id("one");
    let previewed = table.store.preview_edit(&one, to_keys(&["A", "C"]), false, Expected::Any, at(0)).await;
    assert!(matches!(previewed, Err(Error::Contract(ContractRefusal::PinInUse))), "{previewed:?}");
    assert_eq!(table.items().await, before, "nothing was written");

    let change = ContractChange { pin: Some(pin("573826")), ..to_keys(&["A", "C"]) };
    edit(&table.store, "one", change).await.unwrap();
    check(&table, at(0), "with another PIN").await;
    // When the other contract has ended, its PIN is free.
    let back = ContractChange { pin: Some(pin(PIN)), ..to_times(0, 9_000) };
    table.store.edit_contract(&one, back, false, Expected::Any, &metadata_at(2_000)).await.unwrap();
    check(&table, at(2_000), "with the PIN of an ended contract").await;
    assert_eq!(Picture::of(&table).await.pins.len(), 2);
}

#[tokio::test]
async fn a_pin_that_is_too_short_for_the_automat_of_an_added_key_is_refused() {
    let table = lobby_and_garage().await;
    let change =
        AutomatChange { min_chosen_pin_digits: Some(Some(PinDigits::new(8).unwrap())), ..AutomatChange::default() };
    table.store.edit_automat(&automat_id("garage"), change, false, Expected::Any, &metadata()).await.unwrap();
    table.store.create_contract(draft("one", &["A"], 0, 600), &metadata()).await.unwrap();
    let before = table.items().await;
    let refused = edit(&table.store, "one", to_keys(&["A", "C"])).await;
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::PinTooShort { .. }))), "{refused:?}");
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn a_key_that_another_contract_has_is_not_added() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A"], 0, 600), &metadata()).await.unwrap();
    table.store.create_contract(with_any_pin(draft("in-garage", &["C"], 500, 700)), &metadata()).await.unwrap();
    let before = table.items().await;
    let refused = edit(&table.store, "one", to_keys(&["A", "B", "C"])).await;
    let Err(Error::Contract(ContractRefusal::Overlap { conflicts, next_free })) = refused else {
        panic!("{refused:?}")
    };
    let entry = Entry { contract: contract_id("in-garage"), range: range(500, 700) };
    assert_eq!(conflicts, [Conflict { key: id("C"), entry }]);
    assert_eq!(next_free, Some(range(700, 1_300)));
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn times_change_on_every_key_or_on_none() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A", "C"], 0, 600), &metadata()).await.unwrap();
    table.store.create_contract(with_any_pin(draft("later", &["C"], 700, 800)), &metadata()).await.unwrap();
    let before = table.items().await;
    let refused = edit(&table.store, "one", to_times(0, 750)).await;
    let Err(Error::Contract(ContractRefusal::Overlap { conflicts, .. })) = refused else { panic!("{refused:?}") };
    assert_eq!(conflicts[0].key, id("C"));
    assert_eq!(table.items().await, before);
    edit(&table.store, "one", to_times(100, 700)).await.unwrap();
    check(&table, at(0), "moved").await;
    // With the key in the way taken off in the same edit.
    let change = ContractChange { keys: Some(keys(&["A", "B"])), ..to_times(100, 750) };
    edit(&table.store, "one", change).await.unwrap();
    check(&table, at(0), "moved with other keys").await;
    let ended = table.store.end_contract(&contract_id("one"), Expected::Any, &metadata_at(200)).await.unwrap();
    assert_eq!(ended.range, range(100, 200));
    check(&table, at(200), "ended").await;
}

#[tokio::test]
async fn a_key_that_is_out_is_taken_off_only_by_force() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A", "C"], 0, 600), &metadata()).await.unwrap();
    let garage = device(&table, "garage");
    garage.fetch(0, PIN, 10).await;
    check(&table, at(10), "C is out").await;
    let before = table.items().await;
    let one = contract_id("one");
    let refused = edit(&table.store, "one", to_keys(&["A"])).await;
    assert!(
        matches!(&refused, Err(Error::Contract(ContractRefusal::KeyOut { key })) if *key == id("C")),
        "{refused:?}"
    );
    let previewed = table.store.preview_edit(&one, to_keys(&["A"]), false, Expected::Any, at(10)).await;
    assert!(matches!(&previewed, Err(Error::Contract(ContractRefusal::KeyOut { key })) if *key == id("C")));
    assert_eq!(table.items().await, before, "nothing was written");

    assert!(table.store.preview_edit(&one, to_keys(&["A"]), true, Expected::Any, at(10)).await.is_ok());
    let forced = table.store.edit_contract(&one, to_keys(&["A"]), true, Expected::Any, &metadata_at(11)).await.unwrap();
    assert_eq!((forced.keys, forced.out.len()), (keys(&["A"]), 0));
    let stored = table.store.contract(&one).await.unwrap();
    assert_eq!(stored.out.len(), 0);
    assert_eq!(garage.typed("back", PIN, &[], 12).await, None, "the PIN is gone from that automat");
    assert_eq!(table.store.key(&id("C")).await.unwrap().whereabouts, Whereabouts::Out { contract: Some(one.clone()) });
    assert_eq!(table.store.holder(&table.store.key(&id("C")).await.unwrap()).await.unwrap(), None);
    garage.give_back(0, 13).await;
    assert_eq!(table.store.key(&id("C")).await.unwrap().whereabouts, Whereabouts::Inside);
    assert_eq!(table.store.contract(&one).await.unwrap(), stored, "the return has nothing to do with it any more");
    check(&table, at(13), "back").await;
}

#[tokio::test]
async fn a_key_taken_off_by_force_and_added_again_is_out_with_the_contract_again() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A", "C"], 0, 600), &metadata()).await.unwrap();
    device(&table, "garage").fetch(0, PIN, 10).await;
    let one = contract_id("one");
    table.store.edit_contract(&one, to_keys(&["A"]), true, Expected::Any, &metadata_at(11)).await.unwrap();
    edit(&table.store, "one", to_keys(&["A", "C"])).await.unwrap();
    assert_eq!(table.store.contract(&one).await.unwrap().out, [id("C")].into());
    check(&table, at(12), "added again").await;
    assert_eq!(device(&table, "garage").typed("back", PIN, &[], 13).await, Some((0, Purpose::Return)));
}

#[tokio::test]
async fn keys_of_another_automat_replace_all_keys() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A", "B"], 0, 600), &metadata()).await.unwrap();
    edit(&table.store, "one", to_keys(&["C"])).await.unwrap();
    check(&table, at(0), "replaced").await;
    edit(&table.store, "one", to_keys(&["A"])).await.unwrap();
    check(&table, at(0), "and back").await;
}

#[tokio::test]
async fn an_ended_contract_changes_its_keys_without_booking_them() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A", "C"], 0, 60), &metadata()).await.unwrap();
    table.store.create_contract(with_any_pin(draft("running", &["B"], 0, 600)), &metadata()).await.unwrap();
    let change = to_keys(&["A", "B"]);
    table.store.edit_contract(&contract_id("one"), change, false, Expected::Any, &metadata_at(100)).await.unwrap();
    check(&table, at(100), "a correction of what was").await;
    let calendar = table.store.key(&id("B")).await.unwrap().calendar;
    assert!(calendar.entry(&contract_id("one")).is_none());
    let extended =
        table.store.edit_contract(&contract_id("one"), to_times(0, 300), false, Expected::Any, &metadata_at(100)).await;
    assert!(matches!(extended, Err(Error::Contract(ContractRefusal::Overlap { .. }))), "{extended:?}");
}

#[tokio::test]
async fn an_edit_concerns_at_most_sixteen_keys() {
    let names: Vec<_> = (0..17).map(|n| format!("K-{n:02}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let table = automats(&[]).await;
    for (n, part) in names.chunks(5).enumerate() {
        add_automat(&table, &format!("automat-{n}"), part).await;
    }
    table.store.create_contract(draft("one", &names[..16], 0, 60), &metadata()).await.unwrap();
    let before = table.items().await;
    for refused in [
        edit(&table.store, "one", to_keys(&names[1..])).await.map(|_| ()),
        table
            .store
            .preview_edit(&contract_id("one"), to_keys(&names[1..]), false, Expected::Any, at(0))
            .await
            .map(|_| ()),
    ] {
        assert!(matches!(refused, Err(Error::Contract(ContractRefusal::TooManyKeys))), "{refused:?}");
    }
    assert_eq!(table.items().await, before);
    edit(&table.store, "one", to_keys(&names[1..16])).await.unwrap();
    edit(&table.store, "one", to_keys(&names[1..])).await.unwrap();
    check(&table, at(0), "one key after the other").await;
}
