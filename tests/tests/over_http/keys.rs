//! Keys: adding, finding, editing, removing.

use e2e::{Stack, Stage, contracts_of, fresh, person};
use serde_json::{Value, json};

fn ids(keys: &[Value]) -> Vec<&str> {
    keys.iter().map(|key| key["keyId"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_key_gets_the_requested_or_the_lowest_free_locker() {
    let stage = Stage::new(&Stack::shared(), 4).await;
    let locker_of = async |fields: Value| {
        let key = stage.key_with(fields).await;
        (key.clone(), stage.stack.viewer().get(format!("/v1/keys/{key}")).await.body(200)["lockerIndex"].clone())
    };
    let (first, locker) = locker_of(json!({})).await;
    assert_eq!(locker, 0);
    assert_eq!(locker_of(json!({ "lockerIndex": 2 })).await.1, 2);
    assert_eq!(locker_of(json!({})).await.1, 1);
    assert_eq!(locker_of(json!({})).await.1, 3);
    stage.stack.admin().delete(format!("/v1/keys/{first}")).await.is(200);
    assert_eq!(locker_of(json!({})).await.1, 0, "a freed locker is used again");
}

#[tokio::test]
async fn keys_are_found_by_automat_in_locker_order_and_by_prefix() {
    let stage = Stage::new(&Stack::shared(), 4).await;
    let term = fresh("w").replace('-', "");
    let third = stage.key_with(json!({ "lockerIndex": 3, "property": format!("Hämeentie 5, {term}") })).await;
    let first = stage.key_with(json!({ "lockerIndex": 0, "property": format!("{term} ABC-123") })).await;
    let viewer = stage.stack.viewer();
    let of_automat = viewer.get(format!("/v1/keys?automatId={}", stage.automat)).await.data();
    assert_eq!(ids(&of_automat), [first.as_str(), third.as_str()]);

    let found = async |search: &str| {
        let answer = viewer.get(format!("/v1/keys?search={search}")).await.data();
        let mut found: Vec<_> = ids(&answer).into_iter().map(str::to_owned).collect();
        found.sort();
        found
    };
    let (beginning, upper) = (&term[..8], term.to_uppercase());
    let mut both = vec![first.clone(), third.clone()];
    both.sort();
    assert_eq!(found(beginning).await, both, "a prefix is enough");
    assert_eq!(found(&upper).await, both, "in any case");
    assert_eq!(found(&format!("{term}+h%C3%84M")).await, [third.as_str()], "every term must be the prefix of a word");
    assert_eq!(found(&format!("{term}+hame")).await, [third.as_str()], "diacritics are ignored");
    assert_eq!(found(&format!("abc+{term}")).await, [first.as_str()]);
    assert!(found(&term[1..]).await.is_empty(), "the middle of a word does not match");
    assert_eq!(found(&first).await, [first.as_str()], "the KeyID is searched too");

    stage.stack.admin().patch(format!("/v1/keys/{third}"), json!({ "property": "elsewhere" })).await.is(200);
    assert_eq!(found(&term).await, [first.as_str()], "an edit is found by its new text alone");
    stage.stack.admin().delete(format!("/v1/keys/{first}")).await.is(200);
    assert!(found(&term).await.is_empty(), "a removed key is no longer found");
}

#[tokio::test]
async fn every_field_of_a_key_except_its_ids_can_be_edited() {
    let stage = Stage::new(&Stack::shared(), 3).await;
    let admin = stage.stack.admin();
    let key = stage.key_with(json!({ "returnCode": "4711", "property": "Flat 1" })).await;
    let path = format!("/v1/keys/{key}");
    let edit = json!({ "lockerIndex": 2, "shared": true, "returnCode": "0815", "property": "Flat 2" });
    let edited = admin.patch(&path, edit.clone()).await.body(200);
    for (name, value) in edit.as_object().unwrap() {
        assert_eq!(&edited[name], value, "{name}");
    }
    let same = admin.patch(&path, edit).await.body(200);
    assert_eq!((&edited["version"], &same["version"]), (&json!(2), &json!(2)), "no change, no new version");
    let cleared = admin.patch(&path, json!({ "returnCode": null, "property": null })).await.body(200);
    assert_eq!((cleared.get("returnCode"), &cleared["property"]), (None, &json!("")));
    stage.key_with(json!({ "returnCode": "0815", "lockerIndex": 0 })).await;
    _ = admin.patch(&path, json!({ "returnCode": "0815" })).await.problem("return_code_in_use");
}

#[tokio::test]
async fn a_return_code_is_shown_to_operators() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key_with(json!({ "returnCode": "4711" })).await;
    let path = format!("/v1/keys/{key}");
    let list = format!("/v1/keys?automatId={}", stage.automat);
    for (client, shown) in
        [(stage.stack.viewer(), "****"), (stage.stack.operator(), "4711"), (stage.stack.admin(), "4711")]
    {
        assert_eq!(client.get(&path).await.body(200)["returnCode"], shown);
        assert_eq!(client.get(&list).await.data()[0]["returnCode"], shown);
    }
}

#[tokio::test]
async fn a_key_stays_shared_while_its_contracts_overlap() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key_with(json!({ "shared": true })).await;
    let path = format!("/v1/keys/{key}");
    let one = stage.booked(&key, 1, 5).await;
    let other = stage.booked(&key, 4, 8).await;
    stage.booked(&key, 8, 9).await;
    let refused = stage.stack.admin().patch(&path, json!({ "shared": false })).await.problem("contracts_overlap");
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let pairs = refused["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 1);
    assert_eq!(pairs[0][0]["contractId"], id(&one));
    assert_eq!(pairs[0][1]["contractId"], id(&other));
    stage.stack.operator().delete(&other).await.is(204);
    stage.stack.admin().patch(&path, json!({ "shared": false })).await.is(200);
    _ = stage.book(&key, person(4, 8)).await.problem("contract_overlap");
}

#[tokio::test]
async fn a_removed_key_is_gone_with_its_contracts_and_its_id_is_free() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let admin = stage.stack.admin();
    let body = json!({ "keyId": fresh("key"), "automatId": stage.automat, "returnCode": "4711", "property": "Flat 1" });
    let key = body["keyId"].as_str().unwrap();
    let path = format!("/v1/keys/{key}");
    admin.post("/v1/keys", body.clone()).await.is(201);
    let mut booking = person(1, 5);
    booking["pin"] = json!("48291537");
    booking["contractId"] = json!(fresh("booking"));
    let made = stage.book(key, booking.clone()).await;
    let contract = made.header("location");
    made.is(201);

    admin.delete(&path).await.is(200);
    let operator = stage.stack.operator();
    for gone in [&path, &contracts_of(key), &format!("{path}/events")] {
        _ = operator.get(gone).await.problem("key_not_found");
    }
    for gone in [contract, &format!("{contract}/pin"), &format!("{contract}/messages")] {
        _ = operator.get(gone).await.problem("contract_not_found");
    }
    assert!(stage.stack.viewer().get(format!("/v1/keys?automatId={}", stage.automat)).await.data().is_empty());

    let again = admin.post("/v1/keys", body.clone()).await.body(201);
    assert_eq!((&again["version"], &again["lockerIndex"]), (&json!(1), &json!(0)));
    assert!(stage.stack.viewer().get(contracts_of(key)).await.data().is_empty());
    assert_eq!(stage.stack.viewer().get(format!("{path}/events")).await.data().len(), 1, "only that it was added");
    stage.book(key, booking).await.is(201);
}
