//! The page of a key.

use domain::{ContractDraft, Ending};
use testkit::{contract, metadata};

use super::{contracts, k1, stage};
use crate::stage::Stage;

async fn book(stage: &Stage, person: &str, start: i64, end: i64) {
    let draft = ContractDraft { person: domain::Name::parse(person).unwrap(), ..contract(&k1(), start, end) };
    stage.store().create_contract(draft, &metadata()).await.unwrap();
}

const DAY: i64 = 86_400;

#[tokio::test]
async fn contracts_are_listed_by_their_state() {
    let stage = stage().await;
    book(&stage, "Enni", -7_200, 60).await;
    book(&stage, "Nelli", 60, DAY).await;
    book(&stage, "Tuuli", 2 * DAY, 3 * DAY).await;
    stage.later(600);
    let page = stage.get("/keys/K-1").await;
    // Events of the same instant have no order that a test could rely on.
    let main = page.main().split_once("<section aria-labelledby=\"events\"").unwrap().0.to_owned();
    let shown = contracts(&stage)
        .await
        .iter()
        .fold(main, |shown, contract| shown.replace(contract.id.as_str(), &format!("ID-{}", contract.person)));
    insta::assert_snapshot!("a_key", shown);
    let list = page.html.split_once("id=\"contracts\"").unwrap().1.split_once("</section>").unwrap().0;
    let order = ["Nelli", "Active", "Tuuli", "Upcoming"].map(|text| list.find(text));
    assert!(order.iter().all(Option::is_some) && order.is_sorted() && !list.contains("Enni"), "{list}");
    let ended = "/contracts?keyId=K-1&state=ended";
    assert!(page.has(&ended.replace('&', "&#38;")), "{}", page.main());
    let ended = stage.get(ended).await;
    assert!(ended.has("Enni") && !ended.has("Nelli"));
}

#[tokio::test]
async fn free_days_link_to_a_new_contract() {
    let stage = stage().await;
    book(&stage, "Nelli", DAY, 4 * DAY).await;
    let page = stage.get("/keys/K-1?month=2026-12").await;
    assert!(page.has("December 2026") && page.has("New contract on 14 December, free</span></a>"), "{}", page.main());
    assert!(page.has("href=\"/keys/K-1/contracts/new?from=2026-12-14\"") && page.has("month=2026-11#month"));
    let now = stage.get("/keys/K-1").await;
    assert!(now.has("26 November, taken, 1 contract") && !now.has("from=2026-11-26"), "{}", now.main());
    assert!(now.has("New contract on 25 November, partly free, 1 contract") && !now.has("from=2026-11-23"));
    let finnish = stage.get_in("fi", "/keys/K-1?month=2026-12").await;
    assert!(finnish.has("joulukuu 2026") && finnish.has("Uusi sopimus 14. joulukuuta alkaen, vapaa"));
}

#[tokio::test]
async fn the_next_five_contracts_are_listed_and_all_are_a_press_away() {
    let stage = stage().await;
    for number in 0..23 {
        book(&stage, &format!("P{number:02}"), (number + 1) * DAY, (number + 2) * DAY).await;
    }
    stage.table.project().await;
    let page = stage.get("/keys/K-1").await.main();
    let list = page.split_once("id=\"contracts\"").unwrap().1;
    assert!(list.contains("P04") && !list.contains("P05"), "{list}");
    assert!(list.contains("/contracts?keyId=K-1&#38;state=active%2Cupcoming\">All 23 contracts"), "{list}");
    let all = stage.get("/contracts?keyId=K-1&state=active%2Cupcoming").await;
    assert!(all.has("P00") && all.has("P22"));
}

#[tokio::test]
async fn the_calendar_names_who_has_the_key() {
    let stage = super::with_key(domain::Sharing::Shared).await;
    book(&stage, "Nelli", DAY, 2 * DAY).await;
    book(&stage, "Tuuli", DAY + 3_600, 2 * DAY).await;
    let _ = stage.table.wire.tally();
    let page = stage.get("/keys/K-1").await;
    // The key and its automat; the key, the list and the items of its events; the contracts, and the users in the events.
    assert_eq!(stage.table.wire.tally().round_trips, 7);
    assert_eq!(page.html.matches("<small>Nelli +1</small>").count(), 2, "{}", page.main());
}

#[tokio::test]
async fn a_permanent_contract_takes_all_later_days() {
    let stage = stage().await;
    let draft = ContractDraft { ending: Ending::Permanent, ..contract(&k1(), DAY, 2 * DAY) };
    stage.store().create_contract(draft, &metadata()).await.unwrap();
    let page = stage.get("/keys/K-1?month=2030-01").await;
    assert!(!page.has("contracts/new?from=") && page.has("31 January, taken"), "{}", page.main());
    assert!(page.has("until further notice"));
}
