//! The messages of a contract's life.

use domain::MessageKind::{
    ContractCancelled, ContractCreated, ContractEnded, ContractUpdated, EndReminder, KeyFetched, KeyNotReturned,
    KeyReturned, StartReminder,
};
use domain::{ContractChange, Ending, MessageKind, MessageState, Name};
use testkit::at;

use crate::scene::{Scene, by_email, by_sms, follower, of_everything};

const DAY: i64 = 86_400;

async fn kinds(scene: &Scene) -> Vec<MessageKind> {
    scene.messages("BK-1").await.into_iter().map(|message| message.kind).collect()
}

/// Does what contacts get this kind of message about. Exhaustive: a new kind does not compile until it has a case.
async fn cause(scene: &Scene, kind: MessageKind) {
    let contacts = vec![of_everything(by_email("a@example.com"))];
    match kind {
        ContractCreated => _ = scene.book("BK-1", 3 * DAY, 5 * DAY, contacts).await,
        ContractUpdated => {
            scene.book("BK-1", 3 * DAY, 5 * DAY, contacts).await;
            let change = ContractChange { start: Some(at(2 * DAY)), ..ContractChange::default() };
            scene.edit("BK-1", change).await;
        }
        ContractEnded => {
            scene.book("BK-1", 0, DAY, contacts).await;
            scene.clock.set(at(60));
            scene.end("BK-1").await;
        }
        ContractCancelled => {
            scene.book("BK-1", 3 * DAY, 5 * DAY, contacts).await;
            scene.cancel("BK-1").await;
        }
        StartReminder => {
            scene.book("BK-1", 3 * DAY, 5 * DAY, contacts).await;
            scene.deliver().await;
            scene.tick_at(at(2 * DAY)).await;
        }
        EndReminder => {
            scene.book("BK-1", 0, DAY, contacts).await;
            scene.deliver().await;
            scene.tick_at(at(DAY - 7_200)).await;
        }
        KeyFetched => {
            scene.book("BK-1", 0, DAY, contacts).await;
            scene.fetch("BK-1", at(20)).await;
        }
        KeyReturned => {
            scene.book("BK-1", 0, DAY, contacts).await;
            scene.fetch("BK-1", at(20)).await;
            scene.sense(3, true, None, at(60)).await;
        }
        KeyNotReturned => {
            scene.book("BK-1", 0, DAY, contacts).await;
            scene.fetch("BK-1", at(20)).await;
            scene.deliver().await;
            scene.tick_at(at(DAY + 15 * 60)).await;
        }
    }
    scene.deliver().await;
}

#[tokio::test]
async fn every_kind_of_message_is_sent() {
    for &kind in MessageKind::ALL {
        let scene = Scene::new().await;
        cause(&scene, kind).await;
        let messages = scene.messages("BK-1").await;
        let sent = messages.iter().find(|message| message.kind == kind);
        assert!(
            sent.is_some_and(|message| matches!(message.state, MessageState::Sent { .. })),
            "{kind:?}: {messages:?}"
        );
    }
}

#[tokio::test]
async fn a_contract_from_creation_to_end() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3 * DAY, 5 * DAY, vec![follower(by_email("a@example.com"))]).await;
    scene.deliver().await;
    scene.clock.set(at(60));
    scene.edit("BK-1", ContractChange { ending: Some(Ending::At(at(4 * DAY))), ..ContractChange::default() }).await;
    scene.deliver().await;
    for hours in 0..(5 * 24) {
        scene.tick_at(at(hours * 3_600 + 120)).await;
    }
    assert_eq!(kinds(&scene).await, [ContractCreated, ContractUpdated, StartReminder, EndReminder]);
    let sent: Vec<_> = scene.sent().iter().map(|sent| sent.at).collect();
    assert_eq!(sent[2..], [at(2 * DAY + 120), at(4 * DAY - 2 * 3_600 + 120)], "at the first tick of their time");
    assert!(scene.messages("BK-1").await.iter().all(|message| matches!(message.state, MessageState::Sent { .. })));
}

#[tokio::test]
async fn reminders_are_for_those_who_want_them() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3 * DAY, 5 * DAY, vec![by_email("a@example.com"), follower(by_sms("+358401234567"))]).await;
    scene.deliver().await;
    scene.tick_at(at(2 * DAY)).await;
    assert_eq!(scene.addresses_sorted(), ["+358401234567", "+358401234567", "a@example.com"]);
}

#[tokio::test]
async fn reminders_missed_for_hours_are_sent_late() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3 * DAY, 5 * DAY, vec![follower(by_email("a@example.com"))]).await;
    scene.deliver().await;
    scene.tick_at(at(2 * DAY + 7 * 3_600)).await;
    assert_eq!(kinds(&scene).await, [MessageKind::ContractCreated, MessageKind::StartReminder]);
}

#[tokio::test]
async fn a_reminder_is_not_sent_after_the_start() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3 * DAY, 5 * DAY, vec![follower(by_email("a@example.com"))]).await;
    scene.deliver().await;
    scene.tick_at(at(3 * DAY + 60)).await;
    let sent = scene.sent().len();
    assert_eq!(sent, 1, "a start that is past is nothing to be reminded of");
}

#[tokio::test]
async fn reminders_follow_a_contract_that_is_moved_or_removed() {
    let scene = Scene::new().await;
    for (id, address) in [("BK-1", "a@example.com"), ("BK-2", "b@example.com")] {
        scene.book(id, 3 * DAY, 5 * DAY, vec![follower(by_email(address))]).await;
    }
    scene.deliver().await;
    let later = ContractChange { start: Some(at(4 * DAY)), ..ContractChange::default() };
    scene.edit("BK-1", later).await;
    scene.cancel("BK-2").await;
    scene.deliver().await;
    scene.tick_at(at(2 * DAY)).await;
    assert_eq!(scene.sent().len(), 4, "made and made, moved and removed");
    scene.tick_at(at(3 * DAY)).await;
    assert_eq!(scene.addresses()[4..], ["a@example.com"]);
}

#[tokio::test]
async fn fetching_and_not_returning_the_key_notifies() {
    let scene = Scene::new().await;
    scene.book("BK-1", 0, DAY, vec![follower(by_email("a@example.com"))]).await;
    scene.deliver().await;
    scene.clock.set(at(20));
    scene.fetch("BK-1", at(20)).await;
    scene.deliver().await;
    scene.tick_at(at(DAY + 60)).await;
    assert!(!kinds(&scene).await.contains(&MessageKind::KeyNotReturned), "there is some grace");
    scene.tick_at(at(DAY + 16 * 60)).await;
    scene.tick_at(at(DAY + 30 * 60)).await;
    scene.sense(3, true, None, at(DAY + 40 * 60)).await;
    scene.deliver().await;
    assert_eq!(kinds(&scene).await, [ContractCreated, KeyFetched, EndReminder, KeyNotReturned, KeyReturned]);
}

#[tokio::test]
async fn adding_a_contact_notifies_only_the_new_contact() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3_600, 7_200, vec![by_email("a@example.com")]).await;
    scene.deliver().await;
    scene.clock.set(at(10));
    let contacts = Some(vec![by_email("a@example.com"), by_sms("+358401234567")]);
    scene.edit("BK-1", ContractChange { contacts, ..ContractChange::default() }).await;
    scene.deliver().await;
    assert_eq!(scene.addresses(), ["a@example.com", "+358401234567"]);
    assert_eq!(kinds(&scene).await, [MessageKind::ContractCreated; 2]);
    scene.clock.set(at(20));
    let person = Some(Name::parse("Eino Virtanen").unwrap());
    scene.edit("BK-1", ContractChange { person, ..ContractChange::default() }).await;
    scene.deliver().await;
    assert_eq!(kinds(&scene).await[2..], [MessageKind::ContractUpdated; 2]);
}

#[tokio::test]
async fn removing_a_key_notifies_the_contacts_of_its_contracts() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3_600, 7_200, vec![by_email("a@example.com")]).await;
    scene.book("BK-2", 3_600, 7_200, vec![by_sms("+358401234567")]).await;
    scene.deliver().await;
    let metadata = testkit::metadata();
    let store = &scene.table.store;
    store.remove_key(&crate::scene::key_id(), false, store::Expected::Any, &metadata).await.unwrap();
    scene.deliver().await;
    let mut addresses = scene.addresses()[2..].to_vec();
    addresses.sort();
    assert_eq!(addresses, ["+358401234567", "a@example.com"]);
    assert!(scene.lines().iter().skip(2).all(|line| line.to_lowercase().contains("cancel")), "{:?}", scene.lines());
}
