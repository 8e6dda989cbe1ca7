//! Automats with keys, their devices, and contracts of several keys.

use domain::{
    AutomatId, CodeKind, Contract, ContractChange, ContractDraft, ContractId, ContractKeys, Ending, KeyDraft, KeyId,
    KeypadAnswer, Purpose,
};
use store::{Error, Expected, KeypadEntry, RequestMetadata, Store};
use testkit::{Steps, TestTable, at, automat, contract, key, locker, locker_reports, metadata, name, pin};
use tokio::task::JoinHandle;

pub(crate) const PIN: &str = "482915";

pub(crate) fn id(key: &str) -> KeyId {
    KeyId::parse(key).unwrap()
}

pub(crate) fn automat_id(automat: &str) -> AutomatId {
    AutomatId::parse(automat).unwrap()
}

pub(crate) fn contract_id(contract: &str) -> ContractId {
    ContractId::parse(contract).unwrap()
}

pub(crate) fn keys(names: &[&str]) -> ContractKeys {
    ContractKeys::new(names.iter().map(|name| id(name))).unwrap()
}

/// A contract of these keys with the PIN [`PIN`], in seconds from the tests' present.
pub(crate) fn draft(name: &str, names: &[&str], start: i64, end: i64) -> ContractDraft {
    let id = Some(contract_id(name));
    ContractDraft { id, keys: keys(names), pin: Some(pin(PIN)), ..contract(&self::id(names[0]), start, end) }
}

/// The same with a generated PIN.
pub(crate) fn with_any_pin(draft: ContractDraft) -> ContractDraft {
    ContractDraft { pin: None, ..draft }
}

pub(crate) fn metadata_at(seconds: i64) -> RequestMetadata {
    RequestMetadata { now: at(seconds), ..metadata() }
}

pub(crate) fn to_keys(names: &[&str]) -> ContractChange {
    ContractChange { keys: Some(keys(names)), ..ContractChange::default() }
}

pub(crate) fn to_times(start: i64, end: i64) -> ContractChange {
    ContractChange { start: Some(at(start)), ending: Some(Ending::At(at(end))), ..ContractChange::default() }
}

pub(crate) async fn edit(store: &Store, name: &str, change: ContractChange) -> Result<Contract, Error> {
    store.edit_contract(&contract_id(name), change, false, Expected::Any, &metadata()).await
}

/// Automats, each with keys in its first lockers.
pub(crate) async fn automats(automats: &[(&str, &[&str])]) -> TestTable {
    let table = TestTable::new().await;
    for (name, keys) in automats {
        add_automat(&table, name, keys).await;
    }
    table
}

pub(crate) async fn add_automat(table: &TestTable, name: &str, keys: &[&str]) {
    table.store.create_automat(automat(name, 10), &metadata()).await.unwrap();
    for key_name in keys {
        let draft = KeyDraft { automat: automat_id(name), ..key(key_name) };
        table.store.create_key(draft, &metadata()).await.unwrap();
    }
}

/// The automats `lobby` with the keys `A` and `B`, and `garage` with `C`.
pub(crate) async fn lobby_and_garage() -> TestTable {
    automats(&[("lobby", &["A", "B"]), ("garage", &["C"])]).await
}

/// The device of an automat.
pub(crate) struct Device<'t> {
    pub(crate) store: &'t Store,
    pub(crate) automat: &'static str,
}

impl Device<'_> {
    /// What a PIN opens, with keys in these lockers.
    pub(crate) async fn typed(&self, id: &str, digits: &str, inside: &[u32], seconds: i64) -> Option<(u16, Purpose)> {
        let code = name(&self.store.device_key(&automat_id(self.automat)), CodeKind::Pin, digits);
        let inside = inside.iter().map(|&index| locker(index)).collect();
        let (id, kind) = (id.to_owned(), CodeKind::Pin);
        let typed = KeypadEntry { id, kind, code, other: None, at: at(seconds), inside };
        match self.store.keypad_entry(&automat_id(self.automat), typed, at(seconds)).await.unwrap() {
            KeypadAnswer::Open { allowed, .. } => {
                // Where the keypad would ask, the key is fetched.
                let fetched = allowed.lockers.iter().find(|allowed| allowed.purpose == Purpose::Fetch);
                let opened = fetched.unwrap_or(&allowed.lockers[0]);
                Some((opened.locker.get(), opened.purpose))
            }
            KeypadAnswer::No { .. } | KeypadAnswer::Wait { .. } => None,
        }
    }

    pub(crate) async fn report(&self, n: i64, lockers: &[(u32, bool, Option<&str>)]) -> Result<(), Error> {
        let reports = locker_reports(n.unsigned_abs(), lockers);
        self.store.record_locker_reports(&automat_id(self.automat), reports, at(n)).await
    }

    /// The key in a locker is seen, and then fetched with a PIN.
    pub(crate) async fn fetch(&self, index: u32, digits: &str, seconds: i64) {
        self.report(seconds - 1, &[(index, true, None)]).await.unwrap();
        let entry = format!("e{index}-{seconds}");
        let opened = self.typed(&entry, digits, &[index], seconds).await;
        assert_eq!(opened, Some((u16::try_from(index).unwrap(), Purpose::Fetch)));
        self.report(seconds, &[(index, false, Some(&entry))]).await.unwrap();
    }

    /// The key is back in its locker.
    pub(crate) async fn give_back(&self, index: u32, seconds: i64) {
        self.report(seconds, &[(index, true, None)]).await.unwrap();
    }
}

pub(crate) fn device<'t>(table: &'t TestTable, automat: &'static str) -> Device<'t> {
    Device { store: &table.store, automat }
}

/// What two operations gave, one of which ran between two requests of the other.
pub(crate) struct Between<T, O> {
    pub(crate) first: T,
    pub(crate) other: O,
    /// Whether the first had ended before the other began.
    pub(crate) was_over: bool,
}

/// Lets this many requests of the first pass, then runs the other, then the rest of the first.
pub(crate) async fn between<T, O>(
    steps: &Steps,
    mut first: JoinHandle<T>,
    requests: usize,
    other: impl Future<Output = O>,
) -> Between<T, O> {
    let mut ended = None;
    for _ in 0..requests {
        tokio::select! {
            () = steps.step() => {}
            outcome = &mut first => {
                ended = Some(outcome.unwrap());
                break;
            }
        }
    }
    let (was_over, other) = (ended.is_some(), other.await);
    loop {
        if let Some(first) = ended {
            return Between { first, other, was_over };
        }
        tokio::select! {
            () = steps.step() => {}
            outcome = &mut first => ended = Some(outcome.unwrap()),
        }
    }
}
