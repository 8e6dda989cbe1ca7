//! Paged lists: every element once and in order.

use e2e::device::eventually;
use e2e::{As, Stack, Stage, contracts_of, hours, person};
use serde_json::{Value, json};

/// A whole list, page by page.
async fn all(client: As<'_>, list: &str, limit: usize) -> Vec<Value> {
    let join = if list.contains('?') { '&' } else { '?' };
    let (mut elements, mut after) = (Vec::new(), String::new());
    loop {
        let part = client.get(format!("{list}{join}limit={limit}{after}")).await.body(200);
        let data = part["data"].as_array().unwrap();
        elements.extend(data.iter().cloned());
        assert_eq!(part["page"]["hasNext"], part["page"]["next"].is_string(), "{part}");
        let Some(next) = part["page"]["next"].as_str() else { return elements };
        assert_eq!(data.len(), limit, "every page except the last is full");
        after = format!("&after={next}");
    }
}

fn texts(elements: &[Value], field: &str) -> Vec<String> {
    elements.iter().map(|element| element[field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn contracts_are_listed_by_start_page_by_page() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key_with(json!({ "shared": true })).await;
    let mut starts = Vec::new();
    for number in 0..45 {
        let start = 1 + (number * 7) % 15;
        stage.booked(&key, start, start + 1).await;
        starts.push(hours(start));
    }
    let running = stage.booked(&key, -3, 2).await;
    starts.push(hours(-3));
    starts.sort();
    let list = contracts_of(&key);
    let viewer = stage.stack.viewer();
    for limit in [1, 20, 45, 46, 100] {
        let listed = all(viewer, &list, limit).await;
        assert_eq!(texts(&listed, "start"), starts, "{limit}");
        let mut ids = texts(&listed, "contractId");
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 46, "each once, although many start at the same time");
    }
    let ascending = texts(&all(viewer, &list, 7).await, "contractId");
    let mut descending = texts(&all(viewer, &format!("{list}&order=desc"), 7).await, "contractId");
    descending.reverse();
    assert_eq!(ascending, descending);
    let active = texts(&all(viewer, &format!("{list}&state=active"), 7).await, "contractId");
    assert_eq!(active, [running.rsplit('/').next().unwrap()]);
    assert_eq!(all(viewer, &format!("{list}&state=upcoming"), 7).await.len(), 45);
    assert_eq!(all(viewer, &format!("{list}&state=upcoming,active"), 7).await.len(), 46);
    assert!(all(viewer, &format!("{list}&state=ended"), 7).await.is_empty());
    assert_eq!(viewer.get(&list).await.data().len(), 20, "20 when nothing is said");
}

#[tokio::test]
async fn keys_and_automats_are_listed_page_by_page() {
    let stage = Stage::new(&Stack::shared(), 12).await;
    let mut keys = Vec::new();
    for _ in 0..12 {
        keys.push(stage.key_with(json!({ "property": stage.automat })).await);
    }
    let viewer = stage.stack.viewer();
    let of_automat = format!("/v1/keys?automatId={}", stage.automat);
    for limit in [1, 5, 12, 100] {
        assert_eq!(texts(&all(viewer, &of_automat, limit).await, "keyId"), keys, "in order of locker");
    }
    let search = format!("/v1/keys?search={}", stage.automat);
    let mut found = texts(&all(viewer, &search, 5).await, "keyId");
    found.sort();
    keys.sort();
    assert_eq!(found, keys);
    let everything = texts(&all(viewer, "/v1/keys", 50).await, "keyId");
    assert!(keys.iter().all(|key| everything.contains(key)));
    assert!(everything.is_sorted(), "in order of keyId");
    let automats = texts(&all(viewer, "/v1/automats", 3).await, "automatId");
    assert!(automats.contains(&stage.automat) && automats.is_sorted());
}

#[tokio::test]
async fn a_list_that_changes_between_pages_shows_the_rest_exactly_once() {
    let stage = Stage::new(&Stack::shared(), 1).await;
    let key = stage.key().await;
    let mut paths = Vec::new();
    for start in 0..10 {
        paths.push(stage.booked(&key, 10 + start, 11 + start).await);
    }
    let list = format!("{}&limit=4", contracts_of(&key));
    let first = stage.stack.viewer().get(&list).await.body(200);
    // The element after which the next page starts is removed, and another is added before it.
    stage.stack.operator().delete(&paths[3]).await.is(204);
    stage.book(&key, person(1, 2)).await.is(201);
    let after = first["page"]["next"].as_str().unwrap();
    let second = stage.stack.viewer().get(format!("{list}&after={after}")).await.data();
    let expected: Vec<_> = paths[4..8].iter().map(|path| path.rsplit('/').next().unwrap().to_owned()).collect();
    assert_eq!(texts(&second, "contractId"), expected);
}

#[tokio::test]
async fn a_cursor_works_for_its_own_list_only() {
    let stage = Stage::new(&Stack::shared(), 2).await;
    let (one, other) = (stage.key().await, stage.key().await);
    for key in [&one, &other] {
        stage.booked(key, 1, 2).await;
        stage.booked(key, 2, 3).await;
    }
    let viewer = stage.stack.viewer();
    let list = format!("{}&limit=1", contracts_of(&one));
    let next = viewer.get(&list).await.body(200)["page"]["next"].as_str().unwrap().to_owned();
    viewer.get(format!("{list}&after={next}")).await.is(200);
    for elsewhere in [
        format!("{}&limit=1", contracts_of(&other)),
        format!("{list}&order=desc"),
        format!("{list}&state=active"),
        format!("/v1/keys/{one}/events?limit=1"),
        "/v1/keys?limit=1".to_owned(),
        "/v1/automats?limit=1".to_owned(),
    ] {
        _ = viewer.get(format!("{elsewhere}&after={next}")).await.problem("invalid_cursor");
    }
}

#[tokio::test]
async fn contracts_are_listed_by_automat_and_by_start_over_all_keys() {
    let stack = Stack::shared();
    let (lobby, garage) = (Stage::new(&stack, 2).await, Stage::new(&stack, 1).await);
    let keys = [lobby.key().await, lobby.key().await, garage.key().await];
    let mut paths = Vec::new();
    for (start, key) in [(3, &keys[0]), (1, &keys[1]), (2, &keys[2])] {
        paths.push(lobby.booked(key, start, 50).await);
    }
    let both = json!({ "keyIds": [keys[0], keys[2]], "person": "Aino", "start": hours(60), "end": hours(61) });
    let made = stack.operator().post("/v1/contracts", both).await;
    made.is(201);
    paths.push(made.header("location").to_owned());
    let ids: Vec<_> = paths.iter().map(|path| path.rsplit('/').next().unwrap()).collect();
    let of = |stage: &Stage| format!("/v1/contracts?automatId={}", stage.automat);
    let viewer = stack.viewer();
    eventually(|| viewer.get(of(&lobby)), |listed| listed["data"].as_array().unwrap().len() == 3).await;
    eventually(|| viewer.get(of(&garage)), |listed| listed["data"].as_array().unwrap().len() == 2).await;
    for limit in [1, 2, 100] {
        assert_eq!(texts(&all(viewer, &of(&lobby), limit).await, "contractId"), [ids[1], ids[0], ids[3]]);
        let latest_first = format!("{}&order=desc", of(&garage));
        assert_eq!(texts(&all(viewer, &latest_first, limit).await, "contractId"), [ids[3], ids[2]]);
    }
    let early = format!("{}&from={}&to={}", of(&lobby), hours(1), hours(3));
    assert_eq!(texts(&all(viewer, &early, 9).await, "contractId"), [ids[1]], "the end does not belong to it");
    // The stack has contracts of other tests.
    let by_start = format!("/v1/contracts?from={}&to={}", hours(1), hours(62));
    let listed = texts(&all(viewer, &by_start, 100).await, "contractId");
    let ours: Vec<_> = listed.iter().filter(|id| ids.contains(&id.as_str())).collect();
    assert_eq!(ours, [ids[1], ids[2], ids[0], ids[3]]);
}
