//! The device's words on openings: stored first, and only then taken out of the shadow.

use std::collections::BTreeMap;
use std::time::Duration;

use devices::Error;
use domain::{EventKind, OpeningStatus};
use protocol::{Request, ThingName};
use serde_json::json;
use testkit::at;
use things::Things;

use crate::data_plane::nothing;
use crate::scene::{Scene, request, words};

#[tokio::test]
async fn a_word_is_stored_and_taken_out_of_the_shadow() {
    let scene = Scene::new().await;
    let (opening, event) = scene.told(1).await;
    scene.hear(&event).await.unwrap();
    let stored = scene.table.store.opening(&opening.id).await.unwrap();
    assert_eq!((stored.status(at(2)), stored.confirmed_by_device()), (OpeningStatus::Opened, true));
    assert_eq!(stored.finished_at(at(2)), Some(at(1)), "when the device says it was");
    assert_eq!(scene.data_plane.held(), nothing());
}

#[tokio::test]
async fn a_word_that_cannot_be_stored_stays_in_the_shadow() {
    let scene = Scene::new().await;
    let (opening, event) = scene.told(1).await;
    let before = scene.data_plane.held();
    scene.table.wire.cut_after(0);
    assert!(matches!(scene.hear(&event).await, Err(Error::Store(_))), "so that it is delivered again");
    assert_eq!(scene.data_plane.held(), before);
    scene.table.wire.mend();
    scene.hear(&event).await.unwrap();
    assert_eq!(scene.status(&opening).await, OpeningStatus::Opened);
    assert_eq!(scene.data_plane.held(), nothing());
}

#[tokio::test]
async fn a_word_that_is_stored_and_not_taken_out_is_delivered_again_and_counts_once() {
    let scene = Scene::new().await;
    let (opening, event) = scene.told(1).await;
    scene.data_plane.set_away(true);
    assert!(matches!(scene.hear(&event).await, Err(Error::Things(_))));
    assert_eq!(scene.status(&opening).await, OpeningStatus::Opened);
    scene.data_plane.set_away(false);
    scene.hear(&event).await.unwrap();
    assert_eq!(scene.data_plane.held(), nothing());
    let finished = |event: &&EventKind| matches!(event, EventKind::OpeningFinished { .. });
    assert_eq!(scene.events().await.iter().filter(finished).count(), 1);
}

#[tokio::test]
async fn a_word_on_an_opening_that_nobody_knows_is_taken_out_too() {
    let scene = Scene::new().await;
    for id in ["01KAXHVNM0000000000000000A", "no identifier"] {
        let word = json!([id, "opened", at(1).seconds()]);
        scene.data_plane.update(&json!({ "reported": { "r": { "1": word } } }));
        scene.hear(&words(&json!({ "1": word }))).await.unwrap();
        assert_eq!(scene.data_plane.held(), nothing(), "{id}");
    }
}

#[tokio::test]
async fn a_device_speaks_for_its_own_lockers_only() {
    let scene = Scene::new().await;
    let opening = scene.requested(1).await;
    let word = json!([opening.id.as_str(), "opened", at(1).seconds()]);
    scene.data_plane.update(&json!({ "reported": { "r": { "2": word } } }));
    scene.hear(&words(&json!({ "2": word }))).await.unwrap();
    assert_eq!(scene.status(&opening).await, OpeningStatus::Requested, "it is of locker 1");
}

#[tokio::test]
async fn a_word_that_comes_late_leaves_the_next_request_where_it_is() {
    let scene = Scene::new().await;
    let (_, event) = scene.told(1).await;
    scene.hear(&event).await.unwrap();
    let next = scene.requested(1).await;
    scene.data_plane.update(&json!({ "desired": { "o": { "1": request(&next) } } }));
    scene.hear(&event).await.unwrap();
    assert_eq!(scene.data_plane.held()[0], json!({ "1": request(&next) }));
}

#[tokio::test]
async fn a_word_that_is_reported_beside_the_next_request_leaves_it_where_it_is() {
    let scene = Scene::new().await;
    let opening = scene.requested(1).await;
    let word = json!([opening.id.as_str(), "opened", at(1).seconds()]);
    let next = json!([u64::MAX >> 12, "01KAXHVNM0000000000000000B", at(30).seconds(), at(50).seconds()]);
    scene.data_plane.update(&json!({ "desired": { "o": { "1": next } } }));
    scene.data_plane.update(&json!({ "reported": { "r": { "1": word } } }));
    scene.hear(&words(&json!({ "1": word }))).await.unwrap();
    assert_eq!(scene.status(&opening).await, OpeningStatus::Opened);
    assert_eq!(scene.data_plane.held()[0], json!({ "1": next }));
}

#[tokio::test]
async fn a_word_is_taken_out_of_a_shadow_that_has_moved_on_elsewhere() {
    let scene = Scene::new().await;
    let (_, event) = scene.told(1).await;
    let other = scene.requested(2).await;
    scene.data_plane.update(&json!({ "desired": { "o": { "2": request(&other) } } }));
    scene.hear(&event).await.unwrap();
    assert_eq!(scene.data_plane.held(), [json!({ "2": request(&other) }), json!({}), json!({})]);
}

#[tokio::test]
async fn one_word_that_fails_keeps_no_other_from_being_heard() {
    let scene = Scene::new().await;
    let (first, _) = scene.told(0).await;
    let (second, _) = scene.told(1).await;
    let word = |opening: &domain::Opening| json!([opening.id.as_str(), "opened", at(1).seconds()]);
    let both = words(&json!({ "0": word(&first), "1": word(&second) }));
    // each word is stored and then not taken out
    scene.data_plane.set_away(true);
    assert!(scene.hear(&both).await.is_err());
    assert_eq!(
        (scene.status(&first).await, scene.status(&second).await),
        (OpeningStatus::Opened, OpeningStatus::Opened)
    );
}

#[tokio::test]
async fn what_is_taken_out_is_no_word() {
    let scene = Scene::new().await;
    let opening = scene.requested(1).await;
    scene.hear(&words(&json!({ "1": null }))).await.unwrap();
    assert_eq!(scene.status(&opening).await, OpeningStatus::Requested);
}

#[tokio::test]
async fn whoever_clears_the_shadow_clears_every_result_that_is_stored() {
    let scene = Scene::new().await;
    let (_, first) = scene.told(0).await;
    scene.data_plane.set_away(true);
    assert!(scene.hear(&first).await.is_err(), "stored and not cleared");
    scene.data_plane.set_away(false);
    let (unstored, _) = scene.told(2).await;
    let (_, second) = scene.told(1).await;
    scene.hear(&second).await.unwrap();
    assert_eq!(scene.data_plane.held()[0], json!({ "2": request(&unstored) }), "its result is on its way");
}

#[tokio::test]
async fn a_shadow_that_is_full_of_what_nobody_needs_takes_a_request() {
    let scene = Scene::new().await;
    let over = json!([1, "01KAXHVNM0000000000000000A", at(-60).seconds(), at(-40).seconds()]);
    let junk = "x".repeat(8_050);
    scene.data_plane.update(&json!({ "desired": { "o": { "0": over } }, "reported": { "log": junk } }));
    let opening = scene.requested(1).await;
    let [seq, issued_at, expires_at] = [0, 2, 3].map(|part| request(&opening)[part].as_i64().unwrap());
    let wanted = Request { seq: seq.unsigned_abs(), id: opening.id.as_str().to_owned(), issued_at, expires_at };
    let things = Things::new(scene.data_plane.client());
    let wanted = BTreeMap::from([(1, wanted)]);
    things.request_openings(&ThingName::of_automat("lobby"), &wanted, Duration::MAX).await.unwrap();
    assert_eq!(scene.data_plane.held()[0], json!({ "1": request(&opening) }), "and nothing that is over");
}
