//! Batches: several messages to a topic in one call, each accepted or refused on its own.

use std::collections::HashSet;

use super::error::SnsError;
use super::form::Form;
use super::response::{Published, SnsResponse, Unpublished};
use super::topic;
use crate::sent::What;
use crate::service::Service;

const MAX_ENTRIES: usize = 10;

/// Accepts a batch; with `partly`, only every other entry.
pub(super) fn publish(service: &Service, form: &Form, partly: bool) -> Result<SnsResponse, SnsError> {
    let arn = form.get("TopicArn").ok_or_else(|| SnsError::invalid("TopicArn Reason: no value"))?;
    let arn = topic::existing(service, arn)?;
    let entries = form.list("PublishBatchRequestEntries.member");
    let ids = ids(&entries)?;
    let events: Vec<_> = entries.iter().map(|entry| topic::event(arn, entry)).collect();
    if events.iter().flatten().map(topic::size).sum::<usize>() > topic::MAX_SIZE {
        return Err(SnsError::LargeBatch);
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (index, (id, event)) in ids.into_iter().zip(events).enumerate() {
        let event = if partly && index % 2 == 1 { Err(SnsError::Broken) } else { event };
        match event {
            Ok(event) => successful.push(Published { id, message_id: service.keep(What::Event(event)) }),
            Err(refusal) => failed.push(Unpublished { id, refusal }),
        }
    }
    Ok(SnsResponse::Batch { successful, failed })
}

/// The ids of the entries, if the batch is valid.
fn ids(entries: &[Form]) -> Result<Vec<String>, SnsError> {
    if entries.is_empty() {
        return Err(SnsError::EmptyBatch);
    }
    if entries.len() > MAX_ENTRIES {
        return Err(SnsError::LongBatch);
    }
    let ids = entries.iter().map(|entry| entry.get("Id").filter(|id| is_id(id)).map(str::to_owned));
    let ids: Vec<_> = ids.collect::<Option<_>>().ok_or(SnsError::InvalidId)?;
    if ids.iter().collect::<HashSet<_>>().len() < ids.len() {
        return Err(SnsError::SameIds);
    }
    Ok(ids)
}

fn is_id(id: &str) -> bool {
    (1..=80).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
