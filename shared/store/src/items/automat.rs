//! The automat's own item.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Automat, AutomatId, Connection, Health, Instant, LeaseHours, Presence, TimeZone};
use serde::{Deserialize, Serialize};

use super::due::due;
use super::{Item, ItemKey, Listing, Millis, attribute, number, read, text, write};
use crate::Error;
use crate::expression::{Expression, Update, is, is_or_absent, present};
use crate::schema::DUE_AT;

/// The list of all automats.
pub(crate) const AUTOMATS: &str = "AUTOMATS";

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredAutomat {
    #[serde(flatten)]
    pub(crate) automat: Automat,
    /// Raised by every write that an edit depends on; not by a device's reports.
    pub(crate) rev: u64,
    /// The lifecycle event that the connection state is based on.
    pub(crate) presence: Option<Presence>,
    /// By the device's last report about itself.
    health: Option<StoredHealth>,
    /// The number of the last report of all lockers.
    pub(crate) full_report: Option<u64>,
    /// A device's numbers count within one era. Creating or resetting the automat begins a new one.
    pub(crate) era: u64,
    /// The ids of the keys with which its device computes the names of codes, by its last report of all lockers.
    #[serde(default)]
    pub(crate) device_keys: Vec<String>,
    #[serde(rename = "dueAt")]
    zone_changed: Option<Millis>,
}

/// The automat's condition, and the number of the report that it is from.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredHealth {
    n: u64,
    #[serde(flatten)]
    health: Health,
}

/// What an edit writes of an automat.
#[derive(Serialize)]
pub(crate) struct AutomatItem<'a> {
    #[serde(flatten)]
    automat: &'a Automat,
    rev: u64,
    era: u64,
}

/// What a lease depends on, besides pages.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LeaseTerms {
    #[serde(default)]
    lease_hours: LeaseHours,
    time_zone: TimeZone,
}

impl AutomatItem<'_> {
    /// The attributes that an edit can remove.
    pub(crate) const OPTIONAL: [&'static str; 3] = ["location", "pinDigits", "minChosenPinDigits"];

    pub(crate) fn pk(id: &AutomatId) -> String {
        format!("AUTOMAT#{id}")
    }

    pub(crate) fn key(id: &AutomatId) -> ItemKey {
        ItemKey::new(Self::pk(id), "AUTOMAT")
    }

    pub(crate) fn listing(id: &AutomatId) -> Listing {
        Listing::new(AUTOMATS, id.as_str())
    }

    pub(crate) fn write(automat: &Automat, rev: u64, era: u64) -> Result<Item, Error> {
        let item = AutomatItem { automat, rev, era };
        write(&item, Self::key(&automat.id), Some(Self::listing(&automat.id)), None)
    }

    /// Whether the item is an automat's own.
    pub(crate) fn is_one(item: &Item) -> bool {
        ItemKey::of(item).is_some_and(|item_key| item_key.sk == "AUTOMAT")
    }

    pub(crate) fn read(item: Item) -> Result<StoredAutomat, Error> {
        let mut stored: StoredAutomat = read(item)?;
        stored.automat.connection = stored.presence.map(Connection::from).unwrap_or_default();
        stored.automat.health = stored.health.as_ref().map(|stored| stored.health.clone());
        Ok(stored)
    }

    /// The automat whose own item has this key.
    pub(crate) fn automat_at(item_key: &ItemKey) -> Option<AutomatId> {
        let automat = item_key.pk.strip_prefix("AUTOMAT#").filter(|_| item_key.sk == "AUTOMAT")?;
        AutomatId::parse(automat).ok()
    }

    /// Update: contacts are to be notified of a new time zone, or have been.
    pub(crate) fn set_zone_changed(id: &AutomatId, changed: Option<Instant>) -> Update {
        due(&Self::key(id), changed)
    }

    /// Condition: the time zone has not changed again.
    pub(crate) fn zone_changed_at(changed: Instant) -> Expression {
        is(DUE_AT, number(changed.millis()))
    }

    /// Update: stores a lifecycle event.
    pub(crate) fn believe(presence: Presence) -> Result<Update, Error> {
        Ok(Update::default().set("presence", attribute(&presence)?))
    }

    /// Update: stores what a report says of the automat's condition.
    pub(crate) fn set_health(n: u64, health: Health) -> Result<Update, Error> {
        Ok(Update::default().set("health", attribute(&StoredHealth { n, health })?))
    }

    /// Update: stores the number of a report of all lockers, and the ids of the device's keys.
    pub(crate) fn set_full_report(n: u64, device_keys: &[String]) -> Update {
        let ids = device_keys.iter().map(text).collect();
        Update::default().set("fullReport", number(n)).set("deviceKeys", AttributeValue::L(ids))
    }

    /// Update: begins a new era and forgets the device's numbers, keys, connection and condition.
    pub(crate) fn reset(era: u64, rev: u64) -> Update {
        let update = Update::default().set("era", number(era)).set("rev", number(rev));
        update.remove("fullReport").remove("deviceKeys").remove("presence").remove("health")
    }

    /// Condition: the automat exists, in this era, without a newer report of all lockers.
    pub(crate) fn reported_nothing_after(n: u64, era: u64) -> Expression {
        Expression::new("#era = :readEra AND (attribute_not_exists(#fullReport) OR #fullReport <= :reportN)")
            .value(":readEra", number(era))
            .value(":reportN", number(n))
    }
}

impl StoredAutomat {
    /// When the time zone was changed; `None` once all contacts have been notified.
    pub(crate) fn zone_changed(&self) -> Option<Instant> {
        self.zone_changed.map(|changed| changed.0)
    }

    /// Condition: no other lifecycle event has been stored.
    pub(crate) fn believed_as_read(&self) -> Result<Expression, Error> {
        let presence = self.presence.as_ref().map(attribute).transpose()?;
        Ok(present().and(is_or_absent("presence", presence)))
    }

    /// Whether no report about the device itself with this number, or a higher one, is stored.
    pub(crate) fn has_no_health_after(&self, n: u64) -> bool {
        self.health.as_ref().is_none_or(|stored| stored.n < n)
    }

    /// Condition: the automat exists, in this era, and no other report about its device itself has been stored.
    pub(crate) fn same_health(&self) -> Result<Expression, Error> {
        let health = self.health.as_ref().map(attribute).transpose()?;
        Ok(is("era", number(self.era)).and(is_or_absent("health", health)))
    }
}
