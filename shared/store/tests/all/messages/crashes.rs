//! A function that dies at any point: the next one finishes its work, and nobody is notified twice by our own doing.

use domain::{ContractDraft, MessageKind};
use store::LEASE_MILLIS;
use testkit::at;

use super::stage::{DAY, HOUR, Stage, draft, email, is_sent, notify, sms};

#[tokio::test]
async fn an_interrupted_record_is_finished_by_redelivery_and_leases() {
    let mut interrupted = 0;
    for requests in 0.. {
        let stage = Stage::new().await;
        let contacts = vec![email("aino@example.fi"), email("eino@example.fi"), sms("+358401234567")];
        stage.book(ContractDraft { contacts, ..draft(3 * DAY, 4 * DAY) }).await;
        let record = stage.contract_news(at(0)).await.remove(0);
        stage.table.wire.cut_after(requests);
        let cut = notify(stage.store(), &record, at(0)).await;
        stage.table.wire.repair();
        let Err(_) = cut else { break };
        interrupted += 1;
        let claims = notify(stage.store(), &record, at(1)).await.unwrap();
        stage.send(claims, at(1)).await;
        let after_lease = at(2).plus_millis(LEASE_MILLIS);
        let claims = stage.tick(after_lease).await;
        stage.send(claims, after_lease).await;
        let messages = stage.messages().await;
        assert_eq!(messages.len(), 3, "cut after {requests}");
        assert!(messages.iter().all(is_sent), "cut after {requests}: {messages:?}");
        assert_eq!(stage.reminders().await.len(), 3, "cut after {requests}");
        assert!(stage.tick(at(HOUR)).await.is_empty());
    }
    assert!(interrupted >= 8, "two reads, three messages, three reminders: interrupted at {interrupted}");
}

#[tokio::test]
async fn an_interrupted_reminder_is_sent_in_the_end() {
    let mut interrupted = 0;
    for requests in 0.. {
        let stage = Stage::new().await;
        stage.book(draft(3 * DAY, 4 * DAY)).await;
        stage.notify_and_send(at(0)).await;
        let due = stage.due(at(2 * DAY)).await;
        let [store::Due::Reminder(reminder)] = &due[..] else { panic!("{due:?}") };
        stage.table.wire.cut_after(requests);
        let cut = stage.store().remind(reminder, at(2 * DAY)).await;
        stage.table.wire.repair();
        let Err(_) = cut else { break };
        interrupted += 1;
        let mut sent = Vec::new();
        for now in [at(2 * DAY + 60), at(2 * DAY + 200)] {
            let claims = stage.tick(now).await;
            sent.extend(stage.send(claims, now).await);
        }
        assert_eq!(sent, [MessageKind::StartReminder], "cut after {requests}");
        assert!(stage.reminders().await.iter().all(|(which, _)| which != "start"));
    }
    assert!(interrupted >= 5, "three reads, the message, the reminder: interrupted at {interrupted}");
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_sent_after_the_lease() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 10 * DAY)).await;
    stage.table.wire.lose_answers(1);
    let claims = stage.notify(at(0)).await;
    assert!(claims.is_empty(), "the retry found the item, and cannot know who wrote it");
    let after_lease = at(0).plus_millis(LEASE_MILLIS);
    let claims = stage.tick(after_lease).await;
    stage.send(claims, after_lease).await;
    assert!(is_sent(&stage.message().await));
}
