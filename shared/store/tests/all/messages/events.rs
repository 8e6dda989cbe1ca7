//! Key events: fetched, returned, and not returned.

use domain::{Contact, ContractDraft, EventKind, MessageKind, Occasion};
use store::{PageRequest, Record};
use testkit::{at, metadata};

use super::stage::{HOUR, Stage, a, bk1, draft, email, metadata_at, notify, sms};

use MessageKind::{KeyFetched, KeyNotReturned, KeyReturned};

/// When the return of the key is checked.
const LOOK: i64 = 25 * HOUR + 900;

async fn not_returned(stage: &Stage) -> usize {
    let events = stage.store().key_events(&a(), &PageRequest { limit: 100, after: None }).await.unwrap().data;
    events.iter().filter(|event| event.kind == EventKind::KeyNotReturned).count()
}

#[tokio::test]
async fn contacts_who_want_it_are_notified_of_fetch_and_return() {
    let stage = Stage::booked().await;
    stage.fetch(2 * HOUR).await;
    let claims = stage.notify(at(2 * HOUR + 5)).await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].message.occasion, Occasion::Fetched(at(2 * HOUR)));
    stage.send(claims, at(2 * HOUR + 5)).await;
    stage.give_back(3 * HOUR).await;
    assert_eq!(stage.notify_and_send(at(3 * HOUR)).await, [KeyReturned]);
}

#[tokio::test]
async fn contacts_who_did_not_ask_are_not_notified() {
    let stage = Stage::new().await;
    let contact = Contact { additional_messages: [].into(), ..email("aino@example.fi") };
    stage.book(ContractDraft { contacts: vec![contact], ..draft(HOUR, 25 * HOUR) }).await;
    stage.notify_and_send(at(0)).await;
    stage.fetch(2 * HOUR).await;
    assert!(stage.notify(at(2 * HOUR)).await.is_empty());
}

#[tokio::test]
async fn a_repeated_event_is_notified_once() {
    let stage = Stage::booked().await;
    stage.fetch(2 * HOUR).await;
    let news = stage.news(at(2 * HOUR)).await;
    let mut notified = 0;
    for record in news.iter().chain(&news) {
        notified += notify(stage.store(), record, at(2 * HOUR)).await.unwrap().len();
    }
    assert_eq!(notified, 1);
    assert_eq!(stage.kinds().await, [MessageKind::ContractCreated, KeyFetched]);
}

#[tokio::test]
async fn an_event_of_a_removed_contract_notifies_nobody() {
    let stage = Stage::booked().await;
    stage.fetch(2 * HOUR).await;
    let news = stage.news(at(2 * HOUR)).await;
    stage.remove(2 * HOUR + 1).await;
    for record in news {
        assert!(notify(stage.store(), &record, at(2 * HOUR + 2)).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_event_of_an_earlier_key_with_the_same_id_notifies_nobody() {
    let stage = Stage::booked().await;
    stage.fetch(2 * HOUR).await;
    let news = stage.news(at(2 * HOUR)).await;
    let then = metadata_at(2 * HOUR + 1);
    stage.store().remove_key(&a(), true, store::Expected::Any, &then).await.unwrap();
    stage.store().create_key(testkit::key("A"), &metadata()).await.unwrap();
    stage.book(draft(HOUR, 25 * HOUR)).await;
    for record in news {
        assert!(notify(stage.store(), &record, at(2 * HOUR + 2)).await.unwrap().is_empty());
    }
    assert!(stage.messages().await.is_empty(), "the next key does not show messages of the first");
}

#[tokio::test]
async fn a_key_not_returned_is_recorded_and_notified_once() {
    let stage = Stage::booked().await;
    stage.fetch(2 * HOUR).await;
    stage.notify_and_send(at(2 * HOUR)).await;
    stage.tick(at(23 * HOUR)).await;
    assert!(stage.tick(at(LOOK)).await.iter().all(|claim| claim.message.occasion.kind() != KeyNotReturned));
    assert_eq!(not_returned(&stage).await, 1);
    assert_eq!(stage.reminders().await, []);
    assert_eq!(stage.notify_and_send(at(LOOK + 1)).await, [KeyNotReturned]);
    stage.tick(at(LOOK + 60)).await;
    assert_eq!(not_returned(&stage).await, 1);
}

#[tokio::test]
async fn a_key_returned_in_time_or_just_after_is_not_missing() {
    let stage = Stage::booked().await;
    stage.fetch(2 * HOUR).await;
    stage.give_back(25 * HOUR + 600).await;
    stage.tick(at(LOOK)).await;
    assert_eq!(not_returned(&stage).await, 0);
    assert!(stage.reminders().await.iter().all(|(which, _)| which != "return"));
}

#[tokio::test]
async fn a_return_check_repeated_by_a_repeated_record_records_nothing() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 25 * HOUR)).await;
    let creation = stage.contract_news(at(0)).await.remove(0);
    notify(stage.store(), &creation, at(0)).await.unwrap();
    stage.fetch(2 * HOUR).await;
    stage.tick(at(LOOK)).await;
    notify(stage.store(), &creation, at(LOOK + 60)).await.unwrap();
    assert!(stage.reminders().await.iter().any(|(which, _)| which == "return"), "it is set again");
    stage.tick(at(LOOK + 60)).await;
    assert_eq!(not_returned(&stage).await, 1);
    assert!(stage.reminders().await.iter().all(|(which, _)| which != "return"));
}

#[tokio::test]
async fn a_key_returned_during_the_return_check_is_not_missing() {
    let stage = Stage::booked().await;
    stage.fetch(2 * HOUR).await;
    let due = stage.due(at(LOOK)).await;
    let (other, wire) = stage.table.another_store();
    let mut held = wire.hold("TransactWriteItems");
    let looking = tokio::spawn(async move {
        for due in due {
            if let store::Due::Reminder(reminder) = due {
                other.remind(&reminder, at(LOOK)).await.unwrap();
            }
        }
    });
    held.arrived().await;
    stage.give_back(LOOK).await;
    held.release();
    looking.await.unwrap();
    assert_eq!(not_returned(&stage).await, 0);
    assert!(stage.reminders().await.iter().all(|(which, _)| which != "return"), "it has been looked");
}

#[tokio::test]
async fn every_event_is_read_with_what_it_is_about() {
    let stage = Stage::booked().await;
    stage.fetch(2 * HOUR).await;
    let mut kinds = Vec::new();
    for record in stage.news(at(2 * HOUR)).await {
        if let Record::Event(record) = stage.store().read_record(&record).unwrap() {
            assert_eq!(record.event.subject.automat.as_str(), "lobby");
            kinds.push(record.event.kind);
        }
    }
    assert!(kinds.contains(&EventKind::KeyFetched), "{kinds:?}");
}

/// On request all contacts are notified, once within ten minutes, and not once the key is back.
#[tokio::test]
async fn contacts_of_an_overdue_contract_are_reminded_on_request() {
    let stage = Stage::new().await;
    let quiet = |contact: Contact| Contact { additional_messages: [].into(), ..contact };
    let contacts = vec![quiet(email("aino@example.fi")), quiet(sms("+358401234567"))];
    stage.book(ContractDraft { contacts, ..draft(0, 2 * HOUR) }).await;
    stage.notify_and_send(at(0)).await;
    stage.fetch(60).await;
    let remind = async |seconds| stage.store().remind_overdue(&bk1(), at(seconds)).await.unwrap();
    assert_eq!(remind(HOUR).await, 0, "it is not overdue");
    let noon = 3 * HOUR;
    assert_eq!((remind(noon).await, remind(noon + 599).await), (2, 0));
    let claims = stage.tick(at(noon + 30)).await;
    assert_eq!(claims.iter().filter(|claim| claim.message.occasion.kind() == KeyNotReturned).count(), 2);
    stage.send(claims, at(noon + 30)).await;
    assert_eq!(remind(noon + 600).await, 2, "again, later");
    stage.give_back(noon + 700).await;
    assert!(stage.tick(at(noon + 700)).await.is_empty(), "what was not sent yet is outdated");
    assert_eq!(remind(noon + 1_300).await, 0);
}
