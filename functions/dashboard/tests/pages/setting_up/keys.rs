use api::Role;
use domain::{AutomatDraft, AutomatId, CodeKind, ContractDraft, ContractId, DoorState, KeyDraft, KeyId, Name, Sharing};
use serde_json::Value;
use store::{KeyFilter, LockerReport, LockerReports, PageRequest};
use testkit::{at, automat, by_email, by_sms, contract, key, locker, metadata};

use crate::stage::Stage;

const NEW: &str = "/automats/lobby/keys/new";

async fn lobby() -> Stage {
    let stage = Stage::of(Role::Admin).await;
    let draft = AutomatDraft { name: Name::parse("The lobby").unwrap(), ..automat("lobby", 4) };
    stage.store().create_automat(draft, &metadata()).await.unwrap();
    stage
}

fn id(text: &str) -> KeyId {
    KeyId::parse(text).unwrap()
}

#[tokio::test]
async fn a_key_is_added_to_the_locker_that_was_clicked() {
    let stage = lobby().await;
    let page = stage.get("/automats/lobby/keys/new?locker=2").await;
    insta::assert_snapshot!("a_new_key", page.main());
    let fields = [("keyId", "Ä-1"), ("property", "Flat 12"), ("returnCode", "1234"), ("shared", "on")];
    let added = stage.send(&page, &fields).await;
    let next = added.to.unwrap();
    assert_eq!((added.status, next.as_str()), (303, "/automats/lobby/keys/new?added=%C3%84-1"));
    let key = stage.store().key(&id("Ä-1")).await.unwrap();
    assert_eq!((key.locker, key.sharing), (locker(2), Sharing::Shared));
    let then = stage.get(&next).await;
    assert!(then.html.contains("Open locker 2") && then.html.contains("action=\"/automats/lobby/lockers/2/open\""));
}

#[tokio::test]
async fn a_form_sent_twice_creates_one_key() {
    let stage = lobby().await;
    let page = stage.get(NEW).await;
    let fields = [("keyId", "K-1")];
    let (one, other) = tokio::join!(stage.send(&page, &fields), stage.send(&page, &fields));
    let again = stage.send(&page, &fields).await;
    assert_eq!([one.status, other.status, again.status], [303; 3]);
    assert_eq!((&one.to, &one.to), (&other.to, &again.to));
    let all = PageRequest { limit: 10, after: None };
    assert_eq!(stage.store().keys(&KeyFilter::default(), &all).await.unwrap().data.len(), 1);
}

#[tokio::test]
async fn a_saved_form_that_is_changed_and_sent_again_asks_first() {
    let stage = lobby().await;
    let page = stage.get(NEW).await;
    stage.send(&page, &[("keyId", "K-1")]).await;
    let fields = [("keyId", "K-2"), ("lockerIndex", "3")];
    let refused = stage.send(&page, &fields).await;
    assert_eq!(refused.status, 422, "{}", refused.html);
    let sent = stage.send(&refused, &[]).await;
    assert_eq!(sent.to.as_deref(), Some("/automats/lobby/keys/new?added=K-2"), "{}", sent.html);
}

#[tokio::test]
async fn a_conflict_is_shown_beside_its_field() {
    let stage = lobby().await;
    stage.fill(NEW, &[("keyId", "K-1"), ("returnCode", "1234")]).await;
    let cases = [
        ([("keyId", "K-1"), ("lockerIndex", "1"), ("returnCode", "")], "keyId"),
        ([("keyId", "K-2"), ("lockerIndex", "0"), ("returnCode", "")], "lockerIndex"),
        ([("keyId", "K-2"), ("lockerIndex", "9"), ("returnCode", "")], "lockerIndex"),
        ([("keyId", "K-2"), ("lockerIndex", "1"), ("returnCode", "1234")], "returnCode"),
        ([("keyId", "K-2"), ("lockerIndex", "1"), ("returnCode", "123")], "returnCode"),
        ([("keyId", ""), ("lockerIndex", "1"), ("returnCode", "")], "keyId"),
    ];
    for (fields, field) in cases {
        let refused = stage.fill(NEW, &fields).await;
        assert_eq!(refused.status, 422, "{fields:?}");
        assert!(refused.html.contains(&format!("id=\"{field}-error\"")), "{fields:?}: {}", refused.html);
        assert!(!refused.html.contains("class=\"summary\" hidden"));
    }
}

#[tokio::test]
async fn a_full_automat_offers_no_form() {
    let stage = Stage::of(Role::Admin).await;
    stage.store().create_automat(automat("lobby", 1), &metadata()).await.unwrap();
    stage.store().create_key(key("K-1"), &metadata()).await.unwrap();
    let page = stage.get(NEW).await;
    assert!(page.html.contains("Every locker of the automat has a key") && !page.main().contains("<form"));
}

#[tokio::test]
async fn a_key_moves_to_another_locker_and_loses_its_return_code() {
    let stage = lobby().await;
    stage.fill(NEW, &[("keyId", "K-1"), ("returnCode", "1234")]).await;
    let changes = [("lockerIndex", "3"), ("returnCode", ""), ("property", "Flat 2")];
    let edited = stage.fill("/keys/K-1/edit", &changes).await;
    assert_eq!((edited.status, edited.to.as_deref()), (303, Some("/keys/K-1?done=changed")), "{}", edited.html);
    let key = stage.store().key(&id("K-1")).await.unwrap();
    assert_eq!((key.locker, key.return_code, key.property.as_str()), (locker(3), None, "Flat 2"));
}

#[tokio::test]
async fn a_key_whose_contracts_overlap_stays_shared_and_the_pairs_are_named() {
    let stage = lobby().await;
    stage.store().create_key(KeyDraft { sharing: Sharing::Shared, ..key("K-1") }, &metadata()).await.unwrap();
    for (name, start, end) in [("one", 0, 7_200), ("two", 3_600, 9_000)] {
        let draft =
            domain::ContractDraft { id: Some(ContractId::parse(name).unwrap()), ..contract(&id("K-1"), start, end) };
        stage.store().create_contract(draft, &metadata()).await.unwrap();
    }
    let refused = stage.fill("/keys/K-1/edit", &[("shared", "-")]).await;
    assert_eq!(refused.status, 422);
    for said in ["/contracts/one\"", "/contracts/two\"", "14:00–16:00", "id=\"shared-error\""] {
        assert!(refused.html.contains(said), "{said}: {}", refused.html);
    }
}

#[tokio::test]
async fn a_stale_edit_of_a_key_shows_both_versions() {
    let stage = lobby().await;
    stage.fill(NEW, &[("keyId", "K-1"), ("property", "Old")]).await;
    let page = stage.get("/keys/K-1/edit").await;
    stage.fill("/keys/K-1/edit", &[("property", "Theirs"), ("shared", "on")]).await;
    let refused = stage.send(&page, &[("property", "Mine")]).await;
    assert_eq!(refused.status, 422);
    for said in ["Theirs", "Mine", "<td>Yes</td><td>No</td>"] {
        assert!(refused.html.contains(said), "{said}: {}", refused.html);
    }
    let saved = stage.send(&refused, &[]).await;
    assert_eq!(saved.status, 303);
    let key = stage.store().key(&id("K-1")).await.unwrap();
    assert_eq!((key.property.as_str(), key.sharing), ("Mine", Sharing::NotShared));
}

#[tokio::test]
async fn removing_a_key_says_who_is_notified_and_can_be_quiet() {
    let stage = lobby().await;
    stage.store().create_key(key("K-1"), &metadata()).await.unwrap();
    assert!(!stage.get("/keys/K-1/remove").await.has("name=\"quiet\""), "there is nobody to notify");
    let contacts = vec![by_email("aino@example.fi"), by_sms("+358401234567"), by_sms("+358401234568")];
    let draft = ContractDraft { id: ContractId::parse("b").ok(), contacts, ..contract(&id("K-1"), 10, 20) };
    stage.store().create_contract(draft, &metadata()).await.unwrap();
    let page = stage.get("/keys/K-1/remove").await;
    for said in ["1 active or upcoming contract", "Their contacts will be notified:", "1 email, 2 SMS"] {
        assert!(page.has(said), "{said}: {}", page.main());
    }
    let removed = stage.send(&page, &[("quiet", "on")]).await;
    assert_eq!(removed.status, 303, "{}", removed.html);
    let is_mark = |record: &Value| {
        let item_key = record["dynamodb"]["Keys"]["SK"]["S"].as_str();
        record["eventName"] == "INSERT" && item_key.is_some_and(|item_key| item_key.starts_with("QUIET#"))
    };
    assert!(stage.table.records(at(0)).await.iter().any(is_mark), "the removal of the contract is quiet");
}

#[tokio::test]
async fn removing_a_key_twice_removes_it_and_its_contracts_once() {
    let stage = lobby().await;
    stage.store().create_key(key("K-1"), &metadata()).await.unwrap();
    for (start, end) in [(60, 120), (180, 240)] {
        stage.store().create_contract(contract(&id("K-1"), start, end), &metadata()).await.unwrap();
    }
    let page = stage.get("/keys/K-1/remove").await;
    assert!(page.has(">The lobby</a>"), "{}", page.html);
    assert!(page.html.contains("2 active or upcoming contracts") && !page.html.contains("name=\"force\""));
    for _ in 0..2 {
        let removed = stage.send(&page, &[]).await;
        assert_eq!(removed.status, 303, "{}", removed.html);
    }
    assert_eq!(stage.get("/keys/K-1/remove").await.status, 404);
}

#[tokio::test]
async fn removing_a_key_that_is_out_needs_confirmation() {
    let stage = lobby().await;
    let store = &stage.store();
    store.create_key(key("K-1"), &metadata()).await.unwrap();
    let draft = domain::ContractDraft { pin: Some(testkit::pin("48291")), ..contract(&id("K-1"), -60, 600) };
    store.create_contract(draft, &metadata()).await.unwrap();
    let lobby = AutomatId::parse("lobby").unwrap();
    for (n, inside) in [(1, true), (2, false)] {
        let report = LockerReport { key_inside: Some(inside), door: DoorState::Closed, by: Some("e".to_owned()) };
        let reports = LockerReports { n, lockers: vec![(locker(0), report)], device_keys: Vec::new() };
        let entry = testkit::entry(store, "e", CodeKind::Pin, "48291", at(0), &[0]);
        if !inside {
            store.keypad_entry(&lobby, entry, at(0)).await.unwrap();
        }
        store.record_locker_reports(&lobby, reports, at(0)).await.unwrap();
    }
    let refused = stage.fill("/keys/K-1/remove", &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.html.contains("id=\"force-error\""), "{}", refused.html);
    let removed = stage.send(&refused, &[("force", "on")]).await;
    assert_eq!((removed.status, removed.to.as_deref()), (303, Some("/automats/lobby?done=key-removed")));
}

#[tokio::test]
async fn only_admins_manage_keys() {
    let stage = lobby().await;
    stage.store().create_key(key("K-1"), &metadata()).await.unwrap();
    for page in [NEW, "/keys/K-1/edit", "/keys/K-1/remove", "/automats/new", "/automats/lobby/edit"] {
        assert_eq!(stage.get_as(Role::Operator, page).await.status, 403, "{page}");
    }
}

#[tokio::test]
async fn a_key_with_many_contracts_is_removed_only_by_its_name() {
    let stage = lobby().await;
    stage.store().create_key(key("K-9"), &metadata()).await.unwrap();
    let id = KeyId::parse("K-9").unwrap();
    for n in 0..20 {
        stage.store().create_contract(contract(&id, n * 10, n * 10 + 10), &metadata()).await.unwrap();
    }
    assert!(!stage.get("/keys/K-9/remove").await.has("name=\"keyId\""));
    stage.store().create_contract(contract(&id, 900, 910), &metadata()).await.unwrap();
    for typed in ["", "K-8"] {
        let refused = stage.fill("/keys/K-9/remove", &[("keyId", typed)]).await;
        assert!(refused.status == 422 && refused.has("Type K-9 to confirm"), "{}", refused.main());
    }
    assert_eq!(stage.fill("/keys/K-9/remove", &[("keyId", " K-9 ")]).await.status, 303);
}
