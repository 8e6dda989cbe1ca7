//! Interleavings of the requests of two operations on contracts of several keys: after each request, all items must say
//! the same.

use domain::{ContractChange, ContractDraft, ContractId, Ending, KeyChange, KeyDraft, KeyId, Sharing};
use store::{Error, Expected, Store};
use testkit::{Steps, TABLE, TestTable, Wire, at, key, locker_reports, metadata, pin};
use tokio::task::JoinHandle;

use super::picture::{Picture, check};
use super::scene::{PIN, automat_id, automats, contract_id, device, draft, id, metadata_at};

/// An operation. At the beginning there is the contract `one` of `a` and `c` from 0 to 60; `b` is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// A contract of `a` and `b` that conflicts with `one`.
    BookOver,
    /// A contract of `b` and `c` after `one`.
    BookAfter,
    AddB,
    TakeOffC,
    /// Instead of both keys, `b`.
    Swap,
    Prolong,
    NewPin,
    End,
    Remove,
    RemoveA,
    RemoveC,
    /// `a` leaves its locker after its PIN was typed.
    Fetch,
    Share,
    Unshare,
}

const ACTIONS: [Action; 14] = [
    Action::BookOver,
    Action::BookAfter,
    Action::AddB,
    Action::TakeOffC,
    Action::Swap,
    Action::Prolong,
    Action::NewPin,
    Action::End,
    Action::Remove,
    Action::RemoveA,
    Action::RemoveC,
    Action::Fetch,
    Action::Share,
    Action::Unshare,
];

/// The names of one run, which no other has.
#[derive(Clone)]
struct Run {
    number: usize,
}

impl Run {
    fn key(&self, name: &str) -> KeyId {
        id(&format!("{}-{name}", self.number))
    }

    fn contract(&self, name: &str) -> ContractId {
        contract_id(&format!("{}-{name}", self.number))
    }

    fn draft(&self, name: &str, keys: &[&str], start: i64, end: i64) -> ContractDraft {
        let keys: Vec<_> = keys.iter().map(|key| self.key(key)).collect();
        let keys: Vec<_> = keys.iter().map(KeyId::as_str).collect();
        ContractDraft { id: Some(self.contract(name)), ..draft("none", &keys, start, end) }
    }

    fn to_keys(&self, names: &[&str]) -> ContractChange {
        let keys = domain::ContractKeys::new(names.iter().map(|name| self.key(name))).unwrap();
        ContractChange { keys: Some(keys), ..ContractChange::default() }
    }

    /// The number of the device's next report.
    fn report(&self, nth: u64) -> u64 {
        u64::try_from(self.number).unwrap() * 10 + nth
    }

    async fn perform(self, store: Store, action: Action) -> Result<(), Error> {
        let one = self.contract("one");
        let edit =
            async |change| store.edit_contract(&one, change, false, Expected::Any, &metadata_at(10)).await.map(|_| ());
        let share = async |sharing| {
            let change = KeyChange { sharing: Some(sharing), ..KeyChange::default() };
            store.edit_key(&self.key("c"), change, Expected::Any, &metadata_at(10)).await.map(|_| ())
        };
        let book = async |name: &str, keys: &[&str], digits: &str, start, end| {
            let draft = ContractDraft { pin: Some(pin(digits)), ..self.draft(name, keys, start, end) };
            store.create_contract(draft, &metadata_at(10)).await.map(|_| ())
        };
        let remove_key =
            async |name| store.remove_key(&self.key(name), true, Expected::Any, &metadata_at(10)).await.map(|_| ());
        match action {
            Action::BookOver => book("over", &["a", "b"], "573826", 50, 100).await,
            Action::BookAfter => book("after", &["b", "c"], "664737", 60, 120).await,
            Action::AddB => edit(self.to_keys(&["a", "b", "c"])).await,
            Action::TakeOffC => edit(self.to_keys(&["a"])).await,
            Action::Swap => edit(self.to_keys(&["b"])).await,
            Action::Prolong => {
                edit(ContractChange { ending: Some(Ending::At(at(80))), ..ContractChange::default() }).await
            }
            Action::NewPin => edit(ContractChange { pin: Some(pin("755848")), ..ContractChange::default() }).await,
            Action::End => store.end_contract(&one, Expected::Any, &metadata_at(10)).await.map(|_| ()),
            Action::Remove => store.remove_contract(&one, true, Expected::Any, &metadata_at(10)).await,
            Action::RemoveA => remove_key("a").await,
            Action::RemoveC => remove_key("c").await,
            Action::Fetch => {
                let entry = format!("e{}", self.number);
                let reports = locker_reports(self.report(2), &[(0, false, Some(&entry))]);
                store.record_locker_reports(&automat_id("lobby"), reports, at(10)).await
            }
            Action::Share => share(Sharing::Shared).await,
            Action::Unshare => share(Sharing::NotShared).await,
        }
    }
}

/// A running operation, and the permit that its requests wait for.
type Running = (Steps, JoinHandle<Result<(), Error>>);

/// A table, and a store with its own wire for each operation.
struct Stage {
    table: TestTable,
    stores: Vec<(Store, Wire)>,
}

impl Stage {
    async fn new() -> Self {
        let table = automats(&[("lobby", &[]), ("garage", &[])]).await;
        let stores = (0..2).map(|_| table.another_store()).collect();
        Self { table, stores }
    }

    /// Runs the operations with their requests in the order of the schedule; the rest is interleaved one by one.
    async fn run(&self, run: Run, actions: [Action; 2], schedule: &[usize]) {
        let store = &self.table.store;
        for (name, automat) in [("a", "lobby"), ("b", "lobby"), ("c", "garage")] {
            let sharing = match name {
                "c" if actions.contains(&Action::Unshare) => Sharing::Shared,
                _ => Sharing::NotShared,
            };
            let draft = KeyDraft { automat: automat_id(automat), sharing, ..key(run.key(name).as_str()) };
            store.create_key(draft, &metadata()).await.unwrap();
        }
        store.create_contract(run.draft("one", &["a", "c"], 0, 60), &metadata()).await.unwrap();
        let inside = locker_reports(run.report(1), &[(0, true, None)]);
        store.record_locker_reports(&automat_id("lobby"), inside, at(1)).await.unwrap();
        assert!(device(&self.table, "lobby").typed(&format!("e{}", run.number), PIN, &[0], 5).await.is_some());
        let mut running: Vec<Option<Running>> = Vec::new();
        for (action, (store, wire)) in actions.into_iter().zip(&self.stores) {
            running.push(Some((wire.step_by_step(), tokio::spawn(run.clone().perform(store.clone(), action)))));
        }
        let what = format!("{actions:?} {schedule:?}");
        for index in schedule.iter().copied().chain((0..2).cycle()) {
            if running.iter().all(Option::is_none) {
                break;
            }
            let Some((steps, task)) = &mut running[index] else { continue };
            tokio::select! {
                () = steps.step() => check(&self.table, at(10), &what).await,
                outcome = task => {
                    let outcome = outcome.unwrap();
                    let is_broken = matches!(outcome, Err(Error::Internal { .. } | Error::Busy));
                    assert!(!is_broken, "{what}: neither done nor refused: {outcome:?}");
                    running[index] = None;
                }
            }
        }
        self.clear(&run, &what).await;
    }

    /// Removes the keys, and with them all contracts.
    async fn clear(&self, run: &Run, what: &str) {
        self.table.project().await;
        for name in ["a", "b", "c"] {
            let removed = self.table.store.remove_key(&run.key(name), true, Expected::Any, &metadata_at(20)).await;
            assert!(matches!(removed, Ok(_) | Err(Error::NotFound(_))), "{what}: {removed:?}");
        }
        // A removal does not find a contract that ended before the projector had put it in the key's list. Nobody is shown
        // it, and its `ttl` deletes it.
        let picture = Picture::of(&self.table).await;
        for item in picture.contracts.values().chain(picture.pins.values()) {
            let until: i64 = item["until"].as_n().unwrap().parse().unwrap();
            assert!(until <= at(20).millis() && !item.contains_key("out"), "{what}: live contracts go with their keys");
            let request = self.table.client.delete_item().table_name(TABLE);
            request.key("PK", item["PK"].clone()).key("SK", item["SK"].clone()).send().await.unwrap();
        }
    }
}

/// All orders of two steps of each of two operations.
const SCHEDULES: [[usize; 4]; 6] = [[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0], [1, 0, 0, 1], [1, 0, 1, 0], [1, 1, 0, 0]];

#[tokio::test]
async fn two_operations_in_many_orders_of_requests() {
    let mut count = 0;
    let mut stage = Stage::new().await;
    for (n, &first) in ACTIONS.iter().enumerate() {
        for &second in &ACTIONS[n..] {
            // Three of the six for each pair, others for the next, so that all of them occur.
            for schedule in SCHEDULES.iter().skip(count % 2).step_by(2) {
                // The embedded engine reads through its whole stream at each write.
                if count % 20 == 19 {
                    stage = Stage::new().await;
                }
                stage.run(Run { number: count }, [first, second], schedule).await;
                count += 1;
            }
        }
    }
    assert_eq!(count, 105 * 3);
}
