//! The automat's own item.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    AddressLine, Automat, AutomatId, Connection, Instant, Location, LockerCount, LockerIndex, Name, PinDigits,
    Presence, TimeZone,
};
use serde::{Deserialize, Serialize};

use super::due::due;
use super::{Item, ItemKey, Listing, flag, instant, number, read, text, valid, write};
use crate::Error;
use crate::expression::Expression;

/// The list of all automats.
pub(crate) const AUTOMATS: &str = "AUTOMATS";

#[derive(Debug, Clone)]
pub(crate) struct StoredAutomat {
    pub(crate) automat: Automat,
    /// Raised by every write that an edit depends on; not by a device's reports.
    pub(crate) rev: u64,
    /// The lifecycle event that the connection state is based on.
    pub(crate) presence: Option<Presence>,
    /// The number of the last report of all lockers.
    pub(crate) full_report: Option<u64>,
    /// A device's numbers count within one era. Creating or resetting the automat begins a new one.
    pub(crate) era: u64,
    /// The ids of the keys with which its device computes the names of codes.
    pub(crate) device_keys: Vec<String>,
    /// When the time zone was changed; `None` once all contacts have been notified.
    pub(crate) zone_changed: Option<Instant>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AutomatItem {
    automat_id: String,
    name: String,
    locker_count: u16,
    time_zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pin_digits: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_chosen_pin_digits: Option<u32>,
    /// A set, so that adding a key takes its locker without reading the others; absent if empty.
    #[serde(skip_serializing, default)]
    occupied: BTreeSet<u16>,
    #[serde(skip_serializing, default)]
    due_at: Option<i64>,
    #[serde(skip_serializing, default)]
    connected: Option<bool>,
    #[serde(skip_serializing, default)]
    connection_at: Option<i64>,
    #[serde(skip_serializing, default)]
    connection_number: Option<u64>,
    #[serde(skip_serializing, default)]
    full_report: Option<u64>,
    era: u64,
    /// As listed in the last report of all lockers.
    #[serde(skip_serializing, default)]
    device_keys: Vec<String>,
    /// Raised by every write except the device's reports, so that an edit notices a concurrent one.
    rev: u64,
    version: u64,
    created_at: i64,
    updated_at: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LocationItem {
    address: String,
    postal_code: String,
    postal_office: String,
}

impl AutomatItem {
    /// The attributes that an edit can remove.
    pub(crate) const OPTIONAL: [&str; 3] = ["location", "pinDigits", "minChosenPinDigits"];

    pub(crate) fn pk(id: &AutomatId) -> String {
        format!("AUTOMAT#{id}")
    }

    pub(crate) fn key(id: &AutomatId) -> ItemKey {
        ItemKey::new(Self::pk(id), "AUTOMAT")
    }

    pub(crate) fn listing(id: &AutomatId) -> Listing {
        Listing::new(AUTOMATS, id.as_str())
    }

    /// The item of an automat without the lockers in use, which are written with the keys, and without the
    /// connection, which is written by lifecycle events.
    pub(crate) fn write(automat: &Automat, rev: u64, era: u64) -> Result<Item, Error> {
        let record = Self {
            automat_id: automat.id.as_str().to_owned(),
            name: automat.name.as_str().to_owned(),
            locker_count: automat.locker_count.get(),
            time_zone: automat.time_zone.identifier().to_owned(),
            location: automat.location.as_ref().map(LocationItem::new),
            pin_digits: automat.pin_digits.map(PinDigits::get),
            min_chosen_pin_digits: automat.min_chosen_pin_digits.map(PinDigits::get),
            occupied: BTreeSet::new(),
            due_at: None,
            connected: None,
            connection_at: None,
            connection_number: None,
            full_report: None,
            era,
            device_keys: Vec::new(),
            rev,
            version: automat.version,
            created_at: automat.created_at.millis(),
            updated_at: automat.updated_at.millis(),
        };
        write(&record, Self::key(&automat.id), Some(Self::listing(&automat.id)))
    }

    pub(crate) fn read(item: Item) -> Result<StoredAutomat, Error> {
        let record: Self = read(item)?;
        let presence = record.presence()?;
        let occupied: Result<_, Error> =
            record.occupied.iter().map(|&index| valid(LockerIndex::new(u32::from(index)))).collect();
        let automat = Automat {
            id: valid(AutomatId::parse(&record.automat_id))?,
            name: valid(Name::parse(&record.name))?,
            locker_count: valid(LockerCount::new(u32::from(record.locker_count)))?,
            time_zone: valid(TimeZone::parse(&record.time_zone))?,
            location: record.location.map(LocationItem::read).transpose()?,
            pin_digits: record.pin_digits.map(|digits| valid(PinDigits::new(digits))).transpose()?,
            min_chosen_pin_digits: record
                .min_chosen_pin_digits
                .map(|digits| valid(PinDigits::new(digits)))
                .transpose()?,
            occupied: occupied?,
            connection: presence.map(Connection::from).unwrap_or_default(),
            version: record.version,
            created_at: instant(record.created_at)?,
            updated_at: instant(record.updated_at)?,
        };
        let zone_changed = record.due_at.map(instant).transpose()?;
        let (full_report, era, device_keys) = (record.full_report, record.era, record.device_keys);
        Ok(StoredAutomat { automat, rev: record.rev, presence, full_report, era, device_keys, zone_changed })
    }

    fn presence(&self) -> Result<Option<Presence>, Error> {
        let (Some(connected), Some(at), Some(number)) = (self.connected, self.connection_at, self.connection_number)
        else {
            return Ok(None);
        };
        Ok(Some(Presence { connected, at: instant(at)?, number }))
    }

    /// The automat whose own item has this key.
    pub(crate) fn automat_at(item_key: &ItemKey) -> Option<AutomatId> {
        let automat = item_key.pk.strip_prefix("AUTOMAT#").filter(|_| item_key.sk == "AUTOMAT")?;
        AutomatId::parse(automat).ok()
    }

    /// Update: contacts are to be notified of a new time zone, or have been.
    pub(crate) fn set_zone_changed(id: &AutomatId, changed: Option<Instant>) -> Expression {
        due(&Self::key(id), changed)
    }

    /// Condition: the time zone has not changed again.
    pub(crate) fn zone_changed_at(changed: Instant) -> Expression {
        Expression::new("#dueAt = :readDueAt").value(":readDueAt", number(changed.millis()))
    }

    /// Update: stores a lifecycle event.
    pub(crate) fn believe(presence: Presence) -> Expression {
        Expression::new("SET #connected = :connected, #connectionAt = :at, #connectionNumber = :number")
            .value(":connected", flag(presence.connected))
            .value(":at", number(presence.at.millis()))
            .value(":number", number(presence.number))
    }

    /// Update: stores the number of a report of all lockers, and the ids of the device's keys.
    pub(crate) fn set_full_report(n: u64, device_keys: &[String]) -> Expression {
        let ids = device_keys.iter().map(text).collect();
        Expression::new("SET #fullReport = :n, #deviceKeys = :deviceKeys")
            .value(":n", number(n))
            .value(":deviceKeys", AttributeValue::L(ids))
    }

    /// Update: begins a new era and forgets the device's numbers, keys and connection.
    pub(crate) fn reset(era: u64, rev: u64) -> Expression {
        let text = "SET #era = :era, #rev = :nextRev \
                    REMOVE #fullReport, #deviceKeys, #connected, #connectionAt, #connectionNumber";
        Expression::new(text).value(":era", number(era)).value(":nextRev", number(rev))
    }

    /// Condition: the automat exists, in this era, without a newer report of all lockers.
    pub(crate) fn reported_nothing_after(n: u64, era: u64) -> Expression {
        Expression::new("#era = :readEra AND (attribute_not_exists(#fullReport) OR #fullReport <= :reportN)")
            .value(":readEra", number(era))
            .value(":reportN", number(n))
    }
}

impl LocationItem {
    pub(super) fn new(location: &Location) -> Self {
        Self {
            address: location.address.as_str().to_owned(),
            postal_code: location.postal_code.as_str().to_owned(),
            postal_office: location.postal_office.as_str().to_owned(),
        }
    }

    pub(super) fn read(self) -> Result<Location, Error> {
        Ok(Location {
            address: valid(AddressLine::parse(&self.address))?,
            postal_code: valid(AddressLine::parse(&self.postal_code))?,
            postal_office: valid(AddressLine::parse(&self.postal_office))?,
        })
    }
}

impl StoredAutomat {
    /// Condition: no other lifecycle event has been stored.
    pub(crate) fn believed_as_read(&self) -> Expression {
        match self.presence {
            None => Expression::new("attribute_exists(#PK) AND attribute_not_exists(#connectionNumber)"),
            Some(Presence { connected, at, number: last }) => Expression::new(
                "#connectionNumber = :readNumber AND #connected = :readConnected AND #connectionAt = :readAt",
            )
            .value(":readNumber", number(last))
            .value(":readConnected", flag(connected))
            .value(":readAt", number(at.millis())),
        }
    }
}
