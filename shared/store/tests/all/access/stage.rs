//! The automat `lobby` with nine lockers, the key `A` in locker 0 with the return code 4711, and the key `B` in locker 1; both are
//! inside and shared. Records are projected when a test says so.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    AutomatId, CodeKind, ContractChange, ContractDraft, ContractId, ContractKeys, Instant, KeyChange, KeyDraft, KeyId,
    ReturnCode, Sharing,
};
use serde_json::Value;
use store::{Expected, RequestMetadata, Store};
use testkit::{TABLE, TestTable, at, automat, contract, entry, key, locker, locker_reports, metadata, pin};

pub(crate) fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

pub(crate) fn id(name: &str) -> ContractId {
    ContractId::parse(name).unwrap()
}

pub(crate) fn key_id(name: &str) -> KeyId {
    KeyId::parse(name).unwrap()
}

pub(crate) struct Stage {
    pub(crate) table: TestTable,
    projected: AtomicUsize,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
        let stage = Self { table, projected: AtomicUsize::new(0) };
        stage.report(1, &[(0, true, None), (1, true, None)], 0).await;
        stage.add_key("A", Some("4711")).await;
        stage.add_key("B", None).await;
        stage
    }

    pub(crate) fn store(&self) -> &Store {
        &self.table.store
    }

    pub(crate) async fn add_key(&self, name: &str, code: Option<&str>) {
        let return_code = code.map(|code| ReturnCode::parse(code).unwrap());
        let draft = KeyDraft { return_code, sharing: Sharing::Shared, ..key(name) };
        self.store().create_key(draft, &metadata()).await.unwrap();
    }

    /// A contract on these keys.
    pub(crate) async fn book(&self, name: &str, digits: &str, keys: &[&str], (start, end): (i64, i64)) {
        let first = key_id(keys[0]);
        let draft = ContractDraft {
            id: Some(id(name)),
            keys: ContractKeys::new(keys.iter().map(|name| key_id(name))).unwrap(),
            pin: Some(pin(digits)),
            ..contract(&first, start, end)
        };
        let metadata = RequestMetadata { now: at(start.min(0)), ..metadata() };
        self.store().create_contract(draft, &metadata).await.unwrap();
    }

    pub(crate) async fn edit(&self, name: &str, change: ContractChange) {
        self.store().edit_contract(&id(name), change, false, Expected::Any, &metadata()).await.unwrap();
    }

    pub(crate) async fn remove(&self, name: &str) {
        self.store().remove_contract(&id(name), true, Expected::Any, &metadata()).await.unwrap();
    }

    pub(crate) async fn edit_key(&self, name: &str, change: KeyChange) {
        self.store().edit_key(&key_id(name), change, Expected::Any, &metadata()).await.unwrap();
    }

    pub(crate) async fn move_key(&self, name: &str, to: u32) {
        self.edit_key(name, KeyChange { locker: Some(locker(to)), ..KeyChange::default() }).await;
    }

    pub(crate) async fn remove_key(&self, name: &str) {
        self.store().remove_key(&key_id(name), true, Expected::Any, &metadata()).await.unwrap();
        self.store().finish_removals(at(0)).await.unwrap();
    }

    /// The key in locker 0 is fetched with a PIN.
    pub(crate) async fn fetch(&self, digits: &str, seconds: i64) {
        let entry_id = format!("e{seconds}");
        let typed = entry(self.store(), &entry_id, CodeKind::Pin, digits, at(seconds), &[0]);
        self.store().keypad_entry(&lobby(), typed, at(seconds)).await.unwrap();
        self.report(seconds.unsigned_abs() + 10, &[(0, false, Some(&entry_id))], seconds).await;
    }

    pub(crate) async fn report(&self, n: u64, lockers: &[(u32, bool, Option<&str>)], seconds: i64) {
        let reports = locker_reports(n, lockers);
        self.store().record_locker_reports(&lobby(), reports, at(seconds)).await.unwrap();
    }

    /// The store of the projector.
    pub(crate) fn projector(&self) -> Store {
        self.table.store_without_codes("projector")
    }

    /// The records of the stream since the last call that the projector gets.
    pub(crate) async fn records(&self) -> Vec<Value> {
        let mut records = self.table.records(at(0)).await;
        let done = self.projected.swap(records.len(), Ordering::Relaxed);
        records.drain(..done);
        records
    }

    /// Handles the records of the stream since the last call; returns whether the device is signalled.
    pub(crate) async fn project(&self, now: Instant) -> bool {
        self.records().await;
        self.table.keep_pages(now).await
    }

    /// An item of the automat, as it is stored.
    pub(crate) async fn item(&self, sk: &str) -> Option<std::collections::HashMap<String, AttributeValue>> {
        let request = self.table.client.get_item().table_name(TABLE).consistent_read(true);
        let request = request.key("PK", AttributeValue::S("AUTOMAT#lobby".to_owned()));
        request.key("SK", AttributeValue::S(sk.to_owned())).send().await.unwrap().item
    }

    /// Deletes an item of the automat, as the table's TTL or a restored backup does.
    pub(crate) async fn delete_item(&self, sk: &str) {
        let request = self.table.client.delete_item().table_name(TABLE);
        let request = request.key("PK", AttributeValue::S("AUTOMAT#lobby".to_owned()));
        request.key("SK", AttributeValue::S(sk.to_owned())).send().await.unwrap();
    }

    /// Sets an attribute of an item of the automat.
    pub(crate) async fn set(&self, sk: &str, name: &str, value: AttributeValue) {
        let request = self.table.client.update_item().table_name(TABLE);
        let request = request.key("PK", AttributeValue::S("AUTOMAT#lobby".to_owned()));
        let request = request.key("SK", AttributeValue::S(sk.to_owned()));
        let request = request.update_expression("SET #n = :v").expression_attribute_names("#n", name);
        request.expression_attribute_values(":v", value).send().await.unwrap();
    }
}
