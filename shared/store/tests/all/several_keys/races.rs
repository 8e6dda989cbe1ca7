//! Many writers at once over overlapping sets of keys.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::{
    Contract, ContractId, ContractKeys, ContractRefusal, KeyChange, KeyDraft, KeyId, KeyRefusal, Sharing, TimeRange,
};
use store::{Error, Expected, ResourceKind, Store};
use testkit::{Network, SeededRng, at, key, metadata, range};

use super::picture::check;
use super::scene::{add_automat, automat_id, automats, contract_id, draft, id, to_keys, to_times, with_any_pin};

/// Keys and their automats.
const KEYS: [(&str, &str); 24] = [
    ("A", "lobby"),
    ("B", "lobby"),
    ("C", "garage"),
    ("D", "yard"),
    ("E", "lobby"),
    ("F", "lobby"),
    ("G", "lobby"),
    ("H", "lobby"),
    ("I", "lobby"),
    ("J", "lobby"),
    ("K", "garage"),
    ("L", "garage"),
    ("M", "garage"),
    ("N", "garage"),
    ("O", "garage"),
    ("P", "garage"),
    ("Q", "garage"),
    ("R", "yard"),
    ("S", "yard"),
    ("T", "yard"),
    ("U", "yard"),
    ("V", "yard"),
    ("W", "yard"),
    ("X", "yard"),
];

/// Who writes, over which keys.
#[derive(Clone, Copy)]
struct Crowd {
    writers: u64,
    keys: &'static [(&'static str, &'static str)],
    /// Keys of a contract at most.
    most: u64,
    /// Operations of each writer.
    operations: u64,
    /// Whether keys are removed and added again.
    with_keys: bool,
}

impl Crowd {
    /// Eight writers over four keys.
    fn small(operations: u64, with_keys: bool) -> Self {
        Self { writers: 8, keys: &KEYS[..4], most: 4, operations, with_keys }
    }
}

/// What a writer was answered.
enum Seen {
    Held(Contract),
    Removed(ContractId),
    Refused { wanted: TimeRange, keys: ContractKeys, refusal: ContractRefusal },
}

struct Writer {
    store: Store,
    number: u64,
    rng: SeededRng,
    /// The contracts that it has, as last answered.
    own: BTreeMap<ContractId, Contract>,
    seen: Vec<Seen>,
    crowd: Crowd,
}

impl Writer {
    fn new(store: Store, number: u64, crowd: Crowd) -> Self {
        let rng = SeededRng::new((number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        Self { store, number, rng, own: BTreeMap::new(), seen: Vec::new(), crowd }
    }

    fn some_keys(&mut self) -> Vec<&'static str> {
        let mut left: Vec<_> = self.crowd.keys.iter().map(|(key, _)| *key).collect();
        let count = 1 + self.rng.below(self.crowd.most);
        (0..count).map(|_| left.swap_remove(usize::try_from(self.rng.below(left.len() as u64)).unwrap())).collect()
    }

    fn some_key(&mut self) -> (&'static str, &'static str) {
        let keys = self.crowd.keys;
        keys[usize::try_from(self.rng.below(keys.len() as u64)).unwrap()]
    }

    fn some_times(&mut self) -> (i64, i64) {
        let start = self.rng.below(200).cast_signed();
        (start, start + 1 + self.rng.below(40).cast_signed())
    }

    fn some_own(&mut self) -> Option<ContractId> {
        let count = u64::try_from(self.own.len()).unwrap();
        let nth = if count == 0 { return None } else { self.rng.below(count) };
        self.own.keys().nth(usize::try_from(nth).unwrap()).cloned()
    }

    async fn run(mut self) -> Vec<Seen> {
        for n in 0..self.crowd.operations {
            match self.rng.below(if self.crowd.with_keys { 31 } else { 30 }) {
                0..12 => self.create(n).await,
                12..18 => self.move_one().await,
                18..24 => self.change_keys().await,
                24..27 => self.remove().await,
                27..30 => self.change_sharing().await,
                _ => self.remove_key().await,
            }
        }
        self.seen
    }

    async fn create(&mut self, n: u64) {
        let (names, (start, end)) = (self.some_keys(), self.some_times());
        let wanted = with_any_pin(draft(&format!("w{}-{n}", self.number), &names, start, end));
        let made = self.store.create_contract(wanted.clone(), &metadata()).await.map(store::Created::into_inner);
        self.answered(made, range(start, end), wanted.keys);
    }

    async fn move_one(&mut self) {
        let Some(id) = self.some_own() else { return };
        let (start, end) = self.some_times();
        let moved = self.store.edit_contract(&id, to_times(start, end), false, Expected::Any, &metadata()).await;
        let keys = self.own[&id].keys.clone();
        self.answered(moved, range(start, end), keys);
    }

    async fn change_keys(&mut self) {
        let Some(id) = self.some_own() else { return };
        let names = self.some_keys();
        let changed = self.store.edit_contract(&id, to_keys(&names), false, Expected::Any, &metadata()).await;
        let wanted = self.own[&id].range;
        self.answered(changed, wanted, super::scene::keys(&names));
    }

    async fn remove(&mut self) {
        let Some(id) = self.some_own() else { return };
        match self.store.remove_contract(&id, false, Expected::Any, &metadata()).await {
            Ok(()) => {
                self.own.remove(&id);
                self.seen.push(Seen::Removed(id));
            }
            Err(error) => self.tolerate(&error),
        }
    }

    async fn change_sharing(&mut self) {
        let (key, _) = self.some_key();
        let sharing = if self.rng.below(4) == 0 { Sharing::Shared } else { Sharing::NotShared };
        let change = KeyChange { sharing: Some(sharing), ..KeyChange::default() };
        match self.store.edit_key(&id(key), change, Expected::Any, &metadata()).await {
            Ok(_) | Err(Error::Key(KeyRefusal::ContractsOverlap { .. })) => {}
            Err(error) => self.tolerate(&error),
        }
    }

    async fn remove_key(&mut self) {
        let (name, automat) = self.some_key();
        if let Err(error) = self.store.remove_key(&id(name), false, Expected::Any, &metadata()).await {
            self.tolerate(&error);
        }
        let again = KeyDraft { automat: automat_id(automat), ..key(name) };
        if let Err(error) = self.store.create_key(again, &metadata()).await {
            self.tolerate(&error);
        }
    }

    fn answered(&mut self, answer: Result<Contract, Error>, wanted: TimeRange, keys: ContractKeys) {
        match answer {
            Ok(contract) => {
                assert_eq!(contract.range, wanted);
                self.own.insert(contract.id.clone(), contract.clone());
                self.seen.push(Seen::Held(contract));
            }
            Err(Error::Contract(refusal @ ContractRefusal::Overlap { .. })) => {
                self.seen.push(Seen::Refused { wanted, keys, refusal });
            }
            Err(error) => self.tolerate(&error),
        }
    }

    /// Refusals because another writer removes keys. `Busy` is only too much of everything.
    fn tolerate(&self, error: &Error) {
        let of_removals = matches!(
            error,
            Error::NotFound(ResourceKind::Contract | ResourceKind::Key)
                | Error::KeyNotFound(_)
                | Error::Key(KeyRefusal::BeingRemoved)
                | Error::Contract(ContractRefusal::KeyBeingRemoved { .. })
                | Error::Exists(ResourceKind::Key)
        );
        // An edit may not concern more than 16 keys, those that are taken off included.
        let is_large = matches!(error, Error::Contract(ContractRefusal::TooManyKeys));
        assert!(is_large || matches!(error, Error::Busy) || self.crowd.with_keys && of_removals, "{error:?}");
    }
}

/// Everything that a contract ever was, as its writer was answered.
#[derive(Default)]
struct Past {
    ever: BTreeMap<(KeyId, ContractId), BTreeSet<TimeRangeOrd>>,
    last: BTreeMap<ContractId, Contract>,
    refused: Vec<(TimeRange, ContractKeys, ContractRefusal)>,
}

/// Start and end in milliseconds.
type TimeRangeOrd = (i64, Option<i64>);

fn in_order(range: TimeRange) -> TimeRangeOrd {
    (range.start().millis(), range.end().map(domain::Instant::millis))
}

impl Past {
    fn add(&mut self, seen: Seen) {
        match seen {
            Seen::Held(contract) => {
                for key in &contract.keys {
                    let ever = self.ever.entry((key.clone(), contract.id.clone())).or_default();
                    ever.insert(in_order(contract.range));
                }
                self.last.insert(contract.id.clone(), contract);
            }
            Seen::Removed(id) => _ = self.last.remove(&id),
            Seen::Refused { wanted, keys, refusal } => self.refused.push((wanted, keys, refusal)),
        }
    }

    /// Each refusal named contracts that had existed on exactly those keys at exactly those times.
    fn check_refusals(&self) {
        for (wanted, keys, refusal) in &self.refused {
            let ContractRefusal::Overlap { conflicts, .. } = refusal else { unreachable!("kept as an overlap") };
            assert!(!conflicts.is_empty());
            for conflict in conflicts {
                assert!(keys.has(&conflict.key), "a conflict on a key that was not asked for");
                assert!(conflict.entry.range.overlaps(*wanted), "a conflict that does not touch");
                let ever = self.ever.get(&(conflict.key.clone(), conflict.entry.contract.clone()));
                let is_true = ever.is_some_and(|ever| ever.contains(&in_order(conflict.entry.range)));
                assert!(is_true, "a conflict that never existed: {conflict:?}");
            }
        }
    }
}

/// How the writers get in each other's way.
#[derive(Clone, Copy)]
enum World {
    /// One process whose writers queue.
    Queues,
    /// A store each.
    Stores,
    /// A store each, with transactions that take time and conflict.
    Network,
}

async fn race(world: World, crowd: Crowd) {
    let with_keys = crowd.with_keys;
    let table = automats(&[]).await;
    for automat in ["lobby", "garage", "yard"] {
        let keys: Vec<_> = crowd.keys.iter().filter(|(_, of)| *of == automat).map(|(key, _)| *key).collect();
        add_automat(&table, automat, &keys).await;
    }
    let network = Network { latency: Duration::from_millis(1), transaction: Duration::from_millis(3) };
    let (shared, wire) = table.another_store();
    if matches!(world, World::Network) {
        wire.network(network);
    }
    let one = shared.with_key_queues();
    let writers = (0..crowd.writers).map(|number| {
        let store = match world {
            World::Queues => one.clone(),
            World::Stores | World::Network => table.store.clone(),
        };
        if matches!(world, World::Network) {
            table.wire.network(network);
        }
        tokio::spawn(Writer::new(store, number, crowd).run())
    });
    let mut past = Past::default();
    for writer in writers.collect::<Vec<_>>() {
        let seen = tokio::time::timeout(Duration::from_mins(2), writer).await.expect("nobody waits for ever");
        seen.unwrap().into_iter().for_each(|seen| past.add(seen));
    }
    table.store.finish_removals(at(1)).await.unwrap();
    check(&table, at(0), "at the end").await;
    past.check_refusals();
    let mut existing = 0;
    for (id, last) in &past.last {
        match table.store.contract(id).await {
            Ok(contract) if with_keys => {
                assert_eq!(contract.range, last.range, "what was answered is what stands");
                assert!(contract.keys.iter().all(|key| last.keys.has(key)), "{contract:?} was {last:?}");
                existing += 1;
            }
            Ok(contract) => {
                assert_eq!(&contract, last, "what was answered is what stands");
                existing += 1;
            }
            Err(Error::NotFound(ResourceKind::Contract)) => assert!(with_keys, "{last:?} is gone"),
            Err(other) => panic!("{other:?}"),
        }
    }
    let refused = past.refused.len();
    // Contracts go with their keys.
    let few = if with_keys { 0 } else { 5 };
    assert!(existing > few && refused > 5, "{existing} stand, {refused} were refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_over_four_keys_never_overlap() {
    race(World::Stores, Crowd::small(25, false)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_and_removals_of_keys_leave_no_half_contract() {
    race(World::Stores, Crowd::small(25, true)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_in_queues_wait_for_each_other_and_never_for_ever() {
    race(World::Queues, Crowd::small(25, true)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_whose_transactions_conflict_never_overlap() {
    race(World::Network, Crowd::small(15, true)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_clients_over_twenty_four_keys_never_overlap() {
    let crowd = Crowd { writers: 64, keys: &KEYS, most: 16, operations: 12, with_keys: true };
    race(World::Queues, crowd).await;
    race(World::Stores, Crowd { operations: 4, ..crowd }).await;
}

/// Of two contracts that share one key, one is booked, and the other one nothing of it.
#[tokio::test]
async fn of_two_contracts_that_share_a_key_one_gets_all_of_its_keys() {
    for requests in 0.. {
        let table = automats(&[("lobby", &["A", "B"]), ("garage", &["C"])]).await;
        let (store, wire) = table.another_store();
        let steps = wire.step_by_step();
        let wanted = with_any_pin(draft("one", &["A", "B"], 0, 60));
        let first = tokio::spawn(async move { store.create_contract(wanted, &metadata()).await });
        let other = with_any_pin(draft("two", &["B", "C"], 30, 90));
        let now = metadata();
        let other = table.store.create_contract(other, &now);
        let super::scene::Between { first, other, was_over } =
            super::scene::between(&steps, first, requests, other).await;
        check(&table, at(0), &format!("after {requests} requests")).await;
        let (won, lost) = if first.is_ok() { ("one", other) } else { ("two", first) };
        let Err(Error::Contract(ContractRefusal::Overlap { conflicts, .. })) = lost else { panic!("{lost:?}") };
        let named: Vec<_> = conflicts.iter().map(|conflict| (&conflict.key, &conflict.entry.contract)).collect();
        assert_eq!(named, [(&id("B"), &contract_id(won))]);
        if was_over {
            break;
        }
    }
}
