//! A contract's item.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    AutomatId, Contact, Contract, ContractId, ContractKeys, Email, FreeText, Instant, KeyId, Language, MessageKind,
    Name, Notify, PhoneNumber, Pin, Property, Schedule, TimeRange,
};
use serde::{Deserialize, Serialize};

use super::{Item, ItemKey, Millis, StoredKey, attribute, bytes, number, read, strings, text, valid, write};
use crate::expression::{Expression, Update, is, is_or_absent, unchanged};
use crate::schema::TTL;
use crate::sealing::{Mac, Owner};
use crate::{CodeKeyring, Error, Store};

#[derive(Debug, Clone)]
pub(crate) struct StoredContract {
    pub(crate) contract: Contract,
    /// Raised by every write of the contract's content; writes that depend on it check it.
    pub(crate) rev: u64,
    /// Distinguishes this contract from a later one with the same id.
    pub(crate) incarnation: String,
    /// Its keys as they were when the contract was last written, in order of their ids.
    pub(crate) keys: Vec<NotedKey>,
    /// The names of its PIN, one in each automat.
    pub(crate) pins: Pins,
    /// When the latest time zone change of an automat happened of which the contacts were notified.
    pub(crate) notified_zones: BTreeMap<AutomatId, Instant>,
    /// The names (MACs) of addresses that were erased from it.
    pub(crate) erased: BTreeSet<String>,
    /// The `rev` of the latest write that notifies nobody.
    pub(crate) quiet_rev: Option<u64>,
}

/// The names of a contract's PIN, by automat.
pub(crate) type Pins = BTreeMap<AutomatId, Mac>;

/// What a contract's item says of a key, for messages after the key is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NotedKey {
    #[serde(rename = "keyId")]
    pub(crate) key: KeyId,
    /// A later key with the same id is not part of the contract.
    pub(crate) incarnation: String,
    #[serde(rename = "automatId")]
    pub(crate) automat: AutomatId,
    pub(crate) property: Property,
}

/// A contract's keys and PINs. Its content, which only the PIN secret opens, is not read: a contract can be deleted
/// without it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContractLinks {
    pub(crate) contract_id: ContractId,
    pub(crate) incarnation: String,
    pub(crate) keys: Vec<NotedKey>,
    pub(crate) pins: Pins,
    rev: u64,
    #[serde(default)]
    out: BTreeSet<KeyId>,
}

#[derive(Deserialize)]
struct ContractContacts {
    #[serde(default)]
    contacts: Vec<ContactItem>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContractItem {
    contract_id: ContractId,
    incarnation: String,
    keys: Vec<NotedKey>,
    person: Name,
    from: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Millis>,
    #[serde(with = "serde_bytes")]
    pin: Vec<u8>,
    pins: Pins,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<Schedule>,
    contacts: Vec<ContactItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    free_text: Option<FreeText>,
    rev: u64,
    /// Not removed by later writes: it counts only while it equals `rev`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    quiet_rev: Option<u64>,
    version: u64,
    created_at: Instant,
    updated_at: Instant,
    /// The keys that are out with it; absent if none is.
    #[serde(skip_serializing, default)]
    out: BTreeSet<KeyId>,
    #[serde(skip_serializing, default)]
    notified_zones: BTreeMap<AutomatId, Instant>,
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
    /// The sort key of contracts, and of nothing else.
    pub(crate) const SK: &'static str = "CONTRACT";
    /// The attributes that an edit can remove.
    pub(crate) const OPTIONAL: [&'static str; 5] = ["until", "schedule", "freeText", "out", TTL];

    pub(crate) fn key(id: &ContractId) -> ItemKey {
        ItemKey::new(format!("CONTRACT#{id}"), Self::SK)
    }

    /// The contract of the item with this key. `None` if it is another item.
    pub(crate) fn contract_at(item_key: &ItemKey) -> Option<ContractId> {
        let id = item_key.pk.strip_prefix("CONTRACT#").filter(|_| item_key.sk == Self::SK)?;
        ContractId::parse(id).ok()
    }

    /// The item has no `ttl` while the contract has no end or a key is out with it.
    pub(crate) fn write(stored: &StoredContract, store: &Store) -> Result<Item, Error> {
        let contract = &stored.contract;
        let record = Self {
            contract_id: contract.id.clone(),
            incarnation: stored.incarnation.clone(),
            keys: stored.keys.clone(),
            person: contract.person.clone(),
            from: Millis(contract.range.start()),
            until: contract.range.end().map(Millis),
            pin: store.codes.seal(&store.random, Owner::Contract(&contract.id), contract.pin.reveal())?,
            pins: stored.pins.clone(),
            schedule: contract.schedule.clone(),
            contacts: contract.contacts.iter().map(ContactItem::new).collect(),
            free_text: contract.free_text.clone(),
            rev: stored.rev,
            quiet_rev: stored.quiet_rev,
            version: contract.version,
            created_at: contract.created_at,
            updated_at: contract.updated_at,
            out: BTreeSet::new(),
            notified_zones: BTreeMap::new(),
            erased: BTreeSet::new(),
        };
        let expires = store.retention.contract_until(contract.range, !contract.out.is_empty());
        let mut item = write(&record, Self::key(&contract.id), None, expires)?;
        item.extend(key_set(&contract.out).map(|out| ("out".to_owned(), out)));
        Ok(item)
    }

    /// Update: contacts have been notified of a time zone change. Raises the version, which the stream's record
    /// shows.
    pub(crate) fn set_notified_zone(
        automat: &AutomatId,
        changed: Instant,
        stored: &StoredContract,
        now: Instant,
    ) -> Result<Update, Error> {
        let mut zones = stored.notified_zones.clone();
        zones.insert(automat.clone(), changed);
        Ok(Update::default()
            .set("notifiedZones", attribute(&zones)?)
            .set("rev", number(stored.rev + 1))
            .set("version", number(stored.contract.version + 1))
            .set("updatedAt", text(now.to_string())))
    }

    /// Update: stores the names of erased addresses.
    pub(crate) fn erase(names: BTreeSet<String>) -> Update {
        Update::default().set("erased", AttributeValue::L(names.into_iter().map(text).collect()))
    }

    /// Update: which keys are out with the contract, and how long it is kept. Its content stays the same, so `rev` does
    /// too.
    pub(crate) fn movement(out: &BTreeSet<KeyId>, keep_until: Option<Instant>) -> Update {
        Update::default()
            .set_or_remove("out", key_set(out))
            .set_or_remove(TTL, keep_until.map(|until| number(until.seconds())))
    }

    /// Update: a newly sealed PIN and its names. The contract's content stays the same, so `rev` does too.
    pub(crate) fn reseal(sealed: Vec<u8>, pins: &Pins) -> Result<Update, Error> {
        Ok(Update::default().set("pin", bytes(sealed)).set("pins", attribute(pins)?))
    }

    pub(crate) fn is_sealed_anew(item: &Item, stored: &StoredContract, codes: &CodeKeyring) -> bool {
        let sealed = item.get("pin").and_then(|pin| pin.as_b().ok());
        sealed.is_some_and(|sealed| codes.is_current(sealed.as_ref(), Owner::Contract(&stored.contract.id)))
    }

    /// The contacts alone. Nothing sealed is opened, so that a key can be removed even without the PIN secret.
    pub(crate) fn read_contacts(item: Item) -> Result<Vec<Contact>, Error> {
        let record: ContractContacts = read(item)?;
        record.contacts.into_iter().map(ContactItem::into_contact).collect()
    }

    pub(crate) fn read(item: Item, codes: &CodeKeyring) -> Result<StoredContract, Error> {
        let record: Self = read(item)?;
        let id = record.contract_id;
        let range = TimeRange::new(record.from.0, record.until.map(|until| until.0));
        let contract = Contract {
            keys: valid(ContractKeys::new(record.keys.iter().map(|noted| noted.key.clone())))?,
            out: record.out,
            person: record.person,
            range: range.ok_or(Error::Internal { context: "reading a stored time range", source: None })?,
            pin: codes.open(&record.pin, Owner::Contract(&id), Pin::parse)?,
            schedule: record.schedule,
            contacts: record.contacts.into_iter().map(ContactItem::into_contact).collect::<Result<_, _>>()?,
            free_text: record.free_text,
            version: record.version,
            created_at: record.created_at,
            updated_at: record.updated_at,
            id,
        };
        Ok(StoredContract {
            contract,
            rev: record.rev,
            incarnation: record.incarnation,
            keys: record.keys,
            pins: record.pins,
            notified_zones: record.notified_zones,
            erased: record.erased,
            quiet_rev: record.quiet_rev,
        })
    }
}

impl StoredContract {
    /// A contract to write, with what is noted of its keys.
    pub(crate) fn of(contract: Contract, incarnation: String, rev: u64, keys: &[StoredKey], pins: Pins) -> Self {
        Self {
            contract,
            rev,
            incarnation,
            keys: keys.iter().map(NotedKey::of).collect(),
            pins,
            notified_zones: BTreeMap::new(),
            erased: BTreeSet::new(),
            quiet_rev: None,
        }
    }

    /// As a write that notifies these stores it.
    pub(crate) fn notifying(self, notify: Notify) -> Self {
        let quiet_rev = match notify {
            Notify::Contacts => self.quiet_rev,
            Notify::Nobody => Some(self.rev),
        };
        Self { quiet_rev, ..self }
    }

    /// Whether the latest write of its content notifies nobody.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet_rev == Some(self.rev)
    }

    /// Whether this incarnation of a key is one of its keys.
    pub(crate) fn has(&self, key: &KeyId, incarnation: &str) -> bool {
        has(&self.keys, key, incarnation)
    }

    /// The contract after one of its keys was removed. `None` if it has no other.
    pub(crate) fn without(&self, key: &KeyId, now: Instant) -> Option<Self> {
        let mut next = self.clone();
        next.contract.keys = self.contract.keys.without(key)?;
        next.contract.out.remove(key);
        next.contract.version += 1;
        next.contract.updated_at = now;
        next.rev += 1;
        next.keys.retain(|noted| noted.key != *key);
        next.pins.retain(|automat, _| next.keys.iter().any(|noted| noted.automat == *automat));
        Some(next)
    }

    /// Condition: the content, the PIN's names and the keys that are out are as they were read.
    pub(crate) fn unchanged(&self) -> Result<Expression, Error> {
        as_read(self.rev, &self.pins, &self.contract.out)
    }
}

impl ContractLinks {
    /// Whether this incarnation of a key is one of its keys.
    pub(crate) fn has(&self, key: &KeyId, incarnation: &str) -> bool {
        has(&self.keys, key, incarnation)
    }

    /// Condition: the contract is as it was read, with the same keys out.
    pub(crate) fn unchanged(&self) -> Result<Expression, Error> {
        as_read(self.rev, &self.pins, &self.out)
    }
}

fn has(keys: &[NotedKey], key: &KeyId, incarnation: &str) -> bool {
    keys.iter().any(|noted| noted.key == *key && noted.incarnation == incarnation)
}

fn as_read(rev: u64, pins: &Pins, out: &BTreeSet<KeyId>) -> Result<Expression, Error> {
    let pins = is("pins", attribute(pins)?);
    Ok(unchanged(rev).and(pins).and(is_or_absent("out", key_set(out))))
}

impl NotedKey {
    pub(crate) fn of(StoredKey { key, incarnation, .. }: &StoredKey) -> Self {
        Self {
            key: key.id.clone(),
            incarnation: incarnation.clone(),
            automat: key.automat.clone(),
            property: key.property.clone(),
        }
    }
}

/// A set of keys as an attribute. DynamoDB has no empty sets.
pub(super) fn key_set(keys: &BTreeSet<KeyId>) -> Option<AttributeValue> {
    (!keys.is_empty()).then(|| strings(keys.iter().map(KeyId::as_str)))
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
