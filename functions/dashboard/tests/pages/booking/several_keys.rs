//! Contracts for several keys.

use domain::{AutomatId, Contract, ContractDraft, ContractKeys, KeyDraft, KeyId, Property};
use testkit::{at, automat, by_email, contract, key, locker, locker_reports, metadata};

use super::{NEW, contracts, k1, stage};
use crate::stage::Stage;

const TIMES: [(&str, &str); 5] = [
    ("person", "Ada"),
    ("start.date", "2026-11-24"),
    ("start.time", "15:00"),
    ("end.date", "2026-11-24"),
    ("end.time", "16:00"),
];
const HOUR: i64 = 3_600;

fn id(text: &str) -> KeyId {
    KeyId::parse(text).unwrap()
}

fn keys(ids: &[&str]) -> ContractKeys {
    ContractKeys::new(ids.iter().map(|text| id(text))).unwrap()
}

/// `K-1`, `K-2` and `K-3` in the automat `lobby`, and `M-1` in locker 1 of the automat `mill`.
async fn with_keys() -> Stage {
    let stage = stage().await;
    let store = stage.store();
    for (key_id, property) in [("K-2", "Flat <2>"), ("K-3", "")] {
        let draft = KeyDraft { property: Property::parse(property).unwrap(), ..key(key_id) };
        store.create_key(draft, &metadata()).await.unwrap();
    }
    store.create_automat(automat("mill", 2), &metadata()).await.unwrap();
    let mill = KeyDraft { automat: AutomatId::parse("mill").unwrap(), locker: Some(locker(1)), ..key("M-1") };
    store.create_key(mill, &metadata()).await.unwrap();
    stage
}

async fn book(stage: &Stage, ids: &[&str], start: i64, end: i64) -> Contract {
    let draft = ContractDraft { keys: keys(ids), ..contract(&k1(), start, end) };
    stage.store().create_contract(draft, &metadata()).await.unwrap().into_inner()
}

fn page_of(contract: &Contract) -> String {
    format!("/contracts/{}", contract.id)
}

/// The key of a locker of `lobby` is fetched.
async fn fetch(stage: &Stage, contract: &Contract, index: u32) {
    let lobby = AutomatId::parse("lobby").unwrap();
    let entry = testkit::entry(stage.store(), "e-1", domain::CodeKind::Pin, contract.pin.reveal(), at(0), &[index]);
    stage.store().keypad_entry(&lobby, entry, at(0)).await.unwrap();
    for reports in [locker_reports(1, &[(index, true, None)]), locker_reports(2, &[(index, false, Some("e-1"))])] {
        stage.store().record_locker_reports(&lobby, reports, at(0)).await.unwrap();
    }
}

#[tokio::test]
async fn keys_are_typed_or_ticked() {
    let stage = with_keys().await;
    let page = stage.get(NEW).await;
    assert_eq!(page.value("keyIds").as_deref(), Some("K-1"));
    let boxes = ["K-1", "K-2", "K-3", "M-1"].map(|id| page.has(&format!("name=\"keyIds\" value=\"{id}\">")));
    assert_eq!(boxes, [false, true, true, false], "{}", page.main());
    assert!(page.has("K-2 · Flat &#60;2&#62;"), "{}", page.main());

    let ticked = [("keyIds", "K-1"), ("keyIds", "K-3"), ("keyIds", "K-2")];
    let half = stage.send(&page, &ticked).await;
    assert_eq!((half.status, half.value("keyIds").as_deref()), (422, Some("K-1, K-3, K-2")), "{}", half.main());
    assert!(!half.has("type=\"checkbox\" name=\"keyIds\""), "none is left to tick");
    assert_eq!(stage.send(&half, &TIMES).await.status, 303);
    assert_eq!(contracts(&stage).await[0].keys, keys(&["K-1", "K-2", "K-3"]));

    let later = [("start.time", "17:00"), ("end.time", "18:00")];
    let typed = [&TIMES[..2], &TIMES[3..4], &later, &[("keyIds", " M-1;K-2\tK-2,")]].concat();
    let made = stage.fill(NEW, &typed).await;
    assert_eq!(made.status, 303, "{}", made.main());
    assert_eq!(contracts(&stage).await.len(), 1, "it is not for the key of the page");

    let without_the_field = [&TIMES[..2], &TIMES[3..4], &later, &[("keyIds", "-")]].concat();
    stage.fill(NEW, &without_the_field).await;
    assert_eq!(contracts(&stage).await[1].keys, k1().into());
}

#[tokio::test]
async fn what_is_wrong_with_the_keys_is_said_beside_their_field() {
    let stage = with_keys().await;
    let too_many = (0..17).map(|n| format!("X-{n}")).collect::<Vec<_>>().join(",");
    for (typed, said) in [
        ("K-1, K-9", "There is no key K-9"),
        ("K-1, <b>", "There is no key &#60;b&#62;"),
        ("", "This field is required."),
        (",", "This field is required."),
        (&too_many, "At most 16."),
    ] {
        let refused = stage.fill(NEW, &[&TIMES[..], &[("keyIds", typed)]].concat()).await;
        assert!(refused.status == 422 && refused.has("id=\"keyIds-error\""), "{typed}: {}", refused.main());
        assert!(refused.has(said) && refused.has("href=\"#keyIds\""), "{typed}: {}", refused.main());
        assert_eq!(refused.value("keyIds").as_deref(), Some(typed));
    }
    assert!(contracts(&stage).await.is_empty());
}

#[tokio::test]
async fn an_edit_concerns_at_most_16_keys() {
    let stage = with_keys().await;
    let store = stage.store();
    store.create_automat(automat("big", 20), &metadata()).await.unwrap();
    let ids: Vec<_> = (10..27).map(|n| format!("B-{n}")).collect();
    for id in &ids {
        let draft = KeyDraft { automat: AutomatId::parse("big").unwrap(), ..key(id) };
        store.create_key(draft, &metadata()).await.unwrap();
    }
    let made = book(&stage, &["B-10", "B-11"], HOUR, 2 * HOUR).await;
    let edit = format!("{}/edit", page_of(&made));
    let refused = stage.fill(&edit, &[("keyIds", &ids[1..].join(", "))]).await;
    assert!(refused.status == 422 && refused.has("id=\"keyIds-error\""), "{}", refused.main());
    assert!(refused.has("including those it takes off"), "{}", refused.main());
}

#[tokio::test]
async fn a_conflict_names_the_key_and_the_next_free_period_is_one_for_all_keys() {
    let stage = with_keys().await;
    let mine = book(&stage, &["K-1"], HOUR, 2 * HOUR).await;
    book(&stage, &["K-1"], 2 * HOUR, 3 * HOUR).await;
    let other = book(&stage, &["K-2"], 0, 2 * HOUR).await;
    let conflict = format!("K-2: <a href=\"/contracts/{}\">Aino Virtanen</a>", other.id);

    let taken = stage.fill(NEW, &[&TIMES[..], &[("keyIds", "K-1, K-2")]].concat()).await;
    assert!(taken.status == 422 && taken.has("Not all of the keys are free at this time"), "{}", taken.main());
    assert!(taken.has(&conflict) && taken.has(&format!("K-1: <a href=\"/contracts/{}\">", mine.id)));
    assert!(taken.has("<strong>Tue 24 Nov 2026, 17:00–18:00</strong>"), "{}", taken.main());

    // K-2 alone would be free at 16:00, when K-1 is not.
    let edit = format!("{}/edit", page_of(&mine));
    let taken = stage.fill(&edit, &[("keyIds", "K-1, K-2")]).await;
    assert!(taken.status == 422 && taken.has(&conflict), "{}", taken.main());
    assert!(taken.has("<strong>Tue 24 Nov 2026, 17:00–18:00</strong>"), "{}", taken.main());
    let next = taken.html.split_once("name=\"next\" value=\"").unwrap().1.split_once('"').unwrap().0;
    let moved = stage.send(&taken, &[("step", "next-free"), ("next", next)]).await;
    assert_eq!(stage.send(&moved, &[]).await.status, 303);
    assert_eq!(stage.store().contract(&mine.id).await.unwrap().keys, keys(&["K-1", "K-2"]));
}

#[tokio::test]
async fn the_page_of_a_contract_shows_each_key_and_which_are_out() {
    let stage = with_keys().await;
    let made = book(&stage, &["K-1", "K-2", "M-1"], -60, HOUR).await;
    fetch(&stage, &made, 1).await;
    let page = stage.get(&page_of(&made)).await;
    insta::assert_snapshot!("a_contract_for_several_keys", page.main().replace(made.id.as_str(), "ID"));
    assert!(page.has("<title>Aino Virtanen · K-1, K-2, M-1"), "{}", page.html);
    let four = book(&stage, &["K-1", "K-2", "K-3", "M-1"], HOUR, 2 * HOUR).await;
    let edit = stage.get(&format!("{}/edit", page_of(&four))).await;
    assert!(edit.has("K-1 + 3 keys</span>") && edit.value("keyIds").as_deref() == Some("K-1, K-2, K-3, M-1"));
}

#[tokio::test]
async fn a_key_that_is_out_is_taken_off_only_when_that_is_confirmed() {
    let stage = with_keys().await;
    let made = book(&stage, &["K-1", "K-2"], -60, HOUR).await;
    fetch(&stage, &made, 1).await;
    let edit = format!("{}/edit", page_of(&made));
    assert!(!stage.get(&edit).await.has("id=\"force\""));
    let refused = stage.fill(&edit, &[("keyIds", "K-1")]).await;
    assert!(refused.status == 422 && refused.has("id=\"force-error\""), "{}", refused.main());
    assert!(refused.has("Key K-2 is out with this contract"), "{}", refused.main());
    assert_eq!(stage.send(&refused, &[]).await.status, 422);
    assert_eq!(stage.send(&refused, &[("force", "on")]).await.status, 303);
    assert_eq!(contracts(&stage).await[0].keys, k1().into());
}

#[tokio::test]
async fn a_stale_edit_compares_the_keys_whatever_their_order() {
    let stage = with_keys().await;
    let made = book(&stage, &["K-1", "K-2"], HOUR, 2 * HOUR).await;
    let edit = format!("{}/edit", page_of(&made));
    let mine = stage.get(&edit).await;
    stage.fill(&edit, &[("person", "Theirs")]).await;
    let same = stage.send(&mine, &[("keyIds", "K-2;K-1")]).await;
    assert!(same.status == 422 && same.has("<td>Theirs</td>") && !same.has("<td>K-1, K-2</td>"), "{}", same.main());
    let fewer = stage.send(&mine, &[("keyIds", "K-2")]).await;
    assert!(fewer.has("<td>K-1, K-2</td><td>K-2</td>"), "{}", fewer.main());
}

#[tokio::test]
async fn lists_say_how_many_other_keys_a_contract_has() {
    let stage = with_keys().await;
    book(&stage, &["K-1", "K-2"], -60, HOUR).await;
    book(&stage, &["K-1", "K-2", "M-1"], HOUR, 2 * HOUR).await;
    book(&stage, &["K-1"], 2 * HOUR, 3 * HOUR).await;
    for (language, one, more) in
        [("en", "+ 1 key", "+ 2 keys"), ("fi", "+ 1 avain", "+ 2 avainta"), ("sv", "+ 1 nyckel", "+ 2 nycklar")]
    {
        let main = stage.get_in(language, "/keys/K-1").await.main();
        let said: Vec<_> = main.matches("· + ").collect();
        assert!(said.len() == 2 && main.contains(one) && main.contains(more), "{language}: {main}");
        let view = stage.get_in(language, "/automats/lobby?view=list").await.main();
        assert_eq!(view.matches(&format!("{one}</td>")).count(), 2, "{language}: {view}");
    }
}

#[tokio::test]
async fn ending_and_removing_list_all_keys() {
    let stage = with_keys().await;
    let draft = ContractDraft {
        keys: keys(&["K-1", "K-2"]),
        contacts: vec![by_email("aino@example.fi")],
        ..contract(&k1(), -60, HOUR)
    };
    let made = stage.store().create_contract(draft, &metadata()).await.unwrap().into_inner();
    fetch(&stage, &made, 1).await;
    let end = stage.get(&format!("{}/end", page_of(&made))).await;
    for said in ["/keys/K-1\"", "/keys/K-2\"", "to return the keys.", "Key K-2 is out with this contract. It will be"] {
        assert!(end.has(said), "{said}: {}", end.main());
    }
    let remove = stage.get(&format!("{}/remove", page_of(&made))).await;
    for said in ["/keys/K-1\"", "/keys/K-2\"", "Key K-2 is out with this contract. Once", "name=\"force\""] {
        assert!(remove.has(said), "{said}: {}", remove.main());
    }
    let refused = stage.send(&remove, &[]).await;
    assert!(refused.status == 422 && refused.has("id=\"force-error\""), "{}", refused.main());
    let gone = stage.send(&remove, &[("force", "on")]).await;
    assert_eq!(gone.to.as_deref(), Some("/keys/K-1?done=contract-removed"), "{}", gone.main());
}

#[tokio::test]
async fn the_form_is_small_in_a_big_automat() {
    let stage = Stage::of(api::Role::Operator).await;
    testkit::fill(stage.store(), 500).await;
    let new = "/keys/M-0000/contracts/new";
    let page = stage.get(new).await;
    assert_eq!(page.html.matches("name=\"keyIds\"").count(), 101);
    assert!(page.has("Only the first 100 keys are listed."), "{}", page.main());
    let bytes = stage.weigh(new).await;
    assert!(bytes < 12_000, "{bytes}");
}
