//! Changes that notify nobody. What happens later is notified as ever.

use domain::MessageKind::{ContractCancelled, ContractCreated, ContractEnded, ContractUpdated, StartReminder};
use domain::{Channel, ContractDraft, ContractId, MessageCount, Notify};
use store::{Expected, KeyRemoval, RemovalEffect, RequestMetadata};
use testkit::{at, by_email, by_sms, contract, metadata};

use super::stage::{DAY, HOUR, Stage, a, bk1, draft, email, metadata_at, named, notify, sms};

fn quietly(seconds: i64) -> RequestMetadata {
    metadata_at(seconds).notifying(Notify::Nobody)
}

async fn book_quietly(stage: &Stage) {
    stage.store().create_contract(draft(2 * DAY, 3 * DAY), &quietly(0)).await.unwrap();
}

#[tokio::test]
async fn a_quiet_creation_notifies_nobody_but_its_reminders_do() {
    let stage = Stage::new().await;
    book_quietly(&stage).await;
    assert_eq!(stage.notify_and_send(at(0)).await, []);
    assert_eq!(stage.kinds().await, []);
    let claims = stage.tick(at(DAY)).await;
    assert_eq!(stage.send(claims, at(DAY)).await, [StartReminder]);
}

#[tokio::test]
async fn a_quiet_edit_notifies_nobody_and_the_next_edit_does() {
    let stage = Stage::booked().await;
    let edit = async |person, metadata| {
        stage.store().edit_contract(&bk1(), named(person), false, Expected::Any, &metadata).await.unwrap();
    };
    edit("Bo", quietly(1)).await;
    assert_eq!(stage.notify_and_send(at(1)).await, []);
    edit("Cy", metadata_at(2)).await;
    assert_eq!(stage.notify_and_send(at(2)).await, [ContractUpdated]);
    edit("Di", metadata_at(3)).await;
    edit("Eve", quietly(4)).await;
    assert_eq!(stage.notify_and_send(at(4)).await, [], "what a quiet edit overtook is not true any more");
}

#[tokio::test]
async fn a_new_pin_and_an_early_end_can_be_quiet() {
    let stage = Stage::new().await;
    stage.book(draft(0, DAY)).await;
    assert_eq!(stage.notify_and_send(at(0)).await, [ContractCreated]);
    stage.store().replace_pin(&bk1(), &quietly(1)).await.unwrap();
    assert_eq!(stage.notify_and_send(at(1)).await, []);
    stage.store().end_contract(&bk1(), Expected::Any, &quietly(2)).await.unwrap();
    assert_eq!(stage.notify_and_send(at(2)).await, []);
    let again = Stage::new().await;
    book_quietly(&again).await;
    again.store().end_contract(&bk1(), Expected::Any, &metadata_at(2 * DAY + 1)).await.unwrap();
    assert!(again.notify_and_send(at(2 * DAY + 1)).await.contains(&ContractEnded), "a quiet creation is long past");
}

#[tokio::test]
async fn a_quiet_removal_notifies_nobody_however_often_its_record_comes() {
    let stage = Stage::booked().await;
    stage.store().remove_contract(&bk1(), false, Expected::Any, &quietly(1)).await.unwrap();
    let news = stage.contract_news(at(1)).await;
    for record in news.iter().chain(&news) {
        assert!(notify(stage.store(), record, at(1)).await.unwrap().is_empty());
    }
    assert_eq!(stage.reminders().await, []);
    stage.book(draft(HOUR, 25 * HOUR)).await;
    assert_eq!(stage.notify_and_send(at(2)).await, [ContractCreated], "the next one of this id is another");
    stage.remove(3).await;
    assert_eq!(stage.notify_and_send(at(3)).await, [ContractCancelled]);
}

/// A key with contracts of which some have contacts by both channels, and ended ones.
async fn furnished() -> Stage {
    let stage = Stage::new().await;
    for n in 0..60 {
        let contacts = match n % 3 {
            0 => Vec::new(),
            1 => vec![by_email("aino@example.fi")],
            _ => vec![email("aino@example.fi"), sms("+358401234567"), by_sms("+358401234568")],
        };
        let id = Some(ContractId::parse(&format!("c-{n}")).unwrap());
        let draft = ContractDraft { id, contacts, ..contract(&a(), n * 100, n * 100 + 50) };
        stage.store().create_contract(draft, &metadata()).await.unwrap();
    }
    stage.notify_and_send(at(0)).await;
    stage
}

#[tokio::test]
async fn the_number_of_messages_is_that_of_the_messages() {
    let stage = furnished().await;
    let now = metadata_at(1_000);
    let expected = stage.store().preview_key_removal(&a(), now.now).await.unwrap();
    let KeyRemoval { effect, .. } = stage.store().remove_key(&a(), false, Expected::Any, &now).await.unwrap();
    assert_eq!(effect, expected);
    let claims = stage.notify(at(1_000)).await;
    let of = |channel| claims.iter().filter(|claim| claim.message.recipient.address.channel() == channel).count();
    assert_eq!(effect, RemovalEffect { contracts: 50, messages: MessageCount { email: 34, sms: 34 } });
    assert_eq!((of(Channel::Email), of(Channel::Sms)), (effect.messages.email, effect.messages.sms));
}

#[tokio::test]
async fn a_key_can_be_removed_quietly() {
    let stage = furnished().await;
    let KeyRemoval { effect, .. } =
        stage.store().remove_key(&a(), false, Expected::Any, &quietly(1_000)).await.unwrap();
    assert_eq!(effect, RemovalEffect { contracts: 50, messages: MessageCount::default() });
    assert!(stage.notify(at(1_000)).await.is_empty());
}
