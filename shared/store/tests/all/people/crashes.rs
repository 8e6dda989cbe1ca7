//! A function that dies at any point: the same call finishes its work, and what is to stay is still there.

use domain::{ContractDraft, EventKind};
use testkit::{by_email, by_sms};

use super::scene::{AINO, AINOS_NUMBER, DAY, Scene, ainos, by, by_address, contract_id, einos, named, of, page};

/// Her own ended contract, one that she is a contact of, and messages about a removed one.
async fn scene() -> Scene {
    let scene = Scene::new().await;
    scene.book_with_pin("A", "own", "482915", ainos(0, 60)).await;
    scene.book("B", "contact", einos(0, DAY)).await;
    let contacts = vec![named("Aino Virtanen", by_email(AINO)), named("Eino Aalto", by_sms(AINOS_NUMBER))];
    let gone: ContractDraft = of("Aino Virtanen", 2 * DAY, 3 * DAY, contacts);
    scene.book("A", "gone", gone).await;
    scene.remove("gone").await;
    scene
}

#[tokio::test]
async fn an_interrupted_erasure_is_finished_by_the_same_call() {
    let mut interrupted = 0;
    for requests in 0.. {
        let scene = scene().await;
        scene.table.wire.cut_after(requests);
        let cut = scene.try_erase(&by_address(AINO)).await;
        scene.table.wire.repair();
        let eino = scene.store().contract(&contract_id("contact")).await.unwrap();
        assert_eq!(eino.person.as_str(), "Eino Aalto", "cut after {requests}");
        if cut.is_ok() {
            break;
        }
        interrupted += 1;
        scene.erase(&by_address(AINO)).await;
        // Of what the interrupted call deleted itself, the projector deletes the entries.
        scene.table.project().await;
        for trace in ["Aino Virtanen", AINO] {
            assert_eq!(scene.items_with(&[trace]).await, Vec::<String>::new(), "cut after {requests}: {trace}");
        }
        let mut recorded = scene.recorded("A", &EventKind::PersonalDataErased).await;
        recorded.sort();
        assert_eq!(recorded, ["gone", "own"], "cut after {requests}: each once");
        assert_eq!(scene.recorded("B", &EventKind::PersonalDataErased).await, ["contact"], "cut after {requests}");
    }
    assert!(interrupted > 20, "reads, messages, reminders and transactions: interrupted at {interrupted}");
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_not_repeated() {
    for lost in 1..6 {
        let scene = scene().await;
        scene.table.wire.lose_answers(lost);
        _ = scene.try_erase(&by_address(AINO)).await;
        scene.table.wire.repair();
        scene.erase(&by_address(AINO)).await;
        scene.table.project().await;
        assert_eq!(scene.items_with(&[AINO]).await, Vec::<String>::new(), "{lost} answers lost");
        let own = scene.recorded("A", &EventKind::PersonalDataErased).await;
        assert_eq!(own.iter().filter(|contract| *contract == "own").count(), 1, "{lost} answers lost");
    }
}

#[tokio::test]
async fn an_interrupted_export_has_returned_nothing_unrecorded() {
    let scene = scene().await;
    for requests in 0.. {
        let before = recorded(&scene).await;
        scene.table.wire.cut_after(requests);
        let cut = scene.store().export_person(&by_address(AINO), &page(9), &by("dpo")).await;
        scene.table.wire.repair();
        if let Ok(handed_out) = cut {
            assert_eq!(recorded(&scene).await - before, handed_out.data.len());
            assert!(requests > 10, "reads and three events: {requests}");
            break;
        }
    }
}

/// How many exports are recorded.
async fn recorded(scene: &Scene) -> usize {
    scene.items_with(&["EVENT#", "personal-data-exported"]).await.len()
}
