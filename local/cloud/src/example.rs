//! Example data for an empty local cloud: one automat with some keys and contracts, created through the store's methods
//! as a client's requests would be.

use std::collections::BTreeSet;

use domain::{
    Actor, AddressLine, AutomatDraft, AutomatId, Contact, ContractDraft, ContractId, Email, Ending, FreeText, Instant,
    Invalid, KeyDraft, KeyId, Language, Layout, LeaseHours, Location, LockerCount, LockerIndex, MessageKind, Name,
    Property, ReturnCode, Sharing, TimeZone,
};
use store::{PageRequest, RequestMetadata, Store};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

struct ExampleKey {
    id: &'static str,
    locker: u32,
    property: &'static str,
    sharing: Sharing,
    return_code: Option<&'static str>,
}

const KEYS: [ExampleKey; 5] = [
    ExampleKey { id: "sauna", locker: 0, property: "Sauna, 7th floor", sharing: Sharing::NotShared, return_code: None },
    ExampleKey {
        id: "laundry",
        locker: 1,
        property: "Laundry room, basement",
        sharing: Sharing::Shared,
        return_code: None,
    },
    ExampleKey {
        id: "A12",
        locker: 2,
        property: "Mannerheimintie 1 A 12",
        sharing: Sharing::NotShared,
        return_code: Some("4711"),
    },
    ExampleKey {
        id: "van-1",
        locker: 5,
        property: "Delivery van ABC-123",
        sharing: Sharing::NotShared,
        return_code: None,
    },
    ExampleKey {
        id: "mökki",
        locker: 23,
        property: "Summer cottage, Tähtiniementie 2",
        sharing: Sharing::NotShared,
        return_code: None,
    },
];

/// Creates the example data if the table is empty. Returns whether it did.
pub async fn fill_if_empty(store: &Store, now: Instant) -> anyhow::Result<bool> {
    if !store.automats(&PageRequest { limit: 1, after: None }).await?.data.is_empty() {
        return Ok(false);
    }
    let metadata = RequestMetadata::new(Actor::new("example"), now);
    let automat = AutomatId::parse("lobby")?;
    store.create_automat(automat_draft(automat.clone())?, &metadata).await?;
    for key in KEYS {
        let draft = KeyDraft {
            id: KeyId::parse(key.id)?,
            automat: automat.clone(),
            locker: Some(LockerIndex::new(key.locker)?),
            sharing: key.sharing,
            return_code: key.return_code.map(ReturnCode::parse).transpose()?,
            property: Property::parse(key.property)?,
        };
        store.create_key(draft, &metadata).await?;
    }
    for draft in contracts(now)? {
        store.create_contract(draft, &metadata).await?;
    }
    Ok(true)
}

fn automat_draft(id: AutomatId) -> Result<AutomatDraft, Invalid> {
    Ok(AutomatDraft {
        id,
        name: Name::parse("Lobby")?,
        locker_count: LockerCount::new(24)?,
        time_zone: TimeZone::parse("Europe/Helsinki")?,
        location: Some(Location {
            address: AddressLine::parse("Mannerheimintie 1")?,
            postal_code: AddressLine::parse("00100")?,
            postal_office: AddressLine::parse("Helsinki")?,
        }),
        pin_digits: None,
        min_chosen_pin_digits: None,
        lease_hours: LeaseHours::default(),
        layout: Layout::default(),
    })
}

/// An active contract, one for tomorrow, and a permanent one.
fn contracts(now: Instant) -> Result<[ContractDraft; 3], Invalid> {
    let hour = now.plus_millis(-(now.millis() % HOUR));
    Ok([
        contract("cleaning-1", "A12", "Sirpa Siivooja", hour, Ending::At(hour.plus_millis(3 * HOUR)))?,
        ContractDraft {
            free_text: Some(FreeText::parse("Please leave the tank at least half full.")?),
            ..contract(
                "booking-1001",
                "van-1",
                "Daniel Driver",
                hour.plus_millis(DAY),
                Ending::At(hour.plus_millis(DAY + 4 * HOUR)),
            )?
        },
        contract("resident-7", "laundry", "Riku Resident", hour.plus_millis(-30 * DAY), Ending::Permanent)?,
    ])
}

fn contract(id: &str, key: &str, person: &str, start: Instant, ending: Ending) -> Result<ContractDraft, Invalid> {
    let contact = Contact {
        name: Name::parse(person)?,
        email: Some(Email::parse(&format!("{id}@example.com"))?),
        phone_number: None,
        send_email: true,
        send_sms: false,
        language: Language::parse("fi")?,
        additional_messages: BTreeSet::from([MessageKind::StartReminder, MessageKind::KeyReturned]),
    };
    Ok(ContractDraft {
        id: Some(ContractId::parse(id)?),
        keys: KeyId::parse(key)?.into(),
        person: Name::parse(person)?,
        start: Some(start),
        ending,
        pin: None,
        schedule: None,
        contacts: vec![contact],
        free_text: None,
    })
}
