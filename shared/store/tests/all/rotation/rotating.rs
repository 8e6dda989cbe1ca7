//! The job that moves every code to the current secret.

use std::time::Duration;

use domain::{CodeKind, ContractDraft, KeyId, Purpose};
use store::{Claim, Record, RotationReport};
use testkit::{at, by_email, contract, key, metadata, metadata_with_receipt, pin};

use super::scene::{NEW, OLD, RETURN_CODE, Scene, a, book, draft, id, lobby, now, two};

/// Stores the messages for all records, and returns what is to be sent.
async fn notify(scene: &Scene) -> Vec<Claim> {
    let mut claims = Vec::new();
    for record in scene.table.records(at(0)).await {
        if let Record::Contract(record) = scene.table.store.read_record(&record).unwrap() {
            claims.extend(scene.table.store.notify_of_contract(&record, at(0)).await.unwrap());
        }
    }
    claims
}

#[tokio::test]
async fn every_code_is_rotated_without_a_change_of_content() {
    let scene = Scene::new().await;
    let contacts = vec![by_email("aino@example.com")];
    let with_contacts = ContractDraft { contacts, ..draft("notified", "573826") };
    scene.table.store.create_contract(with_contacts, &metadata()).await.unwrap();
    let ended = ContractDraft { id: Some(id("ended")), pin: Some(pin("664737")), ..contract(&a(), 0, 60) };
    scene.table.store.create_contract(ended, &metadata()).await.unwrap();
    scene.table.store.create_key(key("B"), &metadata()).await.unwrap();
    assert_eq!(notify(&scene).await.len(), 1, "a message is written down");
    let contract_before = scene.table.store.contract(&id("notified")).await.unwrap();
    let key_before = scene.table.store.key(&a()).await.unwrap();

    let function = scene.function(&two(NEW, OLD));
    let due = RotationReport { current: 1, resealed: 1, moved: 4, ..RotationReport::default() };
    assert_eq!(function.preview_rotation(now()).await.unwrap(), due, "key B; the message; key A and three contracts");
    assert_eq!(function.rotate_codes(now()).await.unwrap(), due);
    let done = RotationReport { current: 6, ..RotationReport::default() };
    assert_eq!(function.rotate_codes(now()).await.unwrap(), done, "done again it does nothing");

    let new = scene.function(&NEW);
    let contract_after = new.contract(&id("notified")).await.unwrap();
    assert_eq!((contract_after.version, &contract_after.pin), (contract_before.version, &contract_before.pin));
    let key_after = new.key(&a()).await.unwrap();
    assert_eq!((key_after.version, &key_after.return_code), (key_before.version, &key_before.return_code));
    assert_eq!(new.contract(&id("ended")).await.unwrap().pin, pin("664737"));
    let sent = new.messages(&id("notified"), &testkit_page()).await.unwrap().data;
    assert_eq!(sent.len(), 1, "its PIN opens under the new secret");
    assert_eq!(scene.names().await, (2, 1), "the ended contract's has gone");
    scene.fetch_and_return(&new, &[NEW], "482915", "renewed").await;
    let code = scene.answer(&new, &[NEW], CodeKind::ReturnCode, RETURN_CODE, false).await;
    assert_eq!(code, Some(Purpose::Return));
}

fn testkit_page() -> store::PageRequest {
    store::PageRequest { limit: 10, after: None }
}

#[tokio::test]
async fn rotation_notifies_nobody_and_records_nothing() {
    let scene = Scene::new().await;
    let contacts = vec![by_email("aino@example.com")];
    scene
        .table
        .store
        .create_contract(ContractDraft { contacts, ..draft("notified", "573826") }, &metadata())
        .await
        .unwrap();
    notify(&scene).await;
    let before = scene.table.records(at(0)).await.len();
    let function = scene.function(&two(NEW, OLD));
    function.rotate_codes(now()).await.unwrap();
    let records = scene.table.records(at(0)).await;
    assert!(records.len() > before);
    for record in &records[before..] {
        assert!(matches!(function.read_record(record).unwrap(), Record::Other), "{record}");
    }
}

#[tokio::test]
async fn a_key_is_returned_with_a_rotated_pin_even_after_its_contract_ended() {
    let scene = Scene::new().await;
    let short = ContractDraft { id: Some(id("short")), pin: Some(pin("573826")), ..contract(&a(), 0, 200) };
    scene.table.store.create_contract(short, &metadata()).await.unwrap();
    let function = scene.function(&two(NEW, OLD));
    let typed = scene.typed(&[OLD, NEW], CodeKind::Pin, "573826", true);
    function.keypad_entry(&lobby(), typed.clone(), now()).await.unwrap();
    scene.sense(&function, false, Some(&typed.id)).await.unwrap();
    function.rotate_codes(at(300)).await.unwrap();
    let new = scene.function(&NEW);
    let back = scene.answer(&new, &[NEW], CodeKind::Pin, "573826", false).await;
    assert_eq!(back, Some(Purpose::Return), "it has ended, and the key is out with it");
    scene.sense(&new, true, None).await.unwrap();
    assert_eq!(scene.answer(&new, &[NEW], CodeKind::Pin, "573826", true).await, Some(Purpose::Fetch), "at 100 it runs");
}

#[tokio::test]
async fn an_interrupted_rotation_leaves_every_code_working_and_resumes() {
    let scene = Scene::new().await;
    book(&scene.table.store, "second", "573826").await.unwrap();
    let (store, wire) = scene.wired(&two(NEW, OLD));
    let mut cuts = 0;
    for requests in 1.. {
        wire.cut_after(requests);
        let renewed = store.rotate_codes(now()).await;
        let was_cut = wire.was_cut();
        wire.repair();
        for digits in ["482915", "573826"] {
            scene.fetch_and_return(&store, &[OLD, NEW], digits, &format!("cut after {requests}")).await;
        }
        assert_eq!(scene.names().await, (2, 1));
        if !was_cut {
            assert_eq!(renewed.unwrap().unreadable, 0);
            break;
        }
        cuts += 1;
    }
    assert!(cuts > 5, "{cuts} cuts");
    assert!(scene.left(&two(NEW, OLD)).await.is_complete());
}

#[tokio::test]
async fn conflicts_and_lost_answers_are_handled() {
    let scene = Scene::new().await;
    let (store, wire) = scene.wired(&two(NEW, OLD));
    wire.conflict(3);
    wire.lose_answers(1);
    store.rotate_codes(now()).await.unwrap();
    wire.repair();
    store.rotate_codes(now()).await.unwrap();
    assert!(scene.left(&two(NEW, OLD)).await.is_complete());
    scene.fetch_and_return(&scene.function(&NEW), &[NEW], "482915", "renewed").await;
}

#[tokio::test]
async fn receipts_and_keys_being_removed_are_waited_for() {
    let scene = Scene::new().await;
    let once = metadata_with_receipt("once", "hash");
    scene.table.store.create_contract(draft("again", "573826"), &once).await.unwrap();
    scene.table.store.create_key(key("B"), &metadata()).await.unwrap();
    let b = KeyId::parse("B").unwrap();
    let going = ContractDraft { keys: b.clone().into(), ..draft("going", "664737") };
    scene.table.store.create_contract(going, &metadata()).await.unwrap();
    let (dying, wire) = scene.table.another_store();
    wire.cut_after(3);
    assert!(dying.remove_key(&b, true, store::Expected::Any, &metadata()).await.is_err());

    let function = scene.function(&two(NEW, OLD));
    let renewed = function.rotate_codes(now()).await.unwrap();
    assert_eq!((renewed.waiting, renewed.unreadable), (2, 0), "{renewed:?}");
    let again = function.create_contract(draft("again", "573826"), &once).await.unwrap().into_inner();
    assert_eq!(again.pin, pin("573826"), "the same answer, though its receipt is under the old secret");
    function.finish_removals(at(0)).await.unwrap();
    let tomorrow = at(25 * 3_600);
    assert!(function.preview_rotation(tomorrow).await.unwrap().is_complete());
    assert_eq!(scene.names().await, (2, 1));
}

/// Only a skipped step leads here: a function without the old secret gave away a PIN that was taken.
#[tokio::test]
async fn a_pin_given_twice_is_reported_and_left() {
    let scene = Scene::new().await;
    let ignorant = scene.function(&NEW);
    ignorant.create_key(key("B"), &metadata()).await.unwrap();
    let b = KeyId::parse("B").unwrap();
    let second = ContractDraft { keys: b.into(), ..draft("second", "482915") };
    ignorant.create_contract(second, &metadata()).await.unwrap();
    let function = scene.function(&two(NEW, OLD));
    let renewed = tokio::time::timeout(Duration::from_secs(5), function.rotate_codes(now())).await.unwrap().unwrap();
    assert_eq!((renewed.taken, renewed.busy), (1, 0), "{renewed:?}");
    function.replace_pin(&id("first"), &metadata()).await.unwrap();
    function.rotate_codes(now()).await.unwrap();
    assert!(scene.left(&two(NEW, OLD)).await.is_complete());
    assert_eq!(scene.names().await, (2, 1));
}

#[tokio::test]
async fn codes_under_neither_secret_are_counted_and_the_rest_is_done() {
    let scene = Scene::new().await;
    let renewed = scene.function(&two([1; 32], [2; 32])).rotate_codes(now()).await.unwrap();
    assert_eq!(renewed, RotationReport { unreadable: 2, ..RotationReport::default() });
    assert!(!renewed.is_complete());
}
