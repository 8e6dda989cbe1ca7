//! Messages to topics.

use super::attributes;
use super::error::SnsError;
use super::form::Form;
use crate::sent::Event;
use crate::service::Service;

/// Maximum size of a message, or of a batch, with attributes, in bytes.
pub(super) const MAX_SIZE: usize = 256 * 1024;

/// The ARN of an existing topic.
pub(super) fn existing<'a>(service: &Service, arn: &'a str) -> Result<&'a str, SnsError> {
    if !(arn.starts_with("arn:") && arn.split(':').count() == 6 && arn.split(':').nth(2) == Some("sns")) {
        return Err(SnsError::invalid("TopicArn Reason: not the ARN of a topic"));
    }
    service.topics.iter().any(|topic| topic == arn).then_some(arn).ok_or(SnsError::UnknownTopic)
}

/// Parses a message to a topic.
pub(super) fn event(topic: &str, form: &Form) -> Result<Event, SnsError> {
    let body = super::text(form)?.to_owned();
    let subject = form.get("Subject").map(str::to_owned);
    if !subject.as_deref().is_none_or(is_subject) {
        return Err(SnsError::invalid("Subject Reason: must have fewer than 100 characters and no control characters"));
    }
    let event = Event { topic: topic.to_owned(), subject, attributes: attributes::read(form)?, body };
    if size(&event) > MAX_SIZE {
        return Err(SnsError::invalid("Message Reason: too long"));
    }
    Ok(event)
}

/// Number of bytes that count towards the limit.
pub(super) fn size(event: &Event) -> usize {
    let attributes = event.attributes.iter();
    let attributes = attributes.map(|(name, attribute)| name.len() + attribute.data_type.len() + attribute.value.len());
    event.body.len() + attributes.sum::<usize>()
}

fn is_subject(subject: &str) -> bool {
    (1..100).contains(&subject.chars().count()) && !subject.chars().any(char::is_control)
}
