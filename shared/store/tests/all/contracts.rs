//! Contracts: booked, edited and removed one at a time. Concurrency is in `races.rs`.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    AutomatId, Contact, Contract, ContractChange, ContractDraft, ContractId, ContractRefusal, Email, Ending, FreeText,
    KeyDraft, KeyId, Language, Name, PhoneNumber, Schedule, Sharing,
};
use store::ListedState::{Active, Ended, Upcoming};
use store::{ContractFilter, Created, Error, Expected, ListedState, Order, PageRequest, RequestMetadata, ResourceKind};
use testkit::{TABLE, TestTable, at, automat, contract, key, metadata, pin, pin_holder, range};

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

fn named(id: &str, draft: ContractDraft) -> ContractDraft {
    ContractDraft { id: Some(ContractId::parse(id).unwrap()), ..draft }
}

fn with_pin(digits: &str, draft: ContractDraft) -> ContractDraft {
    ContractDraft { pin: Some(pin(digits)), ..draft }
}

fn to(start: i64, end: i64) -> ContractChange {
    ContractChange { start: Some(at(start)), ending: Some(Ending::At(at(end))), ..ContractChange::default() }
}

fn later(seconds: i64) -> RequestMetadata {
    RequestMetadata { now: at(seconds), ..metadata() }
}

/// The automat `lobby` with the keys `A`, not shared, and `B`, shared.
async fn two_keys() -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    table.store.create_key(KeyDraft { sharing: Sharing::Shared, ..key("B") }, &metadata()).await.unwrap();
    table
}

async fn made(table: &TestTable, draft: ContractDraft) -> Contract {
    table.store.create_contract(draft, &metadata()).await.unwrap().into_inner()
}

async fn holder(table: &TestTable, digits: &str) -> Option<(KeyId, ContractId)> {
    pin_holder(&table.client, TABLE, &table.store, &lobby(), &pin(digits)).await
}

#[tokio::test]
async fn a_contract_is_read_as_it_was_made() {
    let table = two_keys().await;
    let contact = Contact {
        name: Name::parse("Aino").unwrap(),
        email: Some(Email::parse("aino@example.fi").unwrap()),
        phone_number: Some(PhoneNumber::parse("+358401234567").unwrap()),
        send_email: true,
        send_sms: false,
        language: Language::Finnish,
        additional_messages: std::collections::BTreeSet::new(),
    };
    let draft = ContractDraft {
        contacts: vec![contact],
        schedule: Some(Schedule::parse("Mo-Fr 08:00-17:00").unwrap()),
        free_text: Some(FreeText::parse("second floor").unwrap()),
        ..named("BK-1", with_pin("482915", contract(&a(), 60, 120)))
    };
    let created = made(&table, draft.clone()).await;
    assert!(created.matches_draft(&draft));
    assert_eq!(table.store.contract(&created.id).await.unwrap(), created);
    assert_eq!(holder(&table, "482915").await, Some((a(), created.id)));
}

#[tokio::test]
async fn an_overlap_is_refused_with_conflicts_and_the_next_free_time() {
    let table = two_keys().await;
    let first = made(&table, contract(&a(), 0, 60)).await;
    let second = made(&table, contract(&a(), 60, 120)).await;
    let refused = table.store.create_contract(contract(&a(), 30, 90), &metadata()).await;
    let Err(Error::Contract(ContractRefusal::Overlap { conflicts, next_free })) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(
        conflicts.into_iter().map(|conflict| conflict.entry.contract).collect::<Vec<_>>(),
        [first.id, second.id]
    );
    assert_eq!(next_free, Some(range(120, 180)));
}

#[tokio::test]
async fn contracts_on_a_shared_key_may_overlap() {
    let table = two_keys().await;
    let b = KeyId::parse("B").unwrap();
    for _ in 0..3 {
        table.store.create_contract(contract(&b, 0, 60), &metadata()).await.unwrap();
    }
    assert_eq!(table.store.key(&b).await.unwrap().calendar.entries().len(), 3);
}

#[tokio::test]
async fn the_same_id_conflicts_only_with_other_fields() {
    let table = two_keys().await;
    let created = made(&table, named("BK-1", contract(&a(), 0, 60))).await;
    let again = table.store.create_contract(named("BK-1", contract(&a(), 0, 60)), &metadata()).await.unwrap();
    assert_eq!(again, Created::Existing(created));
    let other = table.store.create_contract(named("BK-1", contract(&a(), 0, 61)), &metadata()).await;
    assert!(matches!(other, Err(Error::Exists(ResourceKind::Contract))));
}

#[tokio::test]
async fn a_pin_is_unique_among_the_live_contracts_of_the_automat() {
    let table = two_keys().await;
    let b = KeyId::parse("B").unwrap();
    let first = made(&table, with_pin("482915", contract(&a(), 0, 60))).await;
    let taken = table.store.create_contract(with_pin("482915", contract(&b, 0, 60)), &metadata()).await;
    assert!(matches!(taken, Err(Error::Contract(ContractRefusal::PinInUse))));
    let other = table.store.create_contract(contract(&b, 0, 60), &metadata()).await.unwrap().into_inner();
    let change = ContractChange { pin: Some(pin("482915")), ..ContractChange::default() };
    let taken = table.store.edit_contract(&other.id, change, false, Expected::Any, &metadata()).await;
    assert!(matches!(taken, Err(Error::Contract(ContractRefusal::PinInUse))));
    assert_eq!(holder(&table, "482915").await, Some((a(), first.id)));
}

#[tokio::test]
async fn a_pin_is_free_again_when_its_contract_has_ended_and_the_key_is_back() {
    let table = two_keys().await;
    let b = KeyId::parse("B").unwrap();
    let ended = made(&table, with_pin("482915", contract(&a(), 0, 60))).await;
    let taken = table.store.create_contract(with_pin("482915", contract(&b, 70, 90)), &later(59)).await;
    assert!(matches!(taken, Err(Error::Contract(ContractRefusal::PinInUse))), "it has not ended");
    let key_out = |out: bool| {
        let mac = table.items();
        let client = table.client.clone();
        async move {
            let item = mac.await.into_iter().find(|item| item.contains("PIN#")).unwrap();
            let sk = item.split("PIN#").nth(1).unwrap().split('"').next().unwrap().to_owned();
            let request = client
                .update_item()
                .table_name(TABLE)
                .key("PK", AttributeValue::S("AUTOMAT#lobby".into()))
                .key("SK", AttributeValue::S(format!("PIN#{sk}")))
                .expression_attribute_names("#out", "out");
            let request = if out {
                let keys = AttributeValue::Ss(vec!["A".into()]);
                request.expression_attribute_values(":out", keys).update_expression("SET #out = :out")
            } else {
                request.update_expression("REMOVE #out")
            };
            request.send().await.unwrap();
        }
    };
    key_out(true).await;
    let taken = table.store.create_contract(with_pin("482915", contract(&b, 70, 90)), &later(61)).await;
    assert!(matches!(taken, Err(Error::Contract(ContractRefusal::PinInUse))), "the key is still out with it");
    key_out(false).await;
    let next = table.store.create_contract(with_pin("482915", contract(&b, 70, 90)), &later(61)).await.unwrap();
    assert_eq!(holder(&table, "482915").await, Some((b, next.into_inner().id.clone())));
    table.store.remove_contract(&ended.id, false, Expected::Any, &later(62)).await.unwrap();
    assert!(holder(&table, "482915").await.is_some(), "the ended contract does not take the PIN along");
}

#[tokio::test]
async fn an_edit_moves_a_contract_under_the_same_rule() {
    let table = two_keys().await;
    let first = made(&table, with_pin("482915", contract(&a(), 0, 60))).await;
    let second = made(&table, contract(&a(), 60, 120)).await;
    let over = table.store.edit_contract(&first.id, to(0, 90), false, Expected::Any, &metadata()).await;
    let Err(Error::Contract(ContractRefusal::Overlap { conflicts, .. })) = over else { panic!("{over:?}") };
    assert_eq!((&conflicts[0].key, &conflicts[0].entry.contract), (&a(), &second.id));
    let moved =
        table.store.edit_contract(&first.id, to(20, 60), false, Expected::Version(1), &metadata()).await.unwrap();
    assert_eq!((moved.range, moved.version), (range(20, 60), 2));
    assert_eq!(table.store.contract(&first.id).await.unwrap(), moved);
    assert_eq!(table.store.key(&a()).await.unwrap().calendar.entry(&first.id).unwrap().range, range(20, 60));
    let stale = table.store.edit_contract(&first.id, to(20, 50), false, Expected::Version(1), &metadata()).await;
    assert!(matches!(stale, Err(Error::Stale { current: 2 })));
    table.store.create_contract(contract(&a(), 0, 20), &metadata()).await.unwrap();
}

#[tokio::test]
async fn an_edit_of_the_text_leaves_the_calendar_alone() {
    let table = two_keys().await;
    let made = made(&table, contract(&a(), 0, 60)).await;
    let _ = table.wire.tally();
    let change = ContractChange { person: Some(Name::parse("Eino").unwrap()), ..ContractChange::default() };
    let edited = table.store.edit_contract(&made.id, change, false, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(edited.person.as_str(), "Eino");
    assert!(table.wire.tally().write_units <= 5.0, "the contract, its index entry and the event");
}

#[tokio::test]
async fn an_ended_contract_is_extended_only_if_its_time_and_its_pin_are_still_free() {
    let table = two_keys().await;
    let ended = made(&table, with_pin("482915", contract(&a(), 0, 60))).await;
    let next = table
        .store
        .create_contract(with_pin("482915", contract(&a(), 100, 200)), &later(70))
        .await
        .unwrap()
        .into_inner();
    let over = table.store.edit_contract(&ended.id, to(0, 150), false, Expected::Any, &later(80)).await;
    assert!(matches!(over, Err(Error::Contract(ContractRefusal::Overlap { .. }))));
    let pin_gone = table.store.edit_contract(&ended.id, to(0, 90), false, Expected::Any, &later(80)).await;
    assert!(matches!(pin_gone, Err(Error::Contract(ContractRefusal::PinInUse))));
    let change = ContractChange { pin: Some(pin("736152")), ..to(0, 90) };
    table.store.edit_contract(&ended.id, change, false, Expected::Any, &later(80)).await.unwrap();
    assert_eq!(holder(&table, "736152").await, Some((a(), ended.id)));
    assert_eq!(holder(&table, "482915").await, Some((a(), next.id)));
}

#[tokio::test]
async fn a_new_pin_replaces_the_old_one() {
    let table = two_keys().await;
    let contract = made(&table, with_pin("482915", contract(&a(), 0, 60))).await;
    let replaced = table.store.replace_pin(&contract.id, &metadata()).await.unwrap().into_inner();
    assert_eq!(replaced.pin.digits().get(), 6);
    assert_eq!(holder(&table, "482915").await, None);
    assert_eq!(holder(&table, replaced.pin.reveal()).await, Some((a(), contract.id.clone())));
    assert_eq!(table.store.reveal_pin(&contract.id, &metadata()).await.unwrap(), replaced.pin);
}

#[tokio::test]
async fn a_removed_contract_leaves_its_time_and_its_pin_to_others() {
    let table = two_keys().await;
    let contract_made = made(&table, with_pin("482915", contract(&a(), 0, 60))).await;
    let stale = table.store.remove_contract(&contract_made.id, false, Expected::Version(7), &metadata()).await;
    assert!(matches!(stale, Err(Error::Stale { current: 1 })));
    table.store.remove_contract(&contract_made.id, false, Expected::Version(1), &metadata()).await.unwrap();
    assert!(matches!(table.store.contract(&contract_made.id).await, Err(Error::NotFound(ResourceKind::Contract))));
    assert_eq!(holder(&table, "482915").await, None);
    made(&table, with_pin("482915", contract(&a(), 0, 60))).await;
}

#[tokio::test]
async fn a_contract_whose_key_is_out_is_removed_only_by_force() {
    let table = two_keys().await;
    let contract = made(&table, contract(&a(), 0, 60)).await;
    table
        .client
        .update_item()
        .table_name(TABLE)
        .key("PK", AttributeValue::S("KEY#A".into()))
        .key("SK", AttributeValue::S("KEY".into()))
        .expression_attribute_values(":inside", AttributeValue::Bool(false))
        .expression_attribute_values(":with", AttributeValue::S(contract.id.as_str().into()))
        .update_expression("SET keyInside = :inside, outWith = :with")
        .send()
        .await
        .unwrap();
    let refused = table.store.remove_contract(&contract.id, false, Expected::Any, &metadata()).await;
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::KeyOut { .. }))));
    let refused = table.store.remove_key(&a(), false, Expected::Any, &metadata()).await;
    assert!(matches!(refused, Err(Error::Key(domain::KeyRefusal::Out))));
    table.store.remove_contract(&contract.id, true, Expected::Any, &metadata()).await.unwrap();
    table.store.remove_key(&a(), true, Expected::Any, &metadata()).await.unwrap();
}

async fn listed(table: &TestTable, states: &[ListedState], order: Order, limit: usize, now: i64) -> Vec<i64> {
    let filter = ContractFilter { states: states.to_vec(), order, ..ContractFilter::of_key(a()) };
    let mut page = PageRequest { limit, after: None };
    let mut starts = Vec::new();
    loop {
        let part = table.store.contracts(&filter, &page, at(now)).await.unwrap();
        assert!(part.data.len() <= limit);
        starts.extend(part.data.iter().map(|listed| listed.contract.range.start().seconds() - at(0).seconds()));
        match part.next {
            Some(next) => page.after = Some(next),
            None => return starts,
        }
    }
}

#[tokio::test]
async fn contracts_are_listed_by_state_in_order_of_start() {
    let table = two_keys().await;
    for start in [40, 0, 30, 10, 20] {
        made(&table, contract(&a(), start, start + 10)).await;
    }
    made(&table, ContractDraft { ending: Ending::Permanent, ..contract(&a(), 50, 51) }).await;
    table.project().await;
    for limit in [1, 2, 3, 10] {
        assert_eq!(listed(&table, &[], Order::Ascending, limit, 25).await, [0, 10, 20, 30, 40, 50]);
        assert_eq!(listed(&table, &[], Order::Descending, limit, 25).await, [50, 40, 30, 20, 10, 0]);
        assert_eq!(listed(&table, &[Ended], Order::Ascending, limit, 25).await, [0, 10]);
        assert_eq!(listed(&table, &[Active], Order::Ascending, limit, 25).await, [20]);
        assert_eq!(listed(&table, &[Upcoming], Order::Ascending, limit, 25).await, [30, 40, 50]);
        assert_eq!(listed(&table, &[Active, Upcoming], Order::Descending, limit, 25).await, [50, 40, 30, 20]);
        assert_eq!(listed(&table, &[Ended, Upcoming], Order::Ascending, limit, 25).await, [0, 10, 30, 40, 50]);
        assert_eq!(listed(&table, &[Ended], Order::Descending, limit, 1_000).await, [40, 30, 20, 10, 0]);
        assert_eq!(listed(&table, &[Active], Order::Ascending, limit, 1_000).await, [50]);
    }
}

#[tokio::test]
async fn a_booking_takes_one_round_of_reads_and_one_transaction() {
    let table = two_keys().await;
    for n in 0..10 {
        made(&table, contract(&a(), n * 10, n * 10 + 10)).await;
    }
    let _ = table.wire.tally();
    let asking = testkit::metadata_with_receipt("r", "h");
    table.store.create_contract(contract(&a(), 200, 210), &asking).await.unwrap();
    let tally = table.wire.tally();
    assert_eq!(tally.round_trips, 2, "the key with its automat, all writes");
    let (other, wire) = table.another_store();
    other.create_contract(contract(&a(), 300, 310), &metadata()).await.unwrap();
    assert_eq!(wire.tally().round_trips, 3, "a process that has not seen the key reads its automat after it");
}
