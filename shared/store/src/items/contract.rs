//! A contract's item.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    AutomatId, Contact, Contract, ContractId, Email, FreeText, Instant, KeyId, Language, MessageKind, Name,
    PhoneNumber, Pin, Property, Schedule, TimeRange,
};
use serde::{Deserialize, Serialize};

use super::{Item, ItemKey, KeyItem, Millis, StoredKey, bytes, number, read, text, valid, write};
use crate::expression::{Expression, Update, is, unchanged};
use crate::schema::TTL;
use crate::sealing::{Mac, Owner};
use crate::{CodeKeyring, Error, Store};

#[derive(Debug, Clone)]
pub(crate) struct StoredContract {
    pub(crate) contract: Contract,
    /// Raised by every write of the contract's content; writes that depend on it check it.
    pub(crate) rev: u64,
    pub(crate) pin_mac: Mac,
    /// Of the key.
    pub(crate) incarnation: String,
    /// The key's automat and property when the contract was last written, for messages after the key is gone.
    pub(crate) automat: AutomatId,
    pub(crate) property: Property,
    /// When the latest time zone change happened of which the contacts were notified.
    pub(crate) notified_zone: Option<Instant>,
    /// The names (MACs) of addresses that were erased from it.
    pub(crate) erased: BTreeSet<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContractItem {
    key_id: KeyId,
    contract_id: ContractId,
    /// Of the key, so that removing a key never deletes contracts of a later key with the same id.
    incarnation: String,
    automat_id: AutomatId,
    property: Property,
    person: Name,
    starts_at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<Millis>,
    #[serde(with = "serde_bytes")]
    pin: Vec<u8>,
    pin_mac: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<Schedule>,
    contacts: Vec<ContactItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    free_text: Option<FreeText>,
    rev: u64,
    version: u64,
    created_at: Instant,
    updated_at: Instant,
    #[serde(skip_serializing)]
    notified_zone: Option<Instant>,
    #[serde(skip_serializing, default)]
    erased: BTreeSet<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContactItem {
    name: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    send_email: bool,
    send_sms: bool,
    language: Language,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    additional_messages: Vec<MessageKind>,
}

impl ContractItem {
    pub(crate) fn key(key: &KeyId, id: &ContractId) -> ItemKey {
        ItemKey::new(KeyItem::pk(key), format!("CONTRACT#{id}"))
    }

    /// The item has no `ttl` while the contract has no end or the key is out with it.
    pub(crate) fn write(
        contract: &Contract,
        on: &StoredKey,
        rev: u64,
        pin_mac: &Mac,
        store: &Store,
    ) -> Result<Item, Error> {
        let key_out = on.key.whereabouts.holder() == Some(&contract.id);
        let record = Self {
            key_id: contract.key.clone(),
            contract_id: contract.id.clone(),
            incarnation: on.incarnation.clone(),
            automat_id: on.key.automat.clone(),
            property: on.key.property.clone(),
            person: contract.person.clone(),
            starts_at: Millis(contract.range.start()),
            ends_at: contract.range.end().map(Millis),
            pin: store.codes.seal(
                &store.random,
                Owner::Contract(&contract.key, &contract.id),
                contract.pin.reveal(),
            )?,
            pin_mac: pin_mac.0.clone(),
            schedule: contract.schedule.clone(),
            contacts: contract.contacts.iter().map(ContactItem::new).collect(),
            free_text: contract.free_text.clone(),
            rev,
            version: contract.version,
            created_at: contract.created_at,
            updated_at: contract.updated_at,
            notified_zone: None,
            erased: BTreeSet::new(),
        };
        let expires = store.retention.contract_until(contract.range, key_out);
        write(&record, Self::key(&contract.key, &contract.id), None, expires)
    }

    /// Update: contacts have been notified of a time zone change. Raises the version, which the stream's record
    /// shows.
    pub(crate) fn set_notified_zone(changed: Instant, stored: &StoredContract, now: Instant) -> Update {
        Update::default()
            .set("notifiedZone", text(changed.to_string()))
            .set("rev", number(stored.rev + 1))
            .set("version", number(stored.contract.version + 1))
            .set("updatedAt", text(now.to_string()))
    }

    /// Update: stores the names of erased addresses.
    pub(crate) fn erase(names: BTreeSet<String>) -> Update {
        Update::default().set("erased", AttributeValue::L(names.into_iter().map(text).collect()))
    }

    /// Update: changes how long the contract is kept.
    pub(crate) fn keep(until: Option<Instant>) -> Update {
        Update::default().set_or_remove(TTL, until.map(|until| number(until.seconds())))
    }

    /// Update: a newly sealed PIN and its name. The contract's content stays the same, so `rev` does too.
    pub(crate) fn reseal(sealed: Vec<u8>, pin_mac: &Mac) -> Update {
        Update::default().set("pin", bytes(sealed)).set("pinMac", text(&pin_mac.0))
    }

    pub(crate) fn is_sealed_anew(item: &Item, stored: &StoredContract, codes: &CodeKeyring) -> bool {
        let sealed = item.get("pin").and_then(|pin| pin.as_b().ok());
        let Contract { key, id, .. } = &stored.contract;
        sealed.is_some_and(|sealed| codes.is_current(sealed.as_ref(), Owner::Contract(key, id)))
    }

    pub(crate) fn read(item: Item, codes: &CodeKeyring) -> Result<StoredContract, Error> {
        let record: Self = read(item)?;
        let (key, id) = (record.key_id, record.contract_id);
        let range = TimeRange::new(record.starts_at.0, record.ends_at.map(|end| end.0));
        let contract = Contract {
            person: record.person,
            range: range.ok_or(Error::Internal { context: "reading a stored time range", source: None })?,
            pin: codes.open(&record.pin, Owner::Contract(&key, &id), Pin::parse)?,
            schedule: record.schedule,
            contacts: record.contacts.into_iter().map(ContactItem::into_contact).collect::<Result<_, _>>()?,
            free_text: record.free_text,
            version: record.version,
            created_at: record.created_at,
            updated_at: record.updated_at,
            id,
            key,
        };
        Ok(StoredContract {
            contract,
            rev: record.rev,
            pin_mac: Mac(record.pin_mac),
            incarnation: record.incarnation,
            automat: record.automat_id,
            property: record.property,
            notified_zone: record.notified_zone,
            erased: record.erased,
        })
    }
}

impl StoredContract {
    /// Condition: the content and the PIN's name are as they were read.
    pub(crate) fn unchanged(&self) -> Expression {
        unchanged(self.rev).and(is("pinMac", text(&self.pin_mac.0)))
    }
}

impl ContactItem {
    fn new(contact: &Contact) -> Self {
        Self {
            name: contact.name.clone(),
            email: contact.email.as_ref().map(|email| email.reveal().to_owned()),
            phone_number: contact.phone_number.as_ref().map(|number| number.reveal().to_owned()),
            send_email: contact.send_email,
            send_sms: contact.send_sms,
            language: contact.language,
            additional_messages: contact.additional_messages.iter().copied().collect(),
        }
    }

    fn into_contact(self) -> Result<Contact, Error> {
        Ok(Contact {
            name: self.name,
            email: self.email.map(|email| valid(Email::parse(&email))).transpose()?,
            phone_number: self.phone_number.map(|number| valid(PhoneNumber::parse_stored(&number))).transpose()?,
            send_email: self.send_email,
            send_sms: self.send_sms,
            language: self.language,
            additional_messages: self.additional_messages.into_iter().collect(),
        })
    }
}
