//! Sample data, so that a test only states what matters to it.

use std::collections::BTreeSet;

use domain::{
    Actor, AutomatDraft, AutomatId, CodeKind, Contact, ContractDraft, ContractField, Email, Ending, EventKind,
    Firmware, GuessingPeriod, KeyDraft, KeyField, KeyId, KeypadRefusal, Language, Layout, LeaseHours, LockerCount,
    LockerIndex, MessageKind, Name, OpeningId, OpeningOutcome, Percent, PhoneNumber, Pin, Property, Purpose, Sharing,
    TimeRange, TimeZone,
};
use store::{Receipt, RequestMetadata};
use strum::{VariantArray as _, VariantNames as _};

use crate::at;

/// An action of `tester` at the present of the tests.
#[must_use]
pub fn metadata() -> RequestMetadata {
    RequestMetadata::new(Actor::new("tester"), at(0))
}

/// The same with an `Idempotency-Key` and the hash of the request.
#[must_use]
pub fn metadata_with_receipt(name: &str, request_hash: &str) -> RequestMetadata {
    RequestMetadata {
        receipt: Some(Receipt { name: name.to_owned(), request_hash: request_hash.to_owned() }),
        ..metadata()
    }
}

/// An automat with this number of lockers.
#[must_use]
pub fn automat(id: &str, lockers: u32) -> AutomatDraft {
    AutomatDraft {
        id: AutomatId::parse(id).unwrap(),
        name: Name::parse(id).unwrap(),
        locker_count: LockerCount::new(lockers).unwrap(),
        time_zone: TimeZone::parse("Europe/Helsinki").unwrap(),
        location: None,
        pin_digits: None,
        min_chosen_pin_digits: None,
        lease_hours: LeaseHours::default(),
        layout: Layout::default(),
    }
}

/// A key that is not shared, for the lowest free locker of the automat `lobby`.
#[must_use]
pub fn key(id: &str) -> KeyDraft {
    KeyDraft {
        id: KeyId::parse(id).unwrap(),
        automat: AutomatId::parse("lobby").unwrap(),
        locker: None,
        sharing: Sharing::NotShared,
        return_code: None,
        property: Property::parse("").unwrap(),
    }
}

/// A contract on a key, with start and end in seconds from the present of the tests.
#[must_use]
pub fn contract(key: &KeyId, start: i64, end: i64) -> ContractDraft {
    ContractDraft {
        id: None,
        keys: key.clone().into(),
        person: Name::parse("Aino Virtanen").unwrap(),
        start: Some(at(start)),
        ending: Ending::At(at(end)),
        pin: None,
        schedule: None,
        contacts: Vec::new(),
        free_text: None,
    }
}

/// A contact with email, in English, without optional messages.
#[must_use]
pub fn by_email(address: &str) -> Contact {
    Contact {
        name: Name::parse("Aino").unwrap(),
        email: Some(Email::parse(address).unwrap()),
        phone_number: None,
        send_email: true,
        send_sms: false,
        language: Language::English,
        additional_messages: BTreeSet::new(),
    }
}

/// A contact with SMS, in English, without optional messages.
#[must_use]
pub fn by_sms(number: &str) -> Contact {
    let phone_number = Some(PhoneNumber::parse(number).unwrap());
    Contact { email: None, send_email: false, phone_number, send_sms: true, ..by_email("aino@example.com") }
}

/// The same contact with all optional messages.
#[must_use]
pub fn of_everything(contact: Contact) -> Contact {
    let additional_messages = MessageKind::additional().collect();
    Contact { additional_messages, ..contact }
}

/// The same contact with the reminders of start and end and the messages about the key: what tests count. A later kind
/// of message does not change them.
#[must_use]
pub fn follower(contact: Contact) -> Contact {
    let additional_messages = BTreeSet::from([
        MessageKind::StartReminder,
        MessageKind::EndReminder,
        MessageKind::KeyFetched,
        MessageKind::KeyReturned,
        MessageKind::KeyNotReturned,
    ]);
    Contact { additional_messages, ..contact }
}

#[must_use]
pub fn locker(index: u32) -> LockerIndex {
    LockerIndex::new(index).unwrap()
}

#[must_use]
pub fn pin(digits: &str) -> Pin {
    Pin::parse(digits).unwrap()
}

/// A range, in seconds from the present of the tests.
#[must_use]
pub fn range(start: i64, end: i64) -> TimeRange {
    TimeRange::new(at(start), Some(at(end))).unwrap()
}

/// Events of every kind, with every relevant variant of the body.
#[must_use]
pub fn every_event_kind() -> Vec<EventKind> {
    let range = range(0, 60);
    let firmware = |version| Firmware::parse(version).unwrap();
    let opening = || OpeningId::parse("01KB3CFY80000000000000000Z").unwrap();
    let finished =
        |outcome, confirmed_by_device| EventKind::OpeningFinished { opening: opening(), outcome, confirmed_by_device };
    let refused = |reason: &_| EventKind::EntryRefused { code_kind: CodeKind::Pin, reason: *reason };
    let mut kinds = vec![
        EventKind::AutomatAdded,
        EventKind::AutomatChanged,
        EventKind::AutomatRemoved,
        EventKind::KeyAdded,
        EventKind::KeyChanged { changes: KeyField::VARIANTS.to_vec() },
        EventKind::KeyRemoved { live_contracts: 0 },
        EventKind::KeyRemoved { live_contracts: 2 },
        EventKind::ContractCreated(range),
        EventKind::ContractChanged { changes: ContractField::VARIANTS.to_vec(), range },
        EventKind::ContractEnded(range),
        EventKind::ContractRemoved,
        EventKind::ContractArmed,
        EventKind::PinRevealed,
        EventKind::PersonalDataExported,
        EventKind::PersonalDataErased,
        EventKind::OpeningRequested { opening: opening() },
        finished(OpeningOutcome::Refused, false),
        EventKind::KeyFetched,
        EventKind::KeyReturned,
        EventKind::KeyNotReturned,
        EventKind::ReturnCodeAccepted,
        EventKind::EntryRefused { code_kind: CodeKind::ReturnCode, reason: KeypadRefusal::KeyInside },
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
        EventKind::AutomatMainsLost,
        EventKind::AutomatMainsRestored,
        EventKind::AutomatBatteryLow { battery: Percent::new(19).unwrap() },
        EventKind::AutomatCoverOpened,
        EventKind::AutomatMoved,
        EventKind::AutomatTemperature { temperature: 51, limit: 50 },
        EventKind::AutomatTemperature { temperature: -11, limit: -10 },
        EventKind::AutomatFirmwareChanged { from: firmware("1.0"), to: firmware("1.1") },
        EventKind::AutomatJournalNearlyFull { lines: 90, room: 100 },
    ];
    kinds.extend(OpeningOutcome::VARIANTS.iter().map(|outcome| finished(*outcome, true)));
    kinds.extend(Purpose::VARIANTS.iter().map(|purpose| EventKind::PinAccepted { purpose: *purpose }));
    kinds.extend(KeypadRefusal::VARIANTS.iter().map(refused));
    let periods = GuessingPeriod::VARIANTS.iter();
    kinds.extend(periods.map(|within| EventKind::KeypadGuessing { wrong_entries: 10, within: *within }));
    let named: BTreeSet<_> = kinds.iter().map(EventKind::name).collect();
    assert_eq!(named, EventKind::VARIANTS.iter().copied().collect(), "a kind of event is missing here");
    kinds
}
