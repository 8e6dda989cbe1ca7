//! Sample messages: ordinary ones, and ones at the limits.

use domain::{
    Address, AddressLine, AutomatDetails, ContractField, ContractId, Email, Facts, FreeText, Instant, KeyFacts, KeyId,
    Language, Location, Message, MessageKind, Name, Occasion, PhoneNumber, Pin, Property, Recipient, Schedule,
    TimeRange, TimeZone,
};
use messages::{Rendered, Sms, render};

pub(crate) const PIN: &str = "493817";

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// An occasion of each kind, in the order of a contract's life.
pub(crate) fn occasions() -> Vec<Occasion> {
    let changes = Some(vec![ContractField::Start, ContractField::End, ContractField::Pin]);
    let time = Some(at("2026-11-24T12:05:41Z"));
    MessageKind::ALL.iter().map(|kind| Occasion::of(*kind, changes.clone(), time).unwrap()).collect()
}

pub(crate) fn in_every_language() -> impl Iterator<Item = (Language, Occasion)> {
    Language::ALL.iter().flat_map(|&language| occasions().into_iter().map(move |occasion| (language, occasion)))
}

pub(crate) fn facts() -> Facts {
    Facts {
        contract: ContractId::parse("BK-20417").unwrap(),
        keys: vec![KeyFacts {
            key: KeyId::parse("A-12").unwrap(),
            incarnation: "01KB3CFY80000000000000000Z".to_owned(),
            property: Property::parse("Mannerheimintie 1 A 4").unwrap(),
            automat: AutomatDetails {
                name: Name::parse("Lobby").unwrap(),
                location: Some(Location {
                    address: AddressLine::parse("Lauttasaarentie 10").unwrap(),
                    postal_code: AddressLine::parse("00200").unwrap(),
                    postal_office: AddressLine::parse("Helsinki").unwrap(),
                }),
                time_zone: TimeZone::parse("Europe/Helsinki").unwrap(),
            },
        }],
        person: Name::parse("Aino Virtanen").unwrap(),
        range: TimeRange::new(at("2026-11-24T12:00:00Z"), Some(at("2026-11-26T10:00:00Z"))).unwrap(),
        pin: Pin::parse(PIN).unwrap(),
        schedule: None,
        free_text: None,
    }
}

/// Facts without a property.
pub(crate) fn without_property() -> Facts {
    let mut facts = facts();
    facts.keys[0].property = Property::parse("").unwrap();
    facts
}

pub(crate) fn noted() -> Facts {
    let note = FreeText::parse("The lift is out of order.\nPlease use the stairs in the yard.").unwrap();
    Facts { free_text: Some(note), ..facts() }
}

/// Facts with every text filled to its limit with one character.
pub(crate) fn longest(character: char) -> Facts {
    let of = |max| String::from(character).repeat(max);
    let line = AddressLine::parse(&of(AddressLine::MAX)).unwrap();
    // Identifiers must be letters.
    let id = if character.is_alphanumeric() { of(64) } else { "𐐷".repeat(64) };
    Facts {
        contract: ContractId::parse(&"Ä".repeat(64)).unwrap(),
        keys: vec![KeyFacts {
            key: KeyId::parse(&id).unwrap(),
            incarnation: "01KB3CFY80000000000000000Z".to_owned(),
            property: Property::parse(&of(Property::MAX)).unwrap(),
            automat: AutomatDetails {
                name: Name::parse(&of(Name::MAX)).unwrap(),
                location: Some(Location { address: line.clone(), postal_code: line.clone(), postal_office: line }),
                time_zone: TimeZone::parse("America/St_Johns").unwrap(),
            },
        }],
        person: Name::parse(&of(Name::MAX)).unwrap(),
        // Both times are ambiguous, so they include their offsets.
        range: TimeRange::new(at("2026-11-01T04:00:00Z"), Some(at("2027-11-07T05:00:00Z"))).unwrap(),
        pin: Pin::parse("493817000").unwrap(),
        schedule: Some(longest_schedule()),
        free_text: Some(FreeText::parse(&of(FreeText::MAX)).unwrap()),
    }
}

/// Different windows on each day, as many as there may be.
fn longest_schedule() -> Schedule {
    let days = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].into_iter().enumerate();
    let rules = days.map(|(n, day)| format!("{day} 01:1{n}-02:22,03:33-04:44,15:55-16:16,17:17-18:18"));
    Schedule::parse(&rules.collect::<Vec<_>>().join("; ")).unwrap()
}

pub(crate) fn rendered_email(occasion: &Occasion, language: Language, facts: &Facts) -> messages::Email {
    let address = Address::Email(Email::parse("matti@example.fi").unwrap());
    match render(&message(occasion, language, facts, address)) {
        Rendered::Email(email) => email,
        Rendered::Sms(_) => panic!("an email address got an SMS"),
    }
}

pub(crate) fn rendered_sms(occasion: &Occasion, language: Language, facts: &Facts) -> Sms {
    let address = Address::Sms(PhoneNumber::parse("+358401234567").unwrap());
    match render(&message(occasion, language, facts, address)) {
        Rendered::Sms(sms) => sms,
        Rendered::Email(_) => panic!("a phone number got an email"),
    }
}

fn message(occasion: &Occasion, language: Language, facts: &Facts, address: Address) -> Message {
    let name = Name::parse("Matti Meikäläinen").unwrap();
    Message { occasion: occasion.clone(), recipient: Recipient { name, address, language }, facts: facts.clone() }
}
