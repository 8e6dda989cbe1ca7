//! Concurrency: whatever the interleaving, accepted contracts never overlap and no PIN has two holders.
//!
//! The embedded engine has no transaction conflicts and never reads stale data, so the wire simulates them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's own values are well formed")]

use std::collections::HashMap;

use domain::{
    AutomatId, Contract, ContractChange, ContractDraft, ContractId, ContractRefusal, Ending, KeyChange, KeyDraft,
    KeyId, KeyRefusal, Sharing,
};
use store::{Error, Expected, Store};
use testkit::{SeededRng, TABLE, TestTable, at, automat, contract, key, metadata, pin, pin_holder};

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

async fn one_key(sharing: Sharing) -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    table.store.create_key(KeyDraft { sharing, ..key("A") }, &metadata()).await.unwrap();
    table
}

async fn book(store: Store, draft: ContractDraft) -> Result<Contract, Error> {
    store.create_contract(draft, &metadata()).await.map(store::Created::into_inner)
}

/// Starts a booking and holds back its transaction after it has read and decided.
async fn decided(
    table: &TestTable,
    draft: ContractDraft,
) -> (testkit::HeldRequest, tokio::task::JoinHandle<Result<Contract, Error>>) {
    let mut held = table.wire.hold("TransactWriteItems");
    let booking = tokio::spawn(book(table.store.clone(), draft));
    held.arrived().await;
    (held, booking)
}

fn is_overlap<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Contract(ContractRefusal::Overlap { .. })))
}

#[tokio::test]
async fn a_booking_decided_before_another_was_made_is_decided_again() {
    let table = one_key(Sharing::NotShared).await;
    let (held, booking) = decided(&table, contract(&a(), 0, 60)).await;
    let first = book(table.store.clone(), contract(&a(), 30, 90)).await.unwrap();
    held.release();
    let refused = booking.await.unwrap();
    let Err(Error::Contract(ContractRefusal::Overlap { conflicts, .. })) = refused else { panic!("{refused:?}") };
    assert_eq!(conflicts[0].entry.contract, first.id);
}

#[tokio::test]
async fn a_booking_decided_before_an_edit_is_decided_again() {
    let table = one_key(Sharing::NotShared).await;
    let existing = book(table.store.clone(), contract(&a(), 100, 200)).await.unwrap();
    let (held, booking) = decided(&table, contract(&a(), 0, 60)).await;
    let earlier = ContractChange { start: Some(at(50)), ..ContractChange::default() };
    table.store.edit_contract(&existing.id, earlier, false, Expected::Any, &metadata()).await.unwrap();
    held.release();
    assert!(is_overlap(&booking.await.unwrap()));
}

#[tokio::test]
async fn an_edit_decided_before_a_booking_is_decided_again() {
    let table = one_key(Sharing::NotShared).await;
    let existing = book(table.store.clone(), contract(&a(), 100, 200)).await.unwrap();
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let editing = tokio::spawn(async move {
        let earlier = ContractChange { start: Some(at(50)), ..ContractChange::default() };
        store.edit_contract(&existing.id, earlier, false, Expected::Any, &metadata()).await
    });
    held.arrived().await;
    book(table.store.clone(), contract(&a(), 0, 60)).await.unwrap();
    held.release();
    assert!(is_overlap(&editing.await.unwrap()));
}

#[tokio::test]
async fn a_booking_decided_before_the_key_became_not_shared_is_decided_again() {
    let table = one_key(Sharing::Shared).await;
    book(table.store.clone(), contract(&a(), 0, 60)).await.unwrap();
    let (held, booking) = decided(&table, contract(&a(), 30, 90)).await;
    let not_shared = KeyChange { sharing: Some(Sharing::NotShared), ..KeyChange::default() };
    table.store.edit_key(&a(), not_shared, Expected::Any, &metadata()).await.unwrap();
    held.release();
    assert!(is_overlap(&booking.await.unwrap()));
}

#[tokio::test]
async fn a_sharing_change_decided_before_an_overlap_was_booked_is_decided_again() {
    let table = one_key(Sharing::Shared).await;
    book(table.store.clone(), contract(&a(), 0, 60)).await.unwrap();
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let changing = tokio::spawn(async move {
        let not_shared = KeyChange { sharing: Some(Sharing::NotShared), ..KeyChange::default() };
        store.edit_key(&a(), not_shared, Expected::Any, &metadata()).await
    });
    held.arrived().await;
    book(table.store.clone(), contract(&a(), 30, 90)).await.unwrap();
    held.release();
    assert!(matches!(changing.await.unwrap(), Err(Error::Key(KeyRefusal::ContractsOverlap { .. }))));
}

#[tokio::test]
async fn a_booking_decided_before_the_key_was_removed_is_refused() {
    let table = one_key(Sharing::NotShared).await;
    let (held, booking) = decided(&table, contract(&a(), 0, 60)).await;
    table.store.remove_key(&a(), false, Expected::Any, &metadata()).await.unwrap();
    held.release();
    assert!(matches!(booking.await.unwrap(), Err(Error::KeyNotFound(key)) if key == a()));
    assert!(!table.items().await.iter().any(|item| ["CONTRACT#", "PIN#"].iter().any(|part| item.contains(part))));
}

#[tokio::test]
async fn a_booking_decided_on_a_key_that_was_removed_and_made_again_is_decided_again() {
    let table = one_key(Sharing::NotShared).await;
    let (held, booking) = decided(&table, contract(&a(), 0, 60)).await;
    table.store.remove_key(&a(), false, Expected::Any, &metadata()).await.unwrap();
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    book(table.store.clone(), contract(&a(), 30, 90)).await.unwrap();
    held.release();
    assert!(is_overlap(&booking.await.unwrap()));
}

#[tokio::test]
async fn two_contracts_never_get_one_pin() {
    let table = one_key(Sharing::Shared).await;
    let draft = || ContractDraft { pin: Some(pin("482915")), ..contract(&a(), 0, 60) };
    let (held, booking) = decided(&table, draft()).await;
    book(table.store.clone(), draft()).await.unwrap();
    held.release();
    assert!(matches!(booking.await.unwrap(), Err(Error::Contract(ContractRefusal::PinInUse))));
}

#[tokio::test]
async fn conflicting_transactions_are_retried_until_busy() {
    let table = one_key(Sharing::NotShared).await;
    table.wire.conflict(3);
    book(table.store.clone(), contract(&a(), 0, 60)).await.unwrap();
    table.wire.conflict(1_000);
    let busy = book(table.store.clone(), contract(&a(), 60, 120)).await;
    table.wire.repair();
    assert!(matches!(busy, Err(Error::Busy)));
    assert_eq!(table.store.key(&a()).await.unwrap().calendar.entries().len(), 1, "nothing was written");
}

#[tokio::test]
async fn every_decision_is_based_on_consistent_reads() {
    let table = one_key(Sharing::NotShared).await;
    let lobby = AutomatId::parse("lobby").unwrap();
    table.wire.stale_reads();
    for n in 0..5 {
        let made = book(table.store.clone(), contract(&a(), n * 60, n * 60 + 60)).await.unwrap();
        assert!(is_overlap(&book(table.store.clone(), contract(&a(), n * 60 + 30, n * 60 + 90)).await));
        assert_eq!(table.store.contract(&made.id).await.unwrap(), made);
        let view = table.store.automat_view(&lobby, at(n * 60)).await.unwrap();
        assert_eq!(view.lockers[0].active_contract.as_ref().unwrap().contract, made.id);
        let change = ContractChange { ending: Some(Ending::At(at(n * 60 + 59))), ..ContractChange::default() };
        table.store.edit_contract(&made.id, change, false, Expected::Version(1), &metadata()).await.unwrap();
    }
    table.store.remove_key(&a(), false, Expected::Any, &metadata()).await.unwrap();
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    book(table.store.clone(), contract(&a(), 0, 300)).await.unwrap();
}

/// The result of one client's operation.
enum Seen {
    Held(ContractId, domain::TimeRange),
    Released(ContractId),
    Refused(domain::TimeRange, Vec<domain::Entry>),
}

/// 64 clients compete for one key with bookings, edits and removals. Afterwards the table shows the truth, and the
/// history shows whether each refusal named contracts that had existed with exactly those ranges.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_clients_racing_for_one_key_never_overlap() {
    let table = one_key(Sharing::NotShared).await;
    let clients = (0..64_u64).map(|client| tokio::spawn(race(table.store.clone(), client)));
    let mut ever: HashMap<ContractId, Vec<domain::TimeRange>> = HashMap::new();
    let mut existing: HashMap<ContractId, domain::TimeRange> = HashMap::new();
    let mut refusals = Vec::new();
    for client in clients.collect::<Vec<_>>() {
        for seen in client.await.unwrap() {
            match seen {
                Seen::Held(id, range) => {
                    ever.entry(id.clone()).or_default().push(range);
                    existing.insert(id, range);
                }
                Seen::Released(id) => {
                    existing.remove(&id);
                }
                Seen::Refused(range, conflicts) => refusals.push((range, conflicts)),
            }
        }
    }
    let calendar = table.store.key(&a()).await.unwrap().calendar;
    assert!(calendar.overlapping_pairs(1).is_empty(), "two contracts overlap");
    let booked: HashMap<_, _> = calendar.entries().iter().map(|entry| (entry.contract.clone(), entry.range)).collect();
    assert_eq!(booked, existing, "the calendar has what the clients were answered");
    for (id, range) in &existing {
        assert_eq!(table.store.contract(id).await.unwrap().range, *range, "contract and calendar agree");
    }
    assert!(existing.len() > 5 && refusals.len() > 20, "{} stand, {} were refused", existing.len(), refusals.len());
    for (range, conflicts) in refusals {
        assert!(!conflicts.is_empty());
        for conflict in conflicts {
            assert!(conflict.range.overlaps(range), "a conflict that does not touch");
            assert!(ever[&conflict.contract].contains(&conflict.range), "a conflict that never existed");
        }
    }
}

async fn race(store: Store, client: u64) -> Vec<Seen> {
    let mut rng = SeededRng::new(client.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut mine: Vec<ContractId> = Vec::new();
    let mut seen = Vec::new();
    for _ in 0..8 {
        let start = rng.below(600).cast_signed();
        let end = start + 1 + rng.below(40).cast_signed();
        let range = testkit::range(start, end);
        let held = match rng.below(4) {
            0 | 1 => {
                store.create_contract(contract(&a(), start, end), &metadata()).await.map(store::Created::into_inner)
            }
            2 if !mine.is_empty() => {
                let change = ContractChange {
                    start: Some(at(start)),
                    ending: Some(Ending::At(at(end))),
                    ..ContractChange::default()
                };
                store.edit_contract(&mine[0], change, false, Expected::Any, &metadata()).await
            }
            _ => {
                if let Some(id) = mine.pop()
                    && store.remove_contract(&id, false, Expected::Any, &metadata()).await.is_ok()
                {
                    seen.push(Seen::Released(id));
                }
                continue;
            }
        };
        match held {
            Ok(contract) => {
                if !mine.contains(&contract.id) {
                    mine.push(contract.id.clone());
                }
                seen.push(Seen::Held(contract.id, contract.range));
            }
            Err(Error::Contract(ContractRefusal::Overlap { conflicts, .. })) => {
                seen.push(Seen::Refused(range, conflicts.into_iter().map(|conflict| conflict.entry).collect()));
            }
            Err(Error::Busy) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    seen
}

/// A contract's version starts again when it is removed and created again; what was read before must not count.
#[tokio::test]
async fn an_edit_of_a_contract_removed_and_created_again_is_decided_again() {
    let table = one_key(Sharing::NotShared).await;
    let draft =
        |start, end| ContractDraft { id: Some(ContractId::parse("BK-1").unwrap()), ..contract(&a(), start, end) };
    let id = book(table.store.clone(), draft(0, 60)).await.unwrap().id;
    let mut held = table.wire.hold("TransactWriteItems");
    let (store, edited) = (table.store.clone(), id.clone());
    let editing = tokio::spawn(async move {
        let person = domain::Name::parse("Eino").unwrap();
        let change = ContractChange { person: Some(person), ..ContractChange::default() };
        store.edit_contract(&edited, change, false, Expected::Any, &metadata()).await
    });
    held.arrived().await;
    table.store.remove_contract(&id, false, Expected::Any, &metadata()).await.unwrap();
    book(table.store.clone(), draft(300, 360)).await.unwrap();
    held.release();
    let edited = editing.await.unwrap().unwrap();
    assert_eq!(edited.range, testkit::range(300, 360));
    assert_eq!(table.store.key(&a()).await.unwrap().calendar.entry(&id).unwrap().range, edited.range);
}

/// The same for the `rev` of a key.
#[tokio::test]
async fn a_booking_decided_over_a_key_that_went_to_another_automat_is_decided_again() {
    let table = one_key(Sharing::NotShared).await;
    let garage = AutomatId::parse("garage").unwrap();
    table.store.create_automat(automat("garage", 9), &metadata()).await.unwrap();
    let (held, booking) = decided(&table, ContractDraft { pin: Some(pin("482915")), ..contract(&a(), 0, 60) }).await;
    table.store.remove_key(&a(), false, Expected::Any, &metadata()).await.unwrap();
    table.store.create_key(KeyDraft { automat: garage.clone(), ..key("A") }, &metadata()).await.unwrap();
    held.release();
    booking.await.unwrap().unwrap();
    let holder = pin_holder(&table.client, TABLE, &table.store, &garage, &pin("482915")).await;
    assert!(holder.is_some(), "the PIN is where the key is");
}
