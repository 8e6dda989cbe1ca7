//! Results of openings: stored first, and only then cleared from the shadow.

use std::collections::BTreeMap;
use std::time::Duration;

use devices::Error;
use domain::{EventKind, OpeningStatus};
use protocol::{OpeningRequest, ThingName};
use serde_json::json;
use testkit::at;
use things::Things;

use crate::data_plane::nothing;
use crate::scene::{Scene, reports, request};

#[tokio::test]
async fn a_report_is_stored_and_cleared_from_the_shadow() {
    let scene = Scene::new().await;
    let (opening, event) = scene.reported(1).await;
    scene.handle(&event).await.unwrap();
    let stored = scene.table.store.opening(&opening.id).await.unwrap();
    assert_eq!((stored.status(at(2)), stored.is_confirmed_by_device()), (OpeningStatus::Opened, true));
    assert_eq!(stored.finished_at(at(2)), Some(at(1)), "when the device says it was");
    assert_eq!(scene.data_plane.held(), nothing());
}

#[tokio::test]
async fn a_report_that_cannot_be_stored_stays_in_the_shadow() {
    let scene = Scene::new().await;
    let (opening, event) = scene.reported(1).await;
    let before = scene.data_plane.held();
    scene.table.wire.cut_after(0);
    assert!(matches!(scene.handle(&event).await, Err(Error::Store(_))), "an error, so that it is delivered again");
    assert_eq!(scene.data_plane.held(), before);
    scene.table.wire.repair();
    scene.handle(&event).await.unwrap();
    assert_eq!(scene.status(&opening).await, OpeningStatus::Opened);
    assert_eq!(scene.data_plane.held(), nothing());
}

#[tokio::test]
async fn a_report_stored_but_not_cleared_is_delivered_again_and_counts_once() {
    let scene = Scene::new().await;
    let (opening, event) = scene.reported(1).await;
    scene.data_plane.set_away(true);
    assert!(matches!(scene.handle(&event).await, Err(Error::Things(_))));
    assert_eq!(scene.status(&opening).await, OpeningStatus::Opened);
    scene.data_plane.set_away(false);
    scene.handle(&event).await.unwrap();
    assert_eq!(scene.data_plane.held(), nothing());
    let finished = |event: &&EventKind| matches!(event, EventKind::OpeningFinished { .. });
    assert_eq!(scene.events().await.iter().filter(finished).count(), 1);
}

#[tokio::test]
async fn a_report_of_an_unknown_opening_is_cleared_too() {
    let scene = Scene::new().await;
    for id in ["01KAXHVNM0000000000000000A", "no identifier"] {
        let report = json!([id, "opened", at(1).seconds()]);
        scene.data_plane.update(&json!({ "reported": { "r": { "1": report } } }));
        scene.handle(&reports(&json!({ "1": report }))).await.unwrap();
        assert_eq!(scene.data_plane.held(), nothing(), "{id}");
    }
}

#[tokio::test]
async fn a_device_reports_on_its_own_openings_only() {
    let scene = Scene::new().await;
    let opening = scene.requested(1).await;
    let report = json!([opening.id.as_str(), "opened", at(1).seconds()]);
    scene.data_plane.update(&json!({ "reported": { "r": { "2": report } } }));
    scene.handle(&reports(&json!({ "2": report }))).await.unwrap();
    assert_eq!(scene.status(&opening).await, OpeningStatus::Requested, "the opening is of locker 1");
}

#[tokio::test]
async fn a_late_report_leaves_the_next_request_alone() {
    let scene = Scene::new().await;
    let (_, event) = scene.reported(1).await;
    scene.handle(&event).await.unwrap();
    let next = scene.requested(1).await;
    scene.data_plane.update(&json!({ "desired": { "o": { "1": request(&next) } } }));
    scene.handle(&event).await.unwrap();
    assert_eq!(scene.data_plane.held()[0], json!({ "1": request(&next) }));
}

#[tokio::test]
async fn clearing_a_report_leaves_the_next_request_in_the_shadow() {
    let scene = Scene::new().await;
    let opening = scene.requested(1).await;
    let report = json!([opening.id.as_str(), "opened", at(1).seconds()]);
    let next = json!([u64::MAX >> 12, "01KAXHVNM0000000000000000B", at(30).seconds(), at(50).seconds()]);
    scene.data_plane.update(&json!({ "desired": { "o": { "1": next } } }));
    scene.data_plane.update(&json!({ "reported": { "r": { "1": report } } }));
    scene.handle(&reports(&json!({ "1": report }))).await.unwrap();
    assert_eq!(scene.status(&opening).await, OpeningStatus::Opened);
    assert_eq!(scene.data_plane.held()[0], json!({ "1": next }));
}

#[tokio::test]
async fn a_report_is_cleared_although_the_shadow_changed_elsewhere() {
    let scene = Scene::new().await;
    let (_, event) = scene.reported(1).await;
    let other = scene.requested(2).await;
    scene.data_plane.update(&json!({ "desired": { "o": { "2": request(&other) } } }));
    scene.handle(&event).await.unwrap();
    assert_eq!(scene.data_plane.held(), [json!({ "2": request(&other) }), json!({}), json!({})]);
}

#[tokio::test]
async fn a_report_that_fails_does_not_block_the_others() {
    let scene = Scene::new().await;
    let (first, _) = scene.reported(0).await;
    let (second, _) = scene.reported(1).await;
    let report = |opening: &domain::Opening| json!([opening.id.as_str(), "opened", at(1).seconds()]);
    let both = reports(&json!({ "0": report(&first), "1": report(&second) }));
    // each result is stored but not cleared
    scene.data_plane.set_away(true);
    assert!(scene.handle(&both).await.is_err());
    assert_eq!(
        (scene.status(&first).await, scene.status(&second).await),
        (OpeningStatus::Opened, OpeningStatus::Opened)
    );
}

#[tokio::test]
async fn a_removal_is_not_a_report() {
    let scene = Scene::new().await;
    let opening = scene.requested(1).await;
    scene.handle(&reports(&json!({ "1": null }))).await.unwrap();
    assert_eq!(scene.status(&opening).await, OpeningStatus::Requested);
}

#[tokio::test]
async fn clearing_removes_every_stored_result() {
    let scene = Scene::new().await;
    let (_, first) = scene.reported(0).await;
    scene.data_plane.set_away(true);
    assert!(scene.handle(&first).await.is_err(), "stored and not cleared");
    scene.data_plane.set_away(false);
    let (unstored, _) = scene.reported(2).await;
    let (_, second) = scene.reported(1).await;
    scene.handle(&second).await.unwrap();
    assert_eq!(scene.data_plane.held()[0], json!({ "2": request(&unstored) }), "its result is not stored yet");
}

#[tokio::test]
async fn a_shadow_full_of_finished_openings_takes_a_request() {
    let scene = Scene::new().await;
    let over = json!([1, "01KAXHVNM0000000000000000A", at(-60).seconds(), at(-40).seconds()]);
    let junk = "x".repeat(8_050);
    scene.data_plane.update(&json!({ "desired": { "o": { "0": over } }, "reported": { "log": junk } }));
    let opening = scene.requested(1).await;
    let [seq, issued_at, expires_at] = [0, 2, 3].map(|part| request(&opening)[part].as_i64().unwrap());
    let wanted = OpeningRequest { seq: seq.unsigned_abs(), id: opening.id.as_str().to_owned(), issued_at, expires_at };
    let things = Things::new(scene.data_plane.client());
    let wanted = BTreeMap::from([(1, wanted)]);
    things.request_openings(&ThingName::of_automat("lobby"), &wanted, Duration::MAX).await.unwrap();
    assert_eq!(scene.data_plane.held()[0], json!({ "1": request(&opening) }), "and nothing that is over");
}
