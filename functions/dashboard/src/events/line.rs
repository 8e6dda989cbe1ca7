//! Events as lines of a list.

use domain::{ContractId, Event, EventKind, KeyId, OpeningId};

use super::description::describe;
use super::who;
use crate::times::Times;
use crate::visit::Visit;

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

/// The events as this user sees them.
pub(crate) fn lines(visit: &Visit, times: &Times, events: &[Event]) -> Vec<Line> {
    let line = |event: &Event| Line {
        at: times.moment(event.at),
        instant: event.at.to_string(),
        what: describe(event, visit.t, times),
        who: who(visit.t, &event.actor, &visit.caller),
        key: event.subject.key.clone(),
        contract: event.subject.key.clone().zip(event.subject.contract.clone()),
        opening: opening(&event.kind).cloned(),
    };
    events.iter().map(line).collect()
}

/// The events for a page about one key.
pub(crate) fn lines_of_key(visit: &Visit, times: &Times, events: &[Event]) -> Vec<Line> {
    lines(visit, times, events).into_iter().map(|line| Line { key: None, ..line }).collect()
}

fn opening(kind: &EventKind) -> Option<&OpeningId> {
    match kind {
        EventKind::OpeningRequested { opening } | EventKind::OpeningFinished { opening, .. } => Some(opening),
        _ => None,
    }
}
