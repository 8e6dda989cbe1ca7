//! Ordinary things, so that a test says only what matters to it.

use std::collections::BTreeSet;

use domain::{
    Actor, AutomatDraft, AutomatId, Contact, ContractDraft, Email, Ending, KeyDraft, KeyId, Language, LockerCount,
    LockerIndex, MessageKind, Name, PhoneNumber, Pin, Property, Sharing, TimeRange, TimeZone,
};
use store::{Act, Receipt};

use crate::at;

/// Something done by `tester` at the now of the tests.
#[must_use]
pub fn act() -> Act {
    Act { actor: Actor::new("tester"), now: at(0), receipt: None }
}

/// The same with an `Idempotency-Key` and the hash of what was asked.
#[must_use]
pub fn act_with_receipt(name: &str, request_hash: &str) -> Act {
    Act { receipt: Some(Receipt { name: name.to_owned(), request_hash: request_hash.to_owned() }), ..act() }
}

/// An automat of so many lockers.
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

/// A contract from one second to another, counted from the now of the tests.
#[must_use]
pub fn contract(start: i64, end: i64) -> ContractDraft {
    ContractDraft {
        id: None,
        person: Name::parse("Aino Virtanen").unwrap(),
        start: Some(at(start)),
        ending: Ending::At(at(end)),
        pin: None,
        contacts: Vec::new(),
        free_text: None,
    }
}

/// Somebody reached by email, in English, who wants to hear of nothing beyond what all hear.
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

/// The same by SMS.
#[must_use]
pub fn by_sms(number: &str) -> Contact {
    let phone_number = Some(PhoneNumber::parse(number).unwrap());
    Contact { email: None, send_email: false, phone_number, send_sms: true, ..by_email("aino@example.com") }
}

/// A contact who wants to hear of everything.
#[must_use]
pub fn of_everything(contact: Contact) -> Contact {
    let additional_messages = MessageKind::ALL.into_iter().filter(|kind| kind.is_additional()).collect();
    Contact { additional_messages, ..contact }
}

/// A locker.
#[must_use]
pub fn locker(index: u32) -> LockerIndex {
    LockerIndex::new(index).unwrap()
}

/// A PIN.
#[must_use]
pub fn pin(digits: &str) -> Pin {
    Pin::parse(digits).unwrap()
}

/// A range in seconds from the now of the tests.
#[must_use]
pub fn range(start: i64, end: i64) -> TimeRange {
    TimeRange::new(at(start), Some(at(end))).unwrap()
}
