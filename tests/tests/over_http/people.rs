//! A person's data: found everywhere, exported and erased, with a record.

use clock::Clock;
use e2e::device::eventually;
use e2e::{Stack, Stage, fresh, hours};
use serde_json::{Value, json};

/// A person with unique data.
struct Person {
    name: String,
    email: String,
}

impl Person {
    fn new() -> Self {
        let name = fresh("Aino");
        Self { email: format!("{name}@example.com"), name }
    }

    fn contact(&self) -> Value {
        json!({ "name": self.name, "email": self.email, "sendEmail": true })
    }

    fn contract(&self, id: &str, start: &str, end: &str) -> Value {
        json!({ "contractId": id, "person": self.name, "start": start, "end": end, "contacts": [self.contact()] })
    }
}

/// All pages of a response.
async fn all(stack: &Stack, what: &str, mut body: Value) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let part = stack.admin().post(format!("/v1/people/{what}"), body.clone()).await.body(200);
        all.extend(part["data"].as_array().unwrap().clone());
        assert_eq!(part["page"]["hasNext"], part["page"]["next"].is_string(), "{part}");
        if part["page"]["next"].is_null() {
            all.sort_by_key(|data| data["contractId"].as_str().unwrap().to_owned());
            return all;
        }
        body["after"] = part["page"]["next"].clone();
    }
}

/// Waits until so many contracts that name the person can be found.
async fn wait_until_found(stage: &Stage, person: &Person, count: usize) {
    let path = format!("/v1/contracts?search={}", person.name);
    let found = |list: &Value| list["data"].as_array().is_some_and(|contracts| contracts.len() == count);
    eventually(|| stage.stack.viewer().get(&path), found).await;
}

/// Waits until a contract has ended.
async fn ended(stage: &Stage, contract: &str) {
    let over = |contract: &Value| contract["state"] == "ended";
    eventually(|| stage.stack.viewer().get(contract), over).await;
}

/// Waits until the messages about a contract have been sent.
async fn wait_for_messages(stage: &Stage, contract: &str) {
    let sent = |list: &Value| list["data"].as_array().is_some_and(|messages| !messages.is_empty());
    eventually(|| stage.stack.viewer().get(format!("{contract}/messages")), sent).await;
}

fn in_seconds(seconds: i64) -> String {
    Clock::system().now().plus_millis(seconds * 1_000).to_string()
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn all_data_of_a_person_is_exported_with_a_record() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let (aino, eino) = (Person::new(), Person::new());
    let key = stage.key().await;
    let [own_id, shared_id] = ["own", "shared"].map(fresh);
    let own = stage.book(&key, aino.contract(&own_id, &hours(1), &hours(2))).await.header("location").to_owned();
    let mut other = eino.contract(&shared_id, &hours(3), &hours(4));
    other["contacts"] = json!([eino.contact(), aino.contact()]);
    let other = stage.book(&key, other).await.header("location").to_owned();
    stage.booked(&key, 5, 6).await;
    wait_for_messages(&stage, &own).await;
    wait_for_messages(&stage, &other).await;
    wait_until_found(&stage, &aino, 2).await;

    let found = all(&stage.stack, "export", json!({ "email": aino.email.to_uppercase() })).await;
    let ids: Vec<_> = found.iter().map(|data| data["contractId"].as_str().unwrap()).collect();
    assert_eq!(ids, [own_id, shared_id], "{found:?}");
    assert_eq!((&found[0]["keyIds"], &found[0]["foundBy"]), (&json!([key]), &json!(["email"])));
    assert_eq!(found[0]["contract"], stage.stack.viewer().get(&own).await.body(200));
    assert_eq!(types(found[0]["events"].as_array().unwrap()), ["contract-created"]);
    for data in &found {
        let to: Vec<_> = data["messages"].as_array().unwrap().iter().map(|message| &message["to"]).collect();
        assert_eq!(to, [&json!(aino.email)], "{data}");
    }

    let by_name = all(&stage.stack, "export", json!({ "person": aino.name, "limit": 1 })).await;
    assert_eq!((by_name.len(), &by_name[0]["foundBy"]), (2, &json!(["name"])));
    let nobody = Person::new();
    assert_eq!(
        all(&stage.stack, "export", json!({ "email": nobody.email, "person": nobody.name })).await,
        [] as [Value; 0]
    );

    let events = stage.stack.viewer().get(format!("/v1/keys/{key}/events")).await.data();
    let exported: Vec<_> = events.iter().filter(|event| event["type"] == "personal-data-exported").collect();
    assert_eq!(exported.len(), 4, "both contracts, twice");
    let admin = &events.iter().find(|event| event["type"] == "key-added").unwrap()["actor"];
    assert!(exported.iter().all(|event| event["actor"] == *admin && event["contractId"].is_string()));
    assert!(!json!(events).to_string().contains(&aino.name));
}

#[tokio::test]
async fn ended_contracts_are_erased_and_live_ones_are_named() {
    let stage = Stage::new(&Stack::shared(), 3).await;
    let (aino, eino) = (Person::new(), Person::new());
    let (key, next, last) = (stage.key().await, stage.key().await, stage.key().await);
    let [over_id, live_id, shared_id] = ["over", "live", "shared"].map(fresh);
    let over = stage.book(&key, aino.contract(&over_id, &hours(0), &in_seconds(4))).await.header("location").to_owned();
    let live = stage.book(&next, aino.contract(&live_id, &hours(1), &hours(2))).await.header("location").to_owned();
    let mut other = eino.contract(&shared_id, &hours(1), &hours(2));
    other["contacts"] = json!([eino.contact(), aino.contact()]);
    let other = stage.book(&last, other).await.header("location").to_owned();
    for contract in [&over, &live, &other] {
        wait_for_messages(&stage, contract).await;
    }
    ended(&stage, &over).await;
    wait_until_found(&stage, &aino, 3).await;

    let body = json!({ "email": aino.email });
    let outcomes = |done: &[Value]| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        done.iter().map(|done| (text(&done["contractId"]), text(&done["outcome"]))).collect()
    };
    let named = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(id, outcome)| ((*id).to_owned(), (*outcome).to_owned())).collect()
    };
    let done = all(&stage.stack, "erase", body.clone()).await;
    assert_eq!(
        outcomes(&done),
        named(&[(&live_id, "live"), (&over_id, "contract-erased"), (&shared_id, "contact-erased")])
    );

    _ = stage.stack.viewer().get(&over).await.problem("contract_not_found");
    _ = stage.stack.viewer().get(format!("{over}/messages")).await.problem("contract_not_found");
    stage.stack.viewer().get(&live).await.is(200);
    let other_contract = stage.stack.viewer().get(&other).await.body(200);
    assert_eq!(
        (&other_contract["contacts"], &other_contract["person"]),
        (&json!([other_contract["contacts"][0]]), &json!(eino.name))
    );
    assert_eq!(other_contract["contacts"][0]["email"], json!(eino.email));

    stage.stack.operator().delete(&live).await.is(204);
    let cancelled = |list: &Value| list["data"].as_array().is_some_and(|messages| messages.len() == 2);
    eventually(|| stage.stack.viewer().get(format!("{live}/messages")), cancelled).await;
    // Both messages are found some time after they were sent.
    let mut done = Vec::new();
    while done.is_empty() {
        done = all(&stage.stack, "erase", body.clone()).await;
    }
    assert_eq!(outcomes(&done), named(&[(&live_id, "messages-erased")]));
    for what in ["export", "erase"] {
        assert_eq!(all(&stage.stack, what, body.clone()).await, [] as [Value; 0], "nothing is left to {what}");
    }

    for key in [&key, &next, &last] {
        let events = stage.stack.viewer().get(format!("/v1/keys/{key}/events")).await.data();
        assert_eq!(types(&events).iter().filter(|kind| **kind == "personal-data-erased").count(), 1, "{events:?}");
        assert!(!json!(events).to_string().contains(&aino.name));
    }
}

#[tokio::test]
async fn a_name_alone_erases_nothing_by_mistake() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let aino = Person::new();
    let key = stage.key().await;
    let body = json!({ "contractId": fresh("one"), "person": aino.name, "start": hours(0), "end": in_seconds(2) });
    let contract = stage.book(&key, body).await.header("location").to_owned();
    ended(&stage, &contract).await;
    wait_until_found(&stage, &aino, 1).await;
    let by_name = json!({ "person": aino.name });
    let done = all(&stage.stack, "erase", by_name.clone()).await;
    assert_eq!((&done[0]["outcome"], &done[0]["foundBy"]), (&json!("ambiguous"), &json!(["name"])));
    stage.stack.viewer().get(&contract).await.is(200);
    let done = all(&stage.stack, "erase", json!({ "person": aino.name, "everybodyOfThatName": true })).await;
    assert_eq!(done[0]["outcome"], "contract-erased");
    _ = stage.stack.viewer().get(&contract).await.problem("contract_not_found");
}
