//! Rebuilding the index.

use domain::ContractDraft;
use store::ProjectionReport;

use crate::contract_index::stage::{Stage, by_both, named, of};

async fn booked() -> Stage {
    let stage = Stage::new().await;
    let contacts = vec![by_both("Anna Öberg", "anna@example.fi", "+358401234567")];
    stage.book("A", "BK-1", ContractDraft { contacts, ..of("Aino Virtanen", 1) }).await;
    stage.book("B", "BK-2", of("Eino Korhonen", 40)).await;
    stage.project().await;
    stage
}

/// What a check of the whole table finds if nothing is wrong.
const RIGHT: ProjectionReport =
    ProjectionReport { contracts: 2, messages: 0, entries: 15, missing: 0, outdated: 0, failed: 0 };

#[tokio::test]
async fn an_index_that_is_right_stays_as_it_is() {
    let stage = booked().await;
    let before = stage.index(true).await;
    assert_eq!(stage.store().check_projection().await.unwrap(), RIGHT);
    assert_eq!(stage.store().rebuild_projection().await.unwrap(), RIGHT);
    assert_eq!(stage.index(true).await, before);
}

#[tokio::test]
async fn an_emptied_index_is_rebuilt() {
    let stage = booked().await;
    let before = stage.index(true).await;
    for (pk, sk) in &before {
        stage.delete_key(pk, sk).await;
    }
    assert!(stage.finds("virtanen").await.is_empty());
    let wrong = ProjectionReport { entries: 0, missing: 15, ..RIGHT };
    assert_eq!(stage.store().check_projection().await.unwrap(), wrong);
    assert!(stage.index(true).await.is_empty(), "a check writes nothing");
    assert_eq!(stage.store().rebuild_projection().await.unwrap(), wrong);
    assert_eq!(stage.index(true).await, before);
    assert_eq!(stage.finds("virtanen").await, ["BK-1"]);
}

#[tokio::test]
async fn a_corrupted_index_is_put_right() {
    let stage = booked().await;
    let before = stage.index(true).await;
    let (pk, sk) = before.iter().find(|(_, sk)| sk.starts_with("virtanen")).unwrap().clone();
    stage.delete_key(&pk, &sk).await;
    for month in before.iter().filter(|(pk, _)| pk.starts_with("MONTHS#")) {
        stage.delete_key(&month.0, &month.1).await;
    }
    // Of the same contract under another name; of none; in another partition; none at all.
    stage.put_key(&pk, &sk.replace("virtanen", "virtala")).await;
    stage.put_key(&pk, &sk.replace("BK-1", "BK-3")).await;
    stage.put_key(&pk.replace("2026", "2025"), &sk).await;
    stage.put_key(&pk, "virtanen").await;
    let wrong = ProjectionReport { entries: 18, missing: 1, outdated: 4, ..RIGHT };
    assert_eq!(stage.store().check_projection().await.unwrap(), wrong);
    assert_eq!(stage.store().rebuild_projection().await.unwrap(), wrong);
    assert_eq!(stage.index(true).await, before);
    assert_eq!(stage.store().check_projection().await.unwrap(), RIGHT);
}

#[tokio::test]
async fn a_rebuild_that_is_cut_anywhere_can_be_repeated() {
    let stage = booked().await;
    let before = stage.index(true).await;
    for calls in 0.. {
        for (pk, sk) in before.iter().filter(|(_, sk)| sk.contains("BK-1") || sk.starts_with("2026")) {
            stage.delete_key(pk, sk).await;
        }
        stage.put_key("LISTED#TERM#vi#2026-11", "virtala#998204478399999#BK-1").await;
        let (store, wire) = stage.table.another_store();
        wire.cut_after(calls);
        let _ = store.rebuild_projection().await;
        if !wire.was_cut() {
            assert!(calls > 5);
            break;
        }
        stage.store().rebuild_projection().await.unwrap();
        assert_eq!(stage.index(true).await, before, "cut after {calls}");
    }
}

#[tokio::test]
async fn what_the_projector_has_yet_to_do_is_done_by_both_without_harm() {
    let stage = booked().await;
    stage.edit("BK-1", named("Elli Niemi")).await;
    let report = stage.store().rebuild_projection().await.unwrap();
    assert_eq!((report.missing, report.outdated), (2, 2));
    assert_eq!(stage.finds("niemi").await, ["BK-1"]);
    stage.project().await;
    assert_eq!(stage.store().check_projection().await.unwrap(), RIGHT);
}
