//! Who is notified of changes of a contract, and that it is once, in whatever order the records come.

use domain::{
    AutomatChange, AutomatId, ContractChange, ContractDraft, ContractField, Ending, KeyChange, MessageKind, Occasion,
    Property, TimeZone,
};
use store::{Expected, RequestMetadata};
use testkit::{at, metadata};

use super::stage::{DAY, HOUR, Stage, a, bk1, draft, email, is_sent, is_superseded, named, notify, sms};

use MessageKind::{ContractCancelled, ContractCreated, ContractEnded, ContractUpdated};

#[tokio::test]
async fn messages_follow_the_life_of_a_contract_in_order() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 25 * HOUR)).await;
    assert_eq!(stage.notify_and_send(at(0)).await, [ContractCreated]);
    stage.edit(named("Eino"), 1).await;
    let claims = stage.notify(at(1)).await;
    assert_eq!(claims[0].message.occasion, Occasion::Updated(vec![ContractField::Person]));
    assert_eq!(claims[0].message.facts.person.as_str(), "Eino");
    stage.send(claims, at(1)).await;
    stage.remove(2).await;
    assert_eq!(stage.notify_and_send(at(2)).await, [ContractCancelled]);
    assert!(stage.messages().await.iter().all(is_sent));
    assert_eq!(stage.kinds().await, [ContractCreated, ContractUpdated, ContractCancelled]);
}

async fn move_to_new_york(stage: &Stage, seconds: i64) {
    let change = AutomatChange { time_zone: TimeZone::parse("America/New_York").ok(), ..AutomatChange::default() };
    let (lobby, metadata) = (AutomatId::parse("lobby").unwrap(), RequestMetadata { now: at(seconds), ..metadata() });
    stage.store().edit_automat(&lobby, change, true, Expected::Any, &metadata).await.unwrap();
}

#[tokio::test]
async fn an_unsent_message_with_times_of_the_former_zone_is_not_sent() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 25 * HOUR)).await;
    assert_eq!(stage.notify(at(0)).await.len(), 1);
    move_to_new_york(&stage, 10).await;
    assert!(stage.tick(at(HOUR / 2)).await.is_empty());
    assert_eq!(stage.notify_and_send(at(HOUR / 2)).await, [ContractUpdated]);
    let messages = stage.messages().await;
    assert!(is_superseded(&messages[0]) && is_sent(&messages[1]), "{messages:?}");
}

#[tokio::test]
async fn contacts_are_notified_once_of_a_time_zone_change() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 25 * HOUR)).await;
    assert_eq!(stage.notify_and_send(at(0)).await, [ContractCreated]);
    move_to_new_york(&stage, 10).await;
    stage.tick(at(20)).await;
    let claims = stage.notify(at(21)).await;
    assert_eq!(claims[0].message.occasion, Occasion::ZoneChanged);
    assert_eq!(claims[0].message.facts.time_zone().identifier(), "America/New_York");
    stage.send(claims, at(21)).await;
    stage.tick(at(80)).await;
    assert!(stage.notify(at(81)).await.is_empty());
    assert_eq!(stage.kinds().await, [ContractCreated, ContractUpdated]);
}

#[tokio::test]
async fn every_recipient_gets_a_message_of_their_own() {
    let stage = Stage::new().await;
    let contacts = vec![email("aino@example.fi"), email("eino@example.fi"), sms("+358401234567")];
    stage.book(ContractDraft { contacts, ..draft(HOUR, 25 * HOUR) }).await;
    let claims = stage.notify(at(0)).await;
    let mut notified: Vec<_> = claims.iter().map(|claim| claim.message.recipient.address.reveal().to_owned()).collect();
    notified.sort();
    assert_eq!(notified, ["+358401234567", "aino@example.fi", "eino@example.fi"]);
    let facts = &claims[0].message.facts;
    assert_eq!((facts.pin.reveal(), facts.keys[0].automat.name.as_str()), ("482915", "lobby"));
    assert_eq!(facts.time_zone().identifier(), "Europe/Helsinki");
}

#[tokio::test]
async fn a_repeated_record_notifies_nobody_twice() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 25 * HOUR)).await;
    stage.edit(named("Eino"), 1).await;
    stage.remove(2).await;
    let records = stage.contract_news(at(2)).await;
    let mut notified = 0;
    for record in records.iter().chain(&records) {
        notified += notify(stage.store(), record, at(2)).await.unwrap().len();
    }
    assert_eq!(notified, 1, "of the three only the removal still holds");
    let before: Vec<_> = stage.messages().await.into_iter().map(|record| record.id).collect();
    for record in &records {
        assert!(notify(stage.store(), record, at(900)).await.unwrap().is_empty());
    }
    let after: Vec<_> = stage.messages().await.into_iter().map(|record| record.id).collect();
    assert_eq!((before.len(), before), (3, after));
}

#[tokio::test]
async fn two_invocations_with_one_record_notify_once() {
    let stage = Stage::new().await;
    let contacts = vec![email("aino@example.fi"), email("eino@example.fi"), sms("+358401234567")];
    stage.book(ContractDraft { contacts, ..draft(HOUR, 25 * HOUR) }).await;
    let record = stage.contract_news(at(0)).await.remove(0);
    let (other, _wire) = stage.table.another_store();
    let mut held = stage.table.wire.hold("PutItem");
    let ours = tokio::spawn({
        let (store, record) = (stage.store().clone(), record.clone());
        async move { notify(&store, &record, at(0)).await }
    });
    held.arrived().await;
    let theirs = notify(&other, &record, at(0)).await.unwrap();
    held.release();
    let ours = ours.await.unwrap().unwrap();
    assert_eq!(ours.len() + theirs.len(), 3);
    assert!(!theirs.is_empty());
    assert_eq!(stage.messages().await.len(), 3);
}

#[tokio::test]
async fn an_edit_delivered_before_the_creation_sends_the_final_state() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 25 * HOUR)).await;
    stage.edit(named("Eino"), 1).await;
    let records = stage.contract_news(at(1)).await;
    let updated = notify(stage.store(), &records[1], at(1)).await.unwrap();
    assert_eq!(updated[0].message.facts.person.as_str(), "Eino");
    stage.send(updated, at(1)).await;
    assert!(notify(stage.store(), &records[0], at(1)).await.unwrap().is_empty());
    let messages = stage.messages().await;
    assert_eq!(stage.kinds().await, [ContractCreated, ContractUpdated]);
    assert!(is_superseded(&messages[0]) && is_sent(&messages[1]), "{messages:?}");
    assert_eq!(messages[0].attempts, 0);
}

#[tokio::test]
async fn after_a_removal_an_earlier_edit_sends_nothing() {
    let stage = Stage::booked().await;
    stage.edit(named("Eino"), 1).await;
    stage.remove(2).await;
    let records = stage.contract_news(at(2)).await;
    let cancelled = notify(stage.store(), &records[1], at(2)).await.unwrap();
    assert_eq!(stage.send(cancelled, at(2)).await, [ContractCancelled]);
    assert!(notify(stage.store(), &records[0], at(2)).await.unwrap().is_empty());
    assert_eq!(stage.reminders().await, [], "and none of its reminders comes back");
}

#[tokio::test]
async fn an_edit_of_contacts_notifies_only_new_ones_and_supersedes_nothing() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 25 * HOUR)).await;
    let contacts = Some(vec![email("aino@example.fi"), email("eino@example.fi")]);
    stage.edit(ContractChange { contacts, ..ContractChange::default() }, 1).await;
    let claims = stage.notify(at(1)).await;
    let notified: Vec<_> = claims.iter().map(|claim| claim.message.recipient.address.reveal()).collect();
    assert_eq!(notified, ["aino@example.fi", "eino@example.fi"]);
    assert!(claims.iter().all(|claim| claim.message.occasion == Occasion::Created));
}

#[tokio::test]
async fn a_late_record_decides_by_the_time_that_it_was_written() {
    let stage = Stage::booked().await;
    stage.remove(24 * HOUR).await;
    let in_time = stage.contract_news(at(24 * HOUR)).await.remove(0);
    let late = notify(stage.store(), &in_time, at(26 * HOUR)).await.unwrap();
    assert_eq!(stage.send(late, at(26 * HOUR)).await, [ContractCancelled], "it had not ended when it was removed");

    let ended = Stage::booked().await;
    ended.remove(26 * HOUR).await;
    let record = ended.contract_news(at(26 * HOUR)).await.remove(0);
    assert!(notify(ended.store(), &record, at(26 * HOUR)).await.unwrap().is_empty(), "it had");
}

#[tokio::test]
async fn an_early_end_is_notified_and_schedules_the_return_check() {
    let stage = Stage::booked().await;
    stage.end(2 * HOUR).await;
    assert_eq!(stage.notify_and_send(at(2 * HOUR)).await, [ContractEnded]);
    assert_eq!(stage.reminders().await, [("return".to_owned(), 2 * HOUR + 900)]);
    stage.end(3 * HOUR).await;
    assert_eq!(stage.notify_and_send(at(3 * HOUR)).await, [], "it had ended");
}

#[tokio::test]
async fn an_early_end_is_not_notified_if_undone_but_still_if_removed() {
    let extended = Stage::booked().await;
    extended.end(2 * HOUR).await;
    let ending = Some(Ending::At(at(25 * HOUR)));
    extended.edit(ContractChange { ending, ..ContractChange::default() }, 2 * HOUR + 1).await;
    assert_eq!(extended.notify_and_send(at(2 * HOUR + 2)).await, [ContractUpdated]);
    let superseded: Vec<_> = extended.messages().await.into_iter().filter(is_superseded).map(|one| one.kind).collect();
    assert_eq!(superseded, [ContractEnded]);

    let annotated = Stage::booked().await;
    annotated.end(2 * HOUR).await;
    annotated.edit(named("Eino"), 2 * HOUR + 1).await;
    annotated.remove(2 * HOUR + 2).await;
    assert_eq!(annotated.notify_and_send(at(2 * HOUR + 3)).await, [ContractEnded]);
}

#[tokio::test]
async fn contracts_removed_with_their_key_are_cancelled_with_its_last_facts() {
    let stage = Stage::new().await;
    let property = Some(Property::parse("Hämeentie 5").unwrap());
    let change = KeyChange { property, ..KeyChange::default() };
    stage.store().edit_key(&a(), change, Expected::Any, &metadata()).await.unwrap();
    stage.book(draft(HOUR, 25 * HOUR)).await;
    stage.notify_and_send(at(0)).await;
    stage.store().remove_key(&a(), false, Expected::Any, &metadata()).await.unwrap();
    let claims = stage.notify(at(1)).await;
    assert_eq!(claims.len(), 1);
    let message = &claims[0].message;
    assert_eq!(message.occasion, Occasion::Cancelled);
    let [facts] = &message.facts.keys[..] else { panic!("{:?}", message.facts.keys) };
    assert_eq!((facts.property.as_str(), facts.automat.name.as_str()), ("Hämeentie 5", "lobby"));
    assert_eq!(stage.reminders().await, []);
}

#[tokio::test]
async fn a_message_has_the_property_current_when_it_is_stored() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 25 * HOUR)).await;
    let change = KeyChange { property: Some(Property::parse("Hämeentie 7").unwrap()), ..KeyChange::default() };
    stage.store().edit_key(&a(), change, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(stage.notify(at(1)).await[0].message.facts.keys[0].property.as_str(), "Hämeentie 7");
}

#[tokio::test]
async fn a_contract_created_again_is_notified_again() {
    let stage = Stage::booked().await;
    stage.remove(1).await;
    stage.notify_and_send(at(1)).await;
    assert_eq!(stage.kinds().await, [ContractCreated, ContractCancelled]);
    let metadata = RequestMetadata { now: at(2), ..metadata() };
    stage.store().create_contract(draft(HOUR, 25 * HOUR), &metadata).await.unwrap();
    assert_eq!(stage.notify_and_send(at(2)).await, [ContractCreated]);
    assert_eq!(stage.reminders().await, [("end".to_owned(), 23 * HOUR), ("return".to_owned(), 25 * HOUR + 900)]);
    assert_eq!(stage.kinds().await, [ContractCreated], "those about the one before are not about this one");
}

#[tokio::test]
async fn a_message_about_what_is_a_day_old_is_not_sent() {
    let stage = Stage::new().await;
    stage.book(draft(HOUR, 10 * DAY)).await;
    let claims = stage.notify(at(0)).await;
    assert_eq!(claims.len(), 1);
    drop(claims);
    assert!(stage.tick(at(DAY)).await.is_empty());
    let message = stage.message().await;
    assert!(matches!(message.state, domain::MessageState::Failed { .. }), "{message:?}");
}

#[tokio::test]
async fn a_change_of_the_times_of_a_permanent_contract_is_notified() {
    let stage = Stage::booked().await;
    let change = ContractChange { ending: Some(Ending::Permanent), ..ContractChange::default() };
    stage.edit(change, 1).await;
    assert_eq!(stage.notify_and_send(at(1)).await, [ContractUpdated]);
    assert_eq!(stage.reminders().await, [], "it does not end");
    stage.store().contract(&bk1()).await.unwrap();
}

#[tokio::test]
async fn no_key_of_an_item_shows_an_address_and_no_item_a_pin() {
    let stage = Stage::new().await;
    let contacts = vec![email("aino@example.fi"), sms("+358401234567")];
    stage.book(ContractDraft { contacts, ..draft(25 * HOUR, 50 * HOUR) }).await;
    stage.notify(at(0)).await;
    let mut pages = stage.table.client.scan().table_name(testkit::TABLE).into_paginator().items().send();
    let (mut messages, mut macs) = (Vec::new(), Vec::new());
    while let Some(item) = pages.next().await {
        let item = item.unwrap();
        let item_key = format!("{} {}", item["PK"].as_s().unwrap(), item["SK"].as_s().unwrap());
        assert!(!item_key.contains("aino") && !item_key.contains("401234567"), "{item_key}");
        let names = item.get("pins").into_iter().flat_map(|pins| pins.as_m().unwrap().values());
        macs.extend(names.map(|mac| mac.as_s().unwrap().clone()));
        if item_key.starts_with("MESSAGES#") {
            let facts = item.get("facts").map(|facts| facts.as_m().unwrap()["pin"].as_b().unwrap().as_ref().to_vec());
            messages.push((format!("{item:?}"), facts));
        }
    }
    assert_eq!((messages.len(), macs.len()), (5, 1), "two messages and three reminders");
    assert_eq!(messages.iter().filter(|(_, pin)| pin.is_some()).count(), 2);
    for (shown, sealed) in messages {
        assert!(!shown.contains("482915") && !shown.contains(&macs[0]), "{shown}");
        assert!(sealed.is_none_or(|sealed| !sealed.windows(6).any(|bytes| bytes == b"482915")));
    }
}

#[tokio::test]
async fn a_removal_in_the_second_of_the_end_notifies_nobody() {
    let ended = Stage::booked().await;
    let ending = Some(Ending::At(at(25 * HOUR).plus_millis(300)));
    ended.edit(ContractChange { ending, ..ContractChange::default() }, 1).await;
    ended.notify_and_send(at(1)).await;
    ended.remove(25 * HOUR + 1).await;
    let record = ended.contract_news(at(25 * HOUR)).await.remove(0);
    assert!(notify(ended.store(), &record, at(25 * HOUR + 1)).await.unwrap().is_empty());
}
