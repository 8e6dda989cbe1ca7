//! Pages: every contract once, newest first, whatever the size of a page.

use store::Error;
use testkit::at;

use crate::contract_index::stage::{Stage, of, of_search, page};

/// The starts, in days, of contracts over several months.
const DAYS: [i64; 9] = [1, 2, 3, 20, 21, 45, 46, 100, 400];

async fn of_nine() -> (Stage, Vec<String>) {
    let stage = Stage::new().await;
    for day in DAYS {
        stage.book("A", &format!("BK-{day}"), of("Aino Ainola", day)).await;
    }
    stage.project().await;
    let newest_first = DAYS.iter().rev().map(|day| format!("BK-{day}")).collect();
    (stage, newest_first)
}

#[tokio::test]
async fn pages_of_every_size_have_each_contract_once_and_newest_first() {
    let (stage, expected) = of_nine().await;
    for limit in 1..=10 {
        for text in ["ai", "ainola aino", "bk-"] {
            if text != "bk-" {
                assert_eq!(stage.all_pages(text, limit).await, expected, "{text}, {limit}");
            }
        }
    }
    assert_eq!(stage.all_pages("bk", 4).await, expected);
}

#[tokio::test]
async fn what_is_found_between_two_pages_neither_repeats_nor_hides_anything() {
    let (stage, expected) = of_nine().await;
    let first = stage.store().contracts(&of_search("aino"), &page(4), at(0)).await.unwrap();
    stage.remove("BK-100").await;
    stage.book("A", "BK-500", of("Aino", 500)).await;
    stage.project().await;
    let request = store::PageRequest { after: first.next, ..page(20) };
    let rest = stage.store().contracts(&of_search("aino"), &request, at(0)).await.unwrap();
    let ids: Vec<_> = first.data.iter().chain(&rest.data).map(|found| format!("{}", found.contract.id)).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_search_only() {
    let (stage, _) = of_nine().await;
    let first = stage.store().contracts(&of_search("aino"), &page(4), at(0)).await.unwrap();
    let request = store::PageRequest { after: first.next, ..page(4) };
    let refused = stage.store().contracts(&of_search("ainola"), &request, at(0)).await;
    assert!(matches!(refused, Err(Error::BadCursor)), "{refused:?}");
    assert!(stage.store().contracts(&of_search("AINO"), &request, at(0)).await.is_ok());
}

/// A month with more entries than are sorted together.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_month_is_found_in_chunks_with_each_contract_once() {
    let stage = Stage::new().await;
    stage.book("A", "BK-1", of("Aino Ainz", 1)).await;
    stage.book("A", "BK-2", of("Ainz Aino", 2)).await;
    stage.project().await;
    // Entries of contracts that have been removed, between those of `aino` and `ainz`.
    for number in 0..1_100 {
        stage.put_key("LISTED#TERM#ai#2026-11", &format!("ainp#998204478399999#x{number:04}")).await;
    }
    for limit in [1, 2, 20] {
        assert_eq!(stage.all_pages("ain", limit).await, ["BK-2", "BK-1"], "{limit}");
    }
    let first = stage.store().contracts(&of_search("ainp"), &page(20), at(0)).await.unwrap();
    assert!(first.data.is_empty() && first.next.is_some(), "a page reads a bounded number of contracts");
    assert!(stage.finds("ainp").await.is_empty());
}
