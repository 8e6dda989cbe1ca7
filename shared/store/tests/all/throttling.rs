//! A throttled table, as in AWS; the embedded engine never throttles. Reads and writes answer "busy", and unprocessed
//! keys of a batch are requested again.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{AutomatId, KeyId};
use store::{Error, KeyFilter, PageRequest};
use testkit::{TestTable, automat, contract, key, metadata};

const PAGE: PageRequest = PageRequest { limit: 20, after: None };

/// An automat with this many keys.
async fn lobby(keys: u32) -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", keys), &metadata()).await.unwrap();
    for number in 0..keys {
        table.store.create_key(key(&format!("K-{number}")), &metadata()).await.unwrap();
    }
    table
}

async fn list(table: &TestTable) -> Result<Vec<String>, Error> {
    let filter = KeyFilter { automat: None, search: None };
    let page = table.store.keys(&filter, &PAGE).await?;
    Ok(page.data.iter().map(|key| key.id.as_str().to_owned()).collect())
}

#[tokio::test]
async fn a_throttled_request_is_answered_busy() {
    let table = lobby(1).await;
    let (lobby, first) = (AutomatId::parse("lobby").unwrap(), KeyId::parse("K-0").unwrap());
    for target in ["Query", "BatchGetItem"] {
        table.wire.throttle(target);
        assert!(matches!(list(&table).await, Err(Error::Busy)), "{target}");
    }
    table.wire.throttle("GetItem");
    assert!(matches!(table.store.automat(&lobby).await, Err(Error::Busy)));
    table.wire.throttle("TransactWriteItems");
    assert!(matches!(table.store.create_contract(contract(&first, 1, 2), &metadata()).await, Err(Error::Busy)));
    table.wire.repair();
    assert_eq!(list(&table).await.unwrap(), ["K-0"]);
}

#[tokio::test]
async fn unprocessed_keys_of_a_batch_are_read_in_the_end() {
    let table = lobby(5).await;
    table.wire.leave_unread(3);
    _ = table.wire.tally();
    assert_eq!(list(&table).await.unwrap(), ["K-0", "K-1", "K-2", "K-3", "K-4"]);
    assert_eq!(table.wire.tally().round_trips, 1 + 4, "one query, and four batches for five keys");
}

#[tokio::test]
async fn nobody_asks_for_ever() {
    // Each attempt reads one. In the 8 s that attempts have, after waits of 0.4 s on average, there are about 26: with 30 keys, every
    // seventh run had read them all.
    let table = lobby(80).await;
    table.wire.leave_unread(u32::MAX);
    let filter = KeyFilter { automat: None, search: None };
    let refused = table.store.keys(&filter, &PageRequest { limit: 80, after: None }).await;
    assert!(matches!(refused, Err(Error::Busy)));
}
