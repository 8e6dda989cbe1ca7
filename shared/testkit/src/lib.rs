//! The base of tests: a fresh table in the embedded database, reached by the unmodified SDK client, and a wire that can
//! misbehave as AWS does; and tools to inspect pages and logs.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test whose setup fails stops at once"
)]

mod cabinet;
mod data_plane;
mod device;
pub mod html;
mod log;
mod pages;
mod sample;
mod seeded_rng;
mod stream;
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use clock::Random;
use domain::{AutomatId, Instant, Presence};
use dynamodb::Database;
use permissions::Permissions;
use protocol::AccessRequest;
use store::{CodeKeyring, Store};
use tokio::sync::Mutex;

pub use cabinet::fill;
pub use data_plane::{Publications, accepted, data_plane, rejected, unreachable_things};
pub use device::{entry, locker_reports, name, name_under, pin_holder};
pub use log::Log;
pub use pages::{device_key_id, lease_root, open_lease, open_page, unseal};
pub use sample::{
    automat, by_email, by_sms, contract, every_event_kind, follower, key, locker, metadata, metadata_with_receipt,
    of_everything, pin, range,
};
pub use seeded_rng::SeededRng;
pub use wire::{HeldRequest, Network, Steps, Tally, Wire};

/// The master secret in tests is this byte, 32 times.
pub const SECRET: u8 = 7;

/// The table's name. Each test has a database of its own.
pub const TABLE: &str = "table";

/// A fresh table, and the wire to it.
#[derive(Debug)]
pub struct TestTable {
    pub store: Store,
    /// Between the store and the database.
    pub wire: Wire,
    /// A client that bypasses the wire, to inspect items and to write what only devices write.
    pub client: Client,
    database: Database,
    /// Which records have been projected.
    projected: Mutex<stream::Position>,
    /// Which records have changed pages.
    paged: Mutex<stream::Position>,
}

impl TestTable {
    pub async fn new() -> Self {
        Self::start(None).await
    }

    /// A table in a file: the engine holds at most 1 GB in memory.
    pub async fn in_file(file: &Path) -> Self {
        Self::start(Some(file)).await
    }

    async fn start(file: Option<&Path>) -> Self {
        let database = Database::start(file, || at(0)).await.unwrap();
        let client = database.client();
        store::create_table(&client, TABLE).await.unwrap();
        let wire = Wire::new();
        Self {
            store: store_over(&database, &wire, &[SECRET; 32]),
            wire,
            client,
            database,
            projected: Mutex::default(),
            paged: Mutex::default(),
        }
    }

    /// The URL of the database, for clients in another process.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.database.endpoint()
    }

    /// The store of a function: calls that the function's role does not permit are denied.
    #[must_use]
    pub fn store_of(&self, function: &'static str) -> Store {
        let role = Permissions::read().unwrap().role(function);
        self.store.clone().with_client(role.dynamodb(&self.database.client_over(self.wire.clone())))
    }

    /// The store of a function that does not have the secret of the codes.
    #[must_use]
    pub fn store_without_codes(&self, function: &'static str) -> Store {
        let role = Permissions::read().unwrap().role(function);
        let client = role.dynamodb(&self.database.client_over(self.wire.clone()));
        Store::without_codes(client, TABLE, Random::system()).unwrap()
    }

    /// Another store on the same table with a wire of its own, like another Lambda instance.
    #[must_use]
    pub fn another_store(&self) -> (Store, Wire) {
        self.store_under(&[SECRET; 32])
    }

    /// Another store on the same table with other master secrets.
    #[must_use]
    pub fn store_under(&self, master: &[u8]) -> (Store, Wire) {
        let wire = Wire::new();
        (store_over(&self.database, &wire, master), wire)
    }

    /// Every record of the table's stream, oldest first, in Lambda's format. The tests' clock is not the engine's, so
    /// the time of writing is a parameter.
    pub async fn records(&self, written: Instant) -> Vec<serde_json::Value> {
        stream::records(&self.database.streams_client(), &mut HashMap::new(), written).await
    }

    /// The records since the last call of this or [`Self::project`].
    pub async fn new_records(&self, written: Instant) -> Vec<serde_json::Value> {
        stream::records(&self.database.streams_client(), &mut *self.projected.lock().await, written).await
    }

    /// Projects the records of the table's stream since the last call, as the projector does some time after each write.
    pub async fn project(&self) {
        for record in self.new_records(at(0)).await {
            self.store.project(&record).await.unwrap();
        }
    }

    /// Writes pages by the records of the table's stream since the last call, as the projector does. Returns whether a device is
    /// to be signalled.
    pub async fn keep_pages(&self, now: Instant) -> bool {
        let mut paged = self.paged.lock().await;
        let projector = self.store_without_codes("projector");
        let mut is_changed = false;
        loop {
            // Its own writes are records as well.
            let records = stream::records(&self.database.streams_client(), &mut paged, now).await;
            if records.is_empty() {
                return is_changed;
            }
            for record in records {
                is_changed |= !projector.project_access(&record, now).await.unwrap().is_empty();
            }
        }
    }

    /// Writes pages as [`Self::keep_pages`] does; then the automat's device gets them, confirms them, and loses its connection.
    pub async fn hold_and_disconnect(&self, automat: &AutomatId, now: Instant) {
        self.keep_pages(now).await;
        let have = self.store.device_access(automat).await.unwrap().versions;
        let request = AccessRequest { id: "a-1".to_owned(), key: self.store.device_key(automat).id(), have };
        self.store.answer_access(automat, &request, now).await.unwrap();
        for connected in [true, false] {
            let presence = Presence { connected, at: now, number: 7 };
            self.store.record_presence(automat, presence, now).await.unwrap();
        }
    }

    /// Deletes all records of the table's stream, which take as much memory as the items.
    pub async fn delete_stream_records(&self) {
        self.database.stream_records().delete_before(TABLE, &format!("1{:020}", i64::MAX)).await.unwrap();
    }

    /// Every item in the table in the SDK's form, sorted by key: for tests that search or count them.
    pub async fn items(&self) -> Vec<String> {
        let mut pages = self.client.scan().table_name(TABLE).into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            items.push(shown_map(&item.unwrap()));
        }
        items.sort();
        items
    }
}

/// An item or a map in it, in the form of `Debug` but sorted.
fn shown_map(map: &HashMap<String, AttributeValue>) -> String {
    let sorted: BTreeMap<_, _> = map.iter().collect();
    let entries: Vec<_> = sorted.into_iter().map(|(name, value)| format!("{name:?}: {}", shown(value))).collect();
    format!("{{{}}}", entries.join(", "))
}

fn shown(value: &AttributeValue) -> String {
    match value {
        AttributeValue::M(map) => format!("M({})", shown_map(map)),
        AttributeValue::L(list) => format!("L([{}])", list.iter().map(shown).collect::<Vec<_>>().join(", ")),
        other => format!("{other:?}"),
    }
}

fn store_over(database: &Database, wire: &Wire, master: &[u8]) -> Store {
    Store::new(database.client_over(wire.clone()), TABLE, CodeKeyring::new(master).unwrap(), Random::system())
}

/// An instant this many seconds after 2026-11-24T12:00:00Z, the present of all tests.
#[must_use]
pub fn at(seconds: i64) -> Instant {
    Instant::from_millis((1_795_521_600 + seconds) * 1000).unwrap()
}
