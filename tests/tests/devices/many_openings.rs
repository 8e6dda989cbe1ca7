//! Many openings at once.

use std::collections::BTreeMap;

use e2e::device::{lose_network, regain_network};
use e2e::{Stack, Stage};
use serde_json::json;

const LOCKERS: u16 = 20;

#[tokio::test]
async fn all_lockers_of_an_automat_open_at_once() {
    let stage = Stage::new(&Stack::shared(), LOCKERS).await;
    let device = stage.device(&[]).await;
    let openings: Vec<_> = (0..LOCKERS)
        .map(|locker| {
            let stage = stage.clone();
            tokio::spawn(async move { stage.ended(&stage.asked_to_open(locker).await).await })
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
