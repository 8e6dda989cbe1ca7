//! The items of the table: their keys, and how domain values are stored in them.
//!
//! | item | `PK` | `SK` | in the index `lists` |
//! |---|---|---|---|
//! | automat | `AUTOMAT#a` | `AUTOMAT` | `AUTOMATS`, `a` |
//! | locker | `AUTOMAT#a` | `AUTOMAT#LOCKER#0007` | |
//! | PIN | `AUTOMAT#a` | `PIN#<mac>` | |
//! | return code | `AUTOMAT#a` | `RETURN#<mac>` | |
//! | keypad | `AUTOMAT#a` | `KEYPAD` | |
//! | keypad entry | `AUTOMAT#a` | `ENTRY#<id>` | |
//! | journal of its device | `AUTOMAT#a` | `JOURNAL` | |
//! | page of a locker | `AUTOMAT#a` | `PAGE#00007` | |
//! | versions of its pages | `AUTOMAT#a` | `VERSIONS` | |
//! | pages that its device has | `AUTOMAT#a` | `ACCESS` | |
//! | delivery lease | `AUTOMAT#a` | `DELIVERY` | |
//! | fault of its device | `AUTOMAT#a` | `FAULT#<which>` | |
//! | event | `AUTOMAT#a` | `EVENT#<ulid>` | `EVENTS#<incarnation>`, `<ulid>`, if it is about a key |
//! | alert: points to an event | `AUTOMAT#a` | `ALERT#<ulid>` | `ALERTS`, `<ulid>` |
//! | key | `KEY#k` | `KEY` | `KEYS`, `k`; while it is being removed `REMOVING`, `k` |
//! | search term of a key | `KEY#k` | `TERM#<term>` | `TERMS#<first letter>`, `<term>#k` |
//! | contract | `CONTRACT#c` | `CONTRACT` | |
//! | opening | `OPENING#<ulid>` | `OPENING` | |
//! | message | `MESSAGES#c` | `MESSAGE#<incarnation>#<ulid>` | |
//! | reminder | `MESSAGES#c` | `REMINDER#<incarnation>#start`, `#end` or `#return` | |
//! | mark of a quiet removal | `MESSAGES#c` | `QUIET#<incarnation>` | |
//! | announcements | `MESSAGES#c` | `ANNOUNCEMENTS#<incarnation>#k` | |
//! | name of a user | `USER#<subject>` | `USER` | |
//! | receipt | `RECEIPT#<hash>` | `-` | |
//! | contract by a term | `LISTED#TERM#<ab>#<month>` | `<term>#<start>#c` | |
//! | month with terms | `MONTHS#<ab>` | `<month>` | |
//! | contract of a key | `LISTED#KEY#<incarnation>` | `<start>#c` | |
//! | contract of an automat | `LISTED#AUTOMAT#a` | `<start>#c` | |
//! | contract by start | `LISTED#MONTH#<month>#<shard>` | `<start>#c` | |
//! | contract with keys that are out | `LISTED#OUT#<shard>` | `<end>#c` | |
//!
//! Reminders, messages to be sent, held-back announcements and lockers with an open door are also in the index `due`.
//! Messages have a partition of their own, because messages about a removed contract must outlive it.
//! Items with `LISTED` and `MONTHS` are only keys, written from the stream ([`crate::contract_index`]); `<ab>` are the
//! first two characters of the term.
//!
//! Only the automat and its lockers have sort keys that begin with `AUTOMAT`: the Key Automat View reads them all in
//! one query.

mod access;
mod alert;
mod announcements;
mod automat;
mod contract;
mod delivery_lease;
mod due;
mod entry;
mod event;
mod fault;
mod journal;
mod key;
mod keypad;
mod locker;
mod message;
mod millis;
mod opening;
mod page;
mod pin;
mod quiet_removal;
mod reminder;
mod user;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use self::access::{StoredAccess, VersionsItem};
pub(crate) use self::alert::{ALERTS, AlertItem};
pub(crate) use self::announcements::StoredAnnouncements;
pub(crate) use self::automat::{AUTOMATS, AutomatItem, LeaseTerms, StoredAutomat};
pub(crate) use self::contract::{ContractItem, ContractLinks, NotedKey, Pins, StoredContract};
pub(crate) use self::delivery_lease::StoredDeliveryLease;
pub(crate) use self::due::due_shard_name;
pub(crate) use self::entry::{OpenedOffline, StoredEntry};
pub(crate) use self::event::EventItem;
pub(crate) use self::fault::FaultItem;
pub(crate) use self::journal::StoredJournal;
pub(crate) use self::key::{AssignedKey, KEYS, KeyItem, REMOVING, RemovalNote, StoredKey};
pub(crate) use self::keypad::StoredKeypad;
pub(crate) use self::locker::{AGENDA_LENGTH, LockerItem, StoredLocker};
pub(crate) use self::message::{MessageItem, SendStatus, State, StoredMessage};
pub(crate) use self::millis::Millis;
pub(crate) use self::opening::{OpeningItem, StoredOpening};
pub(crate) use self::page::{HeldEntry, PageContent, StoredPage, StoredPageEntry, handle_of, parse_verifier};
pub(crate) use self::pin::{PinHolder, PinItem, ReturnCodeItem};
pub(crate) use self::quiet_removal::QuietRemoval;
pub(crate) use self::reminder::StoredReminder;
pub(crate) use self::user::UserItem;
use crate::Error;
use crate::schema::{LIST_PK, LIST_SK, PK, SK, TTL};

pub(crate) type Item = HashMap<String, AttributeValue>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ItemKey {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl ItemKey {
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// The key of an item that was read.
    pub(crate) fn of(item: &Item) -> Option<Self> {
        Some(Self::new(item.get(PK)?.as_s().ok()?, item.get(SK)?.as_s().ok()?))
    }

    pub(crate) fn strip(item: &mut Item) {
        item.remove(PK);
        item.remove(SK);
    }

    pub(crate) fn into_item(self) -> Item {
        HashMap::from([(PK.to_owned(), text(self.pk)), (SK.to_owned(), text(self.sk))])
    }
}

/// The keys of an item in the index `lists`.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    pub(crate) list: String,
    pub(crate) position: String,
}

impl Listing {
    pub(crate) fn new(list: impl Into<String>, position: impl Into<String>) -> Self {
        Self { list: list.into(), position: position.into() }
    }

    fn into_item(self) -> Item {
        HashMap::from([(LIST_PK.to_owned(), text(self.list)), (LIST_SK.to_owned(), text(self.position))])
    }

    /// The full key of an index entry, to start a query after it.
    pub(crate) fn start_key(self, key: ItemKey) -> Item {
        key.into_item().into_iter().chain(self.into_item()).collect()
    }
}

/// An item of its attributes and its keys. DynamoDB deletes it after it has expired.
fn write(
    record: &impl Serialize,
    key: ItemKey,
    listing: Option<Listing>,
    expires: Option<Instant>,
) -> Result<Item, Error> {
    let mut item: Item = serde_dynamo::to_item(record).map_err(|source| Error::internal("writing an item", source))?;
    item.extend(key.into_item());
    item.extend(listing.into_iter().flat_map(Listing::into_item));
    item.extend(expires.map(|at| (TTL.to_owned(), number(at.seconds()))));
    Ok(item)
}

pub(crate) fn read<T: DeserializeOwned>(item: Item) -> Result<T, Error> {
    serde_dynamo::from_item(item).map_err(|source| Error::internal("reading a malformed item", source))
}

/// Checks a stored value again. A failure means that the table holds something invalid.
pub(crate) fn valid<T, E: std::error::Error + Send + Sync + 'static>(parsed: Result<T, E>) -> Result<T, Error> {
    parsed.map_err(|source| Error::internal("reading a stored value", source))
}

fn attribute(value: &impl Serialize) -> Result<AttributeValue, Error> {
    serde_dynamo::to_attribute_value(value).map_err(|source| Error::internal("writing an attribute", source))
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number<T: ToString + Copy>(value: T) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn flag(value: bool) -> AttributeValue {
    AttributeValue::Bool(value)
}

pub(crate) fn bytes(value: Vec<u8>) -> AttributeValue {
    AttributeValue::B(value.into())
}

pub(crate) fn strings<'s>(values: impl IntoIterator<Item = &'s str>) -> AttributeValue {
    AttributeValue::Ss(values.into_iter().map(str::to_owned).collect())
}

pub(crate) fn numbers(values: impl IntoIterator<Item = u16>) -> AttributeValue {
    AttributeValue::Ns(values.into_iter().map(|value| value.to_string()).collect())
}
