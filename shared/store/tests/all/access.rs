//! What a device may open without the cloud: the codes that return keys, their verifiers, and the signals to ask again.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::{
    AutomatId, CodeKind, ContractChange, ContractDraft, ContractId, Instant, KeyChange, KeyDraft, KeyId, Pin,
    ReturnCode, Sharing,
};
use store::{AccessChange, Error, Expected, LockerAccess, RequestMetadata, ResourceKind};
use testkit::{TestTable, at, automat, contract, entry, key, locker, locker_reports, metadata, name, pin};

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

fn id(name: &str) -> ContractId {
    ContractId::parse(name).unwrap()
}

fn key_id(name: &str) -> KeyId {
    KeyId::parse(name).unwrap()
}

/// The automat `lobby`, the key `A` in locker 0 with the return code 4711, and the key `B` in locker 1; both are inside and shared.
struct Stage {
    table: TestTable,
    projected: AtomicUsize,
}

impl Stage {
    async fn new() -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
        table
            .store
            .record_locker_reports(&lobby(), locker_reports(1, &[(0, true, None), (1, true, None)]), at(0))
            .await
            .unwrap();
        for (name, return_code) in [("A", Some(ReturnCode::parse("4711").unwrap())), ("B", None)] {
            let draft = KeyDraft { return_code, sharing: Sharing::Shared, ..key(name) };
            table.store.create_key(draft, &metadata()).await.unwrap();
        }
        Self { table, projected: AtomicUsize::new(0) }
    }

    async fn book(&self, name: &str, digits: &str, start: i64, end: i64) {
        let draft = ContractDraft { id: Some(id(name)), pin: Some(pin(digits)), ..contract(&key_id("A"), start, end) };
        let metadata = RequestMetadata { now: at(start.min(0)), ..metadata() };
        self.table.store.create_contract(draft, &metadata).await.unwrap();
    }

    /// The key `A` is fetched with a PIN.
    async fn fetch(&self, digits: &str, seconds: i64) {
        let entry_id = format!("e{seconds}");
        let typed = entry(&self.table.store, &entry_id, CodeKind::Pin, digits, at(seconds), &[0]);
        self.table.store.keypad_entry(&lobby(), typed, at(seconds)).await.unwrap();
        self.report(false, Some(&entry_id), seconds).await;
    }

    async fn report(&self, inside: bool, by: Option<&str>, seconds: i64) {
        let reports = locker_reports(seconds.unsigned_abs() + 10, &[(0, inside, by)]);
        self.table.store.record_locker_reports(&lobby(), reports, at(seconds)).await.unwrap();
    }

    /// Handles the records of the stream since the last call, as the projector does; returns its signals.
    async fn project(&self, now: Instant) -> Vec<AccessChange> {
        let records = self.table.records(now).await;
        let done = self.projected.swap(records.len(), Ordering::Relaxed);
        let store = self.table.store_without_codes("projector");
        let mut changes = Vec::new();
        for record in &records[done..] {
            changes.extend(store.project_access(record, true, now).await.unwrap());
        }
        changes
    }

    async fn access(&self, seconds: i64) -> BTreeMap<u16, LockerAccess> {
        let access = self.table.store_of("devices").access(&lobby(), None, at(seconds)).await.unwrap();
        access.into_iter().map(|(locker, access)| (locker.get(), access)).collect()
    }

    /// The contracts whose PINs return the key of locker 0.
    async fn returning(&self, seconds: i64) -> Vec<String> {
        let access = self.access(seconds).await.remove(&0).unwrap();
        access.pins.into_values().map(|contract| contract.to_string()).collect()
    }
}

fn signal(lockers: &[u32]) -> AccessChange {
    AccessChange { automat: lobby(), lockers: lockers.iter().map(|&index| locker(index)).collect() }
}

#[tokio::test]
async fn a_key_is_returned_by_whoever_has_it_and_by_its_return_code() {
    let stage = Stage::new().await;
    stage.book("one", "482915", 0, 1_000).await;
    stage.book("two", "573826", 0, 1_000).await;
    stage.project(at(0)).await;
    stage.fetch("482915", 5).await;
    let access = stage.access(10).await;
    assert_eq!(access.keys().collect::<Vec<_>>(), [&0], "nothing returns the key in locker 1");
    let device_key = stage.table.store.device_key(&lobby());
    let of_code = name(&device_key, CodeKind::ReturnCode, "4711");
    let returned = access[&0].return_code.as_deref().unwrap();
    assert!(of_code.starts_with(&returned[..10]) && returned.len() == 11, "the first 8 of 16 bytes: {returned}");
    assert_eq!(stage.returning(10).await, ["one"]);
    assert!(access[&0].pins.keys().all(|verifier| verifier.len() == 11));
    assert_eq!(stage.returning(5_000).await, ["one"], "also after its end");
    stage.report(true, None, 20).await;
    stage.fetch("573826", 30).await;
    assert_eq!(stage.returning(40).await, ["two"]);
}

#[tokio::test]
async fn a_key_that_nobody_is_known_to_have_is_returned_by_contracts_that_have_begun() {
    let stage = Stage::new().await;
    for (name, digits, start) in [("one", "482915", 0), ("two", "573826", 0), ("later", "664737", 500)] {
        stage.book(name, digits, start, 1_000).await;
    }
    stage.project(at(0)).await;
    let one_and_two = BTreeSet::from(["one".to_owned(), "two".to_owned()]);
    let begun = async || stage.returning(10).await.into_iter().collect::<BTreeSet<_>>();
    assert_eq!(begun().await, one_and_two, "the report that it has left may be on its way");
    stage.report(false, None, 5).await;
    assert_eq!(begun().await, one_and_two);
    assert_eq!(stage.returning(500).await.len(), 3);
}

#[tokio::test]
async fn only_the_lockers_that_are_asked_for_are_answered_and_each_of_them_is() {
    let stage = Stage::new().await;
    let store = stage.table.store_of("devices");
    let asked = BTreeSet::from([locker(0), locker(5), locker(200)]);
    let access = store.access(&lobby(), Some(&asked), at(0)).await.unwrap();
    assert_eq!(access.keys().copied().collect::<BTreeSet<_>>(), asked);
    assert_eq!(access[&locker(5)], LockerAccess::default());
    assert!(access[&locker(0)].return_code.is_some());
    let yard = AutomatId::parse("yard").unwrap();
    for lockers in [None, Some(&asked)] {
        let refused = store.access(&yard, lockers, at(0)).await;
        assert!(matches!(refused, Err(Error::NotFound(ResourceKind::Automat))), "{refused:?}");
    }
}

#[tokio::test]
async fn a_pin_is_left_out_until_it_has_a_verifier_and_then_signalled_if_it_returns_a_key() {
    let stage = Stage::new().await;
    assert_eq!(stage.project(at(0)).await, [signal(&[0]), signal(&[1])], "two new keys");
    stage.book("later", "664737", 500, 900).await;
    assert_eq!(stage.project(at(0)).await, [], "the device asks when the key has left");
    stage.book("now", "482915", 0, 1_000).await;
    stage.fetch("482915", 5).await;
    assert_eq!(stage.returning(6).await, Vec::<String>::new());
    let signals = stage.project(at(6)).await;
    assert!(!signals.is_empty() && signals.iter().all(|change| *change == signal(&[0])), "{signals:?}");
    assert_eq!(stage.returning(6).await, ["now"]);
    let change = ContractChange { pin: Some(Pin::parse("991188").unwrap()), ..ContractChange::default() };
    stage.table.store.edit_contract(&id("now"), change, false, Expected::Any, &metadata()).await.unwrap();
    let before = stage.access(7).await[&0].pins.clone();
    assert!(before.is_empty(), "another PIN");
    assert_eq!(stage.project(at(7)).await, [signal(&[0])]);
    assert_eq!(stage.returning(7).await, ["now"]);
}

#[tokio::test]
async fn a_key_that_moves_or_changes_its_code_is_signalled_and_a_booking_is_not() {
    let stage = Stage::new().await;
    stage.project(at(0)).await;
    let edit = async |change: KeyChange| {
        stage.table.store.edit_key(&key_id("A"), change, Expected::Any, &metadata()).await.unwrap();
        stage.project(at(0)).await
    };
    assert_eq!(edit(KeyChange { locker: Some(locker(7)), ..KeyChange::default() }).await, [signal(&[0, 7])]);
    assert_eq!(edit(KeyChange { return_code: Some(None), ..KeyChange::default() }).await, [signal(&[7])]);
    let property = domain::Property::parse("Hämeentie 12").unwrap();
    assert_eq!(edit(KeyChange { property: Some(property), ..KeyChange::default() }).await, []);
    stage.book("later", "664737", 500, 900).await;
    assert_eq!(stage.project(at(0)).await, []);
    stage.table.store.remove_key(&key_id("A"), true, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(stage.project(at(0)).await, [signal(&[7])]);
}

/// The verifier is the same for the same PIN, so it must be found again for the contract that has it now.
#[tokio::test]
async fn a_pin_that_another_contract_has_taken_returns_the_key_for_that_one() {
    let stage = Stage::new().await;
    stage.book("old", "482915", -900, -100).await;
    stage.project(at(-500)).await;
    stage.book("new", "482915", 0, 1_000).await;
    assert_eq!(stage.returning(5).await, Vec::<String>::new());
    assert_eq!(stage.project(at(5)).await, [signal(&[0])]);
    assert_eq!(stage.returning(5).await, ["new"]);
}

#[tokio::test]
async fn a_record_that_comes_again_or_late_changes_nothing_but_signals_again() {
    let stage = Stage::new().await;
    stage.book("now", "482915", 0, 1_000).await;
    stage.project(at(5)).await;
    let items = stage.table.items().await;
    let store = stage.table.store_without_codes("projector");
    let mut signals = 0;
    for record in stage.table.records(at(5)).await.iter().rev() {
        signals += usize::from(store.project_access(record, true, at(5)).await.unwrap().is_some());
    }
    assert!(signals >= 3, "two keys and the PIN: {signals}");
    assert_eq!(stage.table.items().await, items);
    stage.table.store.remove_contract(&id("now"), true, Expected::Any, &metadata()).await.unwrap();
    let items = stage.table.items().await;
    for record in stage.table.records(at(6)).await {
        store.project_access(&record, true, at(6)).await.unwrap();
    }
    assert_eq!(stage.table.items().await, items, "no PIN comes back");
}

#[tokio::test]
async fn a_verifier_that_is_interrupted_at_any_request_is_made_by_the_repetition() {
    let mut interrupted = 0;
    for requests in 0.. {
        let stage = Stage::new().await;
        stage.book("now", "482915", 0, 1_000).await;
        let records = stage.table.records(at(5)).await;
        let is_pin = |record: &&serde_json::Value| {
            record["dynamodb"]["Keys"]["SK"]["S"].as_str().is_some_and(|name| name.starts_with("PIN#"))
        };
        let record = records.iter().find(is_pin).unwrap();
        let store = stage.table.store_without_codes("projector");
        stage.table.wire.cut_after(requests);
        let cut = store.project_access(record, true, at(5)).await;
        stage.table.wire.repair();
        if cut.is_ok() {
            break;
        }
        interrupted += 1;
        assert_eq!(
            store.project_access(record, true, at(5)).await.unwrap(),
            Some(signal(&[0])),
            "cut after {requests}"
        );
        assert_eq!(stage.returning(5).await, ["now"], "cut after {requests}");
    }
    assert_eq!(interrupted, 3, "the PIN, its keys, and the verifier");
}

#[tokio::test]
async fn all_lockers_take_as_many_requests_as_a_few() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 60), &metadata()).await.unwrap();
    for index in 0..60 {
        let name = format!("K{index}");
        let draft = KeyDraft { locker: Some(locker(index)), ..key(&name) };
        table.store.create_key(draft, &metadata()).await.unwrap();
        let pin = Some(pin(&format!("{}", 482_900 + index)));
        let draft = ContractDraft { pin, ..contract(&key_id(&name), 0, 1_000) };
        table.store.create_contract(draft, &metadata()).await.unwrap();
    }
    let store = table.store_of("devices");
    _ = table.wire.tally();
    store.access(&lobby(), None, at(5)).await.unwrap();
    assert_eq!(table.wire.tally().round_trips, 4, "lockers, keys, contracts, PINs");
    store.access(&lobby(), Some(&BTreeSet::from([locker(7)])), at(5)).await.unwrap();
    assert_eq!(table.wire.tally().round_trips, 4);
}

/// After an import, verifiers that nobody needs yet are not made. The key's leaving is a record of the PIN.
#[tokio::test]
async fn a_pin_that_has_no_verifier_yet_gets_it_when_its_key_has_left() {
    let stage = Stage::new().await;
    stage.book("later", "664737", 500, 900).await;
    let store = stage.table.store_without_codes("projector");
    let project = async |from: usize, now: Instant| {
        let records = stage.table.records(now).await;
        let mut signals = Vec::new();
        for record in &records[from..] {
            signals.extend(store.project_access(record, false, now).await.unwrap());
        }
        (records.len(), signals)
    };
    let (projected, signals) = project(0, at(0)).await;
    assert_eq!(signals, [signal(&[0]), signal(&[1])], "two new keys");
    assert_eq!(stage.returning(600).await, Vec::<String>::new());
    stage.fetch("664737", 600).await;
    let (_, signals) = project(projected, at(601)).await;
    assert_eq!(signals, [signal(&[0])]);
    assert_eq!(stage.returning(602).await, ["later"]);
}
