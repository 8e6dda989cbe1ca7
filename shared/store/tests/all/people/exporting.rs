//! What is exported.

use domain::{EventKind, MatchedField, MessageKind};
use store::PersonalData;
use testkit::by_email;

use super::scene::{
    AINO, AINOS_NUMBER, DAY, EINO, Scene, ainos, by_address, by_name, by_number, contract_id, einos, id,
    matched_fields, named, of,
};

fn contracts(data: &[PersonalData]) -> Vec<&str> {
    data.iter().map(|data| data.contract_id.as_str()).collect()
}

#[tokio::test]
async fn a_contract_is_exported_with_its_messages_and_events() {
    let scene = Scene::new().await;
    scene.book("A", "own", ainos(0, 60)).await;
    scene.book("A", "others", of("Eino Aalto", 100, 200, vec![named("Eino Aalto", by_email(EINO))])).await;
    let data = scene.export(&by_address(AINO)).await;
    assert_eq!(contracts(&data), ["own"]);
    let own = &data[0];
    assert!(own.keys.iter().eq([&id("A")]));
    assert_eq!(matched_fields(&own.matched_fields), [MatchedField::Email]);
    let contract = own.contract.as_ref().unwrap();
    assert_eq!((contract.person.as_str(), contract.contacts.len()), ("Aino Virtanen", 2));
    let notified: Vec<_> = own.messages.iter().map(|message| message.kind).collect();
    assert_eq!(notified, [MessageKind::ContractCreated; 2], "by email, and by SMS since the contract is hers");
    let happened: Vec<_> = own.events.iter().map(|event| event.kind.clone()).collect();
    assert_eq!(happened, [EventKind::ContractCreated(contract.range)]);
    assert!(!own.more_events);
}

#[tokio::test]
async fn a_person_is_found_by_each_matched_field() {
    let scene = Scene::new().await;
    scene.book("A", "own", ainos(0, 60)).await;
    scene.book("B", "contact", einos(0, 60)).await;
    for (search, found) in [
        (by_address("AINO@Example.FI"), vec!["contact", "own"]),
        (by_number(AINOS_NUMBER), vec!["own"]),
        (by_name("aino VIRTANEN"), vec!["contact", "own"]),
        (by_address("aino@example.com"), vec![]),
        (by_number("+358409876543"), vec![]),
        (by_name("Aino"), vec![]),
    ] {
        assert_eq!(contracts(&scene.export(&search).await), found, "{search:?}");
    }
}

#[tokio::test]
async fn of_anothers_contract_only_messages_to_her_are_exported() {
    let scene = Scene::new().await;
    scene.book("A", "contact", einos(0, 60)).await;
    let data = scene.export(&by_address(AINO)).await;
    let to: Vec<_> = data[0].messages.iter().map(|message| message.recipient.address.reveal()).collect();
    assert_eq!(to, [AINO]);
}

#[tokio::test]
async fn messages_about_a_removed_contract_are_exported_too() {
    let scene = Scene::new().await;
    scene.book("A", "own", ainos(DAY, 2 * DAY)).await;
    scene.remove("own").await;
    let data = scene.export(&by_address(AINO)).await;
    assert_eq!(contracts(&data), ["own"], "once, however many messages there are");
    assert!(data[0].contract.is_none());
    assert_eq!(data[0].messages.len(), 4, "made and cancelled, by email and by SMS");
    assert!(data[0].events.iter().any(|event| event.kind == EventKind::ContractRemoved));
}

#[tokio::test]
async fn an_export_is_recorded_without_personal_data() {
    let scene = Scene::new().await;
    scene.book("A", "own", ainos(0, 60)).await;
    scene.book("B", "contact", einos(0, 60)).await;
    scene.book("B", "others", of("Eino Aalto", 100, 200, Vec::new())).await;
    scene.export(&by_address(AINO)).await;
    assert_eq!(scene.recorded("A", &EventKind::PersonalDataExported).await, ["own"]);
    assert_eq!(scene.recorded("B", &EventKind::PersonalDataExported).await, ["contact"]);
    let events = scene.items_with(&["EVENT#"]).await;
    assert!(events.iter().all(|event| !event.contains("Aino") && !event.contains(AINO)), "{events:?}");
}

#[tokio::test]
async fn an_export_about_a_removed_key_is_recorded_at_its_automat() {
    let scene = Scene::new().await;
    scene.book("A", "own", ainos(DAY, 2 * DAY)).await;
    scene.store().remove_key(&id("A"), true, store::Expected::Any, &testkit::metadata()).await.unwrap();
    scene.notify(0).await;
    assert_eq!(contracts(&scene.export(&by_address(AINO)).await), ["own"]);
    let lobby = domain::AutomatId::parse("lobby").unwrap();
    let events = scene.store().automat_events(&lobby, &super::scene::page(100)).await.unwrap().data;
    let exported = events.iter().find(|event| event.kind == EventKind::PersonalDataExported).unwrap();
    assert_eq!(exported.subject.contract, Some(contract_id("own")));
    assert_eq!(exported.actor.as_str(), "dpo");
}
