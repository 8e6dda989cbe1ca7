//! Putting keys and contracts, and rehearsing it: what a rehearsal says is what happens.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's own values are well formed")]

use std::mem::discriminant;

use domain::{
    ContractDraft, ContractId, ContractKeys, Ending, KeyDraft, KeyId, KeyRefusal, MessageCount, Notify, Property,
    ReturnCode, Sharing,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use store::{Error, Expected, Put, PutOutcome, ResourceKind, Store};
use testkit::{TestTable, at, automat, by_email, by_sms, contract, key, locker, metadata, pin};

fn id(name: &str) -> KeyId {
    KeyId::parse(name).unwrap()
}

async fn table() -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 4), &metadata()).await.unwrap();
    table.store.create_automat(automat("garage", 2), &metadata()).await.unwrap();
    table
}

async fn put_key(store: &Store, draft: KeyDraft) -> Result<PutOutcome, Error> {
    store.put_key(draft, &metadata()).await.map(|put| put.outcome())
}

async fn put_contract(store: &Store, draft: ContractDraft) -> Result<PutOutcome, Error> {
    let id = draft.id.clone().unwrap();
    let metadata = metadata().notifying(Notify::Nobody);
    store.put_contract(&id, draft, false, Expected::Any, &metadata).await.map(|put| put.outcome())
}

#[tokio::test]
async fn a_key_is_created_changed_and_left_alone() {
    let table = table().await;
    let draft = KeyDraft { return_code: ReturnCode::parse("4711").ok(), locker: Some(locker(2)), ..key("A") };
    assert_eq!(put_key(&table.store, draft.clone()).await.unwrap(), PutOutcome::Created);
    assert_eq!(put_key(&table.store, draft.clone()).await.unwrap(), PutOutcome::Unchanged);
    let other = KeyDraft { sharing: Sharing::Shared, return_code: None, locker: None, ..draft.clone() };
    let Put::Changed(changed) = table.store.put_key(other, &metadata()).await.unwrap() else { panic!() };
    assert_eq!((changed.locker, changed.sharing, changed.return_code), (locker(2), Sharing::Shared, None));
    let elsewhere = KeyDraft { automat: domain::AutomatId::parse("garage").unwrap(), ..draft };
    assert!(matches!(put_key(&table.store, elsewhere).await, Err(Error::Exists(ResourceKind::Key))));
}

#[tokio::test]
async fn a_key_that_is_being_removed_is_refused() {
    let table = table().await;
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    table.wire.cut_after(2);
    assert!(table.store.remove_key(&id("A"), false, Expected::Any, &metadata()).await.is_err());
    table.wire.repair();
    let rehearsed = table.store.rehearse_keys(&[&key("A")], at(0)).await.unwrap().remove(0);
    for result in [rehearsed, put_key(&table.store, key("A")).await] {
        assert!(matches!(result, Err(Error::Key(KeyRefusal::BeingRemoved))), "{result:?}");
    }
}

/// Interrupted between any two requests and repeated, a put is done once.
#[tokio::test]
async fn an_interrupted_put_is_done_once() {
    for requests in 0.. {
        let table = table().await;
        table.wire.cut_after(requests);
        let key_cut = put_key(&table.store, key("A")).await.is_err();
        let draft = ContractDraft { id: ContractId::parse("c").ok(), ..contract(&id("A"), 10, 20) };
        let contract_cut = key_cut || put_contract(&table.store, draft.clone()).await.is_err();
        table.wire.repair();
        put_key(&table.store, key("A")).await.unwrap();
        put_contract(&table.store, draft.clone()).await.unwrap();
        assert_eq!(put_key(&table.store, key("A")).await.unwrap(), PutOutcome::Unchanged);
        assert_eq!(put_contract(&table.store, draft).await.unwrap(), PutOutcome::Unchanged);
        assert_eq!(table.store.key(&id("A")).await.unwrap().calendar.entries().len(), 1);
        assert_eq!(table.store.contract(&ContractId::parse("c").unwrap()).await.unwrap().version, 1);
        if !contract_cut {
            return;
        }
    }
}

fn key_drafts() -> impl Strategy<Value = KeyDraft> {
    let automat = prop::sample::select(vec!["lobby", "garage", "lobby", "nowhere"]);
    let code = prop::option::of(prop::sample::select(vec!["4711", "4712"]));
    (0..5_u8, automat, prop::option::of(0..5_u32), any::<bool>(), code, 0..2_u8).prop_map(
        |(name, automat, index, shared, code, property)| KeyDraft {
            automat: domain::AutomatId::parse(automat).unwrap(),
            locker: index.map(locker),
            sharing: Sharing::of(shared),
            return_code: code.map(|code| ReturnCode::parse(code).unwrap()),
            property: Property::parse(&format!("Street {property}")).unwrap(),
            ..key(&format!("k-{name}"))
        },
    )
}

fn contract_drafts() -> impl Strategy<Value = ContractDraft> {
    let keys = prop::collection::vec(0..4_u8, 1..3);
    let pin_text = prop::option::weighted(0.4, prop::sample::select(vec!["482915", "482916"]));
    let contacts = prop::sample::select(vec![
        Vec::new(),
        vec![by_email("aino@example.fi")],
        vec![by_email("aino@example.fi"), by_sms("+358401234567")],
    ]);
    let times = (-50..100_i64, prop::option::weighted(0.9, 1..60_i64));
    (0..4_u8, keys, times, pin_text, contacts).prop_map(|(name, keys, (start, length), pin_text, contacts)| {
        let keys = ContractKeys::new(keys.into_iter().map(|key| id(&format!("k-{key}")))).unwrap();
        ContractDraft {
            id: ContractId::parse(&format!("c-{name}")).ok(),
            keys,
            ending: length.map_or(Ending::Permanent, |length| Ending::At(at(start + length))),
            pin: pin_text.map(pin),
            contacts,
            ..contract(&id("k-0"), start, start + 1)
        }
    })
}

/// The same outcome, or a refusal of the same kind.
fn assert_same(rehearsed: &Result<PutOutcome, Error>, done: &Result<PutOutcome, Error>, what: &str) {
    match (rehearsed, done) {
        (Ok(rehearsed), Ok(done)) => assert_eq!(rehearsed, done, "{what}"),
        (Err(Error::Contract(rehearsed)), Err(Error::Contract(done))) => {
            assert_eq!(rehearsed, done, "{what}");
        }
        (Err(rehearsed), Err(done)) => {
            assert_eq!(discriminant(rehearsed), discriminant(done), "{what}: {rehearsed:?}, {done:?}");
        }
        (rehearsed, done) => panic!("{what}: {rehearsed:?}, but {done:?}"),
    }
}

const ROUNDS: u32 = 40;

#[tokio::test]
async fn rehearsed_keys_are_what_happens() {
    let mut runner = TestRunner::new(Config::default());
    for _ in 0..ROUNDS {
        let table = table().await;
        for _ in 0..2 {
            let drafts = prop::collection::vec(key_drafts(), 1..8).new_tree(&mut runner).unwrap().current();
            let rehearsed = table.store.rehearse_keys(&drafts.iter().collect::<Vec<_>>(), at(0)).await.unwrap();
            for (draft, rehearsed) in drafts.iter().zip(&rehearsed) {
                let done = put_key(&table.store, draft.clone()).await;
                assert_same(rehearsed, &done, &format!("{draft:?} of {drafts:#?}"));
            }
        }
    }
}

/// A contract gets a PIN, and then, without saying so again, a key where somebody else has that PIN.
#[tokio::test]
async fn a_pin_of_an_earlier_row_counts_in_a_later_one() {
    let table = table().await;
    for (name, automat) in [("k-0", "lobby"), ("k-2", "garage")] {
        let automat = domain::AutomatId::parse(automat).unwrap();
        table.store.create_key(KeyDraft { automat, ..key(name) }, &metadata()).await.unwrap();
    }
    let draft = |name: &str, key: &str, start, pin_text: Option<&str>| ContractDraft {
        id: ContractId::parse(name).ok(),
        pin: pin_text.map(pin),
        ..contract(&id(key), start, start + 10)
    };
    put_contract(&table.store, draft("c-0", "k-0", 0, Some("482915"))).await.unwrap();
    let rows = [draft("c-1", "k-2", 20, Some("482915")), draft("c-1", "k-0", 20, None)];
    let rehearsed = table.store.rehearse_contracts(&rows.iter().collect::<Vec<_>>(), at(0)).await.unwrap();
    for (row, rehearsed) in rows.into_iter().zip(rehearsed) {
        let done = put_contract(&table.store, row).await;
        assert_same(&rehearsed.map(|rehearsed| rehearsed.outcome), &done, "the row");
    }
}

#[tokio::test]
async fn rehearsed_contracts_are_what_happens() {
    let mut runner = TestRunner::new(Config::default());
    for _ in 0..ROUNDS {
        let table = table().await;
        for (name, automat, sharing) in [("k-0", "lobby", false), ("k-1", "lobby", true), ("k-2", "garage", false)] {
            let automat = domain::AutomatId::parse(automat).unwrap();
            let draft = KeyDraft { automat, sharing: Sharing::of(sharing), ..key(name) };
            table.store.create_key(draft, &metadata()).await.unwrap();
        }
        for _ in 0..2 {
            let drafts = prop::collection::vec(contract_drafts(), 1..8).new_tree(&mut runner).unwrap().current();
            let rehearsed = table.store.rehearse_contracts(&drafts.iter().collect::<Vec<_>>(), at(0)).await.unwrap();
            for (draft, rehearsed) in drafts.iter().zip(rehearsed) {
                let done = put_contract(&table.store, draft.clone()).await;
                let outcome = rehearsed.map(|rehearsed| {
                    let is_silent = rehearsed.outcome == PutOutcome::Unchanged;
                    assert!(!is_silent || rehearsed.messages == MessageCount::default());
                    rehearsed.outcome
                });
                assert_same(&outcome, &done, &format!("{draft:?} of {drafts:#?}"));
            }
        }
    }
}
