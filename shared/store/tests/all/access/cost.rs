//! What questions and records cost. `docs/measurements.md` has the figures.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{ContractDraft, KeyDraft, Sharing};
use testkit::{TABLE, TestTable, at, automat, contract, key, locker, metadata, pin};

use super::device::Device;
use super::stage::{Stage, key_id, lobby};

#[tokio::test]
async fn a_question_where_nothing_has_changed_takes_a_batch_and_an_update() {
    let stage = Stage::new().await;
    stage.project(at(0)).await;
    let mut device = Device::new(stage.store().device_key(&lobby()));
    device.ask(stage.store(), 1).await;
    _ = stage.table.wire.tally();
    device.ask(stage.store(), 2).await;
    assert_eq!(stage.table.wire.tally().round_trips, 2);
    device.pages.clear();
    device.ask(stage.store(), 3).await;
    assert_eq!(stage.table.wire.tally().round_trips, 4, "and the pages and their keys");
}

#[tokio::test]
async fn a_booking_takes_seven_requests_of_the_projector() {
    let stage = Stage::new().await;
    stage.project(at(0)).await;
    stage.book("one", "482915", &["A"], (0, 1_000)).await;
    _ = stage.table.wire.tally();
    stage.project(at(1)).await;
    // The verifier; the key, the page and the PIN; the page and its version; and the PIN again. Nothing for its own writes.
    assert_eq!(stage.table.wire.tally().round_trips, 7);
}

/// With 500 lockers it was 1.01 MB, 11 messages, 12 requests and 1,004 read units; and 10 write units for a booking.
#[tokio::test]
async fn pages_with_fifty_contracts_each_are_two_kilobytes_and_read_in_batches() {
    const LOCKERS: u32 = 120;
    const CONTRACTS: u32 = 50;
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", LOCKERS), &metadata()).await.unwrap();
    for index in 0..LOCKERS {
        let draft = KeyDraft { locker: Some(locker(index)), sharing: Sharing::Shared, ..key(&format!("K{index}")) };
        table.store.create_key(draft, &metadata()).await.unwrap();
    }
    for number in 0..CONTRACTS {
        let start = i64::from(number) * 86_400;
        let pin = Some(pin(&(482_900 + number).to_string()));
        let draft = ContractDraft { pin, ..contract(&key_id("K0"), start, start + 86_400) };
        table.store.create_contract(draft, &metadata()).await.unwrap();
    }
    table.keep_pages(at(0)).await;
    copy_page(&table, LOCKERS).await;
    let mut device = Device::new(table.store.device_key(&lobby()));
    _ = table.wire.tally();
    let answer = table.store.answer_access(&lobby(), &device.request(), at(2)).await.unwrap();
    assert_eq!(table.wire.tally().round_trips, 6, "pages and keys in batches of a hundred");
    let sealed: Vec<_> = answer.pages.values().map(|page| page.sealed.0.len()).collect();
    assert!(sealed.len() == 120 && sealed.iter().all(|bytes| *bytes < 2_000), "{sealed:?}");
    device.ask(&table.store, 2).await;
    assert!(device.pages.values().all(|(_, page)| page.entries.len() == 50));
}

/// The entries of locker 0 in the pages of all others.
async fn copy_page(table: &TestTable, lockers: u32) {
    let item = |sk: String| {
        let key = [("PK", "AUTOMAT#lobby".to_owned()), ("SK", sk)];
        key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value))).into_iter().collect()
    };
    let get = async |sk: String| {
        table.client.get_item().table_name(TABLE).set_key(Some(item(sk))).send().await.unwrap().item.unwrap()
    };
    let first = get("PAGE#00000".to_owned()).await;
    for index in 1..lockers {
        let mut page = get(format!("PAGE#{index:05}")).await;
        page.insert("entries".to_owned(), first["entries"].clone());
        table.client.put_item().table_name(TABLE).set_item(Some(page)).send().await.unwrap();
    }
}
