//! A contract's item.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use clock::Random;
use domain::{
    AutomatId, Contact, Contract, ContractId, Email, FreeText, Instant, KeyId, Language, MessageKind, Name,
    PhoneNumber, Property, Retention, TimeRange,
};
use serde::{Deserialize, Serialize};

use super::{Item, ItemKey, KeyItem, StoredKey, bytes, instant, number, read, text, valid, write};
use crate::expression::{Expression, unchanged};
use crate::sealing::Mac;
use crate::{CodeKeyring, Error};

#[derive(Debug, Clone)]
pub(crate) struct StoredContract {
    pub(crate) contract: Contract,
    /// Raised by every write of the contract's content; writes that depend on it check it.
    pub(crate) rev: u64,
    pub(crate) pin_mac: Mac,
    /// Of the key.
    pub(crate) incarnation: String,
    /// The key's automat and property when the contract was last written, for messages after the key is gone.
    /// Contracts written before this was stored have no automat.
    pub(crate) automat: Option<AutomatId>,
    pub(crate) property: Property,
    /// When the latest time zone change happened of which the contacts were notified.
    pub(crate) notified_zone: Option<Instant>,
    /// The names (MACs) of addresses that were erased from it.
    pub(crate) erased: BTreeSet<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContractItem {
    key_id: String,
    contract_id: String,
    /// Of the key, so that removing a key never deletes contracts of a later key with the same id.
    incarnation: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    automat_id: Option<String>,
    #[serde(default)]
    property: String,
    person: String,
    starts_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<i64>,
    #[serde(with = "serde_bytes")]
    pin: Vec<u8>,
    pin_mac: String,
    contacts: Vec<ContactItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    free_text: Option<String>,
    rev: u64,
    version: u64,
    created_at: i64,
    updated_at: i64,
    #[serde(skip_serializing, default)]
    notified_zone: Option<i64>,
    #[serde(skip_serializing, default)]
    erased: BTreeSet<String>,
    /// Absent while the contract has no end or the key is out with it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ttl: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContactItem {
    name: String,
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

    pub(crate) fn write(
        contract: &Contract,
        on: &StoredKey,
        rev: u64,
        pin_mac: &Mac,
        codes: &CodeKeyring,
        random: &Random,
        retention: Retention,
    ) -> Result<Item, Error> {
        let key_out = on.key.whereabouts.holder() == Some(&contract.id);
        let record = Self {
            key_id: contract.key.as_str().to_owned(),
            contract_id: contract.id.as_str().to_owned(),
            incarnation: on.incarnation.clone(),
            automat_id: Some(on.key.automat.as_str().to_owned()),
            property: on.key.property.as_str().to_owned(),
            person: contract.person.as_str().to_owned(),
            starts_at: contract.range.start().millis(),
            ends_at: contract.range.end().map(Instant::millis),
            pin: codes.seal_pin(random, &contract.key, &contract.id, &contract.pin)?,
            pin_mac: pin_mac.0.clone(),
            contacts: contract.contacts.iter().map(ContactItem::new).collect(),
            free_text: contract.free_text.as_ref().map(|text| text.as_str().to_owned()),
            rev,
            version: contract.version,
            created_at: contract.created_at.millis(),
            updated_at: contract.updated_at.millis(),
            notified_zone: None,
            erased: BTreeSet::new(),
            ttl: retention.contract_until(contract.range, key_out).map(Instant::seconds),
        };
        write(&record, Self::key(&contract.key, &contract.id), None)
    }

    /// Update: contacts have been notified of a time zone change. Raises the version, which the stream's record
    /// shows.
    pub(crate) fn set_notified_zone(changed: Instant, stored: &StoredContract, now: Instant) -> Expression {
        Expression::new("SET #notifiedZone = :zone, #rev = :nextRev, #version = :nextVersion, #updatedAt = :now")
            .value(":zone", number(changed.millis()))
            .value(":nextRev", number(stored.rev + 1))
            .value(":nextVersion", number(stored.contract.version + 1))
            .value(":now", number(now.millis()))
    }

    /// Update: stores the names of erased addresses.
    pub(crate) fn erase(names: BTreeSet<String>) -> Expression {
        Expression::new("SET #erased = :erased")
            .value(":erased", AttributeValue::L(names.into_iter().map(text).collect()))
    }

    /// Update: changes how long the contract is kept.
    pub(crate) fn keep(until: Option<Instant>) -> Expression {
        match until {
            Some(until) => Expression::new("SET #ttl = :ttl").value(":ttl", number(until.seconds())),
            None => Expression::new("REMOVE #ttl"),
        }
    }

    /// Update: a newly sealed PIN and its name. The contract's content stays the same, so `rev` does too.
    pub(crate) fn reseal(sealed: Vec<u8>, pin_mac: &Mac) -> Expression {
        Expression::new("SET #pin = :pin, #pinMac = :pinMac")
            .value(":pin", bytes(sealed))
            .value(":pinMac", text(&pin_mac.0))
    }

    pub(crate) fn is_sealed_anew(item: &Item, stored: &StoredContract, codes: &CodeKeyring) -> bool {
        let sealed = item.get("pin").and_then(|pin| pin.as_b().ok());
        sealed.is_some_and(|sealed| codes.is_pin_current(sealed.as_ref(), &stored.contract.key, &stored.contract.id))
    }

    pub(crate) fn read(item: Item, codes: &CodeKeyring) -> Result<StoredContract, Error> {
        let record: Self = read(item)?;
        let (key, id) = (valid(KeyId::parse(&record.key_id))?, valid(ContractId::parse(&record.contract_id))?);
        let end = record.ends_at.map(instant).transpose()?;
        let range = TimeRange::new(instant(record.starts_at)?, end);
        let contract = Contract {
            person: valid(Name::parse(&record.person))?,
            range: range.ok_or(Error::Internal { context: "reading a stored time range", source: None })?,
            pin: codes.open_pin(&record.pin, &key, &id)?,
            contacts: record.contacts.into_iter().map(ContactItem::into_contact).collect::<Result<_, _>>()?,
            free_text: record.free_text.map(|text| valid(FreeText::parse(&text))).transpose()?,
            version: record.version,
            created_at: instant(record.created_at)?,
            updated_at: instant(record.updated_at)?,
            id,
            key,
        };
        Ok(StoredContract {
            contract,
            rev: record.rev,
            pin_mac: Mac(record.pin_mac),
            incarnation: record.incarnation,
            automat: record.automat_id.map(|id| valid(AutomatId::parse(&id))).transpose()?,
            property: valid(Property::parse(&record.property))?,
            notified_zone: record.notified_zone.map(instant).transpose()?,
            erased: record.erased,
        })
    }
}

impl StoredContract {
    /// Condition: the content and the PIN's name are as they were read.
    pub(crate) fn unchanged(&self) -> Expression {
        unchanged(self.rev).and(Expression::new("#pinMac = :readPinMac").value(":readPinMac", text(&self.pin_mac.0)))
    }
}

impl ContactItem {
    fn new(contact: &Contact) -> Self {
        Self {
            name: contact.name.as_str().to_owned(),
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
            name: valid(Name::parse(&self.name))?,
            email: self.email.map(|email| valid(Email::parse(&email))).transpose()?,
            phone_number: self.phone_number.map(|number| valid(PhoneNumber::parse_stored(&number))).transpose()?,
            send_email: self.send_email,
            send_sms: self.send_sms,
            language: self.language,
            additional_messages: self.additional_messages.into_iter().collect(),
        })
    }
}
