//! Ordinary things, so that a test says only what matters to it.

use domain::{
    Actor, AutomatDraft, AutomatId, ContractDraft, Ending, KeyDraft, KeyId, LockerCount, LockerIndex, Name, Pin,
    Property, Sharing, TimeRange, TimeZone,
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
