//! An event's item. All events stand in their automat's partition; those about a key are listed under that key's
//! incarnation, so that a later key of the same name shows nothing of it.

mod what;

use domain::{Actor, AutomatId, ContractId, Event, KeyId, LockerIndex, Retention, Subject};
use serde::{Deserialize, Serialize};

use self::what::What;
use super::{AutomatItem, Item, ItemKey, Listing, instant, read, valid, write};
use crate::Error;
use crate::schema::LIST_PK;

/// What the list of a key's events begins with.
const LIST: &str = "EVENTS#";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventItem {
    event_id: String,
    at: i64,
    actor: String,
    #[serde(flatten)]
    what: What,
    automat_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    locker_index: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract_id: Option<String>,
    ttl: i64,
}

impl EventItem {
    pub(crate) fn key(automat: &AutomatId, id: &str) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), format!("EVENT#{id}"))
    }

    /// The list of the events of one incarnation of a key.
    pub(crate) fn listing(incarnation: &str, id: &str) -> Listing {
        Listing::new(format!("{LIST}{incarnation}"), id)
    }

    /// The incarnation of the key that an event is listed under.
    pub(crate) fn incarnation(item: &Item) -> Option<String> {
        Some(item.get(LIST_PK)?.as_s().ok()?.strip_prefix(LIST)?.to_owned())
    }

    /// The item of an event, listed under the incarnation of the key that it is about.
    pub(crate) fn write(event: &Event, incarnation: Option<&str>, retention: Retention) -> Result<Item, Error> {
        let Subject { automat, locker, key, contract } = &event.subject;
        let record = Self {
            event_id: event.id.clone(),
            at: event.at.millis(),
            actor: event.actor.as_str().to_owned(),
            what: What::of(&event.kind),
            automat_id: automat.as_str().to_owned(),
            locker_index: locker.map(LockerIndex::get),
            key_id: key.as_ref().map(|id| id.as_str().to_owned()),
            contract_id: contract.as_ref().map(|id| id.as_str().to_owned()),
            ttl: retention.event_until(event.at).seconds(),
        };
        let listing = incarnation.map(|incarnation| Self::listing(incarnation, &event.id));
        write(&record, Self::key(automat, &event.id), listing)
    }

    pub(crate) fn read(item: Item) -> Result<Event, Error> {
        let record: Self = read(item)?;
        let kind = record.what.read()?;
        let locker = record.locker_index.map(|index| valid(LockerIndex::new(u32::from(index)))).transpose()?;
        Ok(Event {
            id: record.event_id,
            at: instant(record.at)?,
            actor: Actor::new(&record.actor),
            kind,
            subject: Subject {
                automat: valid(AutomatId::parse(&record.automat_id))?,
                locker,
                key: record.key_id.map(|id| valid(KeyId::parse(&id))).transpose()?,
                contract: record.contract_id.map(|id| valid(ContractId::parse(&id))).transpose()?,
            },
        })
    }
}
