//! Messages that change while they wait.

use domain::{ContractChange, Ending, MessageState};
use outbox::{Behaviour, Endpoint};
use testkit::at;

use crate::scene::{Scene, by_email, give};

async fn states(scene: &Scene) -> Vec<&'static str> {
    let name = |state| match state {
        MessageState::Sent { .. } => "sent",
        MessageState::Superseded { .. } => "superseded",
        MessageState::Pending { .. } => "pending",
        _ => "something else",
    };
    scene.messages("BK-1").await.into_iter().map(|message| name(message.state)).collect()
}

fn longer() -> ContractChange {
    ContractChange { ending: Some(Ending::At(at(9_000))), ..ContractChange::default() }
}

#[tokio::test]
async fn a_pending_message_is_superseded_by_a_change() {
    let scene = Scene::new().await;
    scene.outbox.behave_next(Endpoint::Email, Behaviour::Throttle, 1);
    scene.book("BK-1", 3_600, 7_200, vec![by_email("a@example.com")]).await;
    scene.deliver().await;
    scene.clock.set(at(10));
    scene.edit("BK-1", longer()).await;
    scene.deliver().await;
    scene.tick_at(at(600)).await;
    assert_eq!(states(&scene).await, ["superseded", "sent"]);
    assert_eq!(scene.addresses().len(), 1, "only the change was sent");
}

#[tokio::test]
async fn a_record_older_than_one_already_processed_sends_nothing() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3_600, 7_200, vec![by_email("a@example.com")]).await;
    let made = scene.records().await;
    scene.clock.set(at(10));
    scene.edit("BK-1", longer()).await;
    scene.deliver().await;
    give(&scene.function(), &made).await.unwrap();
    assert_eq!(states(&scene).await, ["superseded", "sent"]);
    assert_eq!(scene.addresses().len(), 1);
}

#[tokio::test]
async fn a_contract_removed_before_its_first_message_sends_only_the_cancellation() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3_600, 7_200, vec![by_email("a@example.com")]).await;
    scene.clock.set(at(10));
    scene.cancel("BK-1").await;
    scene.deliver().await;
    assert_eq!(states(&scene).await, ["superseded", "sent"]);
    assert!(scene.lines()[0].to_lowercase().contains("cancel"));
}
