//! Events: who, what and when, by key and by automat; no secret in them or anywhere else in the table.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{
    Actor, AutomatChange, AutomatId, ContractChange, ContractDraft, ContractField, Ending, EventKind, KeyChange,
    KeyDraft, KeyField, KeyId, Name, Pin, Property, ReturnCode,
};
use store::{Expected, PageRequest, RequestMetadata};
use testkit::{TestTable, at, automat, contract, key, metadata, range};

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

fn page(limit: usize) -> PageRequest {
    PageRequest { limit, after: None }
}

/// By another user, this many seconds later.
fn by(actor: &str, seconds: i64) -> RequestMetadata {
    RequestMetadata::new(Actor::new(actor), at(seconds))
}

#[tokio::test]
async fn every_change_is_recorded_with_who_what_and_when() {
    let table = TestTable::new().await;
    let store = &table.store;
    let name = AutomatChange { name: Some(Name::parse("Front lobby").unwrap()), ..AutomatChange::default() };
    let property = KeyChange { property: Some(Property::parse("5").unwrap()), ..KeyChange::default() };
    let longer = ContractChange { ending: Some(Ending::At(at(90))), ..ContractChange::default() };
    store.create_automat(automat("lobby", 9), &by("ada", 0)).await.unwrap();
    store.edit_automat(&lobby(), name, true, Expected::Any, &by("ada", 1)).await.unwrap();
    store.create_key(key("A"), &by("ada", 2)).await.unwrap();
    store.edit_key(&a(), property, Expected::Any, &by("bo", 3)).await.unwrap();
    let contract = store.create_contract(contract(&a(), 0, 60), &by("bo", 4)).await.unwrap().into_inner();
    store.edit_contract(&contract.id, longer, false, Expected::Any, &by("bo", 5)).await.unwrap();
    store.replace_pin(&contract.id, &by("bo", 6)).await.unwrap();
    store.reveal_pin(&contract.id, &by("cy", 7)).await.unwrap();
    store.remove_contract(&contract.id, false, Expected::Any, &by("cy", 8)).await.unwrap();
    let of_key = store.key_events(&a(), &page(100)).await.unwrap().data;
    store.remove_key(&a(), false, Expected::Any, &by("ada", 9)).await.unwrap();
    let edited = |field| EventKind::ContractChanged { changes: vec![field], range: range(0, 90) };
    let expected = [
        ("ada", 9, EventKind::KeyRemoved { live_contracts: 0 }),
        ("cy", 8, EventKind::ContractRemoved),
        ("cy", 7, EventKind::PinRevealed),
        ("bo", 6, edited(ContractField::Pin)),
        ("bo", 5, edited(ContractField::End)),
        ("bo", 4, EventKind::ContractCreated(range(0, 60))),
        ("bo", 3, EventKind::KeyChanged { changes: vec![KeyField::Property] }),
        ("ada", 2, EventKind::KeyAdded),
        ("ada", 1, EventKind::AutomatChanged),
        ("ada", 0, EventKind::AutomatAdded),
    ];
    let of_automat = store.automat_events(&lobby(), &page(100)).await.unwrap().data;
    let summary = |event: &domain::Event| (event.actor.as_str().to_owned(), event.at, event.kind.clone());
    let wanted = expected.map(|(actor, second, kind)| (actor.to_owned(), at(second), kind));
    assert_eq!(of_automat.iter().map(summary).collect::<Vec<_>>(), wanted);
    assert_eq!(of_key.iter().map(summary).collect::<Vec<_>>(), wanted[1..8]);
    let of_contract = of_key.iter().filter(|event| event.subject.contract.as_ref() == Some(&contract.id)).count();
    assert_eq!(of_contract, 5);
    assert!(of_key.iter().all(|event| event.subject.key == Some(a()) && event.subject.automat == lobby()));
}

#[tokio::test]
async fn events_are_read_page_by_page_newest_first() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    for n in 0..7 {
        table.store.create_contract(contract(&a(), n * 10, n * 10 + 10), &by("bo", n + 1)).await.unwrap();
    }
    let mut seconds = [Vec::new(), Vec::new()];
    for (of_key, seconds) in [true, false].into_iter().zip(&mut seconds) {
        let mut page = page(3);
        loop {
            let part = if of_key {
                table.store.key_events(&a(), &page).await
            } else {
                table.store.automat_events(&lobby(), &page).await
            };
            let part = part.unwrap();
            seconds.extend(part.data.iter().map(|event| event.at.seconds() - at(0).seconds()));
            match part.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
    }
    assert_eq!(seconds[0], [7, 6, 5, 4, 3, 2, 1, 0]);
    assert_eq!(seconds[1], [7, 6, 5, 4, 3, 2, 1, 0, 0]);
}

#[tokio::test]
async fn no_code_is_stored_in_clear() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    let with_code = KeyDraft { return_code: Some(ReturnCode::parse("8064").unwrap()), ..key("A") };
    table.store.create_key(with_code, &testkit::metadata_with_receipt("r1", "h1")).await.unwrap();
    let draft = ContractDraft { pin: Some(Pin::parse("482915736").unwrap()), ..contract(&a(), 0, 60) };
    table.store.create_contract(draft, &testkit::metadata_with_receipt("r2", "h2")).await.unwrap();
    let items = table.items().await.concat();
    assert!(items.contains("RECEIPT#r1") && items.contains("RECEIPT#r2"));
    assert!(!items.contains("482915736"));
    let bytes = |code: &str| code.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
    assert!(!items.contains(&bytes("482915736")) && !items.contains(&bytes("8064")), "as shown bytes");
    assert!(!items.contains("\"8064\""));
}

/// An automat with a key and so many contracts, one each second from this one on.
async fn busy(table: &TestTable, id: &str, contracts: i64, from: i64) {
    table.store.create_automat(automat(id, 9), &by("ada", 0)).await.unwrap();
    let key = KeyId::parse(&format!("K-{id}")).unwrap();
    let draft = KeyDraft { automat: AutomatId::parse(id).unwrap(), ..testkit::key(key.as_str()) };
    table.store.create_key(draft, &by("ada", 0)).await.unwrap();
    for n in from..from + contracts {
        table.store.create_contract(contract(&key, n * 10, n * 10 + 10), &by("bo", n)).await.unwrap();
    }
}

#[tokio::test]
async fn events_of_several_automats_are_one_list_however_they_are_spread() {
    let table = TestTable::new().await;
    busy(&table, "a", 30, 1).await;
    busy(&table, "b", 3, 20).await;
    busy(&table, "c", 0, 0).await;
    let automats = ["a", "b", "c"].map(|id| AutomatId::parse(id).unwrap()).into();
    let mut expected = Vec::new();
    for id in &automats {
        expected.extend(table.store.automat_events(id, &page(100)).await.unwrap().data);
    }
    expected.sort_by(|a, b| b.id.cmp(&a.id));
    for limit in [1, 2, 7, 11, 38, 39, 100] {
        for period in [at(0)..at(100), at(5)..at(22), at(40)..at(100)] {
            let expected: Vec<_> = expected.iter().filter(|event| period.contains(&event.at)).collect();
            let (mut found, mut request) = (Vec::new(), page(limit));
            loop {
                let part = table.store.events(&automats, period.clone(), &request).await.unwrap();
                assert!(part.data.len() == limit || part.next.is_none());
                found.extend(part.data);
                match part.next {
                    Some(next) => request.after = Some(next),
                    None => break,
                }
            }
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{limit} {period:?}");
        }
    }
    assert_eq!(table.store.events(&[].into(), at(0)..at(9), &page(9)).await.unwrap().data, []);
}

#[tokio::test]
async fn what_happened_in_one_millisecond_is_listed_in_the_order_in_which_it_happened() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    let keys = ["A", "B", "C", "D", "E", "F", "G"];
    for id in keys {
        table.store.create_key(key(id), &metadata()).await.unwrap();
    }
    let events = table.store.automat_events(&lobby(), &page(100)).await.unwrap().data;
    let found: Vec<_> = events.iter().rev().filter_map(|event| Some(event.subject.key.as_ref()?.as_str())).collect();
    assert_eq!(found, keys);
}

#[tokio::test]
async fn a_user_is_known_by_the_name_of_the_last_sign_in() {
    let table = TestTable::new().await;
    let [ada, bo, lobby] = [Actor::new("ada"), Actor::new("bo"), Actor::automat(&lobby())];
    table.store.record_user(&ada, "Ada", at(0)).await.unwrap();
    table.store.record_user(&ada, "Ada Aalto", at(1)).await.unwrap();
    let names = table.store.user_names([&ada, &bo, &lobby, &ada].into_iter()).await.unwrap();
    assert_eq!(names, [(ada, "Ada Aalto".to_owned())].into());
    let _ = table.wire.tally();
    assert!(table.store.user_names([&lobby].into_iter()).await.unwrap().is_empty());
    assert_eq!(table.wire.tally().round_trips, 0);
}
