//! Answers to questions: which pages, and what lease.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{AutomatId, KeyChange};
use protocol::{AccessRequest, Page, PageVersions};
use store::{AccessResponse, DeviceAccess, Error, ResourceKind};
use testkit::{TestTable, at, automat, metadata};

use super::device::{Device, thing};
use super::stage::{Stage, lobby};

const HOUR: u32 = 3_600;

async fn device(stage: &Stage) -> Device {
    stage.project(at(0)).await;
    Device::new(stage.store().device_key(&lobby()))
}

async fn access(stage: &Stage) -> DeviceAccess {
    stage.table.store_of("devices").device_access(&lobby()).await.unwrap()
}

#[tokio::test]
async fn a_question_gets_what_is_newer_and_confirms_the_rest() {
    let stage = Stage::new().await;
    let mut device = device(&stage).await;
    let store = stage.table.store_of("devices");
    assert_eq!(device.ask(&store, 1).await, [0, 1].into());
    let noted = access(&stage).await;
    assert_eq!(
        (noted.held.clone(), noted.held_at),
        (PageVersions::default(), Some(at(1))),
        "it has not confirmed them"
    );
    assert_ne!(noted.versions, noted.held);
    assert!(device.ask(&store, 2).await.is_empty());
    let noted = access(&stage).await;
    assert_eq!((&noted.held, noted.held_at), (&noted.versions, Some(at(2))));
    stage.book("one", "482915", &["B"], (0, 1_000)).await;
    stage.project(at(3)).await;
    assert_eq!(device.ask(&store, 3).await, [1].into());
    device.pages.remove(&0);
    assert_eq!(device.ask(&store, 4).await, [0].into(), "one that it cannot open counts as none");
}

#[tokio::test]
async fn an_unknown_automat_or_device_key_gets_nothing() {
    let stage = Stage::new().await;
    let device = device(&stage).await;
    let yard = AutomatId::parse("yard").unwrap();
    let refused = stage.store().answer_access(&yard, &device.request(), at(0)).await;
    assert!(matches!(refused, Err(Error::NotFound(ResourceKind::Automat))), "{refused:?}");
    let refused = stage.store().device_access(&yard).await;
    assert!(matches!(refused, Err(Error::NotFound(ResourceKind::Automat))), "{refused:?}");
    let have = [(0, u32::MAX)].into_iter().collect();
    let request = AccessRequest { key: "00000000".to_owned(), have, ..device.request() };
    let answer = stage.store().answer_access(&lobby(), &request, at(0)).await.unwrap();
    assert_eq!(answer, AccessResponse::default());
    assert_eq!(access(&stage).await.held_at, None);
}

#[tokio::test]
async fn what_is_sealed_opens_for_its_thing_locker_and_version_only() {
    let stage = Stage::new().await;
    let device = device(&stage).await;
    let answer = stage.store().answer_access(&lobby(), &device.request(), at(0)).await.unwrap();
    let page = &answer.pages[&0];
    let opens = |data: String| testkit::unseal(device.key.reveal(), &page.sealed, &data).is_some();
    assert!(opens(Page::associated_data(&thing(), 0, page.version)));
    assert!(!opens(Page::associated_data(&thing(), 1, page.version)));
    assert!(!opens(Page::associated_data(&thing(), 0, page.version + 1)));
    assert!(!opens(Page::associated_data(&protocol::ThingName::of_automat("yard"), 0, page.version)));
    let again = stage.store().answer_access(&lobby(), &device.request(), at(0)).await.unwrap();
    assert_ne!(again.pages[&0].sealed, page.sealed, "with another nonce");
}

#[tokio::test]
async fn a_lease_ends_after_the_automats_hours() {
    let stage = Stage::new().await;
    let mut device = device(&stage).await;
    let now = u32::try_from(at(5).seconds()).unwrap();
    device.ask(stage.store(), 5).await;
    let lease = device.lease.clone().unwrap();
    assert_eq!((lease.issued, lease.until), (now, now + 24 * HOUR));
    assert_eq!((lease.offset, lease.change), (7_200, None), "the winter of Helsinki");
    assert_eq!(access(&stage).await.lease_until, Some(at(5 + 24 * 3_600)));
    stage.set("AUTOMAT", "leaseHours", AttributeValue::N("0".to_owned())).await;
    device.ask(stage.store(), 6).await;
    assert_eq!(device.lease, None);
    assert_eq!(access(&stage).await.lease_until, Some(at(5 + 24 * 3_600)), "it may still have the former one");
    stage.set("AUTOMAT", "leaseHours", AttributeValue::N("168".to_owned())).await;
    device.ask(stage.store(), 7).await;
    assert_eq!(access(&stage).await.lease_until, Some(at(7 + 168 * 3_600)));
}

#[tokio::test]
async fn a_question_that_is_answered_late_does_not_replace_a_later_one() {
    let stage = Stage::new().await;
    let mut device = device(&stage).await;
    let first = device.request();
    device.ask(stage.store(), 5).await;
    device.ask(stage.store(), 6).await;
    let noted = access(&stage).await;
    stage.store().answer_access(&lobby(), &first, at(4)).await.unwrap();
    assert_eq!(access(&stage).await, noted);
}

/// The table was restored from a backup, so the device has pages that the cloud does not know.
#[tokio::test]
async fn pages_are_raised_above_those_of_the_device() {
    let stage = Stage::new().await;
    let mut device = device(&stage).await;
    device.ask(stage.store(), 0).await;
    let later = u32::try_from(at(900).seconds()).unwrap();
    let unknown = (later, Page::default());
    for locker in [0, 5] {
        device.pages.insert(locker, unknown.clone());
    }
    let store = stage.table.store_of("devices");
    assert_eq!(device.ask(&store, 10).await, [0, 5].into());
    assert_eq!((device.pages[&0].0, device.pages[&5].0), (later + 1, later + 1));
    assert!(device.page(0).return_code.is_some());
    assert!(device.ask(&store, 11).await.is_empty());
    stage.move_key("A", 5).await;
    stage.project(at(12)).await;
    assert_eq!(device.ask(&store, 12).await, [0, 5].into(), "the empty page is used");
    assert!(device.page(5).return_code.is_some());
    // Lockers that no automat has are left alone.
    device.pages.insert(505, unknown);
    assert!(device.ask(&store, 13).await.is_empty());
}

/// The projector was interrupted between a page and its version, and the device asks before the record is handled again.
#[tokio::test]
async fn a_version_that_is_not_known_yet_raises_no_page() {
    let stage = Stage::new().await;
    let mut device = device(&stage).await;
    device.ask(stage.store(), 0).await;
    let page = stage.item("PAGE#00000").await;
    stage.delete_item("VERSIONS").await;
    assert!(device.ask(stage.store(), 1).await.is_empty());
    assert_eq!(stage.item("PAGE#00000").await, page);
    assert!(device.ask(stage.store(), 2).await.is_empty());
}

#[tokio::test]
async fn a_page_without_its_key_opens_nothing() {
    let stage = Stage::new().await;
    stage.book("one", "482915", &["A"], (0, 1_000)).await;
    let mut device = device(&stage).await;
    stage.move_key("A", 7).await;
    device.ask(stage.store(), 1).await;
    assert_eq!(*device.page(0), Page::default(), "although the projector has not seen it");
    stage.edit_key("A", KeyChange { return_code: Some(None), ..KeyChange::default() }).await;
    stage.project(at(2)).await;
    assert_eq!(device.ask(stage.store(), 2).await, [0, 7].into());
}

#[tokio::test]
async fn an_automat_without_keys_has_a_lease_over_no_pages() {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    let mut device = Device::new(table.store.device_key(&lobby()));
    assert!(device.ask(&table.store, 0).await.is_empty());
    assert!(device.lease.is_some());
}

#[tokio::test]
async fn an_automat_that_is_made_again_goes_on_with_its_versions() {
    let stage = Stage::new().await;
    let mut device = device(&stage).await;
    device.ask(stage.store(), 0).await;
    for key in ["A", "B"] {
        stage.remove_key(key).await;
    }
    stage.store().remove_automat(&lobby(), store::Expected::Any, &metadata()).await.unwrap();
    stage.store().create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    stage.add_key("C", Some("4711")).await;
    stage.project(at(0)).await;
    assert_eq!(device.ask(stage.store(), 1).await, [0, 1].into());
    assert!(device.page(0).return_code.is_some() && device.page(1).return_code.is_none());
}
