//! Who may send a message: one at a time, for a limited time, and never if its content is outdated.

use domain::{MessageState, SendFailure};
use store::{Due, LEASE_MILLIS, SendResult};
use testkit::at;

use super::stage::{DAY, HOUR, Stage, draft, is_sent, is_superseded, named, sent};

const LEASE: i64 = LEASE_MILLIS / 1_000;

/// A contract whose message is claimed by somebody who never settles it.
async fn left() -> Stage {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 10 * DAY)).await;
    assert_eq!(stage.notify(at(0)).await.len(), 1);
    stage
}

fn failure(failure: SendFailure) -> SendResult {
    SendResult::Failed(failure)
}

#[tokio::test]
async fn a_sent_message_is_not_due() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 10 * DAY)).await;
    let claim = stage.notify(at(0)).await.remove(0);
    stage.store().settle(claim, sent("ses-1"), at(1)).await.unwrap();
    let message = stage.message().await;
    assert_eq!(message.state, MessageState::Sent { at: at(1), provider_id: "ses-1".to_owned() });
    assert_eq!((message.attempts, message.failure, message.possibly_duplicate), (1, None, false));
    assert!(stage.tick(at(HOUR)).await.is_empty());
}

#[tokio::test]
async fn an_unsettled_message_is_claimed_after_its_lease_and_possibly_sent_twice() {
    let stage = left().await;
    assert!(stage.due(at(LEASE).plus_millis(-1)).await.is_empty());
    let due = stage.due(at(LEASE)).await;
    let [Due::Message(message)] = &due[..] else { panic!("{due:?}") };
    assert!(stage.store().claim(message, at(LEASE).plus_millis(-1)).await.unwrap().is_none(), "by no clock too early");
    let claim = stage.store().claim(message, at(LEASE)).await.unwrap().unwrap();
    assert!(stage.store().claim(message, at(LEASE)).await.unwrap().is_none(), "it is ours now");
    assert!(stage.tick(at(2 * LEASE).plus_millis(-1)).await.is_empty());
    stage.store().settle(claim, sent("ses-2"), at(LEASE + 1)).await.unwrap();
    let message = stage.message().await;
    assert!(is_sent(&message) && message.possibly_duplicate && message.attempts == 2, "{message:?}");
}

#[tokio::test]
async fn of_two_claims_at_once_one_succeeds() {
    let stage = left().await;
    let due = stage.due(at(LEASE)).await;
    let [Due::Message(message)] = &due[..] else { panic!("{due:?}") };
    let (other, _wire) = stage.table.another_store();
    let (ours, theirs) = tokio::join!(stage.store().claim(message, at(LEASE)), other.claim(message, at(LEASE)));
    assert_eq!(u8::from(ours.unwrap().is_some()) + u8::from(theirs.unwrap().is_some()), 1);
    assert_eq!(stage.message().await.attempts, 2);
}

#[tokio::test]
async fn settling_after_the_lease_only_marks_the_message_as_possibly_sent_twice() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 10 * DAY)).await;
    let slow = stage.notify(at(0)).await.remove(0);
    let quick = stage.tick(at(LEASE)).await.remove(0);
    stage.store().settle(slow, failure(SendFailure::AddressRefused), at(LEASE + 1)).await.unwrap();
    assert!(matches!(stage.message().await.state, MessageState::Sending { .. }), "the other claim counts");
    stage.store().settle(quick, sent("quick"), at(LEASE + 2)).await.unwrap();
    assert!(is_sent(&stage.message().await));

    let stage = Stage::new().await;
    stage.book(draft(HOUR, 10 * DAY)).await;
    let slow = stage.notify(at(0)).await.remove(0);
    stage.edit(named("Eino"), 1).await;
    assert!(stage.tick(at(LEASE)).await.is_empty());
    let before = stage.message().await;
    assert!(is_superseded(&before) && !before.possibly_duplicate);
    stage.store().settle(slow, sent("slow"), at(LEASE + 1)).await.unwrap();
    let after = stage.message().await;
    assert!(is_superseded(&after) && after.possibly_duplicate, "that it went all the same is known");
}

#[tokio::test]
async fn temporary_failures_are_retried_with_growing_waits() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 10 * DAY)).await;
    let mut claim = stage.notify(at(0)).await.remove(0);
    let mut now = at(0);
    for (attempt, longest) in [(1, 60_000), (2, 120_000), (3, 240_000)] {
        stage.store().settle(claim, failure(SendFailure::Throttled), now).await.unwrap();
        let message = stage.message().await;
        let MessageState::Pending { next_try } = message.state else { panic!("{message:?}") };
        assert_eq!((message.attempts, message.failure), (attempt, Some(SendFailure::Throttled)));
        let wait = next_try.millis() - now.millis();
        assert!((longest * 3 / 4..=longest).contains(&wait), "{wait}");
        assert!(stage.tick(next_try.plus_millis(-1)).await.is_empty());
        now = next_try;
        claim = stage.tick(now).await.remove(0);
    }
    stage.store().settle(claim, sent("ses-4"), now).await.unwrap();
    let message = stage.message().await;
    assert!(is_sent(&message) && !message.possibly_duplicate && message.failure.is_none(), "{message:?}");
}

#[tokio::test]
async fn without_an_answer_of_the_provider_a_message_may_have_been_sent() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 10 * DAY)).await;
    let claim = stage.notify(at(0)).await.remove(0);
    stage.store().settle(claim, failure(SendFailure::Unanswered), at(1)).await.unwrap();
    assert!(!stage.message().await.possibly_duplicate, "not until it is sent again");
    let claim = stage.tick(at(61)).await.remove(0);
    stage.store().settle(claim, sent("ses-2"), at(62)).await.unwrap();
    assert!(stage.message().await.possibly_duplicate);
}

#[tokio::test]
async fn a_permanent_failure_is_not_retried() {
    for never in [SendFailure::AddressRefused, SendFailure::ContentRefused] {
        let stage = Stage::new().await;
        stage.book(draft(HOUR, 10 * DAY)).await;
        let claim = stage.notify(at(0)).await.remove(0);
        stage.store().settle(claim, failure(never), at(1)).await.unwrap();
        let message = stage.message().await;
        assert_eq!((&message.state, message.failure), (&MessageState::Refused { at: at(1) }, Some(never)));
        assert!(stage.tick(at(HOUR)).await.is_empty());
    }
}

#[tokio::test]
async fn a_message_fails_when_a_retry_would_be_too_late() {
    let stage = left().await;
    let last = DAY - 30;
    let claim = stage.tick(at(last)).await.remove(0);
    stage.store().settle(claim, failure(SendFailure::Unavailable), at(last)).await.unwrap();
    assert_eq!(stage.message().await.state, MessageState::Failed { at: at(last) });
    assert!(stage.tick(at(2 * DAY)).await.is_empty());
}

#[tokio::test]
async fn an_outdated_message_is_not_retried() {
    let stage = left().await;
    stage.edit(named("Eino"), 1).await;
    assert!(stage.tick(at(LEASE)).await.is_empty());
    assert!(is_superseded(&stage.message().await));
    assert_eq!(
        stage.notify_and_send(at(LEASE)).await,
        [domain::MessageKind::ContractUpdated],
        "the edit has the latest state"
    );
}

#[tokio::test]
async fn a_delayed_cancellation_is_sent_after_contract_and_key_are_gone() {
    let stage = Stage::booked().await;
    stage.remove(1).await;
    assert_eq!(stage.notify(at(1)).await.len(), 1);
    stage
        .store()
        .remove_key(&super::stage::a(), false, store::Expected::Any, &super::stage::metadata_at(2))
        .await
        .unwrap();
    let claims = stage.tick(at(1 + LEASE)).await;
    assert_eq!(stage.send(claims, at(1 + LEASE)).await, [domain::MessageKind::ContractCancelled]);
    assert!(stage.due(at(DAY)).await.is_empty());
}

#[tokio::test]
async fn a_write_that_conflicts_with_a_transaction_is_repeated() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 10 * DAY)).await;
    stage.table.wire.conflict(3);
    let claim = stage.notify(at(0)).await.remove(0);
    stage.table.wire.conflict(2);
    stage.store().settle(claim, sent("ses-1"), at(1)).await.unwrap();
    assert!(is_sent(&stage.message().await));
}
