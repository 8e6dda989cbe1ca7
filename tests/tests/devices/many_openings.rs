//! Many openings at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use clock::Clock;
use domain::{Actor, AutomatId, Instant, LockerIndex, Opening, OpeningDraft};
use e2e::device::{lose_network, regain_network};
use e2e::{Stack, Stage};
use serde_json::{Value, json};
use store::{Delivery, DeliveryLease, RequestMetadata};

use crate::openings::asked_all_the_same;
use crate::scene::noon;

const LOCKERS: u16 = 20;
const FORTY: u16 = 40;
const HOUR: i64 = 60 * 60 * 1_000;

#[tokio::test]
async fn all_lockers_of_an_automat_open_at_once() {
    let stage = Stage::new(&Stack::shared(), LOCKERS).await;
    let device = stage.device(&[]).await;
    let openings: Vec<_> = (0..LOCKERS)
        .map(|locker| {
            let stage = stage.clone();
            tokio::spawn(async move { stage.ended(&stage.request_opening(locker).await).await })
        })
        .collect();
    let mut asked = BTreeMap::new();
    for opening in openings {
        let opening = opening.await.unwrap();
        assert_eq!((&opening["status"], &opening["confirmedByDevice"]), (&json!("opened"), &json!(true)));
        asked.insert(opening["openingId"].as_str().unwrap().to_owned(), opening["lockerIndex"].as_u64().unwrap());
    }
    let mut ran: Vec<_> = device.motor_log().into_iter().map(|run| (run.id, u64::from(run.locker))).collect();
    ran.sort();
    assert_eq!(ran, asked.into_iter().collect::<Vec<_>>(), "each motor once, for its own opening");
}

/// AWS allows 20 shadow requests a second for a thing, the device's included. Here all are requested while another one
/// is being delivered, so that they certainly wait together; the device, which would write results, is away.
#[tokio::test]
async fn forty_openings_that_wait_together_are_one_write_of_the_shadow() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::fixed(noon()));
    let stage = Stage::new(&Stack::alone_in(folder.path(), clock.clone()).await, FORTY + 1).await;
    let device = stage.device(&[]).await;
    lose_network(&stage, &device).await;
    clock.set(noon().plus_millis(5_000));
    let before = version(folder.path(), &stage);
    let (another, lease) = lease_of_another(&stage, clock.now().plus_millis(HOUR)).await;
    let asking: Vec<_> = (0..FORTY)
        .map(|locker| {
            let stage = stage.clone();
            tokio::spawn(async move { asked_all_the_same(&stage, locker).await })
        })
        .collect();
    while queue_length(&stage).await <= usize::from(FORTY) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stage.stack.cloud().store().release_delivery(&lease, &[another.id], clock.now()).await.unwrap();
    let mut openings = Vec::new();
    for asked in asking {
        openings.push(asked.await.unwrap());
    }
    assert_eq!(version(folder.path(), &stage) - before, 1, "all of them in one");
    regain_network(&stage, &device).await;
    for opening in &openings {
        let opening = stage.ended(opening).await;
        assert_eq!((&opening["status"], &opening["confirmedByDevice"]), (&json!("opened"), &json!(true)));
    }
    assert!((0..FORTY).all(|locker| device.motor_runs(locker) == 1));
}

/// Somebody else delivers an opening, and does not come to an end.
async fn lease_of_another(stage: &Stage, now: Instant) -> (Opening, DeliveryLease) {
    let store = stage.stack.cloud().store();
    let (automat, locker) = (AutomatId::parse(&stage.automat).unwrap(), LockerIndex::new(FORTY.into()).unwrap());
    let draft = OpeningDraft { automat, locker, reason: None, force: true };
    let metadata = RequestMetadata::new(Actor::new("somebody"), now);
    let opening = store.request_opening(draft, &metadata).await.unwrap().into_inner();
    match store.queue_delivery(&opening, now).await.unwrap() {
        Delivery::Leased(lease) => (opening, lease),
        delivery => panic!("{delivery:?}"),
    }
}

/// How many openings wait to be delivered.
async fn queue_length(stage: &Stage) -> usize {
    let key = [("PK", format!("AUTOMAT#{}", stage.automat)), ("SK", "DELIVERY".to_owned())];
    let key = key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
    let request = stage.stack.cloud().dynamodb().get_item().table_name("key-automat").consistent_read(true);
    let item = request.set_key(Some(key.into())).send().await.unwrap().item.unwrap_or_default();
    item.get("waiting").map_or(0, |waiting| waiting.as_ss().unwrap().len())
}

/// How often the automat's shadow was written.
fn version(folder: &Path, stage: &Stage) -> u64 {
    let path = folder.join("shadows").join(format!("{}@open.json", stage.automat));
    let Ok(stored) = std::fs::read(path) else { return 0 };
    let stored: Value = serde_json::from_slice(&stored).unwrap();
    stored["shadow"]["version"].as_u64().unwrap()
}

#[tokio::test]
async fn of_concurrent_openings_of_one_locker_one_is_accepted() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let device = stage.device(&[]).await;
    // Disconnected, so that the first opening has not ended before the last is requested.
    lose_network(&stage, &device).await;
    let asking: Vec<_> = (0..20)
        .map(|_| {
            let stage = stage.clone();
            let ask = async move { stage.stack.operator().post(stage.openings(0), json!({ "force": true })).await };
            tokio::spawn(ask)
        })
        .collect();
    let (mut accepted, mut busy) = (Vec::new(), Vec::new());
    for answer in asking {
        let answer = answer.await.unwrap();
        if answer.status == 202 { accepted.push(answer.json()) } else { busy.push(answer.problem("locker_busy")) }
    }
    let [opening] = &accepted[..] else { panic!("{accepted:?}") };
    assert!(busy.iter().all(|problem| problem["openingId"] == opening["openingId"]), "{busy:?}");
    regain_network(&stage, &device).await;
    let path = format!("/v1/openings/{}", opening["openingId"].as_str().unwrap());
    assert_eq!((&stage.ended(&path).await["status"], device.motor_runs(0)), (&json!("opened"), 1));
}
