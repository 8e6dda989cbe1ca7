//! Events as text. Each kind has a text with its name, such as `event-key-fetched`, or one for each case, such as
//! `event-pin-accepted-return`.

use domain::{Automat, Event, EventKind, OpeningOutcome};
use texts::{FluentArgs, Texts};

use crate::times::Times;

/// The event as text: in the automat's time zone, with the number on the door of its locker. `None` for an automat that has
/// been removed.
pub(crate) fn describe(event: &Event, t: &Texts, automat: Option<&Automat>) -> String {
    let times = Times::of_automat(t, automat);
    let layout = automat.map(|automat| automat.layout).unwrap_or_default();
    let mut values = FluentArgs::new();
    values.set("locker", event.subject.locker.map(|locker| layout.number(locker)).unwrap_or_default());
    let mut case: Option<&str> = None;
    match &event.kind {
        EventKind::KeyChanged { changes } => values.set("fields", list_fields(t, changes)),
        EventKind::KeyRemoved { live_contracts } => values.set("count", *live_contracts),
        EventKind::ContractCreated(range) | EventKind::ContractEnded(range) => values.set("range", times.range(*range)),
        EventKind::ContractChanged { changes, range } => {
            values.set("fields", list_fields(t, changes));
            values.set("range", times.range(*range));
        }
        EventKind::OpeningFinished { outcome, confirmed_by_device, .. } => {
            // Only the cloud refuses without a confirmation: the request did not reach the automat.
            let is_unsent = *outcome == OpeningOutcome::Refused && !confirmed_by_device;
            case = Some(if is_unsent { "not-sent" } else { outcome.into() });
        }
        EventKind::PinAccepted { purpose } => case = Some(purpose.into()),
        EventKind::EntryRefused { code_kind, reason } => {
            case = Some(code_kind.into());
            values.set("reason", t.text(&format!("entry-{}", <&str>::from(reason))).into_owned());
        }
        EventKind::KeypadGuessing { wrong_entries, within } => {
            case = Some(within.into());
            values.set("count", *wrong_entries);
        }
        EventKind::AutomatBatteryLow { battery } => values.set("percent", battery.get()),
        EventKind::AutomatTemperature { temperature, limit } => {
            case = Some(if temperature > limit { "hot" } else { "cold" });
            values.set("degrees", temperature.to_string());
            values.set("limit", limit.to_string());
        }
        EventKind::AutomatFirmwareChanged { from, to } => {
            values.set("from", from.as_str());
            values.set("to", to.as_str());
        }
        EventKind::AutomatJournalNearlyFull { lines, room } => {
            values.set("lines", *lines);
            values.set("room", *room);
        }
        EventKind::AutomatAdded
        | EventKind::AutomatChanged
        | EventKind::AutomatRemoved
        | EventKind::KeyAdded
        | EventKind::ContractRemoved
        | EventKind::ContractArmed
        | EventKind::PinRevealed
        | EventKind::PersonalDataExported
        | EventKind::PersonalDataErased
        | EventKind::OpeningRequested { .. }
        | EventKind::KeyFetched
        | EventKind::KeyReturned
        | EventKind::KeyNotReturned
        | EventKind::ReturnCodeAccepted
        | EventKind::AutomatConnected
        | EventKind::AutomatDisconnected
        | EventKind::AutomatReset
        | EventKind::AutomatClockWrong
        | EventKind::AutomatMessageNotUnderstood
        | EventKind::AutomatDuplicateClient
        | EventKind::LockerForced
        | EventKind::KeyUnexpected
        | EventKind::DoorLeftOpen
        | EventKind::OpeningUnexpected
        | EventKind::AutomatMainsLost
        | EventKind::AutomatMainsRestored
        | EventKind::AutomatCoverOpened
        | EventKind::AutomatMoved => {}
    }
    let of_case = case.map(|case| format!("-{case}")).unwrap_or_default();
    t.format(&format!("event-{}{of_case}", event.kind.name()), &values)
}

fn list_fields<'f, F>(t: &Texts, fields: &'f [F]) -> String
where
    &'f F: Into<&'static str>,
{
    let names = fields.iter().map(|field| t.text(&format!("changed-{}", field.into())).into_owned());
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::{Actor, AutomatId, FirstNumber, Instant, Language, Layout, LockerIndex, Subject};

    use super::*;
    use crate::translations::texts;

    #[test]
    fn each_kind_of_event_has_a_text_of_its_own_in_every_language() {
        let subject = Subject {
            automat: AutomatId::parse("lobby").unwrap(),
            locker: Some(LockerIndex::new(7).unwrap()),
            key: None,
            contract: None,
        };
        let layout = Layout { first_number: FirstNumber::new(101).unwrap(), ..Layout::default() };
        let automat = Automat { layout, ..Automat::new(testkit::automat("lobby", 9), Instant::EPOCH) };
        for &language in Language::ALL {
            let t = texts(language);
            let event = |kind| Event {
                id: String::new(),
                at: Instant::EPOCH,
                actor: Actor::new("ada"),
                offline: None,
                after_removal: false,
                kind,
                subject: subject.clone(),
            };
            let kinds = testkit::every_event_kind().into_iter();
            let said: Vec<_> = kinds.map(|kind| describe(&event(kind), t, Some(&automat))).collect();
            for text in &said {
                assert!(!text.contains(['{', '}', '7']), "{text}");
            }
            assert!(said.iter().any(|text| text.contains("108")), "the number on the door: {said:#?}");
            assert_eq!(said.iter().collect::<BTreeSet<_>>().len(), said.len(), "{said:#?}");
        }
    }
}
