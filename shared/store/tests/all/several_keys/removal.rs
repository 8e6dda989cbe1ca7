//! Removing a key of contracts that have others: it is taken off them, wherever the removal is interrupted.

use domain::{Contract, ContractDraft, ContractRefusal, KeyRefusal, KeyState, Purpose};
use store::{Error, Expected, KeyRemoval, Removal, ResourceKind};
use testkit::{TestTable, at, by_email, metadata, pin};

use super::picture::{Picture, check};
use super::scene::{
    Between, PIN, automats, between, contract_id, device, draft, edit, id, keys, lobby_and_garage, metadata_at,
    to_keys, to_times, with_any_pin,
};

fn with_pin(digits: &str, draft: ContractDraft) -> ContractDraft {
    ContractDraft { pin: Some(pin(digits)), ..draft }
}

/// The key `A` in contracts with a key of another automat, with one of its own automat, alone, and ended.
async fn furnished() -> TestTable {
    let table = automats(&[("lobby", &["A", "B"]), ("garage", &["C"]), ("yard", &["D"])]).await;
    let over = with_pin("777888", draft("over", &["A", "D"], -90, -50));
    table.store.create_contract(over, &metadata_at(-100)).await.unwrap();
    for draft in [
        with_pin("111222", draft("both", &["A", "C"], 0, 60)),
        with_pin("333444", draft("here", &["A", "B"], 100, 160)),
        with_pin("555666", draft("alone", &["A"], 200, 260)),
    ] {
        table.store.create_contract(draft, &metadata()).await.unwrap();
    }
    table.project().await;
    check(&table, at(0), "furnished").await;
    table
}

async fn contract(table: &TestTable, name: &str) -> Result<Contract, Error> {
    table.store.contract(&contract_id(name)).await
}

/// Nothing is left of the key `A`, except events, and its contracts go on with their other keys.
async fn assert_taken_off(table: &TestTable, what: &str) {
    let remains: Vec<_> = table.items().await.into_iter().filter(|item| !item.contains("EVENT#")).collect();
    let remains: Vec<_> = remains.iter().filter(|item| item.contains("KEY#A") || item.contains("\"A\"")).collect();
    assert_eq!(remains, Vec::<&String>::new(), "{what}");
    for (name, other) in [("both", "C"), ("here", "B"), ("over", "D")] {
        let contract = contract(table, name).await.unwrap();
        assert_eq!((&contract.keys, contract.version), (&keys(&[other]), 2), "{what}: {name}");
    }
    assert!(matches!(contract(table, "alone").await, Err(Error::NotFound(ResourceKind::Contract))), "{what}");
    let pins: Vec<_> = Picture::of(table).await.pins.into_keys().map(|(automat, _)| automat).collect();
    assert_eq!(pins, ["garage", "lobby", "yard"], "{what}: in the lobby only that of `here`");
    check(table, at(0), what).await;
}

/// The PINs that the key `A` alone had in the lobby are free there.
async fn assert_pins_are_free(table: &TestTable, what: &str) {
    table.store.create_key(testkit::key("A"), &metadata()).await.unwrap();
    for (n, digits) in ["111222", "555666", "777888"].iter().enumerate() {
        let start = 1_000 + 100 * i64::try_from(n).unwrap();
        let next = with_pin(digits, draft(&format!("next-{n}"), &["A"], start, start + 60));
        table.store.create_contract(next, &metadata()).await.unwrap();
    }
    check(table, at(0), what).await;
}

#[tokio::test]
async fn a_removed_key_is_taken_off_contracts_that_have_others() {
    let table = furnished().await;
    let removed = table.store.remove_key(&id("A"), false, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(removed.progress, Removal::Complete);
    assert_taken_off(&table, "removed").await;
    assert_pins_are_free(&table, "removed").await;
}

#[tokio::test]
async fn a_key_is_unusable_from_the_first_write_of_its_removal_and_the_others_are_not() {
    let table = furnished().await;
    table.wire.cut_after(3);
    assert!(table.store.remove_key(&id("A"), false, Expected::Any, &metadata()).await.is_err(), "read and marked");
    table.wire.repair();
    let (lobby, garage) = (device(&table, "lobby"), device(&table, "garage"));
    assert_eq!(lobby.typed("e1", "111222", &[0, 1], 10).await, None, "it is dead at once");
    assert_eq!(lobby.typed("e2", "111222", &[], 10).await, None);
    assert_eq!(garage.typed("e3", "111222", &[0], 10).await, Some((0, Purpose::Fetch)));
    assert_eq!(
        lobby.typed("e4", "333444", &[0, 1], 110).await,
        Some((1, Purpose::Fetch)),
        "the PIN has another key here"
    );
    assert_eq!(contract(&table, "both").await.unwrap().keys, keys(&["C"]));
    assert_eq!(contract(&table, "here").await.unwrap().keys, keys(&["B"]));
    assert!(matches!(contract(&table, "alone").await, Err(Error::Contract(ContractRefusal::KeyBeingRemoved { .. }))));
    // What would have to write the key waits for the removal.
    let moved = edit(&table.store, "both", to_times(0, 50)).await;
    assert!(matches!(moved, Err(Error::Contract(ContractRefusal::KeyBeingRemoved { .. }))), "{moved:?}");
    let removed = table.store.remove_contract(&contract_id("both"), true, Expected::Any, &metadata()).await;
    assert!(matches!(removed, Err(Error::Contract(ContractRefusal::KeyBeingRemoved { .. }))), "{removed:?}");
    check(&table, at(0), "marked").await;
    assert_eq!(table.store.finish_removals(at(1)).await.unwrap(), 1);
    assert_taken_off(&table, "finished").await;
    edit(&table.store, "both", to_times(0, 50)).await.unwrap();
    check(&table, at(1), "edited").await;
}

/// Cuts the connection after each possible number of requests; each time the next call of any kind must finish the
/// removal.
#[tokio::test]
async fn an_interrupted_removal_is_finished_by_the_next_call() {
    let healers = ["remove", "create", "sweep"];
    for healer in healers {
        let mut interrupted = 0;
        for requests in 0.. {
            let what = format!("cut after {requests}, {healer}");
            let table = furnished().await;
            table.wire.cut_after(requests);
            let cut = table.store.remove_key(&id("A"), false, Expected::Any, &metadata()).await;
            table.wire.repair();
            if cut.is_ok() {
                break;
            }
            interrupted += 1;
            check(&table, at(0), &what).await;
            if table.store.key(&id("A")).await.is_ok_and(|key| key.state == KeyState::Active) {
                continue;
            }
            match healer {
                "remove" => {
                    let again = table.store.remove_key(&id("A"), false, Expected::Any, &metadata()).await;
                    assert!(
                        matches!(
                            again,
                            Ok(KeyRemoval { progress: Removal::Complete, .. })
                                | Err(Error::NotFound(ResourceKind::Key))
                        ),
                        "{what}: {again:?}"
                    );
                    assert_taken_off(&table, &what).await;
                }
                "sweep" => {
                    table.store.finish_removals(at(1)).await.unwrap();
                    assert_taken_off(&table, &what).await;
                }
                _ => {}
            }
            assert_pins_are_free(&table, &what).await;
            for (name, other) in [("both", "C"), ("here", "B"), ("over", "D")] {
                assert_eq!(contract(&table, name).await.unwrap().keys, keys(&[other]), "{what}: {name}");
            }
        }
        assert!(interrupted >= 12, "read, mark, and for each contract a read and a transaction: {interrupted}");
    }
}

/// Writes whose answers are lost, and conflicts with other transactions.
#[tokio::test]
async fn a_removal_with_conflicts_and_lost_answers_takes_the_key_off() {
    for (conflicts, lost) in [(1, 0), (4, 0), (0, 1), (0, 4), (2, 3)] {
        let table = furnished().await;
        table.wire.conflict(conflicts);
        table.wire.lose_answers(lost);
        _ = table.store.remove_key(&id("A"), false, Expected::Any, &metadata()).await;
        table.wire.repair();
        table.store.finish_removals(at(1)).await.unwrap();
        assert_taken_off(&table, &format!("{conflicts} conflicts, {lost} answers lost")).await;
    }
}

#[tokio::test]
async fn two_removals_of_one_key_at_once_do_no_harm() {
    let table = furnished().await;
    let remove = || {
        let store = table.store.clone();
        tokio::spawn(async move { store.remove_key(&id("A"), false, Expected::Any, &metadata()).await })
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
    assert_taken_off(&table, "three removals").await;
}

#[tokio::test]
async fn a_contract_goes_with_the_last_of_its_keys() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A", "B", "C"], 0, 60), &metadata()).await.unwrap();
    for (key, left) in [("B", &["A", "C"][..]), ("A", &["C"])] {
        table.store.remove_key(&id(key), false, Expected::Any, &metadata()).await.unwrap();
        assert_eq!(contract(&table, "one").await.unwrap().keys, keys(left));
        check(&table, at(0), key).await;
    }
    table.store.remove_key(&id("C"), false, Expected::Any, &metadata()).await.unwrap();
    let picture = Picture::of(&table).await;
    assert!(picture.contracts.is_empty() && picture.pins.is_empty());
}

/// Each request of one removal between any two of the other.
#[tokio::test]
async fn keys_of_one_contract_removed_at_once_take_it_along() {
    for requests in 0.. {
        let table = lobby_and_garage().await;
        table.store.create_contract(draft("one", &["A", "C"], 0, 60), &metadata()).await.unwrap();
        let (store, wire) = table.another_store();
        let steps = wire.step_by_step();
        let first = tokio::spawn(async move { store.remove_key(&id("A"), false, Expected::Any, &metadata()).await });
        let second = async {
            check(&table, at(0), &format!("after {requests} requests")).await;
            let second = table.store.remove_key(&id("C"), false, Expected::Any, &metadata()).await;
            check(&table, at(0), &format!("C removed after {requests} requests")).await;
            second
        };
        let Between { first, other, was_over } = between(&steps, first, requests, second).await;
        assert_eq!([first, other].map(|removed| removed.unwrap().progress), [Removal::Complete; 2]);
        let picture = Picture::of(&table).await;
        assert!(picture.contracts.is_empty() && picture.pins.is_empty(), "{requests}");
        if was_over {
            break;
        }
    }
}

#[tokio::test]
async fn a_key_that_is_out_is_taken_off_by_force() {
    let table = lobby_and_garage().await;
    table.store.create_contract(draft("one", &["A", "C"], 0, 60), &metadata()).await.unwrap();
    device(&table, "garage").fetch(0, PIN, 10).await;
    let before = table.items().await;
    let refused = table.store.remove_key(&id("C"), false, Expected::Any, &metadata_at(11)).await;
    assert!(matches!(refused, Err(Error::Key(KeyRefusal::Out))), "{refused:?}");
    assert_eq!(table.items().await, before);
    table.wire.cut_after(3);
    assert!(table.store.remove_key(&id("C"), true, Expected::Any, &metadata_at(11)).await.is_err());
    table.wire.repair();
    let shown = contract(&table, "one").await.unwrap();
    assert_eq!((shown.keys, shown.out.len()), (keys(&["A"]), 0), "only its keys are out with it");
    table.store.finish_removals(at(12)).await.unwrap();
    let contract = contract(&table, "one").await.unwrap();
    assert_eq!((contract.keys, contract.out.len()), (keys(&["A"]), 0));
    check(&table, at(12), "taken off").await;
    assert!(Picture::of(&table).await.contracts["one"].contains_key("ttl"), "nothing keeps it without limit any more");
}

/// An ended contract is in the list of its key only after the projector has put it there, and is kept while another of its
/// keys is out. A removal before that does not find it.
#[tokio::test]
async fn an_ended_contract_that_is_not_yet_in_the_list_of_a_removed_key_can_still_be_changed() {
    for key in ["B", "C"] {
        let table = lobby_and_garage().await;
        table.store.create_contract(draft("one", &["A", "B", "C"], 0, 60), &metadata()).await.unwrap();
        device(&table, "lobby").fetch(0, PIN, 10).await;
        let later = metadata_at(100);
        table.store.remove_key(&id(key), false, Expected::Any, &later).await.unwrap();

        let left = keys(&["A", "B", "C"]).without(&id(key)).unwrap();
        assert_eq!(contract(&table, "one").await.unwrap().keys, left);
        let change =
            domain::ContractChange { person: domain::Name::parse("Eino").ok(), ..domain::ContractChange::default() };
        let edited =
            table.store.edit_contract(&contract_id("one"), change, false, Expected::Any, &later).await.unwrap();
        assert_eq!((edited.keys, edited.out), (left, [id("A")].into()));
        check(&table, at(100), "edited").await;
        device(&table, "lobby").give_back(0, 110).await;
        check(&table, at(110), "back").await;
        table.store.remove_contract(&contract_id("one"), false, Expected::Any, &later).await.unwrap();
        let picture = Picture::of(&table).await;
        assert!(picture.contracts.is_empty() && picture.pins.is_empty());
    }
}

/// An erasure deletes the contract after the removal has found it and before it takes the key off.
#[tokio::test]
async fn a_contract_erased_while_its_key_is_removed_leaves_nothing() {
    for requests in 0.. {
        let table = lobby_and_garage().await;
        let contacts = vec![by_email("aino@example.fi")];
        let theirs = ContractDraft { contacts, ..draft("one", &["A", "C"], 0, 60) };
        table.store.create_contract(theirs, &metadata()).await.unwrap();
        table.project().await;
        let (store, wire) = table.another_store();
        let steps = wire.step_by_step();
        let removing =
            tokio::spawn(async move { store.remove_key(&id("A"), false, Expected::Any, &metadata_at(100)).await });
        let search = domain::PersonSearch::new(None, None, domain::Name::parse("Aino Virtanen").ok()).unwrap();
        let page = store::PageRequest { limit: 10, after: None };
        let erasing_metadata = metadata_at(101);
        let erasing = table.store.erase_person(&search, true, &page, &erasing_metadata);
        let Between { first, other, was_over } = between(&steps, removing, requests, erasing).await;
        first.unwrap();
        assert_eq!(other.unwrap().data.len(), 1);
        let picture = Picture::of(&table).await;
        let left = (picture.contracts.len(), picture.pins.len());
        assert_eq!(left, (0, 0), "erased after {requests} requests of the removal");
        if was_over {
            break;
        }
    }
}

#[tokio::test]
async fn a_key_is_added_to_no_contract_whose_only_key_is_being_removed() {
    let a = id("A");
    for requests in 0..8 {
        let table = lobby_and_garage().await;
        table.store.create_contract(draft("one", &["A"], 0, 60), &metadata()).await.unwrap();
        let (store, wire) = table.another_store();
        let steps = wire.step_by_step();
        let editing = tokio::spawn(async move { edit(&store, "one", to_keys(&["A", "C"])).await });
        let removal = metadata();
        let removing = table.store.remove_key(&a, false, Expected::Any, &removal);
        let Between { first, other, .. } = between(&steps, editing, requests, removing).await;
        other.unwrap();
        let what = format!("removed after {requests} requests of the edit: {first:?}");
        check(&table, at(0), &what).await;
        match first {
            Ok(_) => assert_eq!(contract(&table, "one").await.unwrap().keys, keys(&["C"]), "{what}"),
            Err(Error::NotFound(ResourceKind::Contract) | Error::Contract(ContractRefusal::KeyBeingRemoved { .. })) => {
                assert!(Picture::of(&table).await.contracts.is_empty(), "{what}");
            }
            Err(other) => panic!("{what}: {other:?}"),
        }
        table.store.create_contract(with_any_pin(draft("next", &["C"], 100, 160)), &metadata()).await.unwrap();
    }
}
