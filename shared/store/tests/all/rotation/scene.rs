//! The automat `lobby` with the shared key `A` inside, and devices that hold one key or two.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::{
    AutomatId, CodeKind, Contract, ContractDraft, ContractId, Ending, Instant, KeyDraft, KeyId, KeypadAnswer, Purpose,
    ReturnCode, Sharing,
};
use store::{DeviceKey, Error, KeypadEntry, Store};
use testkit::{SECRET, TestTable, Wire, at, automat, contract, key, locker, locker_reports, metadata, name, pin};

/// The stack's current secret, and the next one.
pub(crate) const OLD: [u8; 32] = [SECRET; 32];
pub(crate) const NEW: [u8; 32] = [SECRET + 1; 32];

pub(crate) const RETURN_CODE: &str = "4711";

/// The time of these tests: every contract has started.
pub(crate) fn now() -> Instant {
    at(100)
}

pub(crate) fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

pub(crate) fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

pub(crate) fn id(name: &str) -> ContractId {
    ContractId::parse(name).unwrap()
}

/// Two secrets, the current one first.
pub(crate) fn two(current: [u8; 32], other: [u8; 32]) -> Vec<u8> {
    [&current[..], b"\n", &other].concat()
}

/// A permanent contract with this PIN.
pub(crate) fn draft(name: &str, digits: &str) -> ContractDraft {
    ContractDraft { id: Some(id(name)), pin: Some(pin(digits)), ending: Ending::Permanent, ..contract(&a(), 0, 1) }
}

pub(crate) async fn book(store: &Store, name: &str, digits: &str) -> Result<Contract, Error> {
    store.create_contract(draft(name, digits), &metadata()).await.map(store::Created::into_inner)
}

/// A key with a return code, for the lowest free locker.
pub(crate) fn with_return_code(name: &str, digits: &str) -> KeyDraft {
    KeyDraft { return_code: Some(ReturnCode::parse(digits).unwrap()), sharing: Sharing::Shared, ..key(name) }
}

pub(crate) struct Scene {
    pub(crate) table: TestTable,
    said: AtomicU64,
}

impl Scene {
    /// Everything under the old secret: the key with its return code, and the contract `first` with the PIN 482915.
    pub(crate) async fn new() -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 4), &metadata()).await.unwrap();
        let inside = locker_reports(1, &[(0, true, None)]);
        table.store.record_locker_reports(&lobby(), inside, at(0)).await.unwrap();
        table.store.create_key(with_return_code("A", RETURN_CODE), &metadata()).await.unwrap();
        book(&table.store, "first", "482915").await.unwrap();
        Self { table, said: AtomicU64::new(1) }
    }

    /// A function that knows these secrets.
    pub(crate) fn function(&self, master: &[u8]) -> Store {
        self.table.store_under(master).0
    }

    /// The same, with its wire.
    pub(crate) fn wired(&self, master: &[u8]) -> (Store, Wire) {
        self.table.store_under(master)
    }

    /// The device's key under a secret.
    pub(crate) fn device_key(&self, secret: [u8; 32]) -> DeviceKey {
        self.function(&secret).device_key(&lobby())
    }

    fn next(&self) -> u64 {
        self.said.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The names of a code that a device with keys under these secrets sends.
    pub(crate) fn typed(&self, secrets: &[[u8; 32]], kind: CodeKind, digits: &str, inside: bool) -> KeypadEntry {
        let mut names = secrets.iter().map(|&secret| name(&self.device_key(secret), kind, digits));
        KeypadEntry {
            id: format!("e{}", self.next()),
            kind,
            code: names.next().unwrap(),
            other: names.next(),
            at: now(),
            inside: inside.then(|| locker(0)).into_iter().collect(),
        }
    }

    /// The keypad's answer to a code.
    pub(crate) async fn answer(
        &self,
        function: &Store,
        device: &[[u8; 32]],
        kind: CodeKind,
        digits: &str,
        inside: bool,
    ) -> Option<Purpose> {
        let typed = self.typed(device, kind, digits, inside);
        match function.keypad_entry(&lobby(), typed, now()).await.unwrap() {
            KeypadAnswer::Open { allowed, .. } => Some(allowed.lockers[0].purpose),
            KeypadAnswer::No { .. } | KeypadAnswer::Wait { .. } => None,
        }
    }

    /// Whether a PIN opens nothing. Entered hours after the one before, so that the keypad does not become slow.
    pub(crate) async fn is_refused(&self, function: &Store, device: &[[u8; 32]], digits: &str) -> bool {
        let hours = i64::try_from(self.next()).unwrap();
        let later = now().plus_millis(hours * 3_600_000);
        let typed = KeypadEntry { at: later, ..self.typed(device, CodeKind::Pin, digits, true) };
        function.keypad_entry(&lobby(), typed, later).await.unwrap() == KeypadAnswer::No { wait_until: None }
    }

    /// The key is fetched or returned after this entry.
    pub(crate) async fn sense(&self, function: &Store, inside: bool, by: Option<&str>) -> Result<(), Error> {
        function.record_locker_reports(&lobby(), locker_reports(self.next(), &[(0, inside, by)]), now()).await
    }

    pub(crate) async fn fetch_and_return(&self, function: &Store, device: &[[u8; 32]], digits: &str, what: &str) {
        let typed = self.typed(device, CodeKind::Pin, digits, true);
        let entry = typed.id.clone();
        let answer = function.keypad_entry(&lobby(), typed, now()).await.unwrap();
        let fetches = |answer| matches!(answer, KeypadAnswer::Open { allowed, .. } if allowed.lockers[0].purpose == Purpose::Fetch);
        assert!(fetches(answer), "{what}: {digits} fetches");
        self.sense(function, false, Some(&entry)).await.unwrap();
        let answer = self.answer(function, device, CodeKind::Pin, digits, false).await;
        assert_eq!(answer, Some(Purpose::Return), "{what}: {digits} returns");
        self.sense(function, true, None).await.unwrap();
    }

    /// How many PINs and return codes are in the table.
    pub(crate) async fn names(&self) -> (usize, usize) {
        let items = self.table.items().await;
        let count = |prefix: &str| items.iter().filter(|item| item.contains(&format!("\"SK\": S(\"{prefix}"))).count();
        (count("PIN#"), count("RETURN#"))
    }

    /// What is left to rotate for a function that knows these secrets.
    pub(crate) async fn left(&self, master: &[u8]) -> store::RotationReport {
        self.function(master).preview_rotation(now()).await.unwrap()
    }
}
