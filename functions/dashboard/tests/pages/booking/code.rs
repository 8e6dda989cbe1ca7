//! The page that says why a code did not work.

use api::Role;
use domain::{AutomatId, CodeKind, ContractDraft, ContractId, KeypadAnswer, Name, Presence, Schedule};
use testkit::{at, contract, entry, locker_reports, metadata, pin};

use super::{k1, stage};
use crate::stage::Stage;

const HOUR: i64 = 3_600;
const OTHERS: &str = "59182";

async fn book(stage: &Stage, id: &str, digits: &str, (start, end): (i64, i64), schedule: Option<&str>) {
    let draft = ContractDraft {
        id: Some(ContractId::parse(id).unwrap()),
        person: Name::parse(id).unwrap(),
        pin: Some(pin(digits)),
        schedule: schedule.map(|text| Schedule::parse(text).unwrap()),
        ..contract(&k1(), start, end)
    };
    stage.store().create_contract(draft, &metadata()).await.unwrap();
}

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

/// Types a PIN; the key is inside or not.
async fn enter(stage: &Stage, id: &str, digits: &str, seconds: i64, inside: bool) -> KeypadAnswer {
    let seen: &[u32] = if inside { &[0] } else { &[] };
    let entry = entry(stage.store(), id, CodeKind::Pin, digits, at(seconds), seen);
    stage.store().keypad_entry(&lobby(), entry, at(seconds)).await.unwrap()
}

/// With a connected automat whose key is inside.
async fn connected() -> Stage {
    let stage = stage().await;
    let presence = Presence { connected: true, at: at(-60), number: 1 };
    stage.store().record_presence(&lobby(), presence, at(0)).await.unwrap();
    stage.store().record_locker_reports(&lobby(), locker_reports(1, &[(0, true, None)]), at(0)).await.unwrap();
    stage
}

#[tokio::test]
async fn an_entry_after_the_end_leads_to_extending_the_contract() {
    let stage = connected().await;
    book(&stage, "Enni", "48291", (-HOUR, 60), None).await;
    enter(&stage, "e-1", "48291", 10 * 60, true).await;
    stage.later(20 * 60);
    let page = stage.get("/contracts/Enni/code").await;
    insta::assert_snapshot!("code", page.main());
    assert!(page.has("href=\"/contracts/Enni/edit#end\">Extend"), "{}", page.main());
    assert!(page.has("the contract had ended") && page.has("The contract ended "), "{}", page.main());
    assert!(!page.has("48291"), "no PIN");
    let contract = stage.get("/contracts/Enni").await;
    assert!(contract.has("href=\"/contracts/Enni/code\""), "{}", contract.main());
}

#[tokio::test]
async fn each_reason_has_the_link_that_fixes_it() {
    let stage = connected().await;
    book(&stage, "Nelli", "48291", (HOUR, 2 * HOUR), None).await;
    assert!(stage.get("/contracts/Nelli/code").await.has("href=\"/contracts/Nelli/edit#start\""));

    book(&stage, "Olga", OTHERS, (3 * HOUR, 9 * HOUR), Some("Mo-Su 06:00-07:00")).await;
    stage.later(4 * HOUR);
    let page = stage.get("/contracts/Olga/code").await;
    assert!(page.has("href=\"/contracts/Olga/edit#schedule\"") && page.has("Mon–Sun 06:00–07:00"), "{}", page.main());

    // Nelli's contract has ended, and she took the key.
    enter(&stage, "e-1", "48291", HOUR, true).await;
    stage
        .store()
        .record_locker_reports(&lobby(), locker_reports(2, &[(0, false, Some("e-1"))]), at(HOUR))
        .await
        .unwrap();
    let page = stage.get("/contracts/Olga/code").await;
    assert!(page.has("Nelli has the key") && page.has("href=\"/contracts/Nelli\">Show who has it"), "{}", page.main());
    let holder = stage.get("/contracts/Nelli/code").await;
    assert!(
        holder.has("to return the key") && holder.has("/automats/lobby/lockers/0\">Open locker 0"),
        "{}",
        holder.main()
    );
    let viewer = stage.get_as(Role::Viewer, "/contracts/Nelli/code").await;
    assert!(viewer.has("to return the key") && !viewer.has("Open locker"), "{}", viewer.main());
}

#[tokio::test]
async fn what_stops_every_code_is_said_first() {
    let stage = stage().await;
    book(&stage, "Enni", "48291", (-HOUR, HOUR), None).await;
    let page = stage.get("/contracts/Enni/code").await;
    assert!(page.has("it has never been connected") && page.has("has not reported yet"), "{}", page.main());
    assert!(page.has("This PIN has not been entered lately"), "{}", page.main());
    let gone = Presence { connected: false, at: at(-60), number: 1 };
    stage.store().record_presence(&lobby(), gone, at(0)).await.unwrap();
    assert!(stage.get("/contracts/Enni/code").await.has("no connection since Tue 24 Nov 2026, 13:59"));

    let stage = connected().await;
    book(&stage, "Enni", "48291", (-HOUR, HOUR), None).await;
    let mut n = 0;
    while !matches!(enter(&stage, &format!("w-{n}"), "999999", 60, true).await, KeypadAnswer::Wait { .. }) {
        n += 1;
        assert!(n < 20, "the keypad never became slow");
    }
    stage.later(61);
    let page = stage.get("/contracts/Enni/code").await;
    assert!(page.has("after wrong codes") && page.has("Unknown PINs"), "{}", page.main());
    assert!(page.has("it belongs to no contract or key") && page.has("entered too soon after wrong codes"));
    assert!(page.has("href=\"/contracts/Enni#pin\""), "{}", page.main());
}

#[tokio::test]
async fn the_search_leads_to_it() {
    let stage = connected().await;
    book(&stage, "Enni", "48291", (-HOUR, HOUR), None).await;
    stage.table.project().await;
    assert!(stage.get("/search?q=enni").await.has("href=\"/contracts/Enni/code\""));
    assert_eq!(stage.get("/contracts/nobody/code").await.status, 404);
}
