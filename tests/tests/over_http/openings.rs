//! Openings as clients see them, at automats without a device. `tests/devices` has those with a device.

use std::time::{Duration, Instant as Moment};

use clock::Clock;
use domain::{AutomatId, Instant, LockerIndex, OpeningId, OpeningOutcome, Presence};
use e2e::{ApiResponse, Stack, Stage, fresh, hours};
use http::Method;
use serde_json::{Value, json};

/// So many openings certainly fit into a shadow.
const CERTAIN: u16 = 100;

/// Opens lockers of an automat that has no device until its shadow can hold no more: many at once, then one after
/// another. Gives the locker that was refused, and the answer.
pub(crate) async fn fill_shadow(stage: &Stage) -> (u16, ApiResponse) {
    let at_once = (0..CERTAIN).map(|locker| {
        let stage = stage.clone();
        tokio::spawn(async move { stage.open(locker).await.is(202) })
    });
    for asked in at_once.collect::<Vec<_>>() {
        asked.await.unwrap();
    }
    for locker in CERTAIN..200 {
        let answer = stage.open(locker).await;
        if answer.status != 202 {
            return (locker, answer);
        }
    }
    panic!("a shadow held a request for each of 200 lockers")
}

/// Marks the automat as disconnected since the minute in which the tests began.
pub(crate) async fn go_away(stage: &Stage) {
    let gone = Presence { connected: false, at: Instant::parse(&hours(0)).unwrap(), number: 1 };
    let automat = AutomatId::parse(&stage.automat).unwrap();
    stage.stack.cloud().store().record_presence(&automat, gone, gone.at).await.unwrap();
}

fn opening_id(opening: &Value) -> OpeningId {
    OpeningId::parse(opening["openingId"].as_str().unwrap()).unwrap()
}

/// Stores the result of an opening as the device reported it.
async fn device_says(stage: &Stage, opening: &Value, outcome: OpeningOutcome, at: Instant, now: Instant) {
    let locker = u32::try_from(opening["lockerIndex"].as_u64().unwrap()).unwrap();
    let automat = AutomatId::parse(&stage.automat).unwrap();
    let (store, locker) = (stage.stack.cloud().store(), LockerIndex::new(locker).unwrap());
    store.finish_opening(&automat, locker, &opening_id(opening), outcome, at, now).await.unwrap();
}

#[tokio::test]
async fn an_accepted_opening_has_a_location() {
    let stage = Stage::new(&Stack::shared(), 3).await;
    let key = stage.key_with(json!({ "lockerIndex": 2 })).await;
    let asked = stage.stack.operator().post(stage.openings(2), json!({ "reason": "Lost PIN" })).await;
    let opening = asked.body(202);
    let path = asked.header("location");
    assert_eq!(path, format!("/v1/openings/{}", opening["openingId"].as_str().unwrap()));
    let instant = |name: &str| Instant::parse(opening[name].as_str().unwrap()).unwrap().millis();
    assert_eq!(instant("expiresAt") - instant("issuedAt"), 20_000, "its life");
    let expected = json!({
        "openingId": opening["openingId"], "automatId": stage.automat, "lockerIndex": 2, "keyId": key,
        "status": "requested", "confirmedByDevice": false, "requestedBy": opening["requestedBy"], "reason": "Lost PIN",
        "issuedAt": opening["issuedAt"], "expiresAt": opening["expiresAt"],
    });
    assert_eq!(opening, expected);
    assert!(opening["requestedBy"].as_str().is_some_and(|name| !name.is_empty()), "{opening}");
    assert_eq!(stage.stack.viewer().get(path).await.body(200), opening);
}

#[tokio::test]
async fn a_body_is_not_needed_and_is_checked_when_there_is_one() {
    let stage = Stage::new(&Stack::shared(), 4).await;
    let operator = stage.stack.operator();
    operator.post_nothing(stage.openings(0)).await.is(202);
    let reason = "x".repeat(500);
    for (locker, body) in [(1, json!({})), (2, json!({ "reason": reason })), (3, json!({ "reason": null }))] {
        let opening = operator.post(stage.openings(locker), body.clone()).await.body(202);
        assert_eq!(opening["reason"], body["reason"], "absent if there was none");
    }
    for (body, field, code) in [
        (json!({ "reason": "x".repeat(501) }), "reason", "too_long"),
        (json!({ "reason": 5 }), "reason", "wrong_type"),
        (json!({ "force": "yes" }), "force", "wrong_type"),
        (json!({ "locker": 1 }), "locker", "unknown_field"),
        (json!([]), "", "wrong_type"),
    ] {
        let problem = operator.post(stage.openings(0), body).await.problem("invalid_request");
        let error = &problem["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{problem}");
    }
    _ = operator.call(Method::POST, stage.openings(0)).raw("{").await.problem("malformed_json");
}

#[tokio::test]
async fn a_repeated_request_makes_one_opening() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let ask = |body: Value| stage.stack.operator().post(stage.openings(0), body).once("open-1");
    let first = ask(json!({})).await;
    for _ in 0..2 {
        let again = ask(json!({})).await;
        assert_eq!((again.header("idempotency-replayed"), again.body(202)), ("true", first.body(202)));
        assert_eq!(again.header("location"), first.header("location"));
    }
    _ = ask(json!({ "reason": "another" })).await.problem("idempotency_key_reused");
    let elsewhere = stage.stack.operator().post(stage.openings(1), json!({})).once("open-1").await;
    assert_eq!((elsewhere.status, elsewhere.header("idempotency-replayed")), (202, ""));
}

#[tokio::test]
async fn a_viewer_can_follow_openings_but_not_request_any() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    _ = stage.stack.viewer().post_nothing(stage.openings(0)).await.problem("forbidden");
    let path = stage.request_opening(0).await;
    stage.stack.viewer().get(&path).await.is(200);
    _ = stage.stack.nobody().get(&path).await.problem("unauthenticated");
}

#[tokio::test]
async fn each_missing_resource_has_its_own_code() {
    let stage = Stage::new(&Stack::shared(), 24).await;
    let operator = stage.stack.operator();
    for locker in ["24", "499", "500", "65536", "-1", "x", "0x1", "%20", "1.0"] {
        let path = format!("/v1/automats/{}/lockers/{locker}/openings", stage.automat);
        _ = operator.post_nothing(path).await.problem("locker_not_found");
    }
    stage.open(23).await.is(202);
    for automat in [fresh("none"), "m%C3%B6kki".to_owned()] {
        _ = operator
            .post_nothing(format!("/v1/automats/{automat}/lockers/0/openings"))
            .await
            .problem("automat_not_found");
    }
    for opening in ["01KAXHVNM0000000000000000A", "x", "01kaxhvnm0000000000000000a"] {
        _ = operator.get(format!("/v1/openings/{opening}")).await.problem("opening_not_found");
    }
}

#[tokio::test]
async fn a_busy_locker_names_the_current_opening_and_its_expiry() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let opening = stage.open(0).await.body(202);
    let busy = stage.open(0).await;
    let problem = busy.problem("locker_busy");
    assert_eq!((&problem["openingId"], &problem["until"]), (&opening["openingId"], &opening["expiresAt"]));
    assert_eq!(busy.header("retry-after"), "1");
    stage.open(1).await.is(202);
}

#[tokio::test]
async fn opening_at_a_disconnected_automat_needs_force() {
    let stage = Stage::new(&Stack::local(), 1).await;
    go_away(&stage).await;
    let problem = stage.open(0).await.problem("automat_offline");
    assert_eq!(problem["since"], hours(0));
    let operator = stage.stack.operator();
    _ = operator.post(stage.openings(0), json!({ "force": false })).await.problem("automat_offline");
    operator.post(stage.openings(0), json!({ "force": true })).await.is(202);
}

#[tokio::test]
async fn a_wait_is_at_most_twenty_whole_seconds() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let path = stage.request_opening(0).await;
    for (query, code) in [
        ("wait=21", "out_of_range"),
        ("wait=-1", "out_of_range"),
        ("wait=x", "out_of_range"),
        ("wait=", "out_of_range"),
        ("wait=1.5", "out_of_range"),
        ("wait=1&wait=1", "repeated_parameter"),
        ("patience=1", "unknown_parameter"),
    ] {
        let problem = stage.stack.viewer().get(format!("{path}?{query}")).await.problem("invalid_query");
        assert_eq!(problem["errors"][0]["code"], code, "{query}");
    }
    for query in ["wait=0", "wait=1"] {
        let opening = stage.stack.viewer().get(format!("{path}?{query}")).await.body(200);
        assert_eq!(opening["status"], "requested", "{query}: the wait is over, but the opening has not ended");
    }
}

#[tokio::test]
async fn a_wait_ends_when_the_opening_ends() {
    let stage = Stage::new(&Stack::local(), 1).await;
    let opening = stage.open(0).await.body(202);
    let waiting = {
        let (stack, path) = (stage.stack.clone(), format!("/v1/openings/{}?wait=20", opening_id(&opening)));
        tokio::spawn(async move { stack.viewer().get(path).await })
    };
    let began = Moment::now();
    let at = Instant::parse(opening["issuedAt"].as_str().unwrap()).unwrap();
    device_says(&stage, &opening, OpeningOutcome::Failed, at, at).await;
    let ended = waiting.await.unwrap().body(200);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!((&ended["status"], &ended["confirmedByDevice"]), (&json!("failed"), &json!(true)));
    assert_eq!(ended["finishedAt"], opening["issuedAt"]);
    stage.open(0).await.is(202);
}

#[tokio::test]
async fn an_opening_without_a_device_expires_until_the_device_reports() {
    let noon = Instant::parse("2026-11-24T12:00:00.600Z").unwrap();
    let clock = Clock::fixed(noon);
    let stage = Stage::new(&Stack::alone(clock.clone()).await, 1).await;
    let opening = stage.open(0).await.body(202);
    assert_eq!(opening["expiresAt"], "2026-11-24T12:00:20Z", "in whole seconds, as the device gets it");
    let path = format!("/v1/openings/{}", opening_id(&opening));
    let read = async || {
        let opening = stage.stack.viewer().get(&path).await.body(200);
        json!([opening["status"], opening["confirmedByDevice"], opening["finishedAt"]])
    };
    clock.set(Instant::parse("2026-11-24T12:00:19.999Z").unwrap());
    assert_eq!(read().await, json!(["requested", false, null]));
    _ = stage.open(0).await.problem("locker_busy");
    let over = Instant::parse("2026-11-24T12:00:20Z").unwrap();
    clock.set(over);
    assert_eq!(read().await, json!(["expired", false, "2026-11-24T12:00:20Z"]));
    let second = stage.open(0).await.body(202);

    device_says(&stage, &opening, OpeningOutcome::Opened, noon.plus_millis(5_000), over).await;
    assert_eq!(read().await, json!(["opened", true, "2026-11-24T12:00:05.600Z"]));
    device_says(&stage, &opening, OpeningOutcome::Failed, over, over).await;
    assert_eq!(read().await, json!(["opened", true, "2026-11-24T12:00:05.600Z"]), "the first report is kept");
    let problem = stage.open(0).await.problem("locker_busy");
    assert_eq!(problem["openingId"], second["openingId"], "the late report leaves the next opening alone");
}

#[tokio::test]
async fn both_ends_of_an_opening_are_events_of_the_automat_and_of_the_key() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let key = stage.key().await;
    let _device = stage.device(&[]).await;
    let opening = stage.ended(&stage.request_opening(0).await).await;
    let of_key = stage.stack.viewer().get(format!("/v1/keys/{key}/events")).await.data();
    for events in [stage.events().await, of_key] {
        let ours: Vec<_> = events.iter().filter(|event| event["openingId"] == opening["openingId"]).collect();
        let [finished, requested] = ours[..] else { panic!("{events:?}") };
        assert_eq!((&requested["type"], &requested["actor"]), (&json!("opening-requested"), &opening["requestedBy"]));
        assert_eq!(finished["type"], "opening-finished");
        assert_eq!((&finished["outcome"], &finished["confirmedByDevice"]), (&json!("opened"), &json!(true)));
        assert_eq!(finished["actor"], format!("automat:{}", stage.automat));
        for event in [requested, finished] {
            assert_eq!((&event["openingId"], &event["lockerIndex"]), (&opening["openingId"], &json!(0)));
            assert_eq!(event["keyId"], key);
        }
    }
}

#[tokio::test]
async fn openings_beyond_the_shadow_limit_are_refused_and_free_their_lockers() {
    let stage = Stage::new(&Stack::local(), 200).await;
    let (locker, refused) = fill_shadow(&stage).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"));
    _ = refused.problem("automat_busy");
    // Two events of the same millisecond may come in either order.
    let finished = stage.event("opening-finished").await;
    assert_eq!((&finished["outcome"], &finished["confirmedByDevice"]), (&json!("refused"), &json!(false)));
    let path = format!("/v1/openings/{}", finished["openingId"].as_str().unwrap());
    let withdrawn = stage.stack.viewer().get(path).await.body(200);
    assert_eq!((&withdrawn["status"], &withdrawn["confirmedByDevice"]), (&json!("refused"), &json!(false)));
    assert_eq!(withdrawn["lockerIndex"], locker);
    _ = stage.open(locker).await.problem("automat_busy");
    // The receipt of a request that was taken back is deleted with it.
    let once = || stage.stack.operator().post(stage.openings(locker), json!({})).once("busy");
    _ = once().await.problem("automat_busy");
    _ = once().await.problem("automat_busy");
}
