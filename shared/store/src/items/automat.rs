//! The automat's own item.

use std::collections::BTreeSet;

use domain::{AddressLine, Automat, AutomatId, Location, LockerCount, LockerIndex, Name, TimeZone};
use serde::{Deserialize, Serialize};

use super::{Item, ItemKey, Listing, instant, read, valid, write};
use crate::Error;

/// The list that all automats stand in.
pub(crate) const AUTOMATS: &str = "AUTOMATS";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AutomatItem {
    automat_id: String,
    name: String,
    locker_count: u16,
    time_zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationItem>,
    /// A set, so that a key takes its locker without reading the others; absent when empty.
    #[serde(skip_serializing, default)]
    occupied: BTreeSet<u16>,
    /// Raised by every write, so that an edit knows what it was decided over.
    rev: u64,
    version: u64,
    created_at: i64,
    updated_at: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LocationItem {
    address: String,
    postal_code: String,
    postal_office: String,
}

impl AutomatItem {
    pub(crate) fn pk(id: &AutomatId) -> String {
        format!("AUTOMAT#{id}")
    }

    pub(crate) fn key(id: &AutomatId) -> ItemKey {
        ItemKey::new(Self::pk(id), "AUTOMAT")
    }

    pub(crate) fn listing(id: &AutomatId) -> Listing {
        Listing::new(AUTOMATS, id.as_str())
    }

    /// The item of an automat. Which lockers are taken is written by the keys, not here.
    pub(crate) fn write(automat: &Automat, rev: u64) -> Result<Item, Error> {
        let record = Self {
            automat_id: automat.id.as_str().to_owned(),
            name: automat.name.as_str().to_owned(),
            locker_count: automat.locker_count.get(),
            time_zone: automat.time_zone.identifier().to_owned(),
            location: automat.location.as_ref().map(|location| LocationItem {
                address: location.address.as_str().to_owned(),
                postal_code: location.postal_code.as_str().to_owned(),
                postal_office: location.postal_office.as_str().to_owned(),
            }),
            occupied: BTreeSet::new(),
            rev,
            version: automat.version,
            created_at: automat.created_at.millis(),
            updated_at: automat.updated_at.millis(),
        };
        write(&record, Self::key(&automat.id), Some(Self::listing(&automat.id)))
    }

    /// The automat and its `rev`.
    pub(crate) fn read(item: Item) -> Result<(Automat, u64), Error> {
        let record: Self = read(item)?;
        let location = |location: LocationItem| -> Result<Location, Error> {
            Ok(Location {
                address: valid(AddressLine::parse(&location.address))?,
                postal_code: valid(AddressLine::parse(&location.postal_code))?,
                postal_office: valid(AddressLine::parse(&location.postal_office))?,
            })
        };
        let occupied: Result<_, Error> =
            record.occupied.iter().map(|&index| valid(LockerIndex::new(u32::from(index)))).collect();
        let automat = Automat {
            id: valid(AutomatId::parse(&record.automat_id))?,
            name: valid(Name::parse(&record.name))?,
            locker_count: valid(LockerCount::new(u32::from(record.locker_count)))?,
            time_zone: valid(TimeZone::parse(&record.time_zone))?,
            location: record.location.map(location).transpose()?,
            occupied: occupied?,
            version: record.version,
            created_at: instant(record.created_at)?,
            updated_at: instant(record.updated_at)?,
        };
        Ok((automat, record.rev))
    }
}
