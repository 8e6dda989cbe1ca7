//! An outbox for a test, and valid messages.

use std::time::Duration;

use aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use domain::Instant;
use outbox::{Options, Outbox};

pub(crate) const NUMBER: &str = "+358401234567";
pub(crate) const TOPIC: &str = "arn:aws:sns:local:000000000000:KeyEvents";
pub(crate) const CONFIGURATION_SET: &str = "contacts";
/// Longer than anything that a test waits for, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn now() -> Instant {
    Instant::parse("2026-11-24T09:00:00Z").unwrap()
}

pub(crate) async fn start() -> Outbox {
    let mut options = Options::new("test".to_owned(), now);
    options.topics = vec![TOPIC.to_owned()];
    options.configuration_sets = vec![CONFIGURATION_SET.to_owned()];
    Outbox::start(options).await.unwrap()
}

pub(crate) fn sms(outbox: &Outbox) -> PublishFluentBuilder {
    outbox.sns().publish().phone_number(NUMBER).message("Your key waits.")
}

pub(crate) fn event(outbox: &Outbox) -> PublishFluentBuilder {
    outbox.sns().publish().topic_arn(TOPIC).message(r#"{"type":"key-fetched"}"#)
}

pub(crate) fn email(outbox: &Outbox) -> SendEmailFluentBuilder {
    let send = outbox.ses().send_email().from_email_address("Keys <keys@automat.example>");
    send.destination(to("anna@example.org")).content(simple("Your key", Some("Hello"), Some("<p>Hello</p>")))
}

pub(crate) fn to(address: &str) -> Destination {
    Destination::builder().to_addresses(address).build()
}

pub(crate) fn simple(subject: &str, text: Option<&str>, html: Option<&str>) -> EmailContent {
    let part = |data: &str| Content::builder().data(data).charset("UTF-8").build().unwrap();
    let body = Body::builder().set_text(text.map(part)).set_html(html.map(part)).build();
    EmailContent::builder().simple(Message::builder().subject(part(subject)).body(body).build()).build()
}

pub(crate) fn attribute(data_type: &str, value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type(data_type).string_value(value).build().unwrap()
}

pub(crate) fn entry(id: &str, message: &str) -> PublishBatchRequestEntry {
    PublishBatchRequestEntry::builder().id(id).message(message).build().unwrap()
}
