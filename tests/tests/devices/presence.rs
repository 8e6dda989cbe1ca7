//! Whether an automat is connected.

use e2e::device::{lose_network, regain_network};
use e2e::{Stack, Stage};
use serde_json::json;

#[tokio::test]
async fn connections_and_disconnections_are_noticed() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    assert_eq!(stage.view().await["connection"], json!({ "state": "unknown" }));
    let device = stage.device(&[]).await;
    let there = stage.view_where(|view| view["connection"]["state"] == "connected").await;
    lose_network(&stage, &device).await;
    let away = stage.view().await;
    let since = |view: &serde_json::Value| view["connection"]["since"].as_str().unwrap().to_owned();
    assert!(since(&there) <= since(&away), "{there} {away}");
    let problem = stage.open(0).await.problem("automat_offline");
    assert_eq!(problem["since"], since(&away));
    regain_network(&stage, &device).await;
    stage.open(0).await.is(202);

    let of_connection = |kind: &str| kind.starts_with("automat-connected") || kind.starts_with("automat-disconnected");
    let events = stage.events().await;
    let found: Vec<_> = events.iter().filter(|event| of_connection(event["type"].as_str().unwrap())).collect();
    let kinds: Vec<_> = found.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["automat-connected", "automat-disconnected", "automat-connected"]);
    assert!(found.iter().all(|event| event["automatId"] == stage.automat), "{found:?}");
}

#[tokio::test]
async fn a_clean_disconnection_is_noticed_too() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    stage.device(&[]).await.stop().await;
    stage.view_where(|view| view["connection"]["state"] == "disconnected").await;
}
