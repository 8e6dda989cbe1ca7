//! Editing, ending and removing a contract.

use domain::{Contract, ContractDraft};
use testkit::{at, by_email, contract, locker_reports, metadata};

use super::{contracts, k1, stage};
use crate::stage::Stage;

async fn made(stage: &Stage, draft: ContractDraft) -> Contract {
    stage.store().create_contract(draft, &metadata()).await.unwrap().into_inner()
}

fn page_of(contract: &Contract) -> String {
    format!("/contracts/{}", contract.id)
}

#[tokio::test]
async fn the_edit_form_is_filled_in_and_changes_only_what_was_edited() {
    let stage = stage().await;
    let contract = made(&stage, contract(&k1(), 3_600, 7_200)).await;
    let edit = format!("{}/edit", page_of(&contract));
    let page = stage.get(&edit).await;
    let shown =
        ["person", "start.date", "start.time", "end.date", "end.time", "pin"].map(|name| page.value(name).unwrap());
    assert_eq!(shown, ["Aino Virtanen", "2026-11-24", "15:00", "2026-11-24", "16:00", ""]);
    let half = stage.send(&page, &[("start.time", "")]).await;
    assert!(half.status == 422 && half.has("id=\"start.time-error\""), "{}", half.main());
    let saved = stage.send(&page, &[("person", "Eino")]).await;
    assert_eq!(saved.to, Some(format!("{}?done=changed", page_of(&contract))), "{}", saved.html);
    let now = &contracts(&stage).await[0];
    assert_eq!((now.person.as_str(), now.range, &now.pin, now.version), ("Eino", contract.range, &contract.pin, 2));
    // Sent twice, it is saved once.
    assert_eq!(stage.send(&page, &[("person", "Eino")]).await.status, 303);
    assert_eq!(contracts(&stage).await[0].version, 2);
}

#[tokio::test]
async fn a_start_cannot_move_to_the_future_while_the_key_is_out() {
    let stage = stage().await;
    let contract = made(&stage, contract(&k1(), -60, 7_200)).await;
    let lobby = domain::AutomatId::parse("lobby").unwrap();
    let entry = testkit::entry(stage.store(), "e-1", domain::CodeKind::Pin, contract.pin.reveal(), at(0), &[0]);
    stage.store().keypad_entry(&lobby, entry, at(0)).await.unwrap();
    for reports in [locker_reports(1, &[(0, true, None)]), locker_reports(2, &[(0, false, Some("e-1"))])] {
        stage.store().record_locker_reports(&lobby, reports, at(0)).await.unwrap();
    }
    let edit = format!("{}/edit", page_of(&contract));
    let refused = stage.fill(&edit, &[("start.date", "2026-11-24"), ("start.time", "15:30")]).await;
    assert!(refused.status == 422 && refused.has("id=\"start-error\""), "{}", refused.main());
    assert!(refused.has("The person already has the key"), "{}", refused.main());
    assert_eq!(contracts(&stage).await[0].range, contract.range);
    let longer = stage.fill(&edit, &[("end.date", "2026-11-24"), ("end.time", "18:00")]).await;
    assert_eq!(longer.status, 303, "{}", longer.main());
}

#[tokio::test]
async fn a_stale_edit_of_a_contract_shows_both_versions() {
    let stage = stage().await;
    let contract = made(&stage, contract(&k1(), 3_600, 7_200)).await;
    let edit = format!("{}/edit", page_of(&contract));
    let mine = stage.get(&edit).await;
    stage.fill(&edit, &[("person", "Theirs"), ("end.date", "2026-11-24"), ("end.time", "18:00")]).await;
    let refused = stage.send(&mine, &[("person", "Mine"), ("pin", "73519284")]).await;
    assert_eq!(refused.status, 422);
    for part in ["<td>Theirs</td><td>Mine</td>", "<td>Tue 24 Nov 2026, 18:00</td><td>Tue 24 Nov 2026, 16:00</td>"] {
        assert!(refused.has(part), "{part} in {}", refused.main());
    }
    assert_eq!(refused.value("person").unwrap(), "Mine");
    assert_eq!(contracts(&stage).await[0].person.as_str(), "Theirs");
    assert_eq!(stage.send(&refused, &[]).await.status, 303);
    assert_eq!(contracts(&stage).await[0].person.as_str(), "Mine");
}

#[tokio::test]
async fn an_edit_that_sends_messages_is_previewed_with_the_pin_hidden() {
    let stage = stage().await;
    let draft = ContractDraft { contacts: vec![by_email("aino@example.fi")], ..contract(&k1(), 3_600, 7_200) };
    let contract = made(&stage, draft).await;
    let edit = format!("{}/edit", page_of(&contract));
    let preview = stage.fill(&edit, &[("end.date", "2026-11-24"), ("end.time", "18:00")]).await;
    assert!(preview.status == 200 && preview.has("<dialog open") && preview.has("******"), "{}", preview.main());
    assert!(!preview.has(contract.pin.reveal()));
    assert_eq!(stage.send(&preview, &[("step", "confirm")]).await.status, 303);
    assert_ne!(contracts(&stage).await[0].range, contract.range);
}

#[tokio::test]
async fn removing_previews_its_messages_and_happens_once() {
    let stage = stage().await;
    let draft = ContractDraft { contacts: vec![by_email("aino@example.fi")], ..contract(&k1(), 3_600, 7_200) };
    let contract = made(&stage, draft).await;
    let remove = format!("{}/remove", page_of(&contract));
    let page = stage.get(&remove).await;
    assert!(page.has("email to aino@example.fi") && page.has("Contract cancelled"), "{}", page.main());
    let refused = stage.post(&remove, &[("version", "7")]).await;
    assert!(refused.status == 422 && contracts(&stage).await.len() == 1);
    for _ in 0..2 {
        let gone = stage.send(&page, &[]).await;
        assert_eq!((gone.status, gone.to.as_deref()), (303, Some("/keys/K-1?done=contract-removed")));
    }
    assert!(contracts(&stage).await.is_empty());
    assert_eq!(stage.get(&page_of(&contract)).await.status, 404);
}

#[tokio::test]
async fn ending_previews_its_messages_and_happens_once() {
    let stage = stage().await;
    let draft = ContractDraft { contacts: vec![by_email("aino@example.fi")], ..contract(&k1(), -3_600, 7_200) };
    let contract = made(&stage, draft).await;
    let end = format!("{}/end", page_of(&contract));
    let running = stage.get(&page_of(&contract)).await;
    assert!(running.has(&format!("href=\"{end}\"")) && running.has("/edit#end\""), "{}", running.main());
    let page = stage.get(&end).await;
    assert!(page.has("email to aino@example.fi") && page.has("Contract ended"), "{}", page.main());
    let refused = stage.post(&end, &[("version", "7")]).await;
    assert!(refused.status == 422 && contracts(&stage).await[0].range == contract.range);
    for _ in 0..2 {
        let gone = stage.post(&end, &[("version", "1")]).await;
        assert_eq!((gone.status, gone.to), (303, Some(format!("{}?done=ended", page_of(&contract)))));
    }
    let ended = &contracts(&stage).await[0];
    assert_eq!((ended.range.end(), ended.version), (Some(stage.clock.now()), 2));
    let page = stage.get(&page_of(&contract)).await;
    assert!(page.has("Ended") && !page.has(&format!("href=\"{end}\"")), "{}", page.main());
}

#[tokio::test]
async fn an_upcoming_contract_cannot_be_ended() {
    let stage = stage().await;
    let contract = made(&stage, contract(&k1(), 3_600, 7_200)).await;
    assert!(!stage.get(&page_of(&contract)).await.has("/end\""));
    let refused = stage.get(&format!("{}/end", page_of(&contract))).await;
    assert!(refused.status == 409 && refused.has("The contract has not started yet"), "{}", refused.main());
}
