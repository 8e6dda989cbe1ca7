//! Reminders follow their contract, and late ones are caught up.

use domain::{Contact, ContractChange, ContractDraft, Ending, MessageKind, MessageState};
use testkit::at;

use super::stage::{DAY, HOUR, Stage, draft, email, is_superseded, notify};

use MessageKind::{EndReminder, StartReminder};

fn set(reminders: &[(&str, i64)]) -> Vec<(String, i64)> {
    reminders.iter().map(|(which, due)| ((*which).to_owned(), *due)).collect()
}

fn moved(start: i64, end: i64) -> ContractChange {
    ContractChange { start: Some(at(start)), ending: Some(Ending::At(at(end))), ..ContractChange::default() }
}

/// A contract from the third day to the fourth, with its reminders.
async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.book(draft(3 * DAY, 4 * DAY)).await;
    stage.notify_and_send(at(0)).await;
    stage
}

#[tokio::test]
async fn a_contract_has_its_reminders() {
    let expected = [("end", 4 * DAY - 2 * HOUR), ("return", 4 * DAY + 900), ("start", 2 * DAY)];
    assert_eq!(stage().await.reminders().await, set(&expected));
}

#[tokio::test]
async fn no_reminder_is_set_if_no_contact_wants_one() {
    let stage = Stage::new().await;
    let contact = Contact { additional_messages: [StartReminder].into(), ..email("aino@example.fi") };
    stage.book(ContractDraft { contacts: vec![contact], ..draft(3 * DAY, 4 * DAY) }).await;
    stage.notify_and_send(at(0)).await;
    assert_eq!(stage.reminders().await, set(&[("return", 4 * DAY + 900), ("start", 2 * DAY)]));
}

#[tokio::test]
async fn each_reminder_goes_once_in_its_time() {
    let stage = stage().await;
    assert!(stage.tick(at(2 * DAY - 1)).await.is_empty());
    let claims = stage.tick(at(2 * DAY)).await;
    assert_eq!(stage.send(claims, at(2 * DAY)).await, [StartReminder]);
    assert!(stage.tick(at(2 * DAY + 60)).await.is_empty());
    let end = 4 * DAY - 2 * HOUR;
    let claims = stage.tick(at(end)).await;
    assert_eq!(stage.send(claims, at(end)).await, [EndReminder]);
    assert!(stage.tick(at(5 * DAY)).await.is_empty());
    assert_eq!(stage.reminders().await, [], "and the key was not out");
}

#[tokio::test]
async fn a_missed_hour_is_caught_up() {
    let stage = stage().await;
    let claims = stage.tick(at(2 * DAY + HOUR)).await;
    assert_eq!(stage.send(claims, at(2 * DAY + HOUR)).await, [StartReminder]);
}

#[tokio::test]
async fn a_reminder_of_a_past_time_is_not_sent() {
    let stage = stage().await;
    assert!(stage.tick(at(3 * DAY)).await.is_empty());
    let messages = stage.messages().await;
    let reminder = messages.iter().find(|record| record.kind == StartReminder).unwrap();
    assert_eq!(reminder.state, MessageState::Failed { at: at(3 * DAY) });
    assert_eq!(reminder.attempts, 0);
}

#[tokio::test]
async fn reminders_move_with_their_contract() {
    let stage = stage().await;
    stage.edit(moved(5 * DAY, 6 * DAY), 1).await;
    stage.notify_and_send(at(1)).await;
    let expected = [("end", 6 * DAY - 2 * HOUR), ("return", 6 * DAY + 900), ("start", 4 * DAY)];
    assert_eq!(stage.reminders().await, set(&expected));
}

#[tokio::test]
async fn reminders_go_with_their_contract() {
    let stage = stage().await;
    stage.remove(1).await;
    stage.notify_and_send(at(1)).await;
    assert_eq!(stage.reminders().await, []);
}

#[tokio::test]
async fn a_reminder_whose_time_has_passed_by_an_edit_is_dropped() {
    let stage = stage().await;
    stage.edit(moved(10 * HOUR, 11 * HOUR), 1).await;
    stage.notify_and_send(at(1)).await;
    assert_eq!(stage.reminders().await, set(&[("return", 11 * HOUR + 900)]), "the contract is too short for its end's");
}

#[tokio::test]
async fn a_reminder_that_comes_before_the_record_of_a_move_is_moved() {
    let stage = stage().await;
    stage.edit(moved(5 * DAY, 6 * DAY), 1).await;
    assert!(stage.tick(at(2 * DAY)).await.is_empty());
    let start = stage.reminders().await.into_iter().find(|(which, _)| which == "start");
    assert_eq!(start, Some(("start".to_owned(), 4 * DAY)));
    let claims = stage.tick(at(4 * DAY)).await;
    assert_eq!(stage.send(claims, at(4 * DAY)).await, [StartReminder]);
}

#[tokio::test]
async fn a_reminder_that_comes_before_the_record_of_a_removal_is_dropped() {
    let stage = stage().await;
    stage.remove(1).await;
    assert!(stage.tick(at(2 * DAY)).await.is_empty());
    assert_eq!(stage.reminders().await, set(&[("end", 4 * DAY - 2 * HOUR), ("return", 4 * DAY + 900)]));
}

#[tokio::test]
async fn an_old_record_does_not_set_the_reminders_back() {
    let stage = Stage::new().await;
    stage.book(draft(3 * DAY, 4 * DAY)).await;
    stage.edit(moved(5 * DAY, 6 * DAY), 1).await;
    let records = stage.contract_news(at(1)).await;
    for record in [&records[1], &records[0]] {
        notify(stage.store(), record, at(1)).await.unwrap();
        let expected = [("end", 6 * DAY - 2 * HOUR), ("return", 6 * DAY + 900), ("start", 4 * DAY)];
        assert_eq!(stage.reminders().await, set(&expected));
    }
}

/// The invocation that read the contract before the edit writes its reminders after those of the edit.
#[tokio::test]
async fn reminders_decided_before_an_edit_do_not_overwrite_those_of_the_edit() {
    let stage = Stage::new().await;
    stage.book(draft(3 * DAY, 4 * DAY)).await;
    let creation = stage.contract_news(at(0)).await.remove(0);
    let mut held = stage.table.wire.hold("UpdateItem");
    let slow = tokio::spawn({
        let store = stage.store().clone();
        async move { notify(&store, &creation, at(0)).await }
    });
    held.arrived().await;
    stage.edit(moved(5 * DAY, 6 * DAY), 1).await;
    stage.notify(at(1)).await;
    held.release();
    slow.await.unwrap().unwrap();
    let expected = [("end", 6 * DAY - 2 * HOUR), ("return", 6 * DAY + 900), ("start", 4 * DAY)];
    assert_eq!(stage.reminders().await, set(&expected));
}

#[tokio::test]
async fn a_reminder_left_unsent_is_overtaken_by_a_move() {
    let stage = stage().await;
    assert_eq!(stage.tick(at(2 * DAY)).await.len(), 1);
    stage.edit(moved(5 * DAY, 6 * DAY), 2 * DAY + 1).await;
    assert!(stage.tick(at(2 * DAY + 90)).await.is_empty());
    assert!(stage.messages().await.iter().any(|record| record.kind == StartReminder && is_superseded(record)));
    stage.notify_and_send(at(2 * DAY + 91)).await;
    let claims = stage.tick(at(4 * DAY)).await;
    assert_eq!(stage.send(claims, at(4 * DAY)).await, [StartReminder], "the new time has a reminder of its own");
}

#[tokio::test]
async fn two_invocations_with_one_reminder_notify_once() {
    let stage = stage().await;
    let (other, _wire) = stage.table.another_store();
    let due = stage.due(at(2 * DAY)).await;
    let [store::Due::Reminder(reminder)] = &due[..] else { panic!("{due:?}") };
    let (ours, theirs) = tokio::join!(stage.store().remind(reminder, at(2 * DAY)), other.remind(reminder, at(2 * DAY)));
    assert_eq!(ours.unwrap().len() + theirs.unwrap().len(), 1);
}
