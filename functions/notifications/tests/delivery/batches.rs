//! Batches in which some records fail.

use serde_json::{Value, json};
use testkit::at;

use crate::scene::{Scene, by_email, failures, give, sequence_number, tick};

/// The records of three contracts, with the image of the middle one corrupted.
async fn poisoned(scene: &Scene) -> Vec<Value> {
    for n in 0..3 {
        scene.book(&format!("BK-{n}"), 3_600, 7_200, vec![by_email(&format!("c{n}@example.com"))]).await;
    }
    let mut records = scene.records().await;
    let middle = records.iter_mut().filter(|record| is_contract(record)).nth(1).unwrap();
    middle["dynamodb"]["NewImage"]["from"] = json!({ "S": "tomorrow" });
    records
}

fn is_contract(record: &Value) -> bool {
    record["dynamodb"]["Keys"]["SK"]["S"] == "CONTRACT"
}

#[tokio::test]
async fn a_batch_with_an_unreadable_record_reports_only_that_record() {
    let scene = Scene::new().await;
    let records = poisoned(&scene).await;
    let poison = records.iter().filter(|record| is_contract(record)).nth(1).unwrap();
    let answer = give(&scene.function(), &records).await;
    assert_eq!(failures(&answer), [sequence_number(poison)]);
    assert_eq!(scene.addresses_sorted(), ["c0@example.com", "c2@example.com"]);
}

#[tokio::test]
async fn a_repeated_batch_reports_the_same_record_and_notifies_nobody_twice() {
    let scene = Scene::new().await;
    let records = poisoned(&scene).await;
    let answers = [give(&scene.function(), &records).await.unwrap(), give(&scene.function(), &records).await.unwrap()];
    assert_eq!(answers[0], answers[1]);
    assert_eq!(scene.addresses().len(), 2);
}

#[tokio::test]
async fn records_fail_while_the_table_is_unreachable() {
    let scene = Scene::new().await;
    scene.book("BK-1", 3_600, 7_200, vec![by_email("a@example.com")]).await;
    let records = scene.records().await;
    let (store, wire) = scene.table.another_store();
    wire.cut_after(0);
    let answer = give(&scene.function_over(store), &records).await;
    let contract = records.iter().find(|record| is_contract(record)).unwrap();
    assert!(failures(&answer).contains(&sequence_number(contract)));
    assert!(scene.addresses().is_empty());
}

#[tokio::test]
async fn neither_a_batch_nor_a_tick_is_refused() {
    let scene = Scene::new().await;
    for event in [json!({}), json!({ "Records": [{}] }), json!({ "Records": "all" })] {
        assert!(scene.function().handle(&event).await.is_err(), "{event}");
    }
}

#[tokio::test]
async fn a_tick_sends_the_other_messages_if_one_cannot_be_read() {
    let scene = Scene::new().await;
    scene.outbox.behave_next(outbox::Endpoint::Email, outbox::Behaviour::Throttle, 3);
    for n in 0..3 {
        scene.book(&format!("BK-{n}"), 3_600, 7_200, vec![by_email(&format!("c{n}@example.com"))]).await;
    }
    scene.deliver().await;
    assert!(scene.addresses().is_empty());
    // Corrupts one of the three in the table itself.
    let items = scene.table.client.scan().table_name(testkit::TABLE).send().await.unwrap().items.unwrap();
    let message = items.into_iter().find(|item| item["SK"].as_s().unwrap().starts_with("MESSAGE#")).unwrap();
    let spoil = scene.table.client.update_item().table_name(testkit::TABLE);
    let spoil = spoil.key("PK", message["PK"].clone()).key("SK", message["SK"].clone());
    let spoil = spoil.update_expression("SET #facts = :nothing").expression_attribute_names("#facts", "facts");
    let nothing = aws_sdk_dynamodb::types::AttributeValue::Bool(false);
    spoil.expression_attribute_values(":nothing", nothing).send().await.unwrap();
    scene.clock.set(at(600));
    assert!(scene.function().handle(&tick()).await.is_err(), "so that an alarm rings");
    assert_eq!(scene.addresses().len(), 2);
}
