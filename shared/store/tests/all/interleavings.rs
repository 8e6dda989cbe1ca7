//! Every interleaving of the requests of two operations on one key, and many of three: after each request, the
//! calendar in the table must have no overlap and must agree with the contracts in the table.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use std::collections::BTreeMap;

use domain::{
    Calendar, ContractChange, ContractDraft, ContractId, Ending, Entry, Key, KeyChange, KeyDraft, KeyId, KeyState,
    Sharing,
};
use store::{ContractFilter, Error, Expected, PageRequest, Store};
use testkit::{Steps, TestTable, Wire, at, automat, contract, key, metadata};
use tokio::task::JoinHandle;

/// An operation on the key, which has one contract, [`existing`], from 0 to 60 at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    Create,
    CreateOverIt,
    Edit,
    Remove,
    RemoveKey,
    Share,
    Unshare,
    AddKey,
}

const ACTIONS: [Action; 8] = [
    Action::Create,
    Action::CreateOverIt,
    Action::Edit,
    Action::Remove,
    Action::RemoveKey,
    Action::Share,
    Action::Unshare,
    Action::AddKey,
];

fn existing(key: &KeyId) -> ContractId {
    ContractId::parse(&format!("on-{key}")).unwrap()
}

async fn perform(store: Store, id: KeyId, action: Action) -> Result<(), Error> {
    let existing = existing(&id);
    let sharing = |sharing| KeyChange { sharing: Some(sharing), ..KeyChange::default() };
    match action {
        Action::Create => store.create_contract(contract(&id, 50, 100), &metadata()).await.map(|_| ()),
        Action::CreateOverIt => store.create_contract(contract(&id, 70, 120), &metadata()).await.map(|_| ()),
        Action::Edit => {
            let change = ContractChange { ending: Some(Ending::At(at(80))), ..ContractChange::default() };
            store.edit_contract(&existing, change, false, Expected::Any, &metadata()).await.map(|_| ())
        }
        Action::Remove => store.remove_contract(&existing, false, Expected::Any, &metadata()).await,
        Action::RemoveKey => store.remove_key(&id, false, Expected::Any, &metadata()).await.map(|_| ()),
        Action::Share => store.edit_key(&id, sharing(Sharing::Shared), Expected::Any, &metadata()).await.map(|_| ()),
        Action::Unshare => {
            store.edit_key(&id, sharing(Sharing::NotShared), Expected::Any, &metadata()).await.map(|_| ())
        }
        Action::AddKey => store.create_key(key(id.as_str()), &metadata()).await.map(|_| ()),
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
async fn run(Stage { table, stores }: &Stage, name: &str, actions: &[Action], schedule: &[usize]) {
    let id = KeyId::parse(name).unwrap();
    let sharing = if actions.contains(&Action::Unshare) { Sharing::Shared } else { Sharing::NotShared };
    table.store.create_key(KeyDraft { sharing, ..key(name) }, &metadata()).await.unwrap();
    let existing = ContractDraft { id: Some(existing(&id)), ..contract(&id, 0, 60) };
    table.store.create_contract(existing, &metadata()).await.unwrap();
    let mut running: Vec<Option<Running>> = Vec::new();
    for (&action, (store, wire)) in actions.iter().zip(stores) {
        running.push(Some((wire.step_by_step(), tokio::spawn(perform(store.clone(), id.clone(), action)))));
    }
    for index in schedule.iter().copied().chain((0..actions.len()).cycle()) {
        if running.iter().all(Option::is_none) {
            break;
        }
        let Some((steps, task)) = &mut running[index] else { continue };
        tokio::select! {
            () = steps.step() => check(table, &id, actions, schedule).await,
            outcome = task => {
                let broken = matches!(outcome.unwrap(), Err(Error::Internal { .. } | Error::Busy));
                assert!(!broken, "{actions:?} {schedule:?}: neither done nor refused");
                running[index] = None;
            }
        }
    }
    let _ = table.store.remove_key(&id, true, Expected::Any, &metadata()).await;
}

async fn check(table: &TestTable, id: &KeyId, actions: &[Action], schedule: &[usize]) {
    let Ok(Key { state: KeyState::Active, sharing, calendar, .. }) = table.store.key(id).await else { return };
    let overlap = sharing == Sharing::NotShared && !calendar.overlapping_pairs(1).is_empty();
    assert!(!overlap, "{actions:?} {schedule:?}: two contracts overlap: {calendar:?}");
    let listed = table
        .store
        .contracts(&ContractFilter::of_key(id.clone()), &PageRequest { limit: 100, after: None }, at(0))
        .await
        .unwrap()
        .data;
    let listed = listed.into_iter().map(|listed| listed.contract);
    let listed = listed.map(|contract| Entry { contract: contract.id, range: contract.range }).collect();
    assert_eq!(
        by_name(&Calendar::new(listed)),
        by_name(&calendar),
        "{actions:?} {schedule:?}: calendar and contracts differ"
    );
}

fn by_name(calendar: &Calendar) -> BTreeMap<&ContractId, &Entry> {
    calendar.entries().iter().map(|entry| (&entry.contract, entry)).collect()
}

/// All orders of this many steps of each of this many operations.
fn schedules(actions: usize, steps: usize) -> Vec<Vec<usize>> {
    fn extend(left: &mut [usize], schedule: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
        if left.iter().all(|&left| left == 0) {
            all.push(schedule.clone());
        }
        for action in 0..left.len() {
            if left[action] > 0 {
                left[action] -= 1;
                schedule.push(action);
                extend(left, schedule, all);
                schedule.pop();
                left[action] += 1;
            }
        }
    }
    let mut all = Vec::new();
    extend(&mut vec![steps; actions], &mut Vec::new(), &mut all);
    all
}

/// A new table every few runs: the embedded engine reads through its whole stream at each write.
async fn fresh(stage: &mut Option<Stage>, count: usize) -> &Stage {
    if count.is_multiple_of(20) {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 5), &metadata()).await.unwrap();
        let stores = (0..3).map(|_| table.another_store()).collect();
        *stage = Some(Stage { table, stores });
    }
    stage.as_ref().unwrap()
}

#[tokio::test]
async fn two_operations_in_every_order_of_requests() {
    let mut stage = None;
    let mut count = 0;
    for (n, &first) in ACTIONS.iter().enumerate() {
        for &second in &ACTIONS[n..] {
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
    let after = |a: usize| a..ACTIONS.len();
    let triples = after(0).flat_map(|a| after(a).flat_map(move |b| after(b).map(move |c| [a, b, c])));
    let mut stage = None;
    let mut count = 0;
    for (n, triple) in triples.enumerate() {
        // Three of the ninety for each triple, others for each, so that all of them occur.
        for schedule in schedules.iter().skip(n % 30).step_by(30) {
            let actions = triple.map(|action| ACTIONS[action]);
            run(fresh(&mut stage, count).await, &format!("triple-{count}"), &actions, schedule).await;
            count += 1;
        }
    }
    assert_eq!(count, 120 * 3);
}
