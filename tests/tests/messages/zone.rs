//! Changing the time zone of an automat with a contract: what an admin, a client and the contacts see.

use serde_json::json;

use crate::scene::{Scene, each};

#[tokio::test]
async fn contacts_get_their_new_local_times_once() {
    let scene = Scene::timed().await;
    let stack = &scene.stage.stack;
    let admin = stack.admin();
    let contract = scene.booked(scene.booking(2, 4)).await;
    let automat = format!("/v1/automats/{}", scene.stage.automat);
    // A zone without summer time, which differs from the automat's all year.
    let to_tokyo = json!({ "timeZone": "Asia/Tokyo" });
    let refused = admin.patch(&automat, to_tokyo.clone()).await.problem("automat_has_contracts");
    assert_eq!(refused["contractCount"], 1);
    scene.tick_after(1).await;
    assert_eq!(scene.received().await.len(), 2, "nothing has changed");

    admin.patch(format!("{automat}?force=true"), to_tokyo).await.is(200);
    scene.tick_after(1).await;
    scene.tick_after(1).await;
    let messages = scene.dealt_with(&contract, 4).await;
    let kinds = ["contract-created", "contract-created", "contract-updated", "contract-updated"];
    assert_eq!(each(&messages, "kind"), kinds);
    let messages = scene.received().await;
    assert_eq!(messages.len(), 4);
    // Tokyo is 9 hours ahead of UTC.
    let start = scene.hours(2 + 9).to_string();
    let (_, time) = start.split_once('T').unwrap();
    let (hours, minutes) = (&time[..2], &time[3..5]);
    for message in &messages[2..] {
        let is_local = [":", "."].iter().any(|sign| message.text.contains(&format!("{hours}{sign}{minutes}")));
        let finnish = format!("{}.{minutes}", hours.trim_start_matches('0'));
        assert!(is_local || message.text.contains(&finnish), "{start}: {}", message.text);
    }
    assert_eq!(stack.viewer().get(&contract).await.body(200)["version"], 2);
}
