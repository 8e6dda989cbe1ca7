//! What is erased, and what is kept.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Email, EventKind, MatchedField, Name, PersonSearch};
use store::{ContractFilter, ErasureOutcome, Expected};
use testkit::{TABLE, at, by_email, by_sms, pin, pin_holder};

use super::scene::{
    AINO, AINOS_NUMBER, DAY, EINO, LATER, Scene, ainos, by, by_address, by_name, contract_id, einos, id, named, of,
    outcomes, page,
};

/// Everything but events, the key `A` and its locker.
async fn beside_key_a(scene: &Scene) -> BTreeMap<String, HashMap<String, AttributeValue>> {
    let mut items = scene.items().await;
    items.retain(|key, _| ["EVENT#", "KEY#A", "LOCKER#0000", "MONTHS#"].iter().all(|part| !key.contains(part)));
    items
}

#[tokio::test]
async fn an_ended_contract_is_erased_with_its_messages() {
    let scene = Scene::new().await;
    scene.book("B", "others", of("Eino Aalto", 0, 60, vec![named("Eino Aalto", by_email(EINO))])).await;
    let before = beside_key_a(&scene).await;
    scene.book_with_pin("A", "own", "482915", ainos(0, 60)).await;
    let erased = scene.erase(&by_address(AINO)).await;
    assert_eq!(outcomes(&erased), [("own", ErasureOutcome::ContractErased)]);
    for trace in ["Aino Virtanen", AINO, AINOS_NUMBER] {
        assert_eq!(scene.items_with(&[trace]).await, Vec::<String>::new(), "{trace}");
    }
    assert_eq!(beside_key_a(&scene).await, before, "messages and reminders are gone, and nothing else is touched");
    assert!(scene.store().key(&id("A")).await.unwrap().calendar.entry(&contract_id("own")).is_none());
    let filter = ContractFilter::of_key(id("A"));
    assert!(scene.store().contracts(&filter, &page(9), at(LATER)).await.unwrap().data.is_empty());
    assert_eq!(scene.recorded("A", &EventKind::PersonalDataErased).await, ["own"]);
    assert_eq!(scene.notify(LATER).await, 0, "nobody is notified");
    assert_eq!(scene.erase(&by_address(AINO)).await, [], "once more is nothing more");
}

#[tokio::test]
async fn her_live_contract_is_reported_and_kept() {
    let scene = Scene::new().await;
    scene.book("A", "running", ainos(0, DAY)).await;
    scene.book("B", "ahead", ainos(DAY, 2 * DAY)).await;
    let before = scene.items().await;
    let erased = scene.erase(&by_address(AINO)).await;
    assert_eq!(outcomes(&erased), [("ahead", ErasureOutcome::Live), ("running", ErasureOutcome::Live)]);
    assert_eq!(scene.items().await, before);

    scene.remove("ahead").await;
    let erased = scene.erase(&by_address(AINO)).await;
    let expected = [("ahead", ErasureOutcome::MessagesErased), ("running", ErasureOutcome::Live)];
    assert_eq!(outcomes(&erased), expected, "only its messages are left");
    assert_eq!(scene.items_with(&["ahead", "Aino"]).await, Vec::<String>::new());
    assert_eq!(scene.recorded("B", &EventKind::PersonalDataErased).await, ["ahead"]);
}

#[tokio::test]
async fn her_contract_is_live_while_the_key_is_out() {
    let scene = Scene::new().await;
    scene.book_with_pin("A", "own", "482915", ainos(0, 60)).await;
    scene.fetch("482915").await;
    let before = scene.items().await;
    assert_eq!(outcomes(&scene.erase(&by_address(AINO)).await), [("own", ErasureOutcome::Live)]);
    assert_eq!(scene.items().await, before);
}

#[tokio::test]
async fn from_anothers_contract_only_the_contact_is_erased_without_notice() {
    let scene = Scene::new().await;
    scene.book("A", "running", einos(0, DAY)).await;
    scene.book("B", "over", einos(0, 60)).await;
    let erased = scene.erase(&by_address(AINO)).await;
    let expected = [("over", ErasureOutcome::ContactErased), ("running", ErasureOutcome::ContactErased)];
    assert_eq!(outcomes(&erased), expected);
    assert_eq!(scene.items_with(&[AINO]).await, Vec::<String>::new());
    for (key, name, end) in [("A", "running", DAY), ("B", "over", 60)] {
        let contract = scene.store().contract(&contract_id(name)).await.unwrap();
        assert_eq!(contract.person.as_str(), "Eino Aalto");
        assert_eq!((contract.range.end(), contract.version), (Some(at(end)), 2));
        let notified: Vec<_> = contract.contacts.iter().map(|contact| contact.name.as_str()).collect();
        assert_eq!(notified, ["Eino Aalto"]);
        let messages = scene.store().messages(&contract_id(name), &page(9)).await.unwrap().data;
        assert_eq!(messages.len(), 1, "his stays");
        assert_eq!(scene.recorded(key, &EventKind::PersonalDataErased).await, [name]);
    }
    assert_eq!(scene.notify(LATER).await, 0);
    assert!(scene.items_with(&["CONTRACT#over", "ttl"]).await.len() == 1, "it is still kept no longer than before");
}

#[tokio::test]
async fn a_name_alone_erases_nothing_unless_requested() {
    let scene = Scene::new().await;
    scene.book("A", "one", of("Aino Virtanen", 0, 60, Vec::new())).await;
    scene.book("B", "other", of("AINO VIRTANEN", 0, 60, Vec::new())).await;
    let before = scene.items().await;
    let erased = scene.erase(&by_name("Aino Virtanen")).await;
    assert_eq!(outcomes(&erased), [("one", ErasureOutcome::Ambiguous), ("other", ErasureOutcome::Ambiguous)]);
    assert!(erased.iter().all(|erasure| erasure.matched_fields.iter().eq([&MatchedField::Name])));
    assert_eq!(scene.items().await, before);

    let everybody = scene.store().erase_person(&by_name("Aino Virtanen"), true, &page(9), &by("dpo")).await.unwrap();
    let expected = [("one", ErasureOutcome::ContractErased), ("other", ErasureOutcome::ContractErased)];
    assert_eq!(outcomes(&everybody.data), expected);
    assert_eq!(scene.items_with(&["Virtanen"]).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_name_beside_an_address_identifies_her_contracts() {
    let scene = Scene::new().await;
    // Among the contacts she uses another name.
    scene.book("A", "own", of("Aino Virtanen", 0, 60, vec![named("Aino", by_email(AINO))])).await;
    scene.book("B", "namesakes", of("Aino Virtanen", 0, 60, vec![named("Aino", by_email("other@example.fi"))])).await;
    let both = PersonSearch::new(Some(Email::parse(AINO).unwrap()), None, Some(Name::parse("Aino Virtanen").unwrap()));
    let erased = scene.erase(&both.unwrap()).await;
    let expected = [("namesakes", ErasureOutcome::Ambiguous), ("own", ErasureOutcome::ContractErased)];
    assert_eq!(outcomes(&erased), expected);
}

/// As a contact she has another name than as the person of her contract.
#[tokio::test]
async fn a_name_beside_an_erased_address_still_identifies_her_contract() {
    let scene = Scene::new().await;
    scene.book("A", "own", of("Aino Virtanen", 0, 60, vec![named("Aino", by_email(AINO))])).await;
    scene.book("B", "namesakes", of("Aino Virtanen", 0, 60, vec![named("Aino", by_email("other@example.fi"))])).await;
    assert_eq!(outcomes(&scene.erase(&by_address(AINO)).await), [("own", ErasureOutcome::ContactErased)]);
    assert_eq!(scene.items_with(&[AINO]).await, Vec::<String>::new());
    assert_eq!(scene.erase(&by_address(AINO)).await, [], "the address alone is nothing more to erase");
    let both = PersonSearch::new(Some(Email::parse(AINO).unwrap()), None, Some(Name::parse("Aino Virtanen").unwrap()));
    let expected = [("namesakes", ErasureOutcome::Ambiguous), ("own", ErasureOutcome::ContractErased)];
    assert_eq!(outcomes(&scene.erase(&both.unwrap()).await), expected);
}

#[tokio::test]
async fn a_name_beside_an_address_only_in_messages_identifies_her_contract() {
    let scene = Scene::new().await;
    scene.book("A", "own", of("Aino Virtanen", 0, 60, vec![named("Aino", by_email(AINO))])).await;
    let nobody = domain::ContractChange { contacts: Some(Vec::new()), ..domain::ContractChange::default() };
    scene.store().edit_contract(&contract_id("own"), nobody, false, Expected::Any, &testkit::metadata()).await.unwrap();
    assert_eq!(outcomes(&scene.erase(&by_address(AINO)).await), [("own", ErasureOutcome::MessagesErased)]);
    let both = PersonSearch::new(Some(Email::parse(AINO).unwrap()), None, Some(Name::parse("Aino Virtanen").unwrap()));
    assert_eq!(outcomes(&scene.erase(&both.unwrap()).await), [("own", ErasureOutcome::ContractErased)]);
}

#[tokio::test]
async fn all_messages_about_her_removed_contract_are_erased() {
    let scene = Scene::new().await;
    let contacts = vec![named("Aino Virtanen", by_email(AINO)), named("Eino Aalto", by_sms(AINOS_NUMBER))];
    scene.book("A", "own", of("Aino Virtanen", DAY, 2 * DAY, contacts)).await;
    scene.remove("own").await;
    assert_eq!(scene.messages().await.len(), 4);
    assert_eq!(outcomes(&scene.erase(&by_address(AINO)).await), [("own", ErasureOutcome::MessagesErased)]);
    assert_eq!(scene.messages().await, Vec::<String>::new(), "each names her");
}

#[tokio::test]
async fn of_anothers_removed_contract_only_messages_to_her_are_erased() {
    let scene = Scene::new().await;
    scene.book("A", "contact", einos(DAY, 2 * DAY)).await;
    scene.remove("contact").await;
    assert_eq!(outcomes(&scene.erase(&by_address(AINO)).await), [("contact", ErasureOutcome::MessagesErased)]);
    assert_eq!(scene.messages().await.len(), 2);
    assert_eq!(scene.items_with(&[AINO]).await, Vec::<String>::new());
}

#[tokio::test]
async fn erasing_messages_about_a_removed_key_is_recorded_at_its_automat() {
    let scene = Scene::new().await;
    scene.book("A", "own", ainos(DAY, 2 * DAY)).await;
    scene.store().remove_key(&id("A"), true, Expected::Any, &testkit::metadata()).await.unwrap();
    scene.notify(0).await;
    assert_eq!(outcomes(&scene.erase(&by_address(AINO)).await), [("own", ErasureOutcome::MessagesErased)]);
    assert_eq!(scene.items_with(&["Aino"]).await, Vec::<String>::new());
    let lobby = domain::AutomatId::parse("lobby").unwrap();
    let events = scene.store().automat_events(&lobby, &page(100)).await.unwrap().data;
    assert!(events.iter().any(|event| event.kind == EventKind::PersonalDataErased));
}

#[tokio::test]
async fn a_pin_is_erased_with_its_contract() {
    let scene = Scene::new().await;
    // Long enough that the engine deletes none of it.
    scene.book_with_pin("A", "own", "482915", ainos(0, 4_000 * DAY)).await;
    let pins = || async { scene.table.items().await.into_iter().filter(|item| item.contains("PIN#")).count() };
    assert_eq!(pins().await, 1);
    let metadata = store::RequestMetadata { now: at(5_000 * DAY), ..by("dpo") };
    let erased = scene.store().erase_person(&by_address(AINO), false, &page(9), &metadata).await.unwrap();
    assert_eq!(outcomes(&erased.data), [("own", ErasureOutcome::ContractErased)]);
    assert_eq!(pins().await, 0);
}

#[tokio::test]
async fn a_pin_taken_by_another_contract_stays_there() {
    let scene = Scene::new().await;
    scene.book_with_pin("A", "own", "482915", ainos(0, 60)).await;
    let metadata = store::RequestMetadata { now: at(100), ..testkit::metadata() };
    let next = domain::ContractDraft {
        id: Some(contract_id("next")),
        keys: id("B").into(),
        pin: Some(pin("482915")),
        ..of("Eino Aalto", 100, DAY, Vec::new())
    };
    scene.store().create_contract(next, &metadata).await.unwrap();
    assert_eq!(outcomes(&scene.erase(&by_address(AINO)).await), [("own", ErasureOutcome::ContractErased)]);
    let lobby = domain::AutomatId::parse("lobby").unwrap();
    let holder = pin_holder(&scene.table.client, TABLE, scene.store(), &lobby, &pin("482915")).await.unwrap();
    assert_eq!((holder.0.as_str(), holder.1.as_str()), ("B", "next"));
}
