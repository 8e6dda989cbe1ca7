//! What happened, in words. Exhaustive: a new kind of event does not compile until it has some.

use domain::{
    CodeKind, ContractField, Event, EventKind, GuessingPeriod, KeyField, KeypadRefusal, LockerIndex, OpeningOutcome,
    Purpose, TimeRange,
};
use texts::{FluentArgs, Texts};

use crate::times::Times;

/// What happened.
pub(super) fn what(event: &Event, t: &Texts, times: &Times) -> String {
    let mut values = FluentArgs::new();
    values.set("locker", event.subject.locker.map(LockerIndex::get).unwrap_or_default());
    let ranged = |mut values: FluentArgs<'static>, range: TimeRange| {
        values.set("range", times.range(range));
        values
    };
    match &event.kind {
        EventKind::AutomatAdded => t.tell("event-automat-added", &values),
        EventKind::AutomatChanged => t.tell("event-automat-changed", &values),
        EventKind::AutomatRemoved => t.tell("event-automat-removed", &values),
        EventKind::KeyAdded => t.tell("event-key-added", &values),
        EventKind::KeyChanged(fields) => {
            values.set("fields", listed(t, fields.iter().map(|field| key_field(*field))));
            t.tell("event-key-changed", &values)
        }
        EventKind::KeyRemoved { live_contracts } => {
            values.set("count", *live_contracts);
            t.tell("event-key-removed", &values)
        }
        EventKind::ContractCreated(range) => t.tell("event-contract-created", &ranged(values, *range)),
        EventKind::ContractChanged(fields, range) => {
            values.set("fields", listed(t, fields.iter().map(|field| contract_field(*field))));
            t.tell("event-contract-changed", &ranged(values, *range))
        }
        EventKind::ContractEnded(range) => t.tell("event-contract-ended", &ranged(values, *range)),
        EventKind::ContractRemoved => t.tell("event-contract-removed", &values),
        EventKind::PinRevealed => t.tell("event-pin-revealed", &values),
        EventKind::PersonalDataExported => t.tell("event-personal-data-exported", &values),
        EventKind::PersonalDataErased => t.tell("event-personal-data-erased", &values),
        EventKind::OpeningRequested { .. } => t.tell("event-opening-requested", &values),
        EventKind::OpeningFinished { outcome, confirmed, .. } => t.tell(opening_end(*outcome, *confirmed), &values),
        EventKind::KeyFetched => t.tell("event-key-fetched", &values),
        EventKind::KeyReturned => t.tell("event-key-returned", &values),
        EventKind::KeyNotReturned => t.tell("event-key-not-returned", &values),
        EventKind::PinAccepted(Purpose::Fetch) => t.tell("event-pin-accepted-fetch", &values),
        EventKind::PinAccepted(Purpose::Return) => t.tell("event-pin-accepted-return", &values),
        EventKind::ReturnCodeAccepted => t.tell("event-return-code-accepted", &values),
        EventKind::EntryRefused { kind, reason } => {
            let typed = match kind {
                CodeKind::Pin => "event-entry-refused-pin",
                CodeKind::ReturnCode => "event-entry-refused-return-code",
            };
            values.set("reason", t.say(refusal(*reason)).into_owned());
            t.tell(typed, &values)
        }
        EventKind::KeypadGuessing { wrong_entries, within } => {
            values.set("count", *wrong_entries);
            let text = match within {
                GuessingPeriod::Hour => "event-keypad-guessing-hour",
                GuessingPeriod::Day => "event-keypad-guessing-day",
            };
            t.tell(text, &values)
        }
        EventKind::AutomatConnected => t.tell("event-automat-connected", &values),
        EventKind::AutomatDisconnected => t.tell("event-automat-disconnected", &values),
        EventKind::AutomatReset => t.tell("event-automat-reset", &values),
        EventKind::AutomatClockWrong => t.tell("event-automat-clock-wrong", &values),
        EventKind::AutomatMessageNotUnderstood => t.tell("event-automat-message-not-understood", &values),
        EventKind::AutomatDuplicateClient => t.tell("event-automat-duplicate-client", &values),
        EventKind::LockerForced => t.tell("event-locker-forced", &values),
        EventKind::KeyUnexpected => t.tell("event-key-unexpected", &values),
        EventKind::DoorLeftOpen => t.tell("event-door-left-open", &values),
        EventKind::OpeningUnexpected => t.tell("event-opening-unexpected", &values),
    }
}

fn opening_end(outcome: OpeningOutcome, confirmed: bool) -> &'static str {
    match (outcome, confirmed) {
        (OpeningOutcome::Opened, _) => "event-opening-opened",
        (OpeningOutcome::Refused, true) => "event-opening-refused",
        // Nobody but us says so of a request that surely did not get there.
        (OpeningOutcome::Refused, false) => "event-opening-not-sent",
        (OpeningOutcome::Failed, _) => "event-opening-failed",
        (OpeningOutcome::Expired, _) => "event-opening-expired",
    }
}

fn refusal(reason: KeypadRefusal) -> &'static str {
    match reason {
        KeypadRefusal::Unknown => "entry-unknown",
        KeypadRefusal::TooEarly => "entry-too-early",
        KeypadRefusal::Ended => "entry-ended",
        KeypadRefusal::KeyOut => "entry-key-out",
        KeypadRefusal::KeyInside => "entry-key-inside",
        KeypadRefusal::KeypadSlow => "entry-keypad-slow",
        KeypadRefusal::Late => "entry-late",
    }
}

fn key_field(field: KeyField) -> &'static str {
    match field {
        KeyField::Locker => "changed-locker",
        KeyField::Sharing => "changed-sharing",
        KeyField::ReturnCode => "changed-return-code",
        KeyField::Property => "changed-property",
    }
}

fn contract_field(field: ContractField) -> &'static str {
    match field {
        ContractField::Person => "changed-person",
        ContractField::Start => "changed-start",
        ContractField::End => "changed-end",
        ContractField::Pin => "changed-pin",
        ContractField::Contacts => "changed-contacts",
        ContractField::FreeText => "changed-free-text",
    }
}

fn listed(t: &Texts, ids: impl Iterator<Item = &'static str>) -> String {
    ids.map(|id| t.say(id)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::{Actor, AutomatId, Instant, Language, OpeningId, Subject, TimeZone};

    use super::*;
    use crate::words::texts;

    fn every_kind() -> Vec<EventKind> {
        let at = Instant::parse("2026-11-24T12:00:00Z").unwrap();
        let range = TimeRange::new(at, None).unwrap();
        let opening = OpeningId::parse("01KB3CFY80000000000000000Z").unwrap();
        let finished = |outcome, confirmed| EventKind::OpeningFinished { opening: opening.clone(), outcome, confirmed };
        let refused = |reason| EventKind::EntryRefused { kind: CodeKind::Pin, reason };
        vec![
            EventKind::AutomatAdded,
            EventKind::AutomatChanged,
            EventKind::AutomatRemoved,
            EventKind::KeyAdded,
            EventKind::KeyChanged(vec![KeyField::Locker, KeyField::Sharing, KeyField::ReturnCode, KeyField::Property]),
            EventKind::KeyRemoved { live_contracts: 2 },
            EventKind::KeyRemoved { live_contracts: 0 },
            EventKind::ContractCreated(range),
            EventKind::ContractChanged(
                vec![
                    ContractField::Person,
                    ContractField::Start,
                    ContractField::End,
                    ContractField::Pin,
                    ContractField::Contacts,
                    ContractField::FreeText,
                ],
                range,
            ),
            EventKind::ContractEnded(range),
            EventKind::ContractRemoved,
            EventKind::PinRevealed,
            EventKind::PersonalDataExported,
            EventKind::PersonalDataErased,
            EventKind::OpeningRequested { opening: opening.clone() },
            finished(OpeningOutcome::Opened, true),
            finished(OpeningOutcome::Refused, true),
            finished(OpeningOutcome::Refused, false),
            finished(OpeningOutcome::Failed, true),
            finished(OpeningOutcome::Expired, true),
            EventKind::KeyFetched,
            EventKind::KeyReturned,
            EventKind::KeyNotReturned,
            EventKind::PinAccepted(Purpose::Fetch),
            EventKind::PinAccepted(Purpose::Return),
            EventKind::ReturnCodeAccepted,
            refused(KeypadRefusal::Unknown),
            refused(KeypadRefusal::TooEarly),
            refused(KeypadRefusal::Ended),
            refused(KeypadRefusal::KeyOut),
            refused(KeypadRefusal::KeyInside),
            refused(KeypadRefusal::KeypadSlow),
            refused(KeypadRefusal::Late),
            EventKind::EntryRefused { kind: CodeKind::ReturnCode, reason: KeypadRefusal::KeyInside },
            EventKind::KeypadGuessing { wrong_entries: 10, within: GuessingPeriod::Hour },
            EventKind::KeypadGuessing { wrong_entries: 40, within: GuessingPeriod::Day },
            EventKind::AutomatConnected,
            EventKind::AutomatDisconnected,
            EventKind::AutomatReset,
            EventKind::AutomatClockWrong,
            EventKind::AutomatMessageNotUnderstood,
            EventKind::AutomatDuplicateClient,
            EventKind::LockerForced,
            EventKind::KeyUnexpected,
            EventKind::DoorLeftOpen,
            EventKind::OpeningUnexpected,
        ]
    }

    #[test]
    fn each_kind_of_event_has_words_of_its_own_in_every_language() {
        let subject = Subject {
            automat: AutomatId::parse("lobby").unwrap(),
            locker: Some(LockerIndex::new(7).unwrap()),
            key: None,
            contract: None,
        };
        for language in Language::ALL {
            let t = texts(language);
            let times = Times::new(t, TimeZone::parse("Europe/Helsinki").unwrap());
            let event = |kind| Event {
                id: String::new(),
                at: Instant::EPOCH,
                actor: Actor::new("ada"),
                kind,
                subject: subject.clone(),
            };
            let said: Vec<_> = every_kind().into_iter().map(|kind| what(&event(kind), t, &times)).collect();
            for text in &said {
                assert!(!text.contains(['{', '}']), "{text}");
            }
            assert_eq!(said.iter().collect::<BTreeSet<_>>().len(), said.len(), "{said:#?}");
        }
    }
}
