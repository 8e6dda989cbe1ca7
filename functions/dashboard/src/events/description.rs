//! Events as text. Each kind has a text with its name, such as `event-key-fetched`, or one for each case, such as
//! `event-pin-accepted-return`.

use domain::{Event, EventKind, LockerIndex, OpeningOutcome};
use texts::{FluentArgs, Texts};

use crate::times::Times;

pub(crate) fn describe(event: &Event, t: &Texts, times: &Times) -> String {
    let mut values = FluentArgs::new();
    values.set("locker", event.subject.locker.map(LockerIndex::get).unwrap_or_default());
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
        EventKind::AutomatAdded
        | EventKind::AutomatChanged
        | EventKind::AutomatRemoved
        | EventKind::KeyAdded
        | EventKind::ContractRemoved
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
        | EventKind::OpeningUnexpected => {}
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

    use domain::{Actor, AutomatId, Instant, Language, Subject, TimeZone};

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
        for &language in Language::ALL {
            let t = texts(language);
            let times = Times::new(t, TimeZone::parse("Europe/Helsinki").unwrap());
            let event = |kind| Event {
                id: String::new(),
                at: Instant::EPOCH,
                actor: Actor::new("ada"),
                kind,
                subject: subject.clone(),
            };
            let kinds = testkit::every_event_kind().into_iter();
            let said: Vec<_> = kinds.map(|kind| describe(&event(kind), t, &times)).collect();
            for text in &said {
                assert!(!text.contains(['{', '}']), "{text}");
            }
            assert_eq!(said.iter().collect::<BTreeSet<_>>().len(), said.len(), "{said:#?}");
        }
    }
}
