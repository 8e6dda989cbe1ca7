//! Who is told what of a contract, and when reminders are due.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use std::collections::BTreeSet;

use domain::{
    Contact, Contract, ContractField, ContractId, Email, EventKind, Facts, FreeText, Instant, KeyId, Language, Message,
    MessageKind, Name, Notice, Occasion, PhoneNumber, Pin, Place, Property, Reminder, SendFailure, TimeRange, TimeZone,
};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn at(seconds: i64) -> Instant {
    Instant::from_millis((1_795_521_600 + seconds) * 1_000).unwrap()
}

fn email(address: &str) -> Contact {
    Contact {
        name: Name::parse("Aino").unwrap(),
        email: Some(Email::parse(address).unwrap()),
        phone_number: Some(PhoneNumber::parse("+358401234567").unwrap()),
        send_email: true,
        send_sms: false,
        language: Language::Finnish,
        additional_messages: BTreeSet::new(),
    }
}

fn wanting(kinds: &[MessageKind], contact: Contact) -> Contact {
    Contact { additional_messages: kinds.iter().copied().collect(), ..contact }
}

fn contract(start: i64, end: Option<i64>, contacts: Vec<Contact>) -> Contract {
    Contract {
        id: ContractId::parse("BK-1").unwrap(),
        key: KeyId::parse("A").unwrap(),
        person: Name::parse("Aino").unwrap(),
        range: TimeRange::new(at(start), end.map(at)).unwrap(),
        pin: Pin::parse("482915").unwrap(),
        contacts,
        free_text: None,
        version: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}

fn told(notices: &[Notice]) -> Vec<(MessageKind, &str)> {
    notices.iter().map(|notice| (notice.occasion.kind(), notice.recipient.address.reveal())).collect()
}

#[test]
fn every_contact_is_told_on_every_channel_that_is_on() {
    let both = Contact { send_sms: true, ..email("aino@example.fi") };
    let none = Contact { send_email: false, ..email("eino@example.fi") };
    let contract = contract(HOUR, Some(DAY), vec![both, none]);
    let expected = [(MessageKind::ContractCreated, "aino@example.fi"), (MessageKind::ContractCreated, "+358401234567")];
    assert_eq!(told(&Notice::of_creation(&contract)), expected);
}

#[test]
fn an_address_of_two_contacts_is_told_once_in_the_language_of_the_first() {
    let swedish = Contact { language: Language::Swedish, ..email("aino@example.fi") };
    let contract = contract(HOUR, Some(DAY), vec![swedish, email("aino@example.fi")]);
    let notices = Notice::of_creation(&contract);
    assert_eq!((notices.len(), notices[0].recipient.language), (1, Language::Swedish));
}

#[test]
fn two_spellings_of_a_mailbox_are_told_once_and_another_spelling_is_an_edit_that_tells_nobody() {
    let before = contract(HOUR, Some(DAY), vec![email("aino@example.fi"), email("Aino@example.fi")]);
    assert_eq!(told(&Notice::of_creation(&before)), [(MessageKind::ContractCreated, "aino@example.fi")]);
    let after = Contract { contacts: vec![email("AINO@example.fi")], ..before.clone() };
    assert_eq!(before.differences(&after), [ContractField::Contacts]);
    assert_eq!(told(&Notice::of_edit(&before, &after, at(0))), []);
}

#[test]
fn an_edit_tells_what_has_changed_but_who_else_is_told() {
    let before = contract(HOUR, Some(DAY), vec![email("aino@example.fi")]);
    let contacts = vec![email("aino@example.fi"), email("eino@example.fi")];
    let free_text = Some(FreeText::parse("ring twice").unwrap());
    let after = Contract { contacts: contacts.clone(), free_text, ..before.clone() };
    let notices = Notice::of_edit(&before, &after, at(0));
    assert_eq!(notices[0].occasion, Occasion::Updated(vec![ContractField::FreeText]));
    assert_eq!(notices[1].occasion, Occasion::Created, "who is new learns of the contract, not of a change");
    let only_contacts = Contract { contacts, ..before.clone() };
    let expected = [(MessageKind::ContractCreated, "eino@example.fi")];
    assert_eq!(told(&Notice::of_edit(&before, &only_contacts, at(0))), expected);
    assert_eq!(Notice::of_edit(&before, &before, at(0)), []);
}

#[test]
fn a_channel_that_is_switched_on_learns_of_the_contract() {
    let before = contract(HOUR, Some(DAY), vec![email("aino@example.fi")]);
    let both = Contact { send_sms: true, ..email("aino@example.fi") };
    let after = Contract { contacts: vec![both], ..before.clone() };
    let expected = [(MessageKind::ContractCreated, "+358401234567")];
    assert_eq!(told(&Notice::of_edit(&before, &after, at(0))), expected);
    assert_eq!(Notice::of_edit(&after, &before, at(0)), [], "one that is switched off learns nothing");
}

#[test]
fn what_becomes_of_a_contract_that_is_over_is_told_to_nobody() {
    let before = contract(HOUR, Some(DAY), vec![email("aino@example.fi")]);
    let after = Contract { person: Name::parse("Eino").unwrap(), ..before.clone() };
    assert_eq!(Notice::of_edit(&before, &after, at(DAY)), []);
    assert_eq!(Notice::of_edit(&before, &after, at(DAY - 1)).len(), 1);
    assert_eq!(Notice::of_removal(&before, at(DAY)), []);
    assert_eq!(Notice::of_removal(&before, at(DAY - 1)).len(), 1);
    let longer = Contract { range: TimeRange::new(at(HOUR), Some(at(2 * DAY))).unwrap(), ..before.clone() };
    assert_eq!(Notice::of_edit(&before, &longer, at(DAY)).len(), 1, "but that it goes on again is");
}

#[test]
fn that_a_contract_was_ended_before_its_time_is_told_to_every_contact_and_once() {
    let running = contract(HOUR, None, vec![email("aino@example.fi"), email("eino@example.fi")]);
    let ended = running.ended_early(at(2 * HOUR)).unwrap();
    let expected = [MessageKind::ContractEnded; 2].into_iter().zip(["aino@example.fi", "eino@example.fi"]);
    // The stream's clock may be a second behind or far ahead.
    for now in [at(2 * HOUR - 1), at(2 * HOUR), at(DAY)] {
        assert_eq!(told(&Notice::of_edit(&running, &ended, now)), expected.clone().collect::<Vec<_>>());
    }
    let later = at(3 * HOUR);
    assert_eq!(Notice::of_edit(&ended, &ended.ended_early(later).unwrap(), later), [], "it had ended");
    let change = domain::ContractChange { ending: Some(domain::Ending::At(at(DAY))), ..Default::default() };
    let extended = ended.edited(change, later).unwrap();
    let expected = [MessageKind::ContractUpdated; 2].into_iter().zip(["aino@example.fi", "eino@example.fi"]);
    assert_eq!(told(&Notice::of_edit(&ended, &extended, later)), expected.collect::<Vec<_>>());
}

#[test]
fn events_are_told_to_those_who_want_them() {
    let fetched = wanting(&[MessageKind::KeyFetched], email("aino@example.fi"));
    let contract = contract(HOUR, Some(DAY), vec![fetched, email("eino@example.fi")]);
    let expected = [(MessageKind::KeyFetched, "aino@example.fi")];
    assert_eq!(told(&Notice::of_event(&EventKind::KeyFetched, at(HOUR), &contract)), expected);
    for other in [EventKind::KeyReturned, EventKind::KeyNotReturned, EventKind::PinRevealed, EventKind::KeyAdded] {
        assert_eq!(Notice::of_event(&other, at(HOUR), &contract), []);
    }
}

#[test]
fn reminders_have_their_times() {
    let range = TimeRange::new(at(3 * DAY), Some(at(4 * DAY))).unwrap();
    assert_eq!(Reminder::Start.time(range), Some(at(2 * DAY)));
    assert_eq!(Reminder::End.time(range), Some(at(4 * DAY - 2 * HOUR)));
    assert_eq!(Reminder::Return.time(range), Some(at(4 * DAY + 900)));
    let permanent = TimeRange::new(at(3 * DAY), None).unwrap();
    let times = Reminder::ALL.iter().map(|reminder| reminder.time(permanent)).collect::<Vec<_>>();
    assert_eq!(times, [Some(at(2 * DAY)), None, None]);
}

#[test]
fn a_contract_no_longer_than_the_lead_has_no_reminder_of_its_end() {
    let lasting = |seconds| Reminder::End.time(TimeRange::new(at(0), Some(at(seconds))).unwrap());
    assert_eq!(lasting(2 * HOUR), None);
    assert_eq!(lasting(2 * HOUR + 1), Some(at(1)));
}

#[test]
fn a_reminder_is_due_ahead_and_for_those_who_want_it() {
    let contact = wanting(&[MessageKind::StartReminder], email("aino@example.fi"));
    let wanted = contract(3 * DAY, Some(4 * DAY), vec![contact, email("eino@example.fi")]);
    let due = |now| Reminder::ALL.iter().map(|reminder| reminder.due(&wanted, now)).collect::<Vec<_>>();
    assert_eq!(due(at(2 * DAY - 1)), [Some(at(2 * DAY)), None, Some(at(4 * DAY + 900))]);
    assert_eq!(due(at(2 * DAY)), [None, None, Some(at(4 * DAY + 900))], "its time has come");
    assert_eq!(told(&Reminder::Start.notices(&wanted)), [(MessageKind::StartReminder, "aino@example.fi")]);
    assert_eq!(Reminder::Return.notices(&wanted), [], "an event tells of it");
    let silent = Contact { send_email: false, ..wanting(&[MessageKind::StartReminder], email("aino@example.fi")) };
    let unreachable = contract(3 * DAY, Some(4 * DAY), vec![silent]);
    assert_eq!(Reminder::Start.due(&unreachable, at(0)), None);
}

#[test]
fn every_kind_has_its_word_and_only_additional_ones_are_asked_for() {
    let words = [
        (MessageKind::ContractCreated, "contract-created", false),
        (MessageKind::ContractUpdated, "contract-updated", false),
        (MessageKind::ContractEnded, "contract-ended", false),
        (MessageKind::ContractCancelled, "contract-cancelled", false),
        (MessageKind::StartReminder, "start-reminder", true),
        (MessageKind::EndReminder, "end-reminder", true),
        (MessageKind::KeyFetched, "key-fetched", true),
        (MessageKind::KeyReturned, "key-returned", true),
        (MessageKind::KeyNotReturned, "key-not-returned", true),
    ];
    assert_eq!(words.map(|(kind, ..)| kind), MessageKind::ALL);
    for (kind, word, additional) in words {
        assert_eq!((kind.name(), word.parse()), (word, Ok(kind)));
        assert_eq!(MessageKind::parse_additional(word).is_ok(), additional, "{word}");
    }
    assert!("contract-made".parse::<MessageKind>().is_err());
}

#[test]
fn only_what_cannot_change_by_itself_is_given_up_at_once() {
    let passing = [SendFailure::Throttled, SendFailure::Unavailable, SendFailure::Unanswered, SendFailure::NotAllowed];
    assert!(passing.into_iter().all(SendFailure::passes));
    assert!(![SendFailure::AddressRefused, SendFailure::ContentRefused].into_iter().any(SendFailure::passes));
}

fn message(occasion: Occasion) -> Message {
    let contract = contract(3 * DAY, Some(4 * DAY), vec![email("aino@example.fi")]);
    Message { occasion, recipient: contract.contacts[0].recipients().next().unwrap(), facts: facts(&contract) }
}

fn facts(contract: &Contract) -> Facts {
    Facts {
        key: contract.key.clone(),
        contract: contract.id.clone(),
        person: contract.person.clone(),
        range: contract.range,
        pin: contract.pin.clone(),
        free_text: contract.free_text.clone(),
        property: Property::parse("Hämeentie 5").unwrap(),
        place: Place { name: Name::parse("lobby").unwrap(), location: None, time_zone: TimeZone::UTC },
    }
}

#[test]
fn a_reminder_is_of_use_until_what_it_reminds_of_and_news_for_a_day() {
    let until = |occasion| message(occasion).useful_until(at(HOUR));
    assert_eq!(until(Occasion::StartReminder), at(3 * DAY));
    assert_eq!(until(Occasion::EndReminder), at(4 * DAY));
    for occasion in [Occasion::Created, Occasion::Cancelled, Occasion::Fetched(at(0)), Occasion::NotReturned] {
        assert_eq!(until(occasion), at(DAY + HOUR));
    }
}

#[test]
fn facts_hold_until_the_contract_says_something_else() {
    let contract = contract(3 * DAY, Some(4 * DAY), vec![email("aino@example.fi")]);
    let facts = facts(&contract);
    assert!(facts.hold_for(&contract));
    assert!(facts.hold_for(&Contract { contacts: Vec::new(), version: 7, ..contract.clone() }));
    for changed in [
        Contract { person: Name::parse("Eino").unwrap(), ..contract.clone() },
        Contract { range: TimeRange::new(at(3 * DAY), None).unwrap(), ..contract.clone() },
        Contract { pin: Pin::parse("482916").unwrap(), ..contract.clone() },
        Contract { free_text: Some(FreeText::parse("ring twice").unwrap()), ..contract.clone() },
    ] {
        assert!(!facts.hold_for(&changed), "{changed:?}");
    }
}

#[test]
fn only_what_tells_how_a_contract_stands_is_overtaken() {
    let standing = contract(3 * DAY, Some(4 * DAY), vec![email("aino@example.fi")]);
    let annotated = Contract { free_text: Some(FreeText::parse("ring twice").unwrap()), ..standing.clone() };
    let extended = Contract { range: TimeRange::new(at(3 * DAY), Some(at(9 * DAY))).unwrap(), ..standing.clone() };
    let overtaken = |occasion: &Occasion| {
        let message = message(occasion.clone());
        let zone = message.facts.place.time_zone;
        [Some(&standing), Some(&annotated), Some(&extended), None].map(|contract| message.is_overtaken(contract, zone))
    };
    let elsewhere = TimeZone::parse("America/New_York").unwrap();
    assert!(message(Occasion::Created).is_overtaken(Some(&standing), elsewhere), "its local times are others");
    for occasion in [
        Occasion::Created,
        Occasion::Updated(vec![ContractField::Pin]),
        Occasion::ZoneChanged,
        Occasion::StartReminder,
        Occasion::EndReminder,
    ] {
        assert_eq!(overtaken(&occasion), [false, true, true, true], "{occasion:?}");
    }
    assert_eq!(overtaken(&Occasion::Ended), [false, false, true, false], "only by going on again");
    for occasion in [Occasion::Cancelled, Occasion::Fetched(at(0)), Occasion::Returned(at(0)), Occasion::NotReturned] {
        assert_eq!(overtaken(&occasion), [false; 4], "{occasion:?}");
    }
}
