//! Events as lines of a list.

use domain::{Automat, ContractId, Event, EventKind, KeyId, OfflineTimes, OpeningId};

use super::Names;
use super::description::describe;
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
    /// The contract, and its person, or its id if it was removed.
    pub(crate) contract: Option<(ContractId, String)>,
    pub(crate) opening: Option<OpeningId>,
    /// Between which times it happened, if the automat had no connection.
    pub(crate) offline: Option<String>,
    /// Whether that was for a contract that had been removed, or no longer had the key.
    pub(crate) after_removal: bool,
}

impl Line {
    /// `None` for an automat that has been removed.
    pub(crate) fn of(visit: &Visit, automat: Option<&Automat>, names: &Names, event: &Event) -> Self {
        let times = Times::of_automat(visit.t, automat);
        let contract = event.subject.contract.clone();
        Self {
            at: times.moment(event.at),
            instant: event.at.to_string(),
            what: describe(event, visit.t, automat),
            who: names.who(visit.t, &event.actor, &visit.caller),
            key: event.subject.key.clone(),
            contract: contract.map(|id| (id.clone(), names.person(&id).unwrap_or(id.as_str()).to_owned())),
            opening: opening(&event.kind).cloned(),
            offline: event.offline.map(|happened| Self::interval(visit, times, happened)),
            after_removal: event.after_removal,
        }
    }

    fn interval(visit: &Visit, times: Times, OfflineTimes { from, to }: OfflineTimes) -> String {
        let from = times.moment(from);
        match to.map(|to| times.moment(to)) {
            // Within a minute.
            Some(to) if to == from => visit.t.with("events-offline-at", [("at", from)]),
            Some(to) => visit.t.with("events-offline-between", [("from", from), ("to", to)]),
            None => visit.t.with("events-offline-after", [("from", from)]),
        }
    }
}

/// The events of one key, as this user sees them.
pub(crate) fn lines_of_key(visit: &Visit, automat: &Automat, names: &Names, events: &[Event]) -> Vec<Line> {
    events.iter().map(|event| Line { key: None, ..Line::of(visit, Some(automat), names, event) }).collect()
}

fn opening(kind: &EventKind) -> Option<&OpeningId> {
    match kind {
        EventKind::OpeningRequested { opening } | EventKind::OpeningFinished { opening, .. } => Some(opening),
        _ => None,
    }
}
