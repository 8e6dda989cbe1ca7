//! The condition of an automat: the device reports it, it is recorded, and the API shows it.

use e2e::device::{lose_network, regain_network};
use e2e::{Stack, Stage};
use protocol::Cover;
use serde_json::json;

#[tokio::test]
async fn a_device_reports_its_condition_and_what_becomes_of_it() {
    let stage = Stage::new(&Stack::shared(), 3).await;
    let device = stage.device(&[]).await;
    let view = stage.view_where(|view| view["health"]["mains"] == true).await;
    let health = &view["health"];
    assert_eq!((&health["cover"], &health["moved"]), (&json!("closed"), &json!(false)));
    assert_eq!(health["battery"], 100);
    assert_eq!((&health["temperature"], &health["clock"]), (&json!(21), &json!("cloud")));
    assert_eq!(health["journal"], json!({ "lines": 0, "room": 20_000 }));
    assert!(health["firmware"].is_string() && health["asOf"].is_string(), "{health}");
    assert_eq!(health["concerns"], json!([]));

    device.set_readings(|readings| (readings.mains, readings.battery) = (Some(false), Some(12)));
    stage.event("automat-mains-lost").await;
    assert_eq!(stage.event("automat-battery-low").await["battery"], 12);
    stage.view_where(|view| view["health"]["concerns"] == json!(["on-battery", "battery-low"])).await;

    lose_network(&stage, &device).await;
    device.set_readings(|readings| (readings.mains, readings.cover) = (Some(true), Some(Cover::Open)));
    regain_network(&stage, &device).await;
    let opened = stage.event("automat-cover-opened").await;
    assert_eq!(opened["actor"], json!(format!("automat:{}", stage.automat)));
    stage.event("automat-mains-restored").await;
    stage.view_where(|view| view["health"]["concerns"] == json!(["cover-open", "battery-low"])).await;
    device.stop().await;
}
