//! An event's item. All events stand in their automat's partition; those about a key are listed under that key's
//! incarnation, so that a later key of the same name shows nothing of it.

use domain::{
    Actor, AutomatId, ContractField, ContractId, Event, EventKind, KeyField, KeyId, LockerIndex, Subject, TimeRange,
};
use serde::{Deserialize, Serialize};

use super::{AutomatItem, Item, ItemKey, Listing, instant, read, valid, write};
use crate::Error;

/// How long events are kept.
const KEPT_SECONDS: i64 = 400 * 24 * 3600;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventItem {
    event_id: String,
    at: i64,
    actor: String,
    #[serde(rename = "type")]
    kind: Kind,
    automat_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    locker_index: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    changes: Vec<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live_contracts: Option<usize>,
    ttl: i64,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    AutomatAdded,
    AutomatChanged,
    AutomatRemoved,
    KeyAdded,
    KeyChanged,
    KeyRemoved,
    ContractCreated,
    ContractChanged,
    ContractRemoved,
    PinRevealed,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "camelCase")]
enum Field {
    LockerIndex,
    Shared,
    ReturnCode,
    Property,
    Person,
    Start,
    End,
    Pin,
    Contacts,
    FreeText,
}

impl EventItem {
    pub(crate) fn key(automat: &AutomatId, id: &str) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), format!("EVENT#{id}"))
    }

    /// The list of the events of one incarnation of a key.
    pub(crate) fn listing(incarnation: &str, id: &str) -> Listing {
        Listing::new(format!("EVENTS#{incarnation}"), id)
    }

    /// The item of an event, listed under the incarnation of the key that it is about.
    pub(crate) fn write(event: &Event, incarnation: Option<&str>) -> Result<Item, Error> {
        let Subject { automat, locker, key, contract } = &event.subject;
        let (kind, changes, range, live_contracts) = flatten(&event.kind);
        let record = Self {
            event_id: event.id.clone(),
            at: event.at.millis(),
            actor: event.actor.as_str().to_owned(),
            kind,
            automat_id: automat.as_str().to_owned(),
            locker_index: locker.map(LockerIndex::get),
            key_id: key.as_ref().map(|id| id.as_str().to_owned()),
            contract_id: contract.as_ref().map(|id| id.as_str().to_owned()),
            changes,
            from: range.map(|range| range.start().millis()),
            until: range.and_then(TimeRange::end).map(domain::Instant::millis),
            live_contracts,
            ttl: event.at.seconds() + KEPT_SECONDS,
        };
        let listing = incarnation.map(|incarnation| Self::listing(incarnation, &event.id));
        write(&record, Self::key(automat, &event.id), listing)
    }

    pub(crate) fn read(item: Item) -> Result<Event, Error> {
        let record: Self = read(item)?;
        let kind = record.kind()?;
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

    fn kind(&self) -> Result<EventKind, Error> {
        Ok(match self.kind {
            Kind::AutomatAdded => EventKind::AutomatAdded,
            Kind::AutomatChanged => EventKind::AutomatChanged,
            Kind::AutomatRemoved => EventKind::AutomatRemoved,
            Kind::KeyAdded => EventKind::KeyAdded,
            Kind::KeyChanged => EventKind::KeyChanged(self.changes.iter().filter_map(|field| field.of_key()).collect()),
            Kind::KeyRemoved => EventKind::KeyRemoved { live_contracts: self.live_contracts.unwrap_or_default() },
            Kind::ContractCreated => EventKind::ContractCreated(self.range()?),
            Kind::ContractChanged => {
                let fields = self.changes.iter().filter_map(|field| field.of_contract()).collect();
                EventKind::ContractChanged(fields, self.range()?)
            }
            Kind::ContractRemoved => EventKind::ContractRemoved,
            Kind::PinRevealed => EventKind::PinRevealed,
        })
    }

    fn range(&self) -> Result<TimeRange, Error> {
        let broken = Error::Internal { context: "reading an event without its time range", source: None };
        let (Some(from), until) = (self.from, self.until) else { return Err(broken) };
        TimeRange::new(instant(from)?, until.map(instant).transpose()?).ok_or(broken)
    }
}

fn flatten(kind: &EventKind) -> (Kind, Vec<Field>, Option<TimeRange>, Option<usize>) {
    match kind {
        EventKind::AutomatAdded => (Kind::AutomatAdded, vec![], None, None),
        EventKind::AutomatChanged => (Kind::AutomatChanged, vec![], None, None),
        EventKind::AutomatRemoved => (Kind::AutomatRemoved, vec![], None, None),
        EventKind::KeyAdded => (Kind::KeyAdded, vec![], None, None),
        EventKind::KeyChanged(fields) => {
            (Kind::KeyChanged, fields.iter().map(|&field| field.into()).collect(), None, None)
        }
        EventKind::KeyRemoved { live_contracts } => (Kind::KeyRemoved, vec![], None, Some(*live_contracts)),
        EventKind::ContractCreated(range) => (Kind::ContractCreated, vec![], Some(*range), None),
        EventKind::ContractChanged(fields, range) => {
            (Kind::ContractChanged, fields.iter().map(|&field| field.into()).collect(), Some(*range), None)
        }
        EventKind::ContractRemoved => (Kind::ContractRemoved, vec![], None, None),
        EventKind::PinRevealed => (Kind::PinRevealed, vec![], None, None),
    }
}

impl From<KeyField> for Field {
    fn from(field: KeyField) -> Self {
        match field {
            KeyField::Locker => Self::LockerIndex,
            KeyField::Sharing => Self::Shared,
            KeyField::ReturnCode => Self::ReturnCode,
            KeyField::Property => Self::Property,
        }
    }
}

impl From<ContractField> for Field {
    fn from(field: ContractField) -> Self {
        match field {
            ContractField::Person => Self::Person,
            ContractField::Start => Self::Start,
            ContractField::End => Self::End,
            ContractField::Pin => Self::Pin,
            ContractField::Contacts => Self::Contacts,
            ContractField::FreeText => Self::FreeText,
        }
    }
}

impl Field {
    fn of_key(self) -> Option<KeyField> {
        match self {
            Self::LockerIndex => Some(KeyField::Locker),
            Self::Shared => Some(KeyField::Sharing),
            Self::ReturnCode => Some(KeyField::ReturnCode),
            Self::Property => Some(KeyField::Property),
            Self::Person | Self::Start | Self::End | Self::Pin | Self::Contacts | Self::FreeText => None,
        }
    }

    fn of_contract(self) -> Option<ContractField> {
        match self {
            Self::Person => Some(ContractField::Person),
            Self::Start => Some(ContractField::Start),
            Self::End => Some(ContractField::End),
            Self::Pin => Some(ContractField::Pin),
            Self::Contacts => Some(ContractField::Contacts),
            Self::FreeText => Some(ContractField::FreeText),
            Self::LockerIndex | Self::Shared | Self::ReturnCode | Self::Property => None,
        }
    }
}
