//! Editing and removing a contract.

use domain::{Contract, ContractDraft, KeyId};
use testkit::{act, by_email, contract};

use crate::scene::Scene;

async fn made(scene: &Scene, draft: ContractDraft) -> Contract {
    let key = KeyId::parse("K-1").unwrap();
    scene.store().create_contract(&key, draft, &act()).await.unwrap().into_inner()
}

fn page_of(contract: &Contract) -> String {
    format!("/keys/K-1/contracts/{}", contract.id)
}

#[tokio::test]
async fn the_form_has_what_stands_there_and_changes_only_that() {
    let scene = Scene::new().await;
    let contract = made(&scene, contract(3_600, 7_200)).await;
    let edit = format!("{}/edit", page_of(&contract));
    let page = scene.get(&edit).await;
    let shown = ["person", "start", "end", "pin"].map(|name| page.value(name).unwrap());
    assert_eq!(shown, ["Aino Virtanen", "2026-11-24T15:00", "2026-11-24T16:00", ""]);
    let saved = scene.send(&edit, &page.html, &[("person", "Eino")]).await;
    assert_eq!(saved.to, Some(format!("{}?done=changed", page_of(&contract))), "{}", saved.html);
    let now = &scene.contracts().await[0];
    assert_eq!((now.person.as_str(), now.range, &now.pin, now.version), ("Eino", contract.range, &contract.pin, 2));
    // Sent twice, it has been done.
    assert_eq!(scene.send(&edit, &page.html, &[("person", "Eino")]).await.status, 303);
    assert_eq!(scene.contracts().await[0].version, 2);
}

#[tokio::test]
async fn two_who_edit_at_once_see_both_versions() {
    let scene = Scene::new().await;
    let contract = made(&scene, contract(3_600, 7_200)).await;
    let edit = format!("{}/edit", page_of(&contract));
    let mine = scene.get(&edit).await;
    scene.fill(&edit, &[("person", "Theirs"), ("end", "2026-11-24T18:00")]).await;
    let stale = scene.send(&edit, &mine.html, &[("person", "Mine"), ("pin", "73519284")]).await;
    assert_eq!(stale.status, 422);
    for part in ["<td>Theirs</td><td>Mine</td>", "<td>Tue 24 Nov 2026, 18:00</td><td>Tue 24 Nov 2026, 16:00</td>"] {
        assert!(stale.has(part), "{part} in {}", stale.main());
    }
    assert_eq!(stale.value("person").unwrap(), "Mine");
    assert_eq!(scene.contracts().await[0].person.as_str(), "Theirs");
    assert_eq!(scene.send(&edit, &stale.html, &[]).await.status, 303);
    assert_eq!(scene.contracts().await[0].person.as_str(), "Mine");
}

#[tokio::test]
async fn an_edit_that_is_told_is_previewed_with_the_pin_hidden() {
    let scene = Scene::new().await;
    let draft = ContractDraft { contacts: vec![by_email("aino@example.fi")], ..contract(3_600, 7_200) };
    let contract = made(&scene, draft).await;
    let edit = format!("{}/edit", page_of(&contract));
    let preview = scene.fill(&edit, &[("end", "2026-11-24T18:00")]).await;
    assert!(preview.status == 200 && preview.has("<dialog open") && preview.has("******"), "{}", preview.main());
    assert!(!preview.has(contract.pin.reveal()));
    assert_eq!(scene.send(&edit, &preview.html, &[("step", "confirm")]).await.status, 303);
    assert_ne!(scene.contracts().await[0].range, contract.range);
}

#[tokio::test]
async fn removing_says_who_is_told_and_does_it_once() {
    let scene = Scene::new().await;
    let draft = ContractDraft { contacts: vec![by_email("aino@example.fi")], ..contract(3_600, 7_200) };
    let contract = made(&scene, draft).await;
    let remove = format!("{}/remove", page_of(&contract));
    let page = scene.get(&remove).await;
    assert!(page.has("email to aino@example.fi") && page.has("Contract cancelled"), "{}", page.main());
    let stale = scene.post(&remove, &[("version", "7")]).await;
    assert!(stale.status == 422 && scene.contracts().await.len() == 1);
    for _ in 0..2 {
        let gone = scene.post(&remove, &[("version", "1")]).await;
        assert_eq!((gone.status, gone.to.as_deref()), (303, Some("/keys/K-1?done=contract-removed")));
    }
    assert!(scene.contracts().await.is_empty());
    assert_eq!(scene.get(&page_of(&contract)).await.status, 404);
}
