//! Removing a key with the maximum of contracts, at a tenth of the size. With `KEY_AUTOMAT_SCALE=10` it has 2,000 live
//! and 20,000 ended contracts.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]
#![expect(clippy::print_stdout, reason = "how long each part took, for who runs it whole")]

mod scene;

use std::time::Instant;

use e2e::{contracts_of, for_key, fresh};
use scene::{HOUR, Scene};
use serde_json::json;

/// Contracts created over HTTP, with PINs of their own. All others are copies with other ids.
const REAL: usize = 20;

fn scale() -> usize {
    std::env::var("KEY_AUTOMAT_SCALE").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_key_is_unusable_at_once_and_finally_gone() {
    let (live, ended) = (200 * scale(), 2_000 * scale());
    let seeding = Instant::now();
    let mut scene = Scene::new().await;
    let key_body = json!({
        "keyId": scene.key, "automatId": scene.stage.automat, "returnCode": "4711", "property": "Hämeentie 5 A 12",
    });

    // Ended contracts: booked, then the clock moves on. Their PINs may be in use again, so they do not count.
    let past = scene.book(5, 1).await;
    scene.copy(&past[0], ended - 5, 2, 0).await;
    scene.forward(48 * HOUR).await;
    scene.pins.clear();
    // Live contracts.
    let future = scene.book(REAL, 50).await;
    let copies = scene.copy(&future[0], live - REAL, 51, 1 << 32).await;
    scene.add_to_calendar(copies).await;
    assert_eq!(scene.contracts_left().await, live + ended);
    assert_eq!(scene.valid_pins().await, REAL);
    // One more is read than is listed, and copies cannot be read.
    let some = scene.contracts("&state=upcoming&limit=19").await;
    assert_eq!((some.len(), scene.contracts("&state=ended&limit=4").await.len()), (19, 4));
    println!("{live} live and {ended} ended contracts made in {:?}", seeding.elapsed());

    // The first removal is interrupted after marking the key. The key is unusable, and everything else still exists.
    let removing = Instant::now();
    scene.interrupted_removal().await;
    assert_eq!(scene.valid_pins().await, 0, "dead from the first write");
    let left = scene.contracts_left().await;
    assert!(left > 0, "interrupted in the middle");
    println!("interrupted after {:?} with {left} contracts left", removing.elapsed());
    let operator = scene.stage.stack.operator();
    let booking = json!({ "person": "Bo", "permanent": true });
    let refused = operator.post("/v1/contracts", for_key(&scene.key, booking)).await;
    assert_eq!(
        (refused.problem("key_being_removed")["status"].as_u64(), refused.header("retry-after")),
        (Some(409), "1")
    );
    _ = operator.get(contracts_of(&scene.key)).await.problem("key_being_removed");
    let view = scene.stage.stack.viewer().get(format!("/v1/automats/{}", scene.stage.automat)).await.body(200);
    assert!(view["lockers"][0].get("key").is_none(), "its locker is free");

    // The next removal finishes, in as many calls as it takes.
    let mut calls = 0;
    loop {
        calls += 1;
        let answer = scene.stage.stack.admin().delete(scene.path()).await;
        if answer.status != 202 {
            answer.is(200);
            break;
        }
        assert!(calls < 20, "it makes no progress");
    }
    println!("removed in {:?}, {calls} calls", removing.elapsed());
    _ = scene.stage.stack.viewer().get(scene.path()).await.problem("key_not_found");
    assert_eq!(scene.remains(&format!("KEY#{}", scene.key), "").await, 0, "nothing is left under the key");
    assert_eq!(scene.contracts_left().await, 0, "nor any contract");
    assert_eq!(scene.remains(&format!("AUTOMAT#{}", scene.stage.automat), "PIN#").await, 0, "nor any PIN");
    assert_eq!(scene.remains(&format!("AUTOMAT#{}", scene.stage.automat), "RETURN#").await, 0, "nor its return code");

    // Its KeyID is free again, and a new key has nothing of the old one.
    let again = scene.stage.stack.admin().post("/v1/keys", key_body).await.body(201);
    assert_eq!((&again["version"], &again["lockerIndex"]), (&json!(1), &json!(0)));
    for state in ["upcoming", "active", "ended", "upcoming,active,ended"] {
        assert!(scene.contracts(&format!("&state={state}")).await.is_empty(), "{state}");
    }
    let events = scene.stage.stack.viewer().get(format!("{}/events", scene.path())).await.data();
    assert_eq!((events.len(), &events[0]["type"]), (1, &json!("key-added")));
    let now = scene.clock.now();
    let (from, to) = (now.to_string(), now.plus_millis(1_000 * HOUR).to_string());
    let free = format!("/v1/availability?keyId={}&from={from}&to={to}", scene.key);
    let free = scene.stage.stack.viewer().get(free).await.data();
    assert_eq!(free, [json!({ "start": from, "end": to })]);
    for (at, pin) in (0_i64..).zip(&scene.pins) {
        let start = scene.began.plus_millis((50 * 3_600 + at) * 1_000);
        let body = json!({ "person": "Cy", "start": start.to_string(), "end": start.plus_millis(1_000).to_string(), "pin": pin });
        scene.stage.book(&scene.key, body).await.is(201);
    }
    assert_eq!(scene.valid_pins().await, REAL, "the PINs were free to be taken again");
}

#[tokio::test]
async fn adding_a_key_with_the_same_id_finishes_an_interrupted_removal() {
    let mut scene = Scene::new().await;
    let made = scene.book(2, 1).await;
    let copies = scene.copy(&made[0], 500, 2, 0).await;
    scene.add_to_calendar(copies).await;
    scene.interrupted_removal().await;
    assert!(scene.contracts_left().await > 0);
    let body = json!({ "keyId": scene.key, "automatId": scene.stage.automat, "property": fresh("other") });
    scene.stage.stack.admin().post("/v1/keys", body).await.is(201);
    assert_eq!(scene.contracts_left().await, 0);
    assert!(scene.contracts("").await.is_empty());
    scene.stage.booked(&scene.key, 1_000_000, 1_000_001).await;
}
