//! Contracts of several keys: the contract has all of them or is refused, and one PIN fetches each.

use api::Role;
use clock::Clock;
use e2e::device::eventually;
use e2e::{Stack, Stage, contracts_of, fresh, hours, person};
use serde_json::{Value, json};

/// Two automats with a key each.
struct Pair {
    here: Stage,
    there: Stage,
    /// In order of their ids.
    keys: [String; 2],
}

impl Pair {
    async fn new() -> Self {
        let stack = Stack::shared();
        let (here, there) = (Stage::new(&stack, 3).await, Stage::new(&stack, 3).await);
        let mut keys = [here.key().await, there.key().await];
        let (here, there) = if keys.is_sorted() { (here, there) } else { (there, here) };
        keys.sort();
        Self { here, there, keys }
    }

    fn both(&self, body: &Value) -> Value {
        let mut body = body.clone();
        body["keyIds"] = json!(self.keys);
        body
    }

    /// Books both keys for some hours. Returns the path of the contract.
    async fn booked(&self, start: i64, end: i64) -> String {
        let made = self.here.book("", self.both(&person(start, end))).await;
        made.is(201);
        made.header("location").to_owned()
    }

    async fn contract(&self, path: &str) -> Value {
        self.here.stack.viewer().get(path).await.body(200)
    }

    /// The ids of a key's contracts.
    /// Waits until these are the key's contracts: ended ones are listed some time later.
    async fn lists(&self, key: &str, ids: &[String]) {
        let viewer = self.here.stack.viewer();
        let id_of = |contract: &Value| contract["contractId"].as_str().unwrap().to_owned();
        let is_so = |list: &Value| list["data"].as_array().unwrap().iter().map(id_of).eq(ids.iter().cloned());
        eventually(|| viewer.get(contracts_of(key)), is_so).await;
    }
}

fn id(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn two_keys_of_two_automats_are_booked_with_one_pin() {
    let pair = Pair::new().await;
    let [one, other] = &pair.keys;
    let stack = &pair.here.stack;
    let there = format!("/v1/automats/{}", pair.there.automat);
    stack.admin().patch(&there, json!({ "pinDigits": 8, "minChosenPinDigits": 5 })).await.is(200);

    let mut body = person(-1, 2);
    body["keyIds"] = json!([other, one, other]);
    body["pin"] = json!("4829");
    let short = pair.here.book("", body.clone()).await.problem("invalid_request");
    assert_eq!(short["errors"][0]["code"], "pin_too_short", "in one of the automats");
    body["pin"] = Value::Null;
    let made = pair.here.book("", body).await;
    let path = made.header("location").to_owned();
    let made = made.body(201);
    assert_eq!(made["keyIds"], json!(pair.keys), "each once, in order");
    let pin = made["pin"].as_str().unwrap();
    assert_eq!(pin.len(), 8, "as long as the automat that asks for the longest wants it");
    assert_eq!(stack.operator().get(format!("{path}/pin")).await.body(200)["pin"], pin);

    for (stage, key) in [(&pair.here, one), (&pair.there, other)] {
        pair.lists(key, &[id(&path)]).await;
        assert_eq!(stage.view().await["lockers"][0]["activeContract"]["contractId"], id(&path));
        let mut second = person(3, 4);
        second["pin"] = json!(pin);
        _ = stage.book(&stage.key().await, second).await.problem("pin_in_use");
        for events in [stage.events().await, stack.viewer().get(format!("/v1/keys/{key}/events")).await.data()] {
            let ours: Vec<_> = events.iter().filter(|event| event["contractId"] == id(&path)).collect();
            let kinds: Vec<_> = ours.iter().map(|event| event["type"].as_str().unwrap()).collect();
            assert_eq!(kinds, ["pin-revealed", "contract-created"]);
            assert!(ours.iter().all(|event| event["keyId"] == *key && event["actor"] == stack.actor(Role::Operator)));
        }
    }
}

#[tokio::test]
async fn a_conflict_names_its_key_and_the_next_time_in_which_all_keys_are_free() {
    let pair = Pair::new().await;
    let [one, other] = &pair.keys;
    let first = id(&pair.here.booked(one, 10, 20).await);
    let second = id(&pair.there.booked(other, 21, 24).await);
    let conflict = |key: &str, contract: &str, start, end| json!({ "keyId": key, "contractId": contract, "start": hours(start), "end": hours(end) });
    let wanted = pair.both(&person(19, 22));
    let refused = pair.here.book("", wanted.clone()).await.problem("contract_overlap");
    let conflicts = json!([conflict(one, &first, 10, 20), conflict(other, &second, 21, 24)]);
    let next = json!({ "start": hours(24), "end": hours(27) });
    assert_eq!((&refused["conflicts"], &refused["nextFree"]), (&conflicts, &next));
    let preview = pair.here.stack.operator().post("/v1/contracts/preview", wanted).await.body(200);
    assert_eq!((&preview["conflicts"], &preview["nextFree"]), (&conflicts, &next));

    let refused = pair.here.book("", pair.both(&person(20, 22))).await.problem("contract_overlap");
    assert_eq!(refused["conflicts"], json!([conflict(other, &second, 21, 24)]), "only one of the keys is booked");
    // The free key has not been booked either.
    pair.lists(one, &[first]).await;
    pair.here.booked(one, 20, 22).await;
    pair.booked(24, 27).await;
}

#[tokio::test]
async fn an_edit_adds_keys_and_takes_them_off() {
    let pair = Pair::new().await;
    let [one, other] = &pair.keys;
    let operator = pair.here.stack.operator();
    let mut body = person(1, 5);
    body["pin"] = json!("48291537");
    let path = pair.here.book(one, body.clone()).await.header("location").to_owned();
    let in_the_way = pair.there.booked(other, 4, 6).await;

    let both = json!({ "keyIds": pair.keys });
    let refused = operator.patch(&path, both.clone()).await.problem("contract_overlap");
    let conflict = json!({ "keyId": other, "contractId": id(&in_the_way), "start": hours(4), "end": hours(6) });
    assert_eq!((&refused["conflicts"], &refused["nextFree"]["start"]), (&json!([conflict]), &json!(hours(6))));
    let preview = operator.post(format!("{path}/preview"), both.clone()).await.body(200);
    assert_eq!((&preview["conflicts"], &preview["contract"]["keyIds"]), (&json!([conflict]), &json!(pair.keys)));
    let mut moved = both.clone();
    (moved["start"], moved["end"]) = (json!(hours(6)), json!(hours(8)));
    let edited = operator.patch(&path, moved).await;
    assert_eq!(edited.header("etag"), "\"2\"");
    let edited = edited.body(200);
    assert_eq!((&edited["keyIds"], &edited["start"]), (&json!(pair.keys), &json!(hours(6))));
    pair.lists(other, &[id(&in_the_way), id(&path)]).await;
    assert_eq!(operator.patch(&path, both).await.header("etag"), "\"2\"", "nothing changes");
    (body["start"], body["end"]) = (json!(hours(11)), json!(hours(12)));
    _ = pair.there.book(&pair.there.key().await, body.clone()).await.problem("pin_in_use");

    let event = |events: Vec<Value>| events.into_iter().find(|event| event["contractId"] == id(&path)).unwrap();
    for (stage, key) in [(&pair.here, one), (&pair.there, other)] {
        let event = event(stage.events().await);
        assert_eq!((&event["type"], &event["keyId"]), (&json!("contract-changed"), &json!(key)));
        assert_eq!(event["changes"], json!(["keyIds", "start", "end"]));
    }

    let taken_off = operator.patch(&path, json!({ "keyIds": [other] })).await.body(200);
    assert_eq!((&taken_off["keyIds"], &taken_off["version"]), (&json!([other]), &json!(3)));
    pair.lists(one, &[]).await;
    assert_eq!(event(pair.here.events().await)["changes"], json!(["keyIds"]), "the key that it lost has the event too");
    pair.here.booked(one, 6, 8).await;
    pair.here.book(&pair.here.key().await, body).await.is(201);
    let none = fresh("none");
    let missing = operator.patch(&path, json!({ "keyIds": [other, none] })).await.problem("key_not_found");
    assert_eq!(missing["keyId"], none);
    assert_eq!(pair.contract(&path).await["version"], 3);
}

#[tokio::test]
async fn a_key_that_does_not_exist_is_named_and_nothing_is_booked() {
    let pair = Pair::new().await;
    let (operator, viewer) = (pair.here.stack.operator(), pair.here.stack.viewer());
    let none = fresh("none");
    let mut body = person(1, 5);
    body["keyIds"] = json!([pair.keys[0], none]);
    for path in ["/v1/contracts", "/v1/contracts/preview"] {
        assert_eq!(operator.post(path, body.clone()).await.problem("key_not_found")["keyId"], none);
    }
    pair.lists(&pair.keys[0], &[]).await;
    let free = format!("/v1/availability?keyId={},{none}&from={}&to={}", pair.keys[0], hours(1), hours(2));
    assert_eq!(viewer.get(free).await.problem("key_not_found")["keyId"], none);
    _ = viewer.get(contracts_of(&none)).await.problem("key_not_found");
}

#[tokio::test]
async fn keys_are_free_together_when_each_is() {
    let pair = Pair::new().await;
    let [one, other] = &pair.keys;
    pair.here.booked(one, 2, 4).await;
    pair.there.booked(other, 3, 6).await;
    let contract = pair.booked(8, 9).await;
    let shared = pair.here.key_with(json!({ "shared": true })).await;
    pair.here.booked(&shared, 0, 12).await;
    let free = async |keys: &str| -> Vec<Value> {
        let query = format!("{keys}&from={}&to={}", hours(0), hours(12));
        pair.here.stack.viewer().get(format!("/v1/availability?{query}")).await.data()
    };
    let window = |start, end| json!({ "start": hours(start), "end": hours(end) });
    for keys in [
        format!("keyId={one}&keyId={other}"),
        format!("keyId={other},{one},{other}"),
        format!("keyId={one},{other}&keyId={shared}"),
    ] {
        assert_eq!(free(&keys).await, [window(0, 2), window(6, 8), window(9, 12)], "{keys}");
    }
    assert_eq!(free(&format!("keyId={one}")).await, [window(0, 2), window(4, 8), window(9, 12)]);
    pair.here.stack.operator().delete(&contract).await.is(204);
    assert_eq!(free(&format!("keyId={one},{other}")).await, [window(0, 2), window(6, 12)], "freed on both keys");
}

#[tokio::test]
async fn ending_and_removing_concern_every_key() {
    let pair = Pair::new().await;
    let operator = pair.here.stack.operator();
    let path = pair.booked(-1, 5).await;
    let ended = operator.post_nothing(format!("{path}/end")).await.body(200);
    assert_eq!((&ended["state"], &ended["keyIds"]), (&json!("ended"), &json!(pair.keys)));
    let next = pair.booked(1, 5).await;
    for key in &pair.keys {
        pair.lists(key, &[id(&path), id(&next)]).await;
    }
    operator.delete(&next).await.is(204);
    for (stage, key) in [(&pair.here, &pair.keys[0]), (&pair.there, &pair.keys[1])] {
        pair.lists(key, &[id(&path)]).await;
        let events = stage.events().await;
        let of = |path: &str| -> Vec<&str> {
            let ours = events.iter().filter(|event| event["contractId"] == id(path));
            ours.map(|event| event["type"].as_str().unwrap()).collect()
        };
        assert_eq!(of(&path), ["contract-ended", "contract-created"]);
        assert_eq!(of(&next), ["contract-removed", "contract-created"]);
    }
}

#[tokio::test]
async fn a_removed_key_is_taken_off_contracts_that_have_another() {
    let pair = Pair::new().await;
    let [one, other] = &pair.keys;
    let shared = pair.booked(1, 5).await;
    let alone = pair.here.booked(one, 6, 7).await;
    pair.here.stack.admin().delete(format!("/v1/keys/{one}")).await.is(200);
    let left = pair.contract(&shared).await;
    assert_eq!((&left["keyIds"], &left["version"]), (&json!([other]), &json!(2)));
    pair.lists(other, &[id(&shared)]).await;
    _ = pair.here.stack.viewer().get(&alone).await.problem("contract_not_found");
    _ = pair.there.book(other, person(4, 6)).await.problem("contract_overlap");

    pair.here.stack.admin().delete(format!("/v1/keys/{other}")).await.is(200);
    _ = pair.here.stack.viewer().get(&shared).await.problem("contract_not_found");
}

#[tokio::test]
async fn a_contract_has_up_to_sixteen_keys() {
    let all_at_once = json!({ "start": hours(3), "end": hours(4), "pin": "482915376" });
    book_sixteen(&Stack::shared(), &[all_at_once]).await;
}

/// Then every PIN has two names.
#[tokio::test]
async fn a_contract_has_up_to_sixteen_keys_also_while_the_secret_is_rotated() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("secret"), format!("{}\n{}", "a".repeat(40), "b".repeat(40))).unwrap();
    let edits = [json!({ "start": hours(3), "end": hours(4) }), json!({ "pin": "482915376" })];
    book_sixteen(&Stack::alone_in(data.path(), Clock::system()).await, &edits).await;
}

/// Writes as much as one contract can: each key is in an automat of its own.
async fn book_sixteen(stack: &Stack, edits: &[Value]) {
    let (mut stages, mut keys) = (Vec::new(), Vec::new());
    for _ in 0..17 {
        let stage = Stage::new(stack, 1).await;
        keys.push(stage.key().await);
        stages.push(stage);
    }
    let operator = stack.operator();
    let mut body = person(1, 2);
    body["keyIds"] = json!(keys);
    let refused = operator.post("/v1/contracts", body.clone()).await.problem("invalid_request");
    let too_many = json!({ "field": "keyIds", "code": "too_many", "detail": "must be at most 16" });
    assert_eq!(refused["errors"], json!([too_many]));
    body["keyIds"] = json!(keys[..16]);
    let made = operator.post("/v1/contracts", body).once(&fresh("k")).await;
    let path = made.header("location").to_owned();
    assert_eq!(made.body(201)["keyIds"].as_array().unwrap().len(), 16);

    for edit in edits {
        operator.patch(&path, edit.clone()).await.is(200);
    }
    let seventeenth = json!({ "keyIds": keys[1..] });
    for (method, path) in [("PATCH", path.clone()), ("POST", format!("{path}/preview"))] {
        let refused = operator.call(method.parse().unwrap(), path).json(&seventeenth).await.problem("invalid_request");
        let error = &refused["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("keyIds"), &json!("too_many")), "with the one taken off");
    }
    operator.patch(&path, json!({ "keyIds": keys[1..16] })).await.is(200);
    operator.patch(&path, seventeenth).await.is(200);
    stages[0].booked(&keys[0], 3, 4).await;
    operator.post_nothing(format!("{path}/pin")).await.is(200);
    operator.delete(&path).await.is(204);
    for (stage, key) in stages.iter().zip(&keys) {
        stage.booked(key, 5, 6).await;
    }
}
