//! `ETag` and `If-Match`: nobody overwrites a version that they have not seen.

use e2e::{Stack, Stage};
use serde_json::{Value, json};

/// Edits a resource twice with the same version, then removes it with an old version and with the current one.
async fn keeps_to_its_version(stage: &Stage, path: &str, edits: [Value; 2]) {
    let admin = stage.stack.admin();
    let read = admin.get(path).await;
    assert_eq!(read.header("etag"), "\"1\"");
    assert_eq!(read.body(200)["version"], 1);
    let [first, second] = edits;
    let edited = admin.patch(path, first.clone()).if_match(1).await;
    assert_eq!(edited.header("etag"), "\"2\"");
    edited.is(200);
    for call in [
        admin.patch(path, second.clone()).if_match(1),
        admin.patch(path, json!({})).if_match(1),
        admin.patch(path, first.clone()).if_match(1),
        admin.delete(path).if_match(1),
        admin.patch(path, second.clone()).header("if-match", "W/\"2\""),
        admin.patch(path, second.clone()).header("if-match", "\"something\""),
    ] {
        assert_eq!(call.await.problem("stale_version")["currentVersion"], 2);
    }
    let unchanged = admin.patch(path, first).if_match(2).await;
    assert_eq!((unchanged.status, unchanged.header("etag")), (200, "\"2\""), "no change, no new version");
    admin.patch(path, second).header("if-match", "*").await.is(200);
    let removed = admin.delete(path).if_match(3).await;
    assert!(matches!(removed.status, 200 | 204), "{}", removed.text());
}

#[tokio::test]
async fn stale_versions_of_all_resources_are_refused() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let key = stage.key().await;
    let contract = stage.booked(&key, 1, 5).await;
    keeps_to_its_version(&stage, &contract, [json!({ "person": "Bo" }), json!({ "person": "Cy" })]).await;
    keeps_to_its_version(&stage, &format!("/v1/keys/{key}"), [json!({ "property": "a" }), json!({ "property": "b" })])
        .await;
    let automat = format!("/v1/automats/{}", stage.automat);
    keeps_to_its_version(&stage, &automat, [json!({ "name": "A" }), json!({ "name": "B" })]).await;
}

#[tokio::test]
async fn of_concurrent_edits_of_one_version_one_succeeds() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let path = stage.booked(&key, 1, 5).await;
    let edits: Vec<_> = (0..8)
        .map(|number| {
            let (stack, path) = (stage.stack.clone(), path.clone());
            tokio::spawn(async move {
                stack.operator().patch(&path, json!({ "person": format!("Person {number}") })).if_match(1).await
            })
        })
        .collect();
    let mut made = Vec::new();
    for edit in edits {
        let edit = edit.await.unwrap();
        if edit.status == 200 {
            made.push(edit.json()["person"].clone());
        } else {
            assert_eq!(edit.problem("stale_version")["currentVersion"], 2);
        }
    }
    assert_eq!(made.len(), 1, "{made:?}");
    let read = stage.stack.viewer().get(&path).await.body(200);
    assert_eq!((&read["person"], &read["version"]), (&made[0], &json!(2)));
}

#[tokio::test]
async fn bookings_do_not_change_the_version_of_their_key() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    stage.booked(&key, 1, 5).await;
    assert_eq!(stage.stack.viewer().get(format!("/v1/keys/{key}")).await.header("etag"), "\"1\"");
}
