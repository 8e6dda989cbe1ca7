//! What tests stand on: a fresh table in the embedded database, reached by the unmodified SDK client, and a wire that
//! can be told to misbehave as AWS does.

#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot set its stage stops at once")]

mod sample;
mod wire;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use domain::Instant;
use store::{Codes, Random, Store};
use tokio::sync::oneshot;

pub use sample::{act, act_with_receipt, automat, contract, key, pin, range};
pub use wire::{Held, Tally, Wire};

/// The name of the one table of each test's own database.
pub const TABLE: &str = "table";

/// A fresh table, and the wire to it.
#[derive(Debug)]
pub struct TestTable {
    /// The store under test.
    pub store: Store,
    /// What stands between the store and the database.
    pub wire: Wire,
    /// A client of its own, past the wire, to look at items and to put things that only devices write.
    pub client: Client,
    _stop: oneshot::Sender<()>,
}

impl TestTable {
    /// Starts a database in memory and makes the table.
    pub async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let database = dynoxide::Database::memory().unwrap();
        tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, async {
            let _ = stopped.await;
        }));
        let wire = Wire::new();
        let client = client(&endpoint, &Wire::new());
        store::create_table(&client, TABLE).await.unwrap();
        let codes = Codes::new(&[7; 32]).unwrap();
        let store = Store::new(self::client(&endpoint, &wire), TABLE, codes, Random::system());
        Self { store, wire, client, _stop: stop }
    }

    /// Every item in the table, as the SDK has it, sorted by key: for tests that search the bytes or count what is left.
    pub async fn items(&self) -> Vec<String> {
        let mut pages = self.client.scan().table_name(TABLE).into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            let sorted: std::collections::BTreeMap<_, _> = item.unwrap().into_iter().collect();
            items.push(format!("{sorted:?}"));
        }
        items.sort();
        items
    }
}

/// A client as Lambda would have it, but to the embedded database and over a wire of ours.
fn client(endpoint: &str, wire: &Wire) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .http_client(wire.clone())
        .build();
    Client::from_conf(config)
}

/// An instant so many seconds after 2026-11-24T12:00:00Z, the now of the tests.
#[must_use]
pub fn at(seconds: i64) -> Instant {
    Instant::from_millis((1_795_521_600 + seconds) * 1000).unwrap()
}
