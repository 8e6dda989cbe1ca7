//! Messages to topics, single and in batches.

use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::operation::publish_batch::PublishBatchError;
use aws_sdk_sns::operation::publish_batch::builders::PublishBatchFluentBuilder;
use aws_sdk_sns::primitives::Blob;
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use outbox::{Attribute, Behaviour, Endpoint, Outbox};

use crate::setup::{TOPIC, attribute, entry, event, start};

fn batch(outbox: &Outbox, entries: Vec<PublishBatchRequestEntry>) -> PublishBatchFluentBuilder {
    outbox.sns().publish_batch().topic_arn(TOPIC).set_publish_batch_request_entries(Some(entries))
}

fn bodies(outbox: &Outbox) -> Vec<String> {
    outbox.sent().iter().filter_map(|sent| sent.what.event()).map(|event| event.body.clone()).collect()
}

fn of(data_type: &str, value: &str) -> Attribute {
    Attribute { data_type: data_type.to_owned(), value: value.to_owned() }
}

#[tokio::test]
async fn is_kept_with_its_attributes() {
    let outbox = start().await;
    let bytes = MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new(b"ab")).build().unwrap();
    let publish = event(&outbox).subject("A key").message_attributes("type", attribute("String", "key-fetched"));
    let publish = publish.message_attributes("specVersion", attribute("Number", "1")).message_attributes("raw", bytes);
    publish.send().await.unwrap();

    let sent = outbox.sent();
    let event = sent[0].what.event().unwrap();
    assert_eq!((event.topic.as_str(), event.subject.as_deref()), (TOPIC, Some("A key")));
    let attributes = [
        ("raw".to_owned(), of("Binary", "YWI=")),
        ("specVersion".to_owned(), of("Number", "1")),
        ("type".to_owned(), of("String", "key-fetched")),
    ];
    assert_eq!(event.attributes, attributes.into());
}

#[tokio::test]
async fn is_refused_for_an_unknown_topic() {
    let outbox = start().await;
    let refusal = event(&outbox).topic_arn(format!("{TOPIC}2")).send().await.unwrap_err().into_service_error();
    assert!(matches!(refusal, PublishError::NotFoundException(_)), "{refusal:?}");
    let refusal = event(&outbox).topic_arn("KeyEvents").send().await.unwrap_err().into_service_error();
    assert!(matches!(refusal, PublishError::InvalidParameterException(_)), "{refusal:?}");
}

#[tokio::test]
async fn is_refused_above_256_kib() {
    let outbox = start().await;
    event(&outbox).message("a".repeat(256 * 1024)).send().await.unwrap();
    let publish = event(&outbox).message("a".repeat(256 * 1024 - 1)).message_attributes("b", attribute("String", "c"));
    let refusal = publish.send().await.unwrap_err().into_service_error();
    assert!(matches!(refusal, PublishError::InvalidParameterException(_)), "{refusal:?}");
}

#[tokio::test]
async fn batches_are_kept_in_order() {
    let outbox = start().await;
    let entries: Vec<_> = (0..10).map(|number| entry(&format!("id-{number}"), &number.to_string())).collect();
    let answer = batch(&outbox, entries).send().await.unwrap();

    assert_eq!(answer.failed(), []);
    let ids: Vec<_> = answer.successful().iter().map(|entry| entry.message_id().unwrap().to_owned()).collect();
    assert_eq!(ids, outbox.sent().into_iter().map(|sent| sent.id).collect::<Vec<_>>());
    assert_eq!(answer.successful()[9].id(), Some("id-9"));
    assert_eq!(bodies(&outbox), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
}

#[tokio::test]
async fn in_a_batch_each_keeps_its_own_attributes() {
    let outbox = start().await;
    let entry_of = |id, kind| {
        let entry = PublishBatchRequestEntry::builder().id(id).message("a");
        entry.message_attributes("type", attribute("String", kind)).build().unwrap()
    };
    batch(&outbox, vec![entry_of("a", "key-fetched"), entry_of("b", "key-returned")]).send().await.unwrap();
    let sent = outbox.sent();
    let types: Vec<_> = sent.iter().map(|sent| &sent.what.event().unwrap().attributes["type"]).collect();
    assert_eq!(types, [&of("String", "key-fetched"), &of("String", "key-returned")]);
}

#[tokio::test]
async fn an_invalid_entry_does_not_affect_the_others() {
    let outbox = start().await;
    let answer = batch(&outbox, vec![entry("a", "1"), entry("b", ""), entry("c", "3")]).send().await.unwrap();
    let [failed] = answer.failed() else { panic!("one has failed: {answer:?}") };
    assert_eq!((failed.id(), failed.code(), failed.sender_fault()), ("b", "InvalidParameter", true));
    assert_eq!(bodies(&outbox), ["1", "3"]);
}

#[tokio::test]
async fn a_batch_can_be_accepted_in_part() {
    let outbox = start().await;
    outbox.behave(Endpoint::Topic, Behaviour::Partly);
    let answer = batch(&outbox, vec![entry("a", "1"), entry("b", "2"), entry("c", "3")]).send().await.unwrap();
    let [failed] = answer.failed() else { panic!("one has failed: {answer:?}") };
    assert_eq!((failed.id(), failed.code(), failed.sender_fault()), ("b", "InternalError", false));
    assert_eq!(bodies(&outbox), ["1", "3"]);
    assert_eq!(outbox.calls(Endpoint::Topic), 1);
}

#[tokio::test]
async fn an_invalid_batch_is_refused() {
    use PublishBatchError as Refusal;
    let outbox = start().await;
    let refusal =
        async |entries| batch(&outbox, entries).send().await.map_err(SdkError::into_service_error).unwrap_err();

    let eleven = (0..11).map(|number| entry(&number.to_string(), "a")).collect();
    assert!(matches!(refusal(eleven).await, Refusal::TooManyEntriesInBatchRequestException(_)));
    assert!(matches!(refusal(Vec::new()).await, Refusal::EmptyBatchRequestException(_)));
    let twice = vec![entry("a", "1"), entry("a", "2")];
    assert!(matches!(refusal(twice).await, Refusal::BatchEntryIdsNotDistinctException(_)));
    assert!(matches!(refusal(vec![entry("a b", "1")]).await, Refusal::InvalidBatchEntryIdException(_)));
    let half = "a".repeat(128 * 1024);
    let large = vec![entry("a", &half), entry("b", &half), entry("c", "1")];
    assert!(matches!(refusal(large).await, Refusal::BatchRequestTooLongException(_)));
    assert_eq!(outbox.sent(), []);
}

#[tokio::test]
async fn a_batch_to_an_unknown_topic_is_refused() {
    let outbox = start().await;
    let other = batch(&outbox, vec![entry("a", "1")]).topic_arn(format!("{TOPIC}2"));
    let refusal = other.send().await.unwrap_err().into_service_error();
    assert_eq!(refusal.code(), Some("NotFound"));
}
