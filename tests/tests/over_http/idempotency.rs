//! A request sent twice with the same `Idempotency-Key` is carried out once.

use e2e::{Stack, Stage, contracts_of, for_key, fresh, hours, person};
use serde_json::json;

#[tokio::test]
async fn a_repeated_request_gets_the_first_response_and_does_nothing() {
    let stage = Stage::new(&Stack::shared(), 3).await;
    let key = stage.key().await;
    let contract = stage.booked(&key, 20, 21).await;
    let automat = json!({ "automatId": fresh("automat"), "name": "B", "lockerCount": 1, "timeZone": "UTC" });
    for (path, body, status) in [
        ("/v1/contracts".to_owned(), for_key(&key, person(1, 2)), 201),
        ("/v1/keys".to_owned(), stage.key_body(), 201),
        ("/v1/automats".to_owned(), automat, 201),
        (format!("{contract}/pin"), json!({}), 200),
    ] {
        let ask = || stage.stack.admin().post(&path, body.clone()).once(&key);
        let first = ask().await;
        assert_eq!((first.header("idempotency-replayed"), first.status), ("", status), "{}", first.text());
        for _ in 0..2 {
            let again = ask().await;
            assert_eq!(again.header("idempotency-replayed"), "true", "{path}");
            assert_eq!((again.status, again.json()), (first.status, first.json()), "{path}");
            assert_eq!(again.header("etag"), first.header("etag"));
            assert_eq!(again.header("location"), first.header("location"));
        }
    }
    assert_eq!(
        stage.stack.viewer().get(contracts_of(&key)).await.data().len(),
        2,
        "one sent once, one sent three times"
    );
}

#[tokio::test]
async fn concurrent_requests_with_one_key_make_one_contract() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key_with(json!({ "shared": true })).await;
    let asking: Vec<_> = (0..16)
        .map(|_| {
            let (stack, key) = (stage.stack.clone(), key.clone());
            let body = for_key(&key, person(1, 2));
            tokio::spawn(async move { stack.operator().post("/v1/contracts", body).once(&key).await })
        })
        .collect();
    let (mut answers, mut replayed) = (Vec::new(), 0);
    for answer in asking {
        let answer = answer.await.unwrap();
        replayed += u32::from(answer.header("idempotency-replayed") == "true");
        answers.push(answer.body(201));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "the same bytes, including the PIN");
    assert_eq!(replayed, 15);
    assert_eq!(stage.stack.viewer().get(contracts_of(&key)).await.data().len(), 1);
}

#[tokio::test]
async fn an_idempotency_key_is_bound_to_caller_path_and_body() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let (key, other, once) = (stage.key().await, stage.key().await, fresh("k"));
    let stack = &stage.stack;
    let made = stack.operator().post("/v1/contracts", for_key(&key, person(1, 2))).once(&once).await;
    made.is(201);
    for another in [for_key(&key, person(3, 4)), for_key(&other, person(1, 2))] {
        let reused = stack.operator().post("/v1/contracts", another).once(&once).await;
        _ = reused.problem("idempotency_key_reused");
    }
    let pin = format!("{}/pin", made.header("location"));
    let elsewhere = stack.operator().post(pin, json!({})).once(&once).await;
    assert_eq!((elsewhere.status, elsewhere.header("idempotency-replayed")), (200, ""));
    let by_another = stack.admin().post("/v1/contracts", for_key(&key, person(3, 4))).once(&once).await;
    assert_eq!((by_another.status, by_another.header("idempotency-replayed")), (201, ""));
}

#[tokio::test]
async fn a_refusal_is_repeated_until_a_new_idempotency_key_is_used() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let in_the_way = stage.booked(&key, 1, 5).await;
    let ask = async |attempt: u8| {
        let body = for_key(&key, person(2, 3));
        stage.stack.operator().post("/v1/contracts", body).once(&format!("{key}/{attempt}")).await
    };
    for _ in 0..2 {
        _ = ask(1).await.problem("contract_overlap");
    }
    stage.stack.operator().delete(&in_the_way).await.is(204);
    _ = ask(1).await.problem("idempotency_outdated");
    let made = ask(2).await;
    assert_eq!((made.status, made.header("idempotency-replayed")), (201, ""));
}

#[tokio::test]
async fn a_replay_for_a_changed_contract_is_outdated() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let (key, other) = (stage.key().await, stage.key().await);
    let stack = &stage.stack;
    let mut body = for_key(&key, person(1, 2));
    let id = fresh("booking");
    body["contractId"] = json!(id);
    let ask =
        async |attempt: u8| stack.operator().post("/v1/contracts", body.clone()).once(&format!("{id}/{attempt}")).await;
    ask(1).await.is(201);
    let contract = format!("/v1/contracts/{id}");
    stack.operator().post(format!("{contract}/pin"), json!({})).await.is(200);
    _ = ask(1).await.problem("idempotency_outdated");
    stack.operator().delete(&contract).await.is(204);
    _ = ask(1).await.problem("idempotency_outdated");
    _ = stack.viewer().get(&contract).await.problem("contract_not_found");
    for (attempt, change) in [(2, json!({ "end": hours(3) })), (3, json!({ "keyIds": [key, other] }))] {
        let again = ask(attempt).await;
        assert_eq!((again.status, again.header("idempotency-replayed")), (201, ""));
        stack.operator().patch(&contract, change).await.is(200);
        _ = ask(attempt).await.problem("idempotency_outdated");
        stack.operator().delete(&contract).await.is(204);
    }
}

#[tokio::test]
async fn equivalent_bodies_are_the_same_request() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let key = stage.key().await;
    let (start, end) = (hours(1), hours(2));
    let ask = async |body: String| {
        let call = stage.stack.operator().call(http::Method::POST, "/v1/contracts").raw(body);
        call.header("content-type", "application/json").once(&key).await
    };
    let first = ask(format!(r#"{{"keyIds":["{key}"],"person":"Hämeen Ada","start":"{start}","end":"{end}"}}"#)).await;
    for body in [
        format!(r#" {{ "end": "{end}", "start": "{start}", "keyIds": [ "{key}" ], "person": "H\u00e4meen Ada" }} "#),
        format!(
            r#"{{"keyIds":["{key}"],"person":"Hämeen Ada","start":"{start}","end":"{end}","freeText":null,"pin":null}}"#
        ),
    ] {
        let again = ask(body).await;
        assert_eq!((again.header("idempotency-replayed"), again.body(201)), ("true", first.body(201)));
    }
    let other = format!(r#"{{"keyIds":["{key}"],"person":"Bo","start":"{start}","end":"{end}"}}"#);
    _ = ask(other).await.problem("idempotency_key_reused");
    let openings = |body: serde_json::Value| stage.stack.operator().post(stage.openings(1), body).once("k");
    stage.stack.operator().post_nothing(stage.openings(1)).once("k").await.is(202);
    assert_eq!(openings(json!({})).await.header("idempotency-replayed"), "true", "no body means the same as {{}}");
}

#[tokio::test]
async fn an_id_chosen_by_the_client_is_used_once() {
    let stage = Stage::new(&Stack::shared(), 3).await;
    let (key, other) = (stage.key().await, stage.key().await);
    let body = json!({
        "contractId": fresh("booking"), "person": "Bo", "start": hours(1), "end": hours(2), "pin": "48291537",
    });
    stage.book(&key, body.clone()).await.is(201);
    let again = stage.book(&key, body.clone()).await.body(200);
    assert_eq!(again["pin"], "******", "shown once");
    for (field, value) in [
        ("person", json!("Cy")),
        ("end", json!(hours(3))),
        ("pin", json!("48291538")),
        ("freeText", json!("x")),
        ("keyIds", json!([other])),
        ("keyIds", json!([key, other])),
    ] {
        let mut another = body.clone();
        another[field] = value;
        _ = stage.book(&key, another).await.problem("contract_exists");
    }
    let body = stage.key_body();
    stage.stack.admin().post("/v1/keys", body.clone()).await.is(201);
    stage.stack.admin().post("/v1/keys", body.clone()).await.is(200);
    let mut other = body;
    other["shared"] = json!(true);
    _ = stage.stack.admin().post("/v1/keys", other).await.problem("key_exists");
}
