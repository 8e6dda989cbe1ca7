//! The page of a contract, and its PIN.

use api::Role;
use domain::{ContractDraft, EventKind, KeyId};
use store::PageRequest;
use testkit::{by_email, contract, metadata, of_everything};

use super::stage;

#[tokio::test]
async fn a_pin_is_hidden_and_viewing_it_is_recorded() {
    let stage = stage().await;
    let key = KeyId::parse("K-1").unwrap();
    let draft = ContractDraft { contacts: vec![of_everything(by_email("aino@example.fi"))], ..contract(-60, 7_200) };
    let made = stage.store().create_contract(&key, draft, &metadata()).await.unwrap().into_inner();
    let home = format!("/keys/K-1/contracts/{}", made.id);
    let page = stage.get(&format!("{home}?done=created")).await;
    assert!(page.has("••••••") && !page.has(made.pin.reveal()) && page.has("The contract has been created."));
    insta::assert_snapshot!("a_contract", page.main().replace(made.id.as_str(), "ID"));
    assert!(page.has("Active") && page.has("Key not returned in time"), "{}", page.main());
    let shown = stage.post(&format!("{home}/pin"), &[]).await;
    assert!(shown.status == 200 && shown.has(made.pin.reveal()), "{}", shown.main());
    let events = stage.store().key_events(&key, &PageRequest { limit: 10, after: None }).await.unwrap().data;
    assert_eq!(events.iter().filter(|event| event.kind == EventKind::PinRevealed).count(), 1);

    for _ in 0..2 {
        let replaced = stage.post(&format!("{home}/pin/new"), &[("once", "abc")]).await;
        assert_eq!((replaced.status, replaced.to), (303, Some(format!("{home}?done=new-pin"))));
    }
    let now = stage.store().contract(&key, &made.id).await.unwrap();
    assert!(now.pin != made.pin && now.version == 2);
}

#[tokio::test]
async fn a_viewer_sees_no_actions() {
    let stage = stage().await;
    let key = KeyId::parse("K-1").unwrap();
    let made = stage.store().create_contract(&key, contract(-60, 7_200), &metadata()).await.unwrap().into_inner();
    let home = format!("/keys/K-1/contracts/{}", made.id);
    for uri in ["/keys/K-1", &home] {
        let page = stage.get_as(Role::Viewer, uri).await;
        let main = page.main();
        assert!(!main.contains("<form") && !main.contains("/edit\"") && !main.contains("/remove\""), "{main}");
        assert!(!main.contains("contracts/new"), "{main}");
    }
    assert_eq!(stage.get_as(Role::Viewer, &format!("{home}/edit")).await.status, 403);
}
