//! For each problem code, requests that cause it.

use std::collections::HashMap;

use api::problem::Code;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Calendar, ContractId, Entry, Instant, MAX_LIVE_CONTRACTS, TimeRange};
use e2e::device::{eventually, lose_network};
use e2e::{ApiResponse, Stage, for_key, fresh, hours, person};
use http::Method;
use serde_json::{Value, json};

use crate::openings::{fill_shadow, go_away};

/// Sends a request that causes the problem. `None` for the two codes that a healthy stack never returns; the comments
/// name the tests that show those.
///
/// Exhaustive: a new code does not compile until there is a way to cause it.
pub(crate) async fn provoke(stage: &Stage, code: Code) -> Option<ApiResponse> {
    let (viewer, operator, admin) = (stage.stack.viewer(), stage.stack.operator(), stage.stack.admin());
    let automat = format!("/v1/automats/{}", stage.automat);
    let key = stage.key().await;
    let path = format!("/v1/keys/{key}");
    let contracts = "/v1/contracts";
    Some(match code {
        Code::MalformedJson => operator.call(Method::POST, contracts).raw("{\"person\": ").await,
        Code::MalformedCsv => {
            let import = operator.call(Method::POST, "/v1/imports?kind=contracts");
            import.header("content-type", "text/csv").raw("\r\n").await
        }
        Code::InvalidRequest => operator.post(contracts, json!({ "person": "", "ends": 5 })).await,
        Code::BodyTooLarge => operator.call(Method::POST, contracts).raw(vec![b' '; api::LIMIT + 1]).await,
        Code::UnsupportedMediaType => {
            operator.call(Method::POST, contracts).header("content-type", "text/plain").raw("{}").await
        }
        Code::InvalidQuery => viewer.get("/v1/keys?limit=101&colour=red").await,
        Code::InvalidCursor => viewer.get("/v1/keys?after=AAAA").await,
        Code::InvalidHeader => admin.delete(&path).header("if-match", "3").await,
        Code::RouteNotFound => viewer.get("/v1/locks").await,
        Code::MethodNotAllowed => admin.call(Method::PUT, &path).await,
        Code::Unauthenticated => stage.stack.nobody().get(&path).await,
        Code::Forbidden => viewer.delete(&path).await,
        Code::AutomatNotFound => viewer.get(format!("/v1/automats/{}", fresh("none"))).await,
        Code::KeyNotFound => viewer.get(format!("/v1/keys/{}", fresh("none"))).await,
        Code::ContractNotFound => viewer.get(format!("{contracts}/{}", fresh("none"))).await,
        Code::LockerNotFound => operator.post_nothing(format!("{automat}/lockers/100/openings")).await,
        Code::OpeningNotFound => viewer.get("/v1/openings/01KAXHVNM0000000000000000A").await,
        Code::MessageNotFound => {
            let contract = stage.booked(&key, 1, 2).await;
            operator.post_nothing(format!("{contract}/messages/01KAXHVNM0000000000000000A/resend")).await
        }
        Code::AutomatExists => {
            let body = json!({ "automatId": stage.automat, "name": "Other", "lockerCount": 1, "timeZone": "UTC" });
            admin.post("/v1/automats", body).await
        }
        Code::KeyExists => {
            admin.post("/v1/keys", json!({ "keyId": key, "automatId": stage.automat, "property": "x" })).await
        }
        Code::ContractExists => book_twice(stage, &key).await,
        Code::LockerIndexTooBig => admin.patch(&path, json!({ "lockerIndex": 499 })).await,
        Code::LockerOccupied => {
            stage.key_with(json!({ "lockerIndex": 60 })).await;
            admin.patch(&path, json!({ "lockerIndex": 60 })).await
        }
        Code::NoFreeLocker => crowd(stage).await,
        Code::LockersInUse => {
            stage.key_with(json!({ "lockerIndex": 61 })).await;
            admin.patch(&automat, json!({ "lockerCount": 61 })).await
        }
        Code::AutomatHasContracts => move_zone(stage).await,
        Code::AutomatHoldsKeys => remove_with_key(stage).await,
        Code::ReturnCodeInUse => {
            stage.key_with(json!({ "returnCode": "4711" })).await;
            admin.patch(&path, json!({ "returnCode": "4711" })).await
        }
        Code::ContractsOverlap => stop_sharing(stage).await,
        Code::NotStarted => operator.post_nothing(format!("{}/end", stage.booked(&key, 1, 2).await)).await,
        Code::KeyOut => {
            set(stage, &key, "SET keyInside = :it", AttributeValue::Bool(false)).await;
            admin.delete(&path).await
        }
        Code::HolderHasKey => postpone_while_out(stage, &key).await,
        Code::KeyBeingRemoved => {
            set(stage, &key, "SET removing = :it", AttributeValue::Bool(true)).await;
            stage.book(&key, person(1, 2)).await
        }
        Code::ContractOverlap => {
            stage.booked(&key, 1, 3).await;
            stage.book(&key, person(2, 4)).await
        }
        Code::TooManyContracts => {
            set(stage, &key, "SET calendar = :it", AttributeValue::B(full_calendar().pack().into())).await;
            stage.book(&key, json!({ "person": "Bo", "permanent": true, "start": hours(500_000) })).await
        }
        Code::PinInUse => book_with_one_pin(stage, &key).await,
        Code::LockerBusy => {
            stage.open(99).await.is(202);
            stage.open(99).await
        }
        Code::AutomatOffline => open_offline(stage).await,
        Code::StillUsable => remove_while_still_usable(stage).await,
        Code::MessageUnderWay => resend_from(stage, &key, "sending").await,
        Code::MessageOutdated => resend_from(stage, &key, "superseded").await,
        Code::StaleVersion => admin.patch(&path, json!({ "property": "x" })).if_match(7).await,
        Code::IdempotencyKeyReused => {
            operator.post(contracts, for_key(&key, person(1, 2))).once(&key).await.is(201);
            operator.post(contracts, for_key(&key, person(3, 4))).once(&key).await
        }
        Code::IdempotencyOutdated => repeat_after_cancelling(stage, &key).await,
        Code::AutomatBusy => fill_shadow(&Stage::new(&stage.stack, 200).await).await.1,
        // busy: store/tests/all/races.rs: conflicting_transactions_are_retried_until_busy
        // api, problem/refusal.rs: failures_of_ours_reveal_nothing
        // internal: keys/tests/refusals.rs: an_unreachable_store_reveals_nothing_internal
        // api, serve.rs: a_panic_becomes_an_internal_problem
        Code::Busy | Code::Internal => return None,
    })
}

/// Creates a contract with the same id twice.
async fn book_twice(stage: &Stage, key: &str) -> ApiResponse {
    let mut body = person(1, 2);
    body["contractId"] = json!(fresh("booking"));
    stage.book(key, body.clone()).await.is(201);
    body["person"] = json!("Somebody else");
    stage.book(key, body).await
}

async fn crowd(stage: &Stage) -> ApiResponse {
    let full = Stage::new(&stage.stack, 1).await;
    full.key().await;
    full.stack.admin().post("/v1/keys", full.key_body()).await
}

/// Moves the start of a contract with which the key is out into the future.
async fn postpone_while_out(stage: &Stage, key: &str) -> ApiResponse {
    let contract = stage.booked(key, -1, 2).await;
    let id = contract.rsplit('/').next().unwrap_or_default();
    set(stage, key, "SET keyInside = :it", AttributeValue::Bool(false)).await;
    set(stage, key, "SET outWith = :it", AttributeValue::S(id.to_owned())).await;
    stage.stack.operator().patch(contract, json!({ "start": hours(1) })).await
}

/// Changes the time zone of an automat with a contract.
async fn move_zone(stage: &Stage) -> ApiResponse {
    let stage = Stage::new(&stage.stack, 1).await;
    stage.booked(&stage.key().await, 1, 2).await;
    let automat = format!("/v1/automats/{}", stage.automat);
    stage.stack.admin().patch(automat, json!({ "timeZone": "America/New_York" })).await
}

/// Removes a contract, and repeats the request that created it.
async fn repeat_after_cancelling(stage: &Stage, key: &str) -> ApiResponse {
    let operator = stage.stack.operator();
    let book = || operator.post("/v1/contracts", for_key(key, person(1, 2))).once(key);
    let made = book().await;
    made.is(201);
    operator.delete(made.header("location")).await.is(204);
    book().await
}

/// Books two keys with the same PIN.
async fn book_with_one_pin(stage: &Stage, key: &str) -> ApiResponse {
    let mut body = person(1, 2);
    body["pin"] = json!("736254");
    stage.book(&stage.key().await, body.clone()).await.is(201);
    stage.book(key, body).await
}

/// Removes an automat that has a key.
async fn remove_with_key(stage: &Stage) -> ApiResponse {
    let full = Stage::new(&stage.stack, 1).await;
    full.key().await;
    full.stack.admin().delete(format!("/v1/automats/{}", full.automat)).await
}

async fn open_offline(stage: &Stage) -> ApiResponse {
    let offline = Stage::new(&stage.stack, 1).await;
    go_away(&offline).await;
    offline.open(0).await
}

/// Makes a key with overlapping contracts not shared.
async fn stop_sharing(stage: &Stage) -> ApiResponse {
    let shared = stage.key_with(json!({ "shared": true })).await;
    stage.booked(&shared, 1, 3).await;
    stage.booked(&shared, 2, 4).await;
    stage.stack.admin().patch(format!("/v1/keys/{shared}"), json!({ "shared": false })).await
}

/// Requests to send a message again that has a state which only `notifications` sets.
async fn resend_from(stage: &Stage, key: &str, status: &str) -> ApiResponse {
    let mut body = person(1, 2);
    body["contacts"] = json!([{ "name": "Bo", "email": "bo@example.com", "sendEmail": true }]);
    let messages = format!("{}/messages", stage.book(key, body).await.header("location"));
    let sent = |list: &Value| list["data"][0]["state"] == "sent";
    let list = eventually(|| stage.stack.viewer().get(&messages), sent).await;
    let id = list["data"][0]["messageId"].as_str().unwrap().to_owned();

    let client = stage.stack.cloud().dynamodb();
    let items = client.scan().table_name("key-automat").into_paginator().items().send();
    let items = items.collect::<Result<Vec<_>, _>>().await.unwrap();
    let text = |item: &HashMap<_, AttributeValue>, name: &str| item[name].as_s().unwrap().clone();
    let is_it = |item: &&HashMap<_, AttributeValue>| {
        // The index has entries that end alike.
        text(item, "PK").starts_with("MESSAGES#") && text(item, "SK").ends_with(&format!("#{id}"))
    };
    let item = items.iter().find(is_it).unwrap();
    let request = client.update_item().table_name("key-automat");
    let request = request.key("PK", item["PK"].clone()).key("SK", item["SK"].clone());
    let request = request.update_expression("SET #state = :it").expression_attribute_names("#state", "state");
    request.expression_attribute_values(":it", AttributeValue::S(status.to_owned())).send().await.unwrap();
    stage.stack.operator().post_nothing(format!("{messages}/{id}/resend")).await
}

/// Changes a key's item as only a device or a removal would.
async fn set(stage: &Stage, key: &str, update: &str, value: AttributeValue) {
    let client = stage.stack.cloud().dynamodb();
    let request = client.update_item().table_name("key-automat").condition_expression("attribute_exists(PK)");
    let request = request.key("PK", AttributeValue::S(format!("KEY#{key}"))).key("SK", AttributeValue::S("KEY".into()));
    request.update_expression(update).expression_attribute_values(":it", value).send().await.unwrap();
}

/// Books the maximum number of contracts of a key, one hour each.
fn full_calendar() -> Calendar {
    let first = Instant::parse(&hours(10)).unwrap();
    let entry = |number: u64| {
        let start = first.plus_millis(i64::try_from(number).unwrap() * 3_600_000);
        let range = TimeRange::new(start, Some(start.plus_millis(3_600_000))).unwrap();
        Entry { contract: ContractId::generated(number), range }
    };
    Calendar::new((0..MAX_LIVE_CONTRACTS as u64).map(entry).collect())
}

/// Removes a contract that an automat without a connection knows, if it can be revoked.
async fn remove_while_still_usable(stage: &Stage) -> ApiResponse {
    let stage = Stage::new(&stage.stack, 3).await;
    let device = stage.device(&[]).await;
    let contract = stage.booked(&stage.key().await, 1, 2).await;
    let (viewer, operator) = (stage.stack.viewer(), stage.stack.operator());
    eventually(|| viewer.get(&contract), |contract| contract["automats"][0]["state"] == "held").await;
    lose_network(&stage, &device).await;
    let refused = operator.delete(format!("{contract}?ifRevocable=true")).await;
    device.stop().await;
    refused
}
