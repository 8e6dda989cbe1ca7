//! What each record does to pages.

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{
    AutomatChange, CodeKind, ContractChange, Ending, FreeText, KeyChange, Name, Property, ReturnCode, Schedule,
    TimeZone,
};
use protocol::{Handle, Page, Windows};
use store::Expected;
use testkit::{SECRET, TestTable, at, automat, metadata, name, pin};

use super::device::{Device, verifier};
use super::stage::{Stage, key_id, lobby};

const ALL: [&str; 3] = ["482915", "573826", "664737"];

async fn synced(stage: &Stage) -> Device {
    stage.project(at(0)).await;
    let mut device = Device::new(stage.store().device_key(&lobby()));
    device.ask(stage.store(), 0).await;
    device
}

/// The entries of a locker's page: start and end in seconds from the present.
fn times(device: &Device, locker: u16) -> Vec<(i64, Option<i64>)> {
    let from_now = |seconds: u32| i64::from(seconds) - at(0).seconds();
    let mut times: Vec<_> = device.page(locker).entries.iter().collect();
    times.sort_by_key(|entry| entry.start);
    times.into_iter().map(|entry| (from_now(entry.start), entry.end.map(from_now))).collect()
}

#[tokio::test]
async fn a_page_has_the_return_code_and_the_contracts_of_the_lockers_key() {
    let stage = Stage::new().await;
    stage.book("one", "482915", &["A"], (0, 1_000)).await;
    stage.book("later", "573826", &["A"], (500, 1_500)).await;
    let device = synced(&stage).await;
    assert_eq!(device.pages.keys().collect::<Vec<_>>(), [&0, &1]);
    let page = device.page(0);
    let code = name(&device.key, CodeKind::ReturnCode, "4711");
    let known = page.return_code.unwrap();
    assert!(code.starts_with(&URL_SAFE_NO_PAD.encode(known.0)[..10]));
    assert_eq!((page.holder, times(&device, 0)), (None, vec![(0, Some(1_000)), (500, Some(1_500))]));
    assert_eq!(device.opened_by(0, &ALL), ALL[..2]);
    assert_eq!(*device.page(1), Page::default(), "a key without a code and contracts");
}

#[tokio::test]
async fn a_contract_with_several_keys_is_in_the_page_of_each() {
    let stage = Stage::new().await;
    stage.book("both", "482915", &["A", "B"], (0, 1_000)).await;
    let device = synced(&stage).await;
    assert_eq!(
        (device.opened_by(0, &ALL), device.opened_by(1, &ALL)),
        (vec![ALL[0].to_owned()], vec![ALL[0].to_owned()])
    );
    assert_eq!(device.page(0).entries, device.page(1).entries, "with the same handle");
}

#[tokio::test]
async fn edits_of_a_contract_change_its_entry() {
    let stage = Stage::new().await;
    stage.book("one", "482915", &["A"], (0, 1_000)).await;
    stage.book("other", "573826", &["A"], (0, 900)).await;
    let mut device = synced(&stage).await;
    let handle = |device: &Device| -> Handle {
        let own = verifier(&device.key, "664737");
        device.page(0).entries.iter().find(|entry| entry.verifier == own).unwrap().handle
    };
    let schedule = Some(Some(Schedule::parse("Mo-Fr 08:00-17:00").unwrap()));
    let change = ContractChange {
        ending: Some(Ending::Permanent),
        schedule,
        pin: Some(pin("664737")),
        ..ContractChange::default()
    };
    stage.edit("one", change).await;
    assert!(stage.project(at(0)).await);
    assert_eq!(device.ask(stage.store(), 1).await.len(), 1);
    assert_eq!(device.opened_by(0, &ALL), ALL[1..], "the former PIN opens nothing");
    assert!(times(&device, 0).contains(&(0, None)));
    let page = device.page(0);
    assert_eq!(page.schedules.len(), 1);
    let Windows(windows) = &page.schedules[0];
    assert_eq!(windows[0], (8 * 60, 17 * 60));
    let before = handle(&device);
    let back = ContractChange { schedule: Some(None), ..ContractChange::default() };
    stage.edit("one", back).await;
    stage.project(at(0)).await;
    device.ask(stage.store(), 2).await;
    assert_eq!((device.page(0).schedules.len(), handle(&device)), (0, before));
    let moved = ContractChange { keys: Some(key_id("B").into()), ..ContractChange::default() };
    stage.edit("one", moved).await;
    stage.project(at(0)).await;
    assert_eq!(device.ask(stage.store(), 3).await.len(), 2);
    assert_eq!(
        (device.opened_by(0, &ALL), device.opened_by(1, &ALL)),
        (vec![ALL[1].to_owned()], vec![ALL[2].to_owned()])
    );
}

#[tokio::test]
async fn times_are_whole_seconds_within_the_contract() {
    let stage = Stage::new().await;
    let change = ContractChange {
        start: Some(at(10).plus_millis(1)),
        ending: Some(Ending::At(at(20).plus_millis(999))),
        ..ContractChange::default()
    };
    stage.book("one", "482915", &["A"], (5, 1_000)).await;
    stage.edit("one", change).await;
    assert_eq!(times(&synced(&stage).await, 0), [(11, Some(20))]);
}

#[tokio::test]
async fn what_does_not_change_a_page_writes_none_and_signals_nothing() {
    let stage = Stage::new().await;
    stage.book("one", "482915", &["A"], (0, 1_000)).await;
    let mut device = synced(&stage).await;
    let property = Some(Property::parse("Hämeentie 12").unwrap());
    // A return code is sealed anew with each edit, and nobody but the keypad can see that it is the same.
    stage.edit_key("B", KeyChange { property, ..KeyChange::default() }).await;
    let text = Some(Some(FreeText::parse("second floor").unwrap()));
    stage.edit("one", ContractChange { free_text: text, ..ContractChange::default() }).await;
    let before = stage.item("PAGE#00000").await;
    assert!(!stage.project(at(9)).await);
    assert_eq!((stage.item("PAGE#00000").await, device.ask(stage.store(), 9).await.len()), (before, 0));
}

#[tokio::test]
async fn a_contract_that_is_removed_or_deleted_by_the_table_leaves_the_page() {
    let stage = Stage::new().await;
    for (name, digits) in [("one", "482915"), ("two", "573826"), ("three", "664737")] {
        stage.book(name, digits, &["A"], (0, 1_000)).await;
    }
    let mut device = synced(&stage).await;
    stage.remove("one").await;
    assert!(stage.project(at(1)).await);
    device.ask(stage.store(), 1).await;
    assert_eq!(device.opened_by(0, &ALL), ALL[1..]);
    let own = format!("PIN#{}", name(&device.key, CodeKind::Pin, "573826"));
    stage.delete_item(&own).await;
    assert!(stage.project(at(1)).await);
    device.ask(stage.store(), 1).await;
    assert_eq!(device.opened_by(0, &ALL), ALL[2..]);
}

#[tokio::test]
async fn a_pin_that_another_contract_has_taken_is_that_ones() {
    let stage = Stage::new().await;
    stage.book("old", "482915", &["A", "B"], (-900, -100)).await;
    stage.project(at(-500)).await;
    let mut device = synced(&stage).await;
    assert_eq!(device.page(0).entries.len(), 1);
    let old = device.page(0).entries[0].handle;
    stage.book("new", "482915", &["A"], (0, 1_000)).await;
    stage.project(at(5)).await;
    device.ask(stage.store(), 5).await;
    assert_eq!((times(&device, 0), times(&device, 1)), (vec![(0, Some(1_000))], vec![]));
    assert_ne!(device.page(0).entries[0].handle, old);
}

#[tokio::test]
async fn a_key_takes_its_contracts_to_another_locker() {
    let stage = Stage::new().await;
    stage.book("one", "482915", &["A"], (0, 1_000)).await;
    let mut device = synced(&stage).await;
    stage.move_key("A", 7).await;
    assert!(stage.project(at(1)).await);
    assert_eq!(device.ask(stage.store(), 1).await, [0, 7].into());
    assert_eq!((device.page(0), device.opened_by(7, &ALL)), (&Page::default(), vec![ALL[0].to_owned()]));
    assert!(device.page(7).return_code.is_some());
    // Both at once: another key comes where it was.
    stage.move_key("B", 0).await;
    stage.move_key("A", 1).await;
    stage.book("two", "573826", &["B"], (0, 1_000)).await;
    stage.project(at(2)).await;
    device.ask(stage.store(), 2).await;
    assert_eq!(
        (device.opened_by(0, &ALL), device.opened_by(1, &ALL)),
        (vec![ALL[1].to_owned()], vec![ALL[0].to_owned()])
    );
}

#[tokio::test]
async fn a_key_that_is_removed_and_added_again_has_no_contracts() {
    let stage = Stage::new().await;
    stage.book("one", "482915", &["A"], (0, 1_000)).await;
    let mut device = synced(&stage).await;
    stage.remove_key("A").await;
    assert!(stage.project(at(1)).await);
    device.ask(stage.store(), 1).await;
    assert_eq!(*device.page(0), Page::default());
    stage.add_key("A", None).await;
    stage.project(at(2)).await;
    device.ask(stage.store(), 2).await;
    assert_eq!(*device.page(0), Page::default());
    stage.book("one", "573826", &["A"], (0, 1_000)).await;
    stage.project(at(3)).await;
    device.ask(stage.store(), 3).await;
    assert_eq!(device.opened_by(0, &ALL), ALL[1..2]);
}

#[tokio::test]
async fn who_has_the_key_and_its_return_code_raise_the_version() {
    let stage = Stage::new().await;
    stage.book("one", "482915", &["A"], (0, 1_000)).await;
    let mut device = synced(&stage).await;
    let own = device.page(0).entries[0].handle;
    stage.fetch("482915", 5).await;
    assert!(stage.project(at(6)).await);
    assert_eq!(device.ask(stage.store(), 6).await, [0].into());
    assert_eq!(device.page(0).holder, Some(own));
    stage.report(50, &[(0, true, None)], 20).await;
    assert!(stage.project(at(20)).await);
    device.ask(stage.store(), 20).await;
    assert_eq!(device.page(0).holder, None);
    let before = device.page(0).return_code;
    let return_code = Some(Some(ReturnCode::parse("5822").unwrap()));
    stage.edit_key("A", KeyChange { return_code, ..KeyChange::default() }).await;
    assert!(stage.project(at(21)).await);
    device.ask(stage.store(), 21).await;
    assert_ne!(device.page(0).return_code, before);
}

#[tokio::test]
async fn another_lease_or_zone_is_signalled_and_other_edits_of_an_automat_are_not() {
    let stage = Stage::new().await;
    stage.project(at(0)).await;
    let edit = async |change: AutomatChange| {
        stage.store().edit_automat(&lobby(), change, true, Expected::Any, &metadata()).await.unwrap();
        stage.project(at(0)).await
    };
    let other = Some(Name::parse("Entrance").unwrap());
    assert!(!edit(AutomatChange { name: other, ..AutomatChange::default() }).await);
    let time_zone = Some(TimeZone::parse("Europe/Stockholm").unwrap());
    assert!(edit(AutomatChange { time_zone, ..AutomatChange::default() }).await);
    stage.set("AUTOMAT", "leaseHours", AttributeValue::N("3".to_owned())).await;
    assert!(stage.project(at(0)).await);
}

#[tokio::test]
async fn after_a_rotation_pages_have_the_new_names() {
    let stage = Stage::new().await;
    stage.book("one", "482915", &["A"], (0, 1_000)).await;
    let mut old = synced(&stage).await;
    let both = [[8; 32].as_slice(), b"\n", &[SECRET; 32]].concat();
    let (rotated, _) = stage.table.store_under(&both);
    let mut new = Device::new(rotated.device_key(&lobby()));
    assert!(new.ask(stage.store(), 1).await.is_empty(), "its key is not known yet");
    old.ask(&rotated, 1).await;
    new.ask(&rotated, 1).await;
    assert_eq!((old.opened_by(0, &ALL), new.opened_by(0, &ALL)), (vec![ALL[0].to_owned()], vec![]));
    assert_ne!(new.page(0).return_code, old.page(0).return_code, "each under its own key");
    rotated.rotate_codes(at(1)).await.unwrap();
    stage.project(at(2)).await;
    old.ask(&rotated, 2).await;
    new.ask(&rotated, 2).await;
    assert_eq!((old.opened_by(0, &ALL), new.opened_by(0, &ALL)), (vec![], vec![ALL[0].to_owned()]));
}

#[tokio::test]
async fn records_of_other_items_do_nothing() {
    let table = TestTable::new().await;
    let projector = table.store_without_codes("projector");
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    for record in table.records(at(0)).await {
        assert!(projector.project_access(&record, at(0)).await.unwrap().is_empty());
    }
    let malformed =
        serde_json::json!({ "dynamodb": { "Keys": { "PK": { "S": "KEY#A" }, "SK": { "S": "KEY" } }, "NewImage": {} } });
    assert!(projector.project_access(&malformed, at(0)).await.is_err());
}
