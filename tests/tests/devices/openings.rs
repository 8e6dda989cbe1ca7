//! Openings end with the true result, whatever happens to the device.

use automat::simulated::Crash;
use clock::Clock;
use domain::Instant;
use e2e::device::{eventually, lose_network, regain_network};
use e2e::{Stack, Stage};
use serde_json::{Value, json};

use crate::scene::noon;

/// Asks for a locker of an automat that is known to be away.
pub(crate) async fn asked_all_the_same(stage: &Stage, locker: u16) -> String {
    let asked = stage.stack.operator().post(stage.openings(locker), json!({ "force": true })).await;
    asked.is(202);
    asked.header("location").to_owned()
}

fn end(opening: &Value) -> (&str, bool) {
    (opening["status"].as_str().unwrap(), opening["confirmedByDevice"].as_bool().unwrap())
}

#[tokio::test]
async fn an_opening_ends_with_the_result_that_the_device_reports() {
    let stage = Stage::new(&Stack::shared(), 3).await;
    let device = stage.device(&[]).await;
    let opening = stage.ended(&stage.request_opening(1).await).await;
    assert_eq!(end(&opening), ("opened", true));
    assert!(opening["finishedAt"].is_string(), "{opening}");
    let runs: Vec<_> = device.motor_log().into_iter().map(|run| (run.locker, run.id)).collect();
    assert_eq!(runs, [(1, opening["openingId"].as_str().unwrap().to_owned())]);
    let view = stage.view_where(|view| view["lockers"][1]["door"] == "open").await;
    assert_eq!((&view["lockers"][0]["door"], &view["lockers"][2]["door"]), (&json!("closed"), &json!("closed")));
    device.close_door(1);
    stage.view_where(|view| view["lockers"][1]["door"] == "closed").await;

    let again = stage.ended(&stage.request_opening(1).await).await;
    assert_eq!((end(&again), device.motor_runs(1)), (("opened", true), 2));
}

#[tokio::test]
async fn an_opening_with_a_jammed_lock_fails() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let device = stage.device(&[]).await;
    device.faults().jam(0, true);
    let opening = stage.ended(&stage.request_opening(0).await).await;
    assert_eq!((end(&opening), device.motor_runs(0)), (("failed", true), 1));
}

#[tokio::test]
async fn a_power_cut_while_the_motor_runs_fails_without_a_second_run() {
    for (crash, runs) in [(Crash::BeforeMotor, 0), (Crash::AfterMotor, 1)] {
        let stage = Stage::new(&Stack::shared(), 1).await;
        let mut device = stage.device(&[]).await;
        device.faults().crash(crash);
        let opening = stage.request_opening(0).await;
        assert!(device.crashed().await.is_err(), "{crash:?}");
        device.restart().await;
        assert_eq!(end(&stage.ended(&opening).await), ("failed", true), "{crash:?}");
        assert_eq!(device.motor_runs(0), runs, "{crash:?}");
    }
}

#[tokio::test]
async fn a_device_that_reconnects_in_time_opens() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let device = stage.device(&[]).await;
    lose_network(&stage, &device).await;
    let opening = asked_all_the_same(&stage, 0).await;
    regain_network(&stage, &device).await;
    assert_eq!(end(&stage.ended(&opening).await), ("opened", true));
    assert_eq!(device.motor_runs(0), 1);
}

#[tokio::test]
async fn an_expired_request_runs_no_motor() {
    let clock = Clock::fixed(noon());
    let stage = Stage::new(&Stack::alone(clock.clone()).await, 1).await;
    let device = stage.device(&[]).await;
    lose_network(&stage, &device).await;
    let opening = asked_all_the_same(&stage, 0).await;
    for later in [Instant::parse("2026-11-24T12:00:20Z").unwrap(), Instant::parse("2026-11-24T12:50:00Z").unwrap()] {
        clock.set(later);
        let read = stage.stack.viewer().get(&opening).await.body(200);
        assert_eq!(end(&read), ("expired", false), "provisional: the device has not spoken");
    }
    regain_network(&stage, &device).await;
    let confirmed =
        eventually(|| stage.stack.viewer().get(&opening), |opening| opening["confirmedByDevice"] == true).await;
    assert_eq!((end(&confirmed), device.motor_runs(0)), (("expired", true), 0));
    let next = stage.ended(&stage.request_opening(0).await).await;
    assert_eq!((end(&next), device.motor_runs(0)), (("opened", true), 1));
}
