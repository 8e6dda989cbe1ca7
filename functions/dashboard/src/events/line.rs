//! An event as a line of a list.

use api::Caller;
use domain::{ContractId, Event, EventKind, KeyId, OpeningId};
use texts::Texts;

use super::description::describe;
use super::who;
use crate::times::Times;

/// An event as `templates/events/lines.html` shows it.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// The time in the automat's time zone.
    pub(crate) at: String,
    /// The time for programs.
    pub(crate) instant: String,
    pub(crate) what: String,
    pub(crate) who: String,
    /// `None` on the page of one key.
    pub(crate) key: Option<KeyId>,
    pub(crate) contract: Option<(KeyId, ContractId)>,
    pub(crate) opening: Option<OpeningId>,
}

impl Line {
    /// The event as this user sees it.
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

    /// The line for a page about one key.
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
