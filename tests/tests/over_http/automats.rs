//! Automats and the Key Automat View.

use e2e::{Stack, Stage, fresh, hours};
use serde_json::{Value, json};

fn body(id: &str) -> Value {
    json!({
        "automatId": id, "name": "Station", "lockerCount": 3, "timeZone": "Europe/Helsinki",
        "location": { "address": "Asematie 1", "postalCode": "00100", "postalOffice": "Helsinki" },
    })
}

#[tokio::test]
async fn an_automat_is_added_read_edited_and_removed() {
    let stack = Stack::shared();
    let id = fresh("automat");
    let path = format!("/v1/automats/{id}");
    let added = stack.admin().post("/v1/automats", body(&id)).await;
    assert_eq!((added.header("location"), added.header("etag")), (path.as_str(), "\"1\""));
    let added = added.body(201);
    for (name, value) in body(&id).as_object().unwrap() {
        assert_eq!(&added[name], value, "{name}");
    }
    assert_eq!(added["connection"], json!({ "state": "unknown" }), "the device has never connected");

    let edit =
        json!({ "name": "Harbour", "lockerCount": 500, "timeZone": "America/Argentina/Ushuaia", "location": null });
    let edited = stack.admin().patch(&path, edit.clone()).await.body(200);
    for name in ["name", "lockerCount", "timeZone", "location"] {
        assert_eq!(edited[name], edit[name], "{name}");
    }
    assert_eq!((&edited["version"], edited.get("location")), (&json!(2), None));
    assert_eq!(stack.viewer().get(&path).await.body(200)["lockers"].as_array().unwrap().len(), 500);
    assert_eq!(stack.admin().patch(&path, json!({ "lockerCount": 8.0 })).await.body(200)["lockerCount"], 8);

    assert_eq!(edited["layout"], json!({ "numberedDown": false, "firstNumber": 0 }), "the default");
    let layout = json!({ "columns": 20, "numberedDown": true, "firstNumber": 101 });
    assert_eq!(stack.admin().patch(&path, json!({ "layout": layout })).await.body(200)["layout"], layout);
    assert_eq!(stack.viewer().get(&path).await.body(200)["layout"], layout);
    let first = json!({ "firstNumber": 1 });
    let replaced = stack.admin().patch(&path, json!({ "layout": first })).await.body(200);
    assert_eq!(replaced["layout"], json!({ "numberedDown": false, "firstNumber": 1 }), "it is replaced as a whole");
    let wrong = json!({ "columns": 51, "numberedDown": false, "firstNumber": 9_501 });
    let problem = stack.admin().patch(&path, json!({ "layout": wrong })).await.problem("invalid_request");
    let fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
    assert_eq!(fields, ["layout.columns", "layout.firstNumber"]);

    stack.admin().delete(&path).await.is(204);
    _ = stack.viewer().get(&path).await.problem("automat_not_found");
    stack.admin().post("/v1/automats", body(&id)).await.is(201);
    stack.admin().delete(&path).await.is(204);
}

#[tokio::test]
async fn the_view_includes_empty_lockers() {
    let stage = Stage::new(&Stack::shared(), 4).await;
    let key = stage.key_with(json!({ "lockerIndex": 2, "property": "Flat 12" })).await;
    stage.booked(&key, 5, 6).await;
    let running = stage.booked(&key, -1, 3).await;
    let path = format!("/v1/automats/{}", stage.automat);

    let lockers = stage.stack.viewer().get(&path).await.body(200)["lockers"].clone();
    let empty = |index| json!({ "lockerIndex": index, "keyInside": false, "door": "unknown" });
    let taken = json!({
        "lockerIndex": 2, "key": { "keyId": key, "property": "Flat 12" }, "keyInside": null, "door": "unknown",
        "activeContract": { "contractId": running.rsplit('/').next(), "start": hours(-1), "end": hours(3) },
    });
    assert_eq!(lockers, json!([empty(0), empty(1), taken, empty(3)]));

    stage.stack.admin().patch(format!("/v1/keys/{key}"), json!({ "lockerIndex": 0 })).await.is(200);
    let lockers = stage.stack.viewer().get(&path).await.body(200)["lockers"].clone();
    assert_eq!((&lockers[0]["key"]["keyId"], lockers[2].get("key")), (&json!(key), None), "it moved");
    assert_eq!(lockers[0]["activeContract"]["contractId"], running.rsplit('/').next().unwrap(), "its contract too");
}

#[tokio::test]
async fn an_automat_with_keys_cannot_be_removed_or_shrunk_below_them() {
    let stage = Stage::new(&Stack::shared(), 4).await;
    let admin = stage.stack.admin();
    let key = stage.key_with(json!({ "lockerIndex": 2 })).await;
    let path = format!("/v1/automats/{}", stage.automat);
    assert_eq!(admin.delete(&path).await.problem("automat_holds_keys")["keyCount"], 1);
    let shrunk = admin.patch(&path, json!({ "lockerCount": 2 })).await;
    assert_eq!(shrunk.problem("lockers_in_use")["highestLockerInUse"], 2);
    admin.patch(&path, json!({ "lockerCount": 3 })).await.is(200);
    admin.delete(format!("/v1/keys/{key}")).await.is(200);
    admin.patch(&path, json!({ "lockerCount": 1 })).await.is(200);
    admin.delete(&path).await.is(204);
}

#[tokio::test]
async fn keys_added_concurrently_get_a_locker_each() {
    let stage = Stage::new(&Stack::shared(), 8).await;
    let adding: Vec<_> = (0..8)
        .map(|_| {
            let stage = stage.clone();
            tokio::spawn(async move { stage.stack.admin().post("/v1/keys", stage.key_body()).await.body(201) })
        })
        .collect();
    let mut lockers = Vec::new();
    for added in adding {
        lockers.push(added.await.unwrap()["lockerIndex"].as_u64().unwrap());
    }
    lockers.sort_unstable();
    assert_eq!(lockers, [0, 1, 2, 3, 4, 5, 6, 7]);
    _ = stage.stack.admin().post("/v1/keys", stage.key_body()).await.problem("no_free_locker");
}

#[tokio::test]
async fn an_automat_sets_for_how_long_it_hands_out_keys_without_a_connection() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let (admin, path) = (stage.stack.admin(), format!("/v1/automats/{}", stage.automat));
    assert_eq!(admin.get(&path).await.body(200)["leaseHours"], 24);
    for (given, hours) in [(json!(0), 0), (json!(168), 168), (json!(null), 24)] {
        assert_eq!(admin.patch(&path, json!({ "leaseHours": given })).await.body(200)["leaseHours"], hours);
    }
    let problem = admin.patch(&path, json!({ "leaseHours": 169 })).await.problem("invalid_request");
    assert_eq!(
        (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
        (&json!("leaseHours"), &json!("out_of_range"))
    );
}
