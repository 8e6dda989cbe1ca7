//! Ending an active contract early.

use e2e::device::eventually;
use e2e::{Stack, Stage, contracts_of, hours, person};
use serde_json::json;

#[tokio::test]
async fn an_active_contract_ends_now_and_the_key_is_free() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let operator = stage.stack.operator();
    let contract = stage.booked(&key, -1, 30).await;
    let ended = operator.post_nothing(format!("{contract}/end")).await;
    assert_eq!(ended.header("etag"), "\"2\"");
    let ended = ended.body(200);
    assert_eq!(
        (&ended["state"], &ended["start"], &ended["pin"]),
        (&json!("ended"), &json!(hours(-1)), &json!("******"))
    );
    assert_eq!(ended.get("overdue"), None, "its key was never taken");
    assert_eq!(stage.stack.viewer().get(&contract).await.body(200), ended, "it stays in the history");
    let viewer = stage.stack.viewer();
    // Some time later: what has ended is listed by the projector.
    let history = || viewer.get(format!("{}&state=ended", contracts_of(&key)));
    let history = eventually(history, |listed| listed["data"] != json!([])).await;
    assert_eq!(history["data"], json!([ended]));
    stage.booked(&key, 1, 2).await;
    let recorded = stage.events().await;
    let recorded = recorded.iter().find(|event| event["type"] == "contract-ended").unwrap();
    assert_eq!((&recorded["start"], &recorded["end"]), (&ended["start"], &ended["end"]));
}

#[tokio::test]
async fn ending_it_again_gives_the_same_response() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let contract = stage.booked(&stage.key().await, -1, 30).await;
    let operator = stage.stack.operator();
    let first = operator.post_nothing(format!("{contract}/end")).header("if-match", "\"1\"").await.body(200);
    let again = operator.post_nothing(format!("{contract}/end")).header("if-match", "\"1\"").await.body(200);
    assert_eq!(again, first);
    let ended = stage.events().await.iter().filter(|event| event["type"] == "contract-ended").count();
    assert_eq!(ended, 1);
}

#[tokio::test]
async fn upcoming_contracts_and_stale_versions_are_not_ended() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let operator = stage.stack.operator();
    let upcoming = stage.booked(&key, 40, 50).await;
    for route in ["end", "end/preview"] {
        _ = operator.post_nothing(format!("{upcoming}/{route}")).await.problem("not_started");
    }
    let running = stage.booked(&key, -1, 30).await;
    operator.patch(&running, json!({ "person": "Bo" })).await.is(200);
    let outdated = operator.post_nothing(format!("{running}/end")).header("if-match", "\"1\"").await;
    assert_eq!(outdated.problem("stale_version")["currentVersion"], 2);
    _ = operator.post_nothing(format!("{upcoming}x/end")).await.problem("contract_not_found");
    _ = operator.post(format!("{running}/end"), json!({ "at": hours(1) })).await.problem("invalid_request");
}

#[tokio::test]
async fn an_ended_contract_can_be_extended_if_the_key_is_free() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let operator = stage.stack.operator();
    let contract = stage.booked(&key, -1, 30).await;
    operator.post_nothing(format!("{contract}/end")).await.is(200);
    stage.booked(&key, 5, 6).await;
    _ = operator.patch(&contract, json!({ "end": hours(6) })).await.problem("contract_overlap");
    let extended = operator.patch(&contract, json!({ "end": hours(5) })).await.body(200);
    assert_eq!((&extended["state"], &extended["end"]), (&json!("active"), &json!(hours(5))));
    _ = stage.book(&key, person(4, 5)).await.problem("contract_overlap");
}

#[tokio::test]
async fn a_preview_of_the_end_shows_its_messages_and_writes_nothing() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let mut body = person(-1, 30);
    body["pin"] = json!("483917");
    body["contacts"] = json!([
        { "name": "Aino", "email": "aino@example.com", "sendEmail": true, "language": "fi",
          "additionalMessages": ["end-reminder"] },
    ]);
    let contract = stage.book(&key, body).await.header("location").to_owned();
    let preview = stage.stack.operator().post_nothing(format!("{contract}/end/preview")).await;
    assert!(!preview.text().contains("483917"), "viewing a PIN is recorded, a preview is not");
    let preview = preview.body(200);
    assert_eq!(preview["contract"]["state"], "ended");
    let kinds: Vec<_> = preview["messages"].as_array().unwrap().iter().map(|message| &message["kind"]).collect();
    assert_eq!(kinds, ["contract-ended"], "the reminder of its end is dropped");
    assert_eq!(stage.stack.viewer().get(&contract).await.body(200)["state"], "active");
}
