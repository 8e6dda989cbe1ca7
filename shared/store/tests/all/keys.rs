//! Keys: one locker each, found by query, edited as a whole.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{
    AutomatId, AutomatRefusal, KeyChange, KeyDraft, KeyId, KeyRefusal, LockerIndex, Property, ReturnCode, SearchTerms,
    Sharing,
};
use store::{Created, Error, Expected, KeyFilter, PageRequest, ResourceKind};
use testkit::{TestTable, automat, contract, key, metadata};

fn id(id: &str) -> KeyId {
    KeyId::parse(id).unwrap()
}

fn locker(index: u32) -> LockerIndex {
    LockerIndex::new(index).unwrap()
}

fn with_property(id: &str, property: &str) -> KeyDraft {
    KeyDraft { property: Property::parse(property).unwrap(), ..key(id) }
}

fn with_return_code(id: &str, code: &str) -> KeyDraft {
    KeyDraft { return_code: Some(ReturnCode::parse(code).unwrap()), ..key(id) }
}

async fn lobby(lockers: u32) -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", lockers), &metadata()).await.unwrap();
    table
}

async fn found(table: &TestTable, automat: Option<&str>, search: Option<&str>, limit: usize) -> Vec<String> {
    let filter = KeyFilter {
        automat: automat.map(|id| AutomatId::parse(id).unwrap()),
        search: search.map(|text| SearchTerms::parse(text).unwrap()),
    };
    let mut page = PageRequest { limit, after: None };
    let mut seen = Vec::new();
    loop {
        let part = table.store.keys(&filter, &page).await.unwrap();
        assert!(part.data.len() <= limit);
        seen.extend(part.data.iter().map(|key| key.id.as_str().to_owned()));
        match part.next {
            Some(next) => page.after = Some(next),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn keys_take_the_lowest_free_locker_until_there_is_none() {
    let table = lobby(3).await;
    let in_the_middle = KeyDraft { locker: Some(locker(1)), ..key("B") };
    table.store.create_key(in_the_middle, &metadata()).await.unwrap();
    let lockers = [("A", 0), ("C", 2)];
    for (name, expected) in lockers {
        let created = table.store.create_key(key(name), &metadata()).await.unwrap().into_inner();
        assert_eq!(created.locker, locker(expected));
    }
    let full = table.store.create_key(key("D"), &metadata()).await;
    assert!(matches!(full, Err(Error::Automat(AutomatRefusal::NoFreeLocker))));
}

#[tokio::test]
async fn a_key_is_created_once_and_a_locker_holds_one() {
    let table = lobby(3).await;
    let created = table.store.create_key(key("A"), &metadata()).await.unwrap().into_inner();
    assert_eq!(table.store.create_key(key("A"), &metadata()).await.unwrap(), Created::Existing(created));
    let other = table.store.create_key(with_property("A", "elsewhere"), &metadata()).await;
    assert!(matches!(other, Err(Error::Exists(ResourceKind::Key))));
    let taken = KeyDraft { locker: Some(locker(0)), ..key("B") };
    let taken = table.store.create_key(taken, &metadata()).await;
    assert!(matches!(taken, Err(Error::Automat(AutomatRefusal::LockerOccupied { .. }))));
    let beyond = KeyDraft { locker: Some(locker(3)), ..key("B") };
    let beyond = table.store.create_key(beyond, &metadata()).await;
    assert!(matches!(beyond, Err(Error::Automat(AutomatRefusal::LockerIndexTooBig { .. }))));
}

#[tokio::test]
async fn keys_added_at_once_get_different_lockers() {
    let table = lobby(20).await;
    let adding = (0..20).map(|n| {
        let store = table.store.clone();
        tokio::spawn(async move { store.create_key(key(&format!("K-{n}")), &metadata()).await })
    });
    let mut lockers = Vec::new();
    for added in adding.collect::<Vec<_>>() {
        lockers.push(added.await.unwrap().unwrap().into_inner().locker.get());
    }
    lockers.sort_unstable();
    assert_eq!(lockers, (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_return_code_is_unique_in_its_automat_and_free_again_when_given_up() {
    let table = lobby(5).await;
    table.store.create_automat(automat("garage", 5), &metadata()).await.unwrap();
    table.store.create_key(with_return_code("A", "4711"), &metadata()).await.unwrap();
    let taken = table.store.create_key(with_return_code("B", "4711"), &metadata()).await;
    assert!(matches!(taken, Err(Error::ReturnCodeInUse)));
    let elsewhere = KeyDraft { automat: AutomatId::parse("garage").unwrap(), ..with_return_code("B", "4711") };
    table.store.create_key(elsewhere, &metadata()).await.unwrap();
    table.store.create_key(key("C"), &metadata()).await.unwrap();
    let to = |code: Option<&str>| KeyChange {
        return_code: Some(code.map(|code| ReturnCode::parse(code).unwrap())),
        ..KeyChange::default()
    };
    let taken = table.store.edit_key(&id("C"), to(Some("4711")), Expected::Any, &metadata()).await;
    assert!(matches!(taken, Err(Error::ReturnCodeInUse)));
    table.store.edit_key(&id("A"), to(None), Expected::Any, &metadata()).await.unwrap();
    let edited = table.store.edit_key(&id("C"), to(Some("4711")), Expected::Any, &metadata()).await.unwrap();
    assert_eq!(edited.return_code.as_ref().map(ReturnCode::reveal), Some("4711"));
    assert_eq!(table.store.key(&id("C")).await.unwrap(), edited);
    assert_eq!(table.store.key(&id("A")).await.unwrap().return_code, None);
}

#[tokio::test]
async fn a_key_moves_to_another_locker_with_its_contracts() {
    let table = lobby(3).await;
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    table.store.create_key(KeyDraft { locker: Some(locker(2)), ..key("B") }, &metadata()).await.unwrap();
    let contract = table.store.create_contract(contract(&id("A"), -60, 60), &metadata()).await.unwrap().into_inner();
    let to = |index| KeyChange { locker: Some(locker(index)), ..KeyChange::default() };
    let taken = table.store.edit_key(&id("A"), to(2), Expected::Any, &metadata()).await;
    assert!(matches!(taken, Err(Error::Automat(AutomatRefusal::LockerOccupied { .. }))));
    let beyond = table.store.edit_key(&id("A"), to(3), Expected::Any, &metadata()).await;
    assert!(matches!(beyond, Err(Error::Automat(AutomatRefusal::LockerIndexTooBig { .. }))));
    table.store.edit_key(&id("A"), to(1), Expected::Version(1), &metadata()).await.unwrap();
    let view = table.store.automat_view(&AutomatId::parse("lobby").unwrap(), metadata().now).await.unwrap();
    assert!(view.lockers[0].key.is_none());
    assert_eq!(view.lockers[1].key.as_ref().unwrap().0, id("A"));
    assert_eq!(view.lockers[1].active_contract.as_ref().unwrap().contract, contract.id);
    assert_eq!(view.automat.occupied, [locker(1), locker(2)].into());
    let next = table.store.create_key(key("C"), &metadata()).await.unwrap().into_inner();
    assert_eq!(next.locker, locker(0), "the locker that it left is free");
}

#[tokio::test]
async fn a_key_becomes_not_shared_only_when_no_contracts_overlap() {
    let table = lobby(3).await;
    table.store.create_key(KeyDraft { sharing: Sharing::Shared, ..key("A") }, &metadata()).await.unwrap();
    let first = table.store.create_contract(contract(&id("A"), 0, 60), &metadata()).await.unwrap().into_inner();
    let second = table.store.create_contract(contract(&id("A"), 30, 90), &metadata()).await.unwrap().into_inner();
    let not_shared = KeyChange { sharing: Some(Sharing::NotShared), ..KeyChange::default() };
    let refused = table.store.edit_key(&id("A"), not_shared.clone(), Expected::Any, &metadata()).await;
    let Err(Error::Key(KeyRefusal::ContractsOverlap { pairs })) = refused else { panic!("{refused:?}") };
    let named = pairs.into_iter().map(|(a, b)| (a.contract, b.contract)).collect::<Vec<_>>();
    assert_eq!(named, [(first.id, second.id.clone())]);
    table.store.remove_contract(&second.id, false, Expected::Any, &metadata()).await.unwrap();
    let edited = table.store.edit_key(&id("A"), not_shared, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(edited.sharing, Sharing::NotShared);
}

#[tokio::test]
async fn bookings_do_not_make_an_edit_of_the_key_stale() {
    let table = lobby(3).await;
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    table.store.create_contract(contract(&id("A"), 0, 60), &metadata()).await.unwrap();
    let property = KeyChange { property: Some(Property::parse("Hämeentie 5").unwrap()), ..KeyChange::default() };
    let edited = table.store.edit_key(&id("A"), property.clone(), Expected::Version(1), &metadata()).await.unwrap();
    assert_eq!((edited.version, edited.calendar.entries().len()), (2, 1));
    let other = KeyChange { property: Some(Property::parse("Hämeentie 7").unwrap()), ..KeyChange::default() };
    let stale = table.store.edit_key(&id("A"), other, Expected::Version(1), &metadata()).await;
    assert!(matches!(stale, Err(Error::Stale { current: 2 })));
}

#[tokio::test]
async fn keys_are_listed_by_automat_in_order_of_locker_and_all_in_order_of_name() {
    let table = lobby(9).await;
    table.store.create_automat(automat("garage", 9), &metadata()).await.unwrap();
    for (name, index) in [("C", 1), ("A", 5), ("B", 3)] {
        table.store.create_key(KeyDraft { locker: Some(locker(index)), ..key(name) }, &metadata()).await.unwrap();
    }
    let car = KeyDraft { automat: AutomatId::parse("garage").unwrap(), ..key("AB") };
    table.store.create_key(car, &metadata()).await.unwrap();
    for limit in [1, 2, 10] {
        assert_eq!(found(&table, Some("lobby"), None, limit).await, ["C", "B", "A"]);
        assert_eq!(found(&table, None, None, limit).await, ["A", "AB", "B", "C"]);
    }
}

#[tokio::test]
async fn a_list_continues_after_any_of_its_keys() {
    let table = lobby(4).await;
    for id in ["C", "A", "D", "B"] {
        table.store.create_key(key(id), &metadata()).await.unwrap();
    }
    let page = |after| PageRequest { limit: 10, after };
    for automat in [None, Some(AutomatId::parse("lobby").unwrap())] {
        let filter = KeyFilter { automat, search: None };
        let all = table.store.keys(&filter, &page(None)).await.unwrap().data;
        for (index, key) in all.iter().enumerate() {
            let rest = table.store.keys(&filter, &page(Some(filter.after(key)))).await.unwrap().data;
            assert_eq!(rest, all[index + 1..]);
        }
    }
}

#[tokio::test]
async fn keys_are_found_once_by_prefixes_of_search_terms() {
    let table = lobby(9).await;
    table.store.create_automat(automat("garage", 9), &metadata()).await.unwrap();
    for (name, property) in
        [("A-12", "Hämeentie 5 Helsinki"), ("A-13", "Helsingintie 1 Hämeenlinna Helsinki"), ("B-1", "Espoo")]
    {
        table.store.create_key(with_property(name, property), &metadata()).await.unwrap();
    }
    let car = KeyDraft { automat: AutomatId::parse("garage").unwrap(), ..with_property("ABC-123", "Helsinki van") };
    table.store.create_key(car, &metadata()).await.unwrap();
    for limit in [1, 2, 10] {
        assert_eq!(found(&table, None, Some("hels"), limit).await.len(), 3);
        assert_eq!(found(&table, None, Some("HÄMEEN"), limit).await.len(), 2);
        assert_eq!(found(&table, None, Some("a-12"), limit).await, ["A-12", "ABC-123"]);
        assert_eq!(found(&table, None, Some("helsinki 5"), limit).await, ["A-12"]);
        assert_eq!(found(&table, Some("garage"), Some("hels"), limit).await, ["ABC-123"]);
        assert_eq!(found(&table, None, Some("tampere"), limit).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_search_follows_edits_and_removals() {
    let table = lobby(9).await;
    table.store.create_key(with_property("A", "Hämeentie 5"), &metadata()).await.unwrap();
    let moved = KeyChange { property: Some(Property::parse("Mannerheimintie 5").unwrap()), ..KeyChange::default() };
    table.store.edit_key(&id("A"), moved, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(found(&table, None, Some("häme"), 5).await, [""; 0]);
    assert_eq!(found(&table, None, Some("mann"), 5).await, ["A"]);
    assert_eq!(found(&table, Some("lobby"), Some("mann"), 5).await, ["A"]);
    table.store.remove_key(&id("A"), false, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(found(&table, None, Some("mann"), 5).await, [""; 0]);
}

#[tokio::test]
async fn a_change_of_every_search_term_fits_in_one_transaction() {
    let table = lobby(9).await;
    let property =
        |from: u32| (from..from + 66).filter_map(char::from_u32).map(|c| format!("{c} ")).collect::<Vec<_>>().concat();
    table.store.create_key(KeyDraft { ..with_property("A", &property(0x4e00)) }, &metadata()).await.unwrap();
    let change = KeyChange {
        property: Some(Property::parse(&property(0x5e00)).unwrap()),
        return_code: Some(Some(ReturnCode::parse("1234").unwrap())),
        locker: Some(locker(8)),
        ..KeyChange::default()
    };
    table.store.edit_key(&id("A"), change, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(found(&table, None, Some("\u{5e05}"), 5).await, ["A"]);
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let table = lobby(9).await;
    for name in ["A", "B"] {
        table.store.create_key(key(name), &metadata()).await.unwrap();
    }
    let first = table.store.keys(&KeyFilter::default(), &PageRequest { limit: 1, after: None }).await.unwrap();
    let of_lobby = KeyFilter { automat: Some(AutomatId::parse("lobby").unwrap()), search: None };
    let refused = table.store.keys(&of_lobby, &PageRequest { limit: 1, after: first.next }).await;
    assert!(matches!(refused, Err(Error::BadCursor)));
}
