//! A flickering key sensor: every change is recorded, and contacts get few messages, of which the last is true.

use domain::{AutomatId, EventKind, MessageKind};
use store::{Claim, PageRequest};
use testkit::{at, locker_reports};

use super::stage::{HOUR, Stage, a};

use MessageKind::{ContractCreated, KeyFetched, KeyReturned};

/// The sensor changes each second; before, the key is out with the entry `e1`.
async fn flicker(stage: &Stage, from: i64, changes: i64) {
    let lobby = AutomatId::parse("lobby").unwrap();
    for change in 1..=changes {
        let (now, inside) = (from + change, change % 2 == 1);
        let reports = locker_reports(now.unsigned_abs(), &[(0, inside, Some("e1"))]);
        stage.store().record_locker_reports(&lobby, reports, at(now)).await.unwrap();
    }
}

async fn recorded(stage: &Stage) -> usize {
    let events = stage.store().key_events(&a(), &PageRequest { limit: 100, after: None }).await.unwrap().data;
    events.iter().filter(|event| matches!(event.kind, EventKind::KeyFetched | EventKind::KeyReturned)).count()
}

fn kinds(claims: &[Claim]) -> Vec<MessageKind> {
    claims.iter().map(|claim| claim.message.occasion.kind()).collect()
}

#[tokio::test]
async fn twenty_changes_are_recorded_and_make_one_message_of_each_kind() {
    let stage = Stage::booked().await;
    stage.fetch(2 * HOUR).await;
    flicker(&stage, 2 * HOUR, 19).await;
    assert_eq!(recorded(&stage).await, 20);
    assert_eq!(stage.notify_and_send(at(2 * HOUR + 20)).await, [KeyFetched, KeyReturned]);
    assert!(stage.tick(at(2 * HOUR + 119)).await.is_empty());
    assert!(stage.tick(at(2 * HOUR + 180)).await.is_empty(), "it is inside, as contacts were last notified");
    assert!(stage.due(at(3 * HOUR)).await.is_empty(), "nothing is held back any more");
    assert_eq!(stage.kinds().await, [ContractCreated, KeyFetched, KeyReturned]);
}

#[tokio::test]
async fn a_held_back_movement_is_notified_after_two_minutes() {
    let stage = Stage::booked().await;
    stage.fetch(2 * HOUR).await;
    flicker(&stage, 2 * HOUR, 20).await;
    assert_eq!(stage.notify_and_send(at(2 * HOUR + 20)).await, [KeyFetched, KeyReturned]);
    assert!(stage.tick(at(2 * HOUR + 119)).await.is_empty());
    let claims = stage.tick(at(2 * HOUR + 120)).await;
    assert_eq!(kinds(&claims), [KeyFetched]);
    assert_eq!(claims[0].message.occasion, domain::Occasion::Fetched(at(2 * HOUR + 20)), "at the last change");
    assert!(stage.tick(at(2 * HOUR + 121)).await.is_empty());
    assert_eq!(stage.kinds().await, [ContractCreated, KeyFetched, KeyReturned, KeyFetched]);
}

#[tokio::test]
async fn repeated_records_hold_back_nothing_more() {
    let stage = Stage::booked().await;
    stage.fetch(2 * HOUR).await;
    flicker(&stage, 2 * HOUR, 3).await;
    let news = stage.news(at(2 * HOUR + 4)).await;
    let mut notified = 0;
    for record in news.iter().chain(&news) {
        notified += super::stage::notify(stage.store(), record, at(2 * HOUR + 4)).await.unwrap().len();
    }
    assert_eq!(notified, 2);
}
