//! One event as a line of a list.

use api::Caller;
use domain::{ContractId, Event, EventKind, KeyId, OpeningId};
use texts::Texts;

use super::description::describe;
use super::who;
use crate::times::Times;

/// What `templates/events/lines.html` shows of an event.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// When, in the automat's zone.
    pub(crate) at: String,
    /// When, for programs.
    pub(crate) instant: String,
    /// What happened.
    pub(crate) what: String,
    /// Who did it.
    pub(crate) who: String,
    /// The key that it happened to, if it is not clear from where the line stands.
    pub(crate) key: Option<KeyId>,
    /// The contract that it happened to, with its key.
    pub(crate) contract: Option<(KeyId, ContractId)>,
    /// The opening that it is about.
    pub(crate) opening: Option<OpeningId>,
}

impl Line {
    /// The event in words, for this reader.
    pub(crate) fn of(event: &Event, t: &Texts, times: &Times, reader: &Caller) -> Self {
        let subject = &event.subject;
        Self {
            at: times.moment(event.at),
            instant: event.at.to_string(),
            what: describe(event, t, times),
            who: who(t, &event.actor, reader),
            key: subject.key.clone(),
            contract: subject.key.clone().zip(subject.contract.clone()),
            opening: opening(&event.kind).cloned(),
        }
    }

    /// The same on a page that is about one key.
    pub(crate) fn of_one_key(self) -> Self {
        Self { key: None, ..self }
    }
}

fn opening(kind: &EventKind) -> Option<&OpeningId> {
    match kind {
        EventKind::OpeningRequested { opening } | EventKind::OpeningFinished { opening, .. } => Some(opening),
        _ => None,
    }
}
