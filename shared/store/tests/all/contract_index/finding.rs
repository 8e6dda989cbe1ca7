//! What a search finds.

use domain::{ContractChange, ContractDraft, Ending};
use testkit::{at, metadata};

use crate::contract_index::stage::{DAY, Stage, by_both, key_id, named, of, of_search, page};

async fn with_two() -> Stage {
    let stage = Stage::new().await;
    let contacts = vec![by_both("Anna Öberg", "Anna.Oberg@example.fi", "+358401234567")];
    stage.book("A", "BK-1", ContractDraft { contacts, ..of("Aino Virtanen", 1) }).await;
    stage.book("B", "BK-2", of("Eino Virtanen", 2)).await;
    stage.project().await;
    stage
}

#[tokio::test]
async fn a_contract_is_found_by_names_reference_addresses_and_last_digits() {
    let stage = with_two().await;
    for text in ["aino", "AI", "anna öb", "oberg", "bk-1", "anna.oberg@example.fi", "4567", "040 123 4567"] {
        assert_eq!(stage.finds(text).await, ["BK-1"], "{text}");
    }
    assert_eq!(stage.finds("virtanen").await, ["BK-2", "BK-1"], "newest first");
    assert_eq!(stage.finds("bk").await, ["BK-2", "BK-1"]);
    for text in ["virtanen bk-3", "aino eino", "567", "berg", "example.fi", "eino 4567"] {
        assert!(stage.finds(text).await.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn several_terms_filter_what_the_longest_finds() {
    let stage = with_two().await;
    assert_eq!(stage.finds("virtanen e").await, ["BK-2"]);
    assert_eq!(stage.finds("a virtanen 4567").await, ["BK-1"]);
}

#[tokio::test]
async fn of_many_namesakes_only_those_are_read_whom_the_other_terms_find() {
    let stage = Stage::new().await;
    for number in 0..40 {
        stage.book("A", &format!("BK-{number}"), of("Eino Virtanen", 1)).await;
    }
    let contacts = vec![by_both("Aino Öberg", "aino@example.fi", "+358401234567")];
    stage.book("B", "AV-1", ContractDraft { contacts, ..of("Aino Virtanen", 1) }).await;
    stage.project().await;
    for text in ["aino virtanen", "virtanen 4567", "virtanen ai aino@example.fi", "av virtanen a"] {
        _ = stage.table.wire.tally();
        assert_eq!(stage.finds(text).await, ["AV-1"], "{text}");
        let cost = stage.table.wire.tally();
        assert!(cost.read_units < 15.0, "{text}: {cost:?}");
    }
    assert_eq!(stage.finds("eino virtanen").await.len(), 40);
    assert!(stage.finds("virtanen pekka").await.is_empty());
}

#[tokio::test]
async fn a_contract_is_found_with_its_key_and_once_however_many_of_its_terms_match() {
    let stage = Stage::new().await;
    let contacts = vec![by_both("Aina Ainola", "aila@example.fi", "+358401234567")];
    stage.book("A", "ai-1", ContractDraft { contacts, ..of("Aino Aintila", 1) }).await;
    stage.project().await;
    assert_eq!(stage.finds("ai").await, ["ai-1"]);
    let found = stage.store().contracts(&of_search("ai"), &page(5), at(0)).await.unwrap();
    assert_eq!((found.data[0].keys[0].id.as_str(), found.data[0].contract.is_overdue(at(9 * DAY))), ("A", false));
    assert!(found.next.is_none());
}

#[tokio::test]
async fn digits_find_references_and_phone_numbers_in_one_order() {
    let stage = Stage::new().await;
    let with_number =
        |day| ContractDraft { contacts: vec![by_both("Bo", "bo@example.fi", "+358401234567")], ..of("Aino", day) };
    stage.book("A", "x-1", with_number(1)).await;
    stage.book("A", "4567", of("Aino", 2)).await;
    stage.book("A", "4567-4567", with_number(3)).await;
    stage.project().await;
    for limit in [1, 2, 5] {
        assert_eq!(stage.all_pages("4567", limit).await, ["4567-4567", "4567", "x-1"], "{limit}");
    }
}

#[tokio::test]
async fn an_outdated_entry_shows_nothing() {
    let stage = with_two().await;
    stage.edit("BK-1", named("Elli Korhonen")).await;
    stage.remove("BK-2").await;
    for text in ["aino", "virtanen", "eino", "korhonen"] {
        assert!(stage.finds(text).await.is_empty(), "{text}: found before it was projected");
    }
    assert_eq!(stage.finds("oberg").await, ["BK-1"], "what has not changed is found");
    stage.project().await;
    assert_eq!(stage.finds("korhonen").await, ["BK-1"]);
    assert!(stage.finds("virtanen").await.is_empty());
}

#[tokio::test]
async fn a_contract_moves_with_its_start() {
    let stage = with_two().await;
    let start = Some(at(40 * DAY));
    let change = ContractChange { start, ending: Some(Ending::Permanent), ..ContractChange::default() };
    stage.edit("BK-1", change).await;
    stage.project().await;
    assert_eq!(stage.finds("virtanen").await, ["BK-1", "BK-2"]);
    let entries = stage.index(false).await;
    assert!(entries.iter().any(|(pk, _)| pk == "LISTED#TERM#vi#2027-01"), "{entries:?}");
    assert_eq!(entries.iter().filter(|(_, sk)| sk.ends_with("#BK-1")).count(), 9, "{entries:?}");
}

#[tokio::test]
async fn contracts_of_a_key_that_is_being_removed_are_not_found() {
    let stage = with_two().await;
    let wire = &stage.table.wire;
    // The key is marked, and its contracts are still there.
    wire.cut_after(3);
    let _ = stage.store().remove_key(&key_id("A"), true, store::Expected::Any, &metadata()).await;
    assert!(wire.was_cut());
    wire.repair();
    assert!(stage.finds("aino").await.is_empty());
    let index = stage.index(false).await;
    assert!(index.iter().any(|(_, sk)| sk.ends_with("#BK-1")), "the contract has not been deleted yet");
}
