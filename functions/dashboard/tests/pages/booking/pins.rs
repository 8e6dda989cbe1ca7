//! The page of a contract, and its PIN.

use api::Role;
use domain::{ContractDraft, EventKind};
use store::PageRequest;
use testkit::{by_email, contract, metadata, of_everything};

use super::{k1, stage};

#[tokio::test]
async fn a_pin_is_hidden_and_viewing_it_is_recorded() {
    let stage = stage().await;
    let draft =
        ContractDraft { contacts: vec![of_everything(by_email("aino@example.fi"))], ..contract(&k1(), -60, 7_200) };
    let made = stage.store().create_contract(draft, &metadata()).await.unwrap().into_inner();
    let home = format!("/contracts/{}", made.id);
    let page = stage.get(&format!("{home}?done=created")).await;
    assert!(page.has("••••••") && !page.has(made.pin.reveal()) && page.has("The contract has been created."));
    insta::assert_snapshot!("a_contract", page.main().replace(made.id.as_str(), "ID"));
    assert!(page.has("Active") && page.has("Key not returned in time"), "{}", page.main());
    let shown = stage.post(&format!("{home}/pin"), &[]).await;
    assert!(shown.status == 200 && shown.has(made.pin.reveal()), "{}", shown.main());
    let events = stage.store().key_events(&k1(), &PageRequest { limit: 10, after: None }).await.unwrap().data;
    assert_eq!(events.iter().filter(|event| event.kind == EventKind::PinRevealed).count(), 1);

    for _ in 0..2 {
        let replaced = stage.post(&format!("{home}/pin/new"), &[("once", "abc")]).await;
        assert_eq!((replaced.status, replaced.to), (303, Some(format!("{home}?done=new-pin"))));
    }
    let now = stage.store().contract(&made.id).await.unwrap();
    assert!(now.pin != made.pin && now.version == 2);
}

#[tokio::test]
async fn a_viewer_sees_no_actions() {
    let stage = stage().await;
    let made = stage.store().create_contract(contract(&k1(), -60, 7_200), &metadata()).await.unwrap().into_inner();
    let home = format!("/contracts/{}", made.id);
    for uri in ["/keys/K-1", &home] {
        let page = stage.get_as(Role::Viewer, uri).await;
        let main = page.main();
        assert!(!main.contains("<form") && !main.contains("/edit\"") && !main.contains("/remove\""), "{main}");
        assert!(!main.contains("contracts/new"), "{main}");
    }
    assert_eq!(stage.get_as(Role::Viewer, &format!("{home}/edit")).await.status, 403);
}
