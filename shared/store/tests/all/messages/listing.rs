//! Listing messages, and resending one.

use domain::{ContractChange, FreeText, MessageId, MessageKind, MessageState, SendFailure};
use store::{Cursor, Error, Expected, PageRequest, ResourceKind, SendResult};
use testkit::{at, contract, key, metadata};

use super::stage::{DAY, HOUR, Stage, a, bk1, draft, is_sent, named, notify, sent};

fn page(limit: usize, after: Option<Cursor>) -> PageRequest {
    PageRequest { limit, after }
}

#[tokio::test]
async fn messages_are_listed_newest_first_in_pages() {
    let stage = Stage::booked().await;
    for (seconds, person) in [(10, "Eino"), (20, "Oiva"), (30, "Toini")] {
        stage.edit(named(person), seconds).await;
        stage.notify_and_send(at(seconds)).await;
    }
    let whole = stage.store().messages(&bk1(), &page(10, None)).await.unwrap();
    assert!(whole.next.is_none());
    let ids: Vec<_> = whole.data.iter().map(|record| record.id.clone()).collect();
    assert!(ids.len() == 4 && ids.is_sorted_by(|one, next| one > next), "{ids:?}");
    let first = stage.store().messages(&bk1(), &page(3, None)).await.unwrap();
    let second = stage.store().messages(&bk1(), &page(3, first.next.clone())).await.unwrap();
    let paged: Vec<_> = first.data.iter().chain(&second.data).map(|record| record.id.clone()).collect();
    assert_eq!((paged, second.next), (ids, None));
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let stage = Stage::booked().await;
    let odd = Some(Cursor::from_client("AAAA"));
    assert!(matches!(stage.store().messages(&bk1(), &page(3, odd)).await, Err(Error::BadCursor)));
}

#[tokio::test]
async fn a_missing_message_or_contract_is_not_found() {
    let stage = Stage::new().await;
    let missing = stage.store().messages(&bk1(), &page(3, None)).await;
    assert!(matches!(missing, Err(Error::NotFound(ResourceKind::Contract))), "{missing:?}");
    let made = stage.store().create_contract(contract(&a(), 0, 60), &metadata()).await.unwrap().into_inner();
    assert!(stage.store().messages(&made.id, &page(3, None)).await.unwrap().data.is_empty());
    let id = MessageId::parse("01JAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
    let missing = stage.store().resend(&made.id, &id, at(0)).await;
    assert!(matches!(missing, Err(Error::NotFound(ResourceKind::Message))), "{missing:?}");
}

#[tokio::test]
async fn messages_about_a_removed_contract_are_still_listed_but_not_those_about_an_earlier_one() {
    let stage = Stage::booked().await;
    stage.remove(1).await;
    stage.notify_and_send(at(1)).await;
    assert_eq!(stage.messages().await.len(), 2);
    stage.store().remove_key(&a(), false, Expected::Any, &metadata()).await.unwrap();
    stage.store().create_key(key("A"), &metadata()).await.unwrap();
    assert_eq!(stage.messages().await.len(), 2, "whatever becomes of its key");
    stage.book(draft(HOUR, 25 * HOUR)).await;
    assert_eq!(stage.messages().await, [], "the next contract with its id has had none yet");
    stage.notify_and_send(at(2)).await;
    assert_eq!(stage.kinds().await, [MessageKind::ContractCreated]);
}

#[tokio::test]
async fn a_removal_is_listed_last_though_the_streams_clock_is_behind() {
    let stage = Stage::booked().await;
    stage.remove(0).await;
    stage.notify_and_send(at(-1)).await;
    assert_eq!(stage.kinds().await, [MessageKind::ContractCreated, MessageKind::ContractCancelled], "oldest first");
}

#[tokio::test]
async fn a_resend_is_sent() {
    let stage = Stage::booked().await;
    let id = stage.message().await.id;
    let asked = stage.store().resend(&bk1(), &id, at(2 * DAY)).await;
    assert!(asked.is_ok(), "long after it was news: {asked:?}");
    let asked = asked.unwrap();
    assert_eq!((&asked.state, asked.attempts), (&MessageState::Pending { next_try: at(2 * DAY) }, 1));
    assert_eq!(stage.message().await, asked);
    let again = stage.store().resend(&bk1(), &id, at(2 * DAY)).await;
    assert!(matches!(again, Err(Error::MessageUnderWay)), "{again:?}");
    let claims = stage.notify(at(2 * DAY + 1)).await;
    assert_eq!(claims.len(), 1, "the stream says so");
    assert!(stage.tick(at(2 * DAY + 2)).await.iter().all(|claim| claim.id != id), "and it is not due besides");
    stage.send(claims, at(2 * DAY + 2)).await;
    let message = stage.message_of(&id).await;
    assert!(is_sent(&message) && message.attempts == 2 && !message.possibly_duplicate, "{message:?}");
}

#[tokio::test]
async fn a_resend_is_due_even_without_its_record() {
    let stage = Stage::booked().await;
    let id = stage.message().await.id;
    stage.store().resend(&bk1(), &id, at(60)).await.unwrap();
    let claims = stage.tick(at(60)).await;
    assert_eq!(claims.len(), 1);
    let news = stage.news(at(61)).await;
    for record in news {
        assert!(notify(stage.store(), &record, at(61)).await.unwrap().is_empty(), "it is claimed already");
    }
}

#[tokio::test]
async fn a_message_being_sent_cannot_be_resent() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 25 * HOUR)).await;
    let claim = stage.notify(at(0)).await.remove(0);
    let id = claim.id.clone();
    let sending = stage.store().resend(&bk1(), &id, at(1)).await;
    assert!(matches!(sending, Err(Error::MessageUnderWay)), "{sending:?}");
    stage.store().settle(claim, SendResult::Failed(SendFailure::Throttled), at(1)).await.unwrap();
    let pending = stage.store().resend(&bk1(), &id, at(2)).await;
    assert!(matches!(pending, Err(Error::MessageUnderWay)), "{pending:?}");
}

#[tokio::test]
async fn a_refused_message_can_be_resent() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 25 * HOUR)).await;
    let claim = stage.notify(at(0)).await.remove(0);
    let id = claim.id.clone();
    stage.store().settle(claim, SendResult::Failed(SendFailure::AddressRefused), at(1)).await.unwrap();
    let asked = stage.store().resend(&bk1(), &id, at(2)).await.unwrap();
    assert_eq!(asked.failure, None);
    let claim = stage.tick(at(2)).await.remove(0);
    stage.store().settle(claim, sent("ses-2"), at(3)).await.unwrap();
    assert!(is_sent(&stage.message().await));
}

#[tokio::test]
async fn an_outdated_message_cannot_be_resent() {
    let stage = Stage::booked().await;
    let id = stage.message().await.id;
    let free_text = Some(Some(FreeText::parse("ring twice").unwrap()));
    stage.edit(ContractChange { free_text, ..ContractChange::default() }, 1).await;
    let changed = stage.store().resend(&bk1(), &id, at(2)).await;
    assert!(matches!(changed, Err(Error::MessageOutdated)), "{changed:?}");
    stage.edit(ContractChange { free_text: Some(None), ..ContractChange::default() }, 3).await;
    stage.store().resend(&bk1(), &id, at(4)).await.unwrap();
    stage.remove(5).await;
    assert!(stage.tick(at(6)).await.is_empty(), "nor if that is so by the time that it would go");
    let removed = stage.store().resend(&bk1(), &id, at(7)).await;
    assert!(matches!(removed, Err(Error::MessageOutdated)), "{removed:?}");
}

#[tokio::test]
async fn a_cancellation_can_be_resent() {
    let stage = Stage::booked().await;
    stage.remove(1).await;
    stage.notify_and_send(at(1)).await;
    let id = stage.messages().await.pop().unwrap().id;
    stage.store().resend(&bk1(), &id, at(2)).await.unwrap();
    assert_eq!(stage.notify_and_send(at(2)).await, [domain::MessageKind::ContractCancelled]);
}

#[tokio::test]
async fn of_two_resends_at_once_one_is_refused() {
    let stage = Stage::booked().await;
    let id = stage.message().await.id;
    let mut held = stage.table.wire.hold("UpdateItem");
    let slow = tokio::spawn({
        let (store, id) = (stage.store().clone(), id.clone());
        async move { store.resend(&bk1(), &id, at(2)).await }
    });
    held.arrived().await;
    let (other, _wire) = stage.table.another_store();
    other.resend(&bk1(), &id, at(2)).await.unwrap();
    held.release();
    assert!(matches!(slow.await.unwrap(), Err(Error::MessageUnderWay)));
}
