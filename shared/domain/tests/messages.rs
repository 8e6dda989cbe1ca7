//! Which contacts get which messages, and when reminders are due.

#![expect(clippy::unwrap_used, reason = "the values in tests are valid")]

use std::collections::BTreeSet;

use domain::{
    AutomatDetails, Contact, Contract, ContractField, ContractId, Email, EventKind, Facts, FreeText, Instant, KeyFacts,
    KeyId, Language, Message, MessageKind, Name, Notice, Occasion, PhoneNumber, Pin, Property, Reminder, SendFailure,
    TimeRange, TimeZone,
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
        keys: KeyId::parse("A").unwrap().into(),
        out: BTreeSet::new(),
        person: Name::parse("Aino").unwrap(),
        range: TimeRange::new(at(start), end.map(at)).unwrap(),
        pin: Pin::parse("482915").unwrap(),
        contacts,
        schedule: None,
        free_text: None,
        version: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}

fn recipients(notices: &[Notice]) -> Vec<(MessageKind, &str)> {
    notices.iter().map(|notice| (notice.occasion.kind(), notice.recipient.address.reveal())).collect()
}

#[test]
fn every_contact_gets_a_message_on_each_channel_switched_on() {
    let both = Contact { send_sms: true, ..email("aino@example.fi") };
    let none = Contact { send_email: false, ..email("eino@example.fi") };
    let contract = contract(HOUR, Some(DAY), vec![both, none]);
    let expected = [(MessageKind::ContractCreated, "aino@example.fi"), (MessageKind::ContractCreated, "+358401234567")];
    assert_eq!(recipients(&Notice::of_creation(&contract)), expected);
}

#[test]
fn an_address_of_two_contacts_gets_one_message_in_the_first_ones_language() {
    let swedish = Contact { language: Language::Swedish, ..email("aino@example.fi") };
    let contract = contract(HOUR, Some(DAY), vec![swedish, email("aino@example.fi")]);
    let notices = Notice::of_creation(&contract);
    assert_eq!((notices.len(), notices[0].recipient.language), (1, Language::Swedish));
}

#[test]
fn spellings_of_one_mailbox_get_one_message() {
    let before = contract(HOUR, Some(DAY), vec![email("aino@example.fi"), email("Aino@example.fi")]);
    assert_eq!(recipients(&Notice::of_creation(&before)), [(MessageKind::ContractCreated, "aino@example.fi")]);
    let after = Contract { contacts: vec![email("AINO@example.fi")], ..before.clone() };
    assert_eq!(before.differences(&after), [ContractField::Contacts]);
    assert_eq!(recipients(&Notice::of_edit(&before, &after, at(0))), []);
}

#[test]
fn an_edit_of_the_contacts_alone_does_not_notify_existing_contacts() {
    let before = contract(HOUR, Some(DAY), vec![email("aino@example.fi")]);
    let contacts = vec![email("aino@example.fi"), email("eino@example.fi")];
    let free_text = Some(FreeText::parse("ring twice").unwrap());
    let after = Contract { contacts: contacts.clone(), free_text, ..before.clone() };
    let notices = Notice::of_edit(&before, &after, at(0));
    assert_eq!(notices[0].occasion, Occasion::Updated(vec![ContractField::FreeText]));
    assert_eq!(
        notices[1].occasion,
        Occasion::Created,
        "a new contact gets a message about the contract, not about the change"
    );
    let only_contacts = Contract { contacts, ..before.clone() };
    let expected = [(MessageKind::ContractCreated, "eino@example.fi")];
    assert_eq!(recipients(&Notice::of_edit(&before, &only_contacts, at(0))), expected);
    assert_eq!(Notice::of_edit(&before, &before, at(0)), []);
}

#[test]
fn switching_on_a_channel_sends_the_contract_there() {
    let before = contract(HOUR, Some(DAY), vec![email("aino@example.fi")]);
    let both = Contact { send_sms: true, ..email("aino@example.fi") };
    let after = Contract { contacts: vec![both], ..before.clone() };
    let expected = [(MessageKind::ContractCreated, "+358401234567")];
    assert_eq!(recipients(&Notice::of_edit(&before, &after, at(0))), expected);
    assert_eq!(Notice::of_edit(&after, &before, at(0)), [], "a channel switched off gets nothing");
}

#[test]
fn edits_of_an_ended_contract_notify_nobody() {
    let before = contract(HOUR, Some(DAY), vec![email("aino@example.fi")]);
    let after = Contract { person: Name::parse("Eino").unwrap(), ..before.clone() };
    assert_eq!(Notice::of_edit(&before, &after, at(DAY)), []);
    assert_eq!(Notice::of_edit(&before, &after, at(DAY - 1)).len(), 1);
    assert_eq!(Notice::of_removal(&before, at(DAY)), []);
    assert_eq!(Notice::of_removal(&before, at(DAY - 1)).len(), 1);
    let longer = Contract { range: TimeRange::new(at(HOUR), Some(at(2 * DAY))).unwrap(), ..before.clone() };
    assert_eq!(Notice::of_edit(&before, &longer, at(DAY)).len(), 1, "an extension notifies");
}

#[test]
fn ending_a_contract_early_notifies_every_contact_once() {
    let running = contract(HOUR, None, vec![email("aino@example.fi"), email("eino@example.fi")]);
    let ended = running.ended_early(at(2 * HOUR)).unwrap();
    let expected = [MessageKind::ContractEnded; 2].into_iter().zip(["aino@example.fi", "eino@example.fi"]);
    // The stream's clock may be a second behind or far ahead.
    for now in [at(2 * HOUR - 1), at(2 * HOUR), at(DAY)] {
        assert_eq!(recipients(&Notice::of_edit(&running, &ended, now)), expected.clone().collect::<Vec<_>>());
    }
    let later = at(3 * HOUR);
    assert_eq!(Notice::of_edit(&ended, &ended.ended_early(later).unwrap(), later), [], "it had ended");
    let change = domain::ContractChange { ending: Some(domain::Ending::At(at(DAY))), ..Default::default() };
    let extended = ended.edited(change, later).unwrap();
    let expected = [MessageKind::ContractUpdated; 2].into_iter().zip(["aino@example.fi", "eino@example.fi"]);
    assert_eq!(recipients(&Notice::of_edit(&ended, &extended, later)), expected.collect::<Vec<_>>());
}

#[test]
fn events_notify_contacts_who_asked_for_them() {
    let fetched = wanting(&[MessageKind::KeyFetched], email("aino@example.fi"));
    let contract = contract(HOUR, Some(DAY), vec![fetched, email("eino@example.fi")]);
    let expected = [(MessageKind::KeyFetched, "aino@example.fi")];
    let notices = |kind| Occasion::of_event(&kind, at(HOUR)).map(|occasion| Notice::to_all(&contract, &occasion));
    assert_eq!(recipients(&notices(EventKind::KeyFetched).unwrap()), expected);
    for other in [EventKind::KeyReturned, EventKind::KeyNotReturned] {
        assert_eq!(notices(other), Some(Vec::new()));
    }
    for other in [EventKind::PinRevealed, EventKind::KeyAdded] {
        assert_eq!(notices(other), None);
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
fn a_contract_of_two_hours_has_no_end_reminder() {
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
    assert_eq!(due(at(2 * DAY)), [None, None, Some(at(4 * DAY + 900))], "no longer ahead");
    assert_eq!(recipients(&Reminder::Start.notices(&wanted)), [(MessageKind::StartReminder, "aino@example.fi")]);
    assert_eq!(Reminder::Return.notices(&wanted), [], "the event leads to the messages");
    let silent = Contact { send_email: false, ..wanting(&[MessageKind::StartReminder], email("aino@example.fi")) };
    let unreachable = contract(3 * DAY, Some(4 * DAY), vec![silent]);
    assert_eq!(Reminder::Start.due(&unreachable, at(0)), None);
}

/// What must hold for a kind of message.
struct Rules {
    name: &'static str,
    /// Whether contacts get it only on request.
    is_additional: bool,
    /// Until when it is useful, in seconds, if it was requested after an hour.
    useful_until: i64,
    /// Whether it is superseded if the contract is the same, annotated, extended, or gone.
    superseded: [bool; 4],
}

/// Exhaustive: a new kind does not compile until its rules are listed. The contract lasts from day 3 to day 4.
fn rules(kind: MessageKind) -> Rules {
    const NEWS: i64 = DAY + HOUR;
    const IF_CHANGED: [bool; 4] = [false, true, true, true];
    const IF_EXTENDED: [bool; 4] = [false, false, true, false];
    /// No key of the contract is out.
    const IF_RETURNED: [bool; 4] = [true, true, true, false];
    const NEVER: [bool; 4] = [false; 4];
    let (name, is_additional, useful_until, superseded) = match kind {
        MessageKind::ContractCreated => ("contract-created", false, NEWS, IF_CHANGED),
        MessageKind::ContractUpdated => ("contract-updated", false, NEWS, IF_CHANGED),
        MessageKind::ContractEnded => ("contract-ended", false, NEWS, IF_EXTENDED),
        MessageKind::ContractCancelled => ("contract-cancelled", false, NEWS, NEVER),
        MessageKind::StartReminder => ("start-reminder", true, 3 * DAY, IF_CHANGED),
        MessageKind::EndReminder => ("end-reminder", true, 4 * DAY, IF_CHANGED),
        MessageKind::KeyFetched => ("key-fetched", true, NEWS, NEVER),
        MessageKind::KeyReturned => ("key-returned", true, NEWS, NEVER),
        MessageKind::KeyNotReturned => ("key-not-returned", true, NEWS, IF_RETURNED),
    };
    Rules { name, is_additional, useful_until, superseded }
}

/// Every occasion of a kind.
fn occasions(kind: MessageKind) -> Vec<Occasion> {
    let occasion = |changes| Occasion::of(kind, changes, Some(at(0))).unwrap();
    vec![occasion(None), occasion(Some(vec![ContractField::Pin]))]
}

#[test]
fn every_kind_keeps_its_rules() {
    let stored = contract(3 * DAY, Some(4 * DAY), vec![email("aino@example.fi")]);
    let annotated = Contract { free_text: Some(FreeText::parse("ring twice").unwrap()), ..stored.clone() };
    let extended = Contract { range: TimeRange::new(at(3 * DAY), Some(at(9 * DAY))).unwrap(), ..stored.clone() };
    for &kind in MessageKind::ALL {
        let rules = rules(kind);
        assert_eq!((kind.name(), rules.name.parse()), (rules.name, Ok(kind)));
        assert_eq!(MessageKind::parse_additional(rules.name).is_ok(), rules.is_additional, "{}", rules.name);
        for occasion in occasions(kind) {
            assert_eq!(occasion.kind(), kind);
            let message = message(occasion);
            assert_eq!(message.useful_until(at(HOUR)), at(rules.useful_until), "{}", rules.name);
            let superseded = [Some(&stored), Some(&annotated), Some(&extended), None]
                .map(|contract| message.is_superseded(contract, &[TimeZone::UTC]));
            assert_eq!(superseded, rules.superseded, "{}", rules.name);
        }
    }
    assert!("contract-made".parse::<MessageKind>().is_err());
}

#[test]
fn that_a_key_is_not_back_is_true_until_it_is_back_or_the_contract_extended() {
    let message = message(Occasion::NotReturned);
    let key = message.facts.keys[0].key.clone();
    let stored = contract(3 * DAY, Some(4 * DAY), vec![email("aino@example.fi")]);
    let out = Contract { out: [key].into(), ..stored };
    let extended = Contract { range: TimeRange::new(at(3 * DAY), Some(at(9 * DAY))).unwrap(), ..out.clone() };
    let is_superseded = |contract| message.is_superseded(Some(contract), &[TimeZone::UTC]);
    assert_eq!((is_superseded(&out), is_superseded(&extended)), (false, true));
}

#[test]
fn an_occasion_is_read_as_it_was_written() {
    for occasion in MessageKind::ALL.iter().flat_map(|&kind| occasions(kind)) {
        let written = serde_json::to_value(&occasion).unwrap();
        assert_eq!(serde_json::from_value::<Occasion>(written).unwrap(), occasion);
    }
    assert!(
        serde_json::from_value::<Occasion>(serde_json::json!({ "occasion": "fetched" })).is_err(),
        "it has no time"
    );
}

#[test]
fn only_refusals_of_the_address_or_content_are_final() {
    let passing = [SendFailure::Throttled, SendFailure::Unavailable, SendFailure::Unanswered, SendFailure::NotAllowed];
    assert!(passing.into_iter().all(SendFailure::is_transient));
    assert!(![SendFailure::AddressRefused, SendFailure::ContentRefused].into_iter().any(SendFailure::is_transient));
}

fn message(occasion: Occasion) -> Message {
    let contract = contract(3 * DAY, Some(4 * DAY), vec![email("aino@example.fi")]);
    Message { occasion, recipient: contract.contacts[0].recipients().next().unwrap(), facts: facts(&contract) }
}

fn facts(contract: &Contract) -> Facts {
    Facts {
        contract: contract.id.clone(),
        keys: contract.keys.iter().map(|key| key_facts(key.clone())).collect(),
        person: contract.person.clone(),
        range: contract.range,
        pin: contract.pin.clone(),
        schedule: contract.schedule.clone(),
        free_text: contract.free_text.clone(),
    }
}

fn key_facts(key: KeyId) -> KeyFacts {
    KeyFacts {
        key,
        incarnation: String::new(),
        property: Property::parse("Hämeentie 5").unwrap(),
        automat: AutomatDetails { name: Name::parse("lobby").unwrap(), location: None, time_zone: TimeZone::UTC },
    }
}

#[test]
fn facts_hold_until_the_contract_changes() {
    let contract = contract(3 * DAY, Some(4 * DAY), vec![email("aino@example.fi")]);
    let facts = facts(&contract);
    assert!(facts.still_hold_for(&contract));
    assert!(facts.still_hold_for(&Contract { contacts: Vec::new(), version: 7, ..contract.clone() }));
    for changed in [
        Contract { person: Name::parse("Eino").unwrap(), ..contract.clone() },
        Contract { keys: KeyId::parse("other").unwrap().into(), ..contract.clone() },
        Contract { range: TimeRange::new(at(3 * DAY), None).unwrap(), ..contract.clone() },
        Contract { pin: Pin::parse("482916").unwrap(), ..contract.clone() },
        Contract { free_text: Some(FreeText::parse("ring twice").unwrap()), ..contract.clone() },
    ] {
        assert!(!facts.still_hold_for(&changed), "{changed:?}");
    }
}

#[test]
fn a_message_about_the_present_is_superseded_when_local_times_change() {
    let stored = contract(3 * DAY, Some(4 * DAY), vec![email("aino@example.fi")]);
    let elsewhere = TimeZone::parse("America/New_York").unwrap();
    assert!(message(Occasion::Created).is_superseded(Some(&stored), &[elsewhere]));
    assert!(!message(Occasion::Fetched(at(0))).is_superseded(Some(&stored), &[elsewhere]));
}
