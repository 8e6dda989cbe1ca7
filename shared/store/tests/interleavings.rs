//! Every interleaving of the requests of two operations on one key, and many of three: after each request, the
//! calendar in the table must have no overlap and must agree with the contracts in the table.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use std::collections::BTreeMap;

use domain::{
    Calendar, ContractChange, ContractDraft, ContractId, Ending, Entry, Key, KeyChange, KeyDraft, KeyId, KeyState,
    Sharing,
};
use store::{ContractFilter, Error, Expected, Order, PageRequest, Store};
use testkit::{Steps, TestTable, Wire, act, at, automat, contract, key};
use tokio::task::JoinHandle;

/// An operation on the key, which has the contract `existing` from 0 to 60 at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Create,
    CreateOverIt,
    Edit,
    Remove,
    RemoveKey,
    Share,
    Unshare,
    AddKey,
}

const ACTS: [Act; 8] =
    [Act::Create, Act::CreateOverIt, Act::Edit, Act::Remove, Act::RemoveKey, Act::Share, Act::Unshare, Act::AddKey];

async fn perform(store: Store, id: KeyId, act_: Act) -> Result<(), Error> {
    let existing = ContractId::parse("existing").unwrap();
    let sharing = |sharing| KeyChange { sharing: Some(sharing), ..KeyChange::default() };
    match act_ {
        Act::Create => store.create_contract(&id, contract(50, 100), &act()).await.map(|_| ()),
        Act::CreateOverIt => store.create_contract(&id, contract(70, 120), &act()).await.map(|_| ()),
        Act::Edit => {
            let change = ContractChange { ending: Some(Ending::At(at(80))), ..ContractChange::default() };
            store.edit_contract(&id, &existing, change, Expected::Any, &act()).await.map(|_| ())
        }
        Act::Remove => store.remove_contract(&id, &existing, false, Expected::Any, &act()).await,
        Act::RemoveKey => store.remove_key(&id, false, Expected::Any, &act()).await.map(|_| ()),
        Act::Share => store.edit_key(&id, sharing(Sharing::Shared), Expected::Any, &act()).await.map(|_| ()),
        Act::Unshare => store.edit_key(&id, sharing(Sharing::NotShared), Expected::Any, &act()).await.map(|_| ()),
        Act::AddKey => store.create_key(key(id.as_str()), &act()).await.map(|_| ()),
    }
}

/// A running operation, and the permit that its requests wait for.
type Running = (Steps, JoinHandle<Result<(), Error>>);

/// A table, and a store with its own wire for each operation.
struct Stage {
    table: TestTable,
    stores: Vec<(Store, Wire)>,
}

/// Runs the operations with their requests in the order of the schedule; the rest is interleaved one by one.
async fn run(Stage { table, stores }: &Stage, name: &str, acts: &[Act], schedule: &[usize]) {
    let id = KeyId::parse(name).unwrap();
    let sharing = if acts.contains(&Act::Unshare) { Sharing::Shared } else { Sharing::NotShared };
    table.store.create_key(KeyDraft { sharing, ..key(name) }, &act()).await.unwrap();
    let existing = ContractDraft { id: Some(ContractId::parse("existing").unwrap()), ..contract(0, 60) };
    table.store.create_contract(&id, existing, &act()).await.unwrap();
    let mut running: Vec<Option<Running>> = Vec::new();
    for (&act, (store, wire)) in acts.iter().zip(stores) {
        running.push(Some((wire.step_by_step(), tokio::spawn(perform(store.clone(), id.clone(), act)))));
    }
    for index in schedule.iter().copied().chain((0..acts.len()).cycle()) {
        if running.iter().all(Option::is_none) {
            break;
        }
        let Some((steps, task)) = &mut running[index] else { continue };
        tokio::select! {
            () = steps.step() => check(table, &id, acts, schedule).await,
            outcome = task => {
                let broken = matches!(outcome.unwrap(), Err(Error::Internal { .. } | Error::Busy));
                assert!(!broken, "{acts:?} {schedule:?}: neither done nor refused");
                running[index] = None;
            }
        }
    }
    let _ = table.store.remove_key(&id, true, Expected::Any, &act()).await;
}

async fn check(table: &TestTable, id: &KeyId, acts: &[Act], schedule: &[usize]) {
    let Ok(Key { state: KeyState::Active, sharing, calendar, .. }) = table.store.key(id).await else { return };
    let overlap = sharing == Sharing::NotShared && !calendar.overlapping_pairs(1).is_empty();
    assert!(!overlap, "{acts:?} {schedule:?}: two contracts overlap: {calendar:?}");
    let all = ContractFilter { states: Vec::new(), order: Order::Ascending };
    let listed = table.store.contracts(id, &all, &PageRequest { limit: 100, after: None }, at(0)).await.unwrap().data;
    let listed = listed.into_iter().map(|contract| Entry { contract: contract.id, range: contract.range }).collect();
    assert_eq!(
        by_name(&Calendar::new(listed)),
        by_name(&calendar),
        "{acts:?} {schedule:?}: calendar and contracts differ"
    );
}

fn by_name(calendar: &Calendar) -> BTreeMap<&ContractId, &Entry> {
    calendar.entries().iter().map(|entry| (&entry.contract, entry)).collect()
}

/// All orders of this many steps of each of this many operations.
fn schedules(acts: usize, steps: usize) -> Vec<Vec<usize>> {
    fn extend(left: &mut [usize], schedule: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
        if left.iter().all(|&left| left == 0) {
            all.push(schedule.clone());
        }
        for act in 0..left.len() {
            if left[act] > 0 {
                left[act] -= 1;
                schedule.push(act);
                extend(left, schedule, all);
                schedule.pop();
                left[act] += 1;
            }
        }
    }
    let mut all = Vec::new();
    extend(&mut vec![steps; acts], &mut Vec::new(), &mut all);
    all
}

/// A new table every few runs: the embedded engine reads through its whole stream at each write.
async fn fresh(stage: &mut Option<Stage>, count: usize) -> &Stage {
    if count.is_multiple_of(20) {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 5), &act()).await.unwrap();
        let stores = (0..3).map(|_| table.another_store()).collect();
        *stage = Some(Stage { table, stores });
    }
    stage.as_ref().unwrap()
}

#[tokio::test]
async fn two_operations_in_every_order_of_requests() {
    let mut stage = None;
    let mut count = 0;
    for (n, &first) in ACTS.iter().enumerate() {
        for &second in &ACTS[n..] {
            for schedule in &schedules(2, 2) {
                run(fresh(&mut stage, count).await, &format!("pair-{count}"), &[first, second], schedule).await;
                count += 1;
            }
        }
    }
    assert_eq!(count, 36 * 6);
}

#[tokio::test]
async fn three_operations_in_many_orders_of_requests() {
    let schedules = schedules(3, 2);
    assert_eq!(schedules.len(), 90);
    let after = |a: usize| a..ACTS.len();
    let triples = after(0).flat_map(|a| after(a).flat_map(move |b| after(b).map(move |c| [a, b, c])));
    let mut stage = None;
    let mut count = 0;
    for (n, triple) in triples.enumerate() {
        // Three of the ninety for each triple, others for each, so that all of them occur.
        for schedule in schedules.iter().skip(n % 30).step_by(30) {
            let acts = triple.map(|act| ACTS[act]);
            run(fresh(&mut stage, count).await, &format!("triple-{count}"), &acts, schedule).await;
            count += 1;
        }
    }
    assert_eq!(count, 120 * 3);
}
