//! Automats in API responses.

use api::EntryView;
use domain::{Automat, Columns, ConnectionState, DoorState, Whereabouts};
use serde::Serialize;
use store::{DeviceAccess, LockerView};
use utoipa::ToSchema;

use super::health::HealthView;

/// An automat.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Automat)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AutomatItem {
    automat_id: String,
    name: String,
    locker_count: u16,
    #[schema(example = "Europe/Helsinki")]
    time_zone: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LocationView, required = false)]
    location: Option<LocationView>,
    /// The number of digits of generated PINs.
    pin_digits: u32,
    /// The minimum number of digits of a chosen PIN.
    min_chosen_pin_digits: u32,
    /// For how many hours it still hands out keys after it has lost its connection.
    lease_hours: u8,
    layout: LayoutView,
    connection: Connection,
    /// What its device reports about itself; absent before the first report.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = HealthView, required = false)]
    health: Option<HealthView>,
    version: u64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// The address of an automat.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Location)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LocationView {
    address: String,
    postal_code: String,
    postal_office: String,
}

/// How the cabinet is built.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Layout)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LayoutView {
    /// How many columns it has; absent when it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    columns: Option<u16>,
    /// Whether the doors are numbered down each column instead of along each row.
    numbered_down: bool,
    /// The number on the door of the locker with `lockerIndex` 0. The other doors have the numbers that follow.
    first_number: u16,
}

/// Whether the automat is connected.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Connection {
    #[schema(value_type = String)]
    state: ConnectionState,
    /// Since when; absent when it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    since: Option<String>,
}

/// The Key Automat View: an automat with every locker.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AutomatView)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AutomatWithLockers {
    #[serde(flatten)]
    automat: AutomatItem,
    /// What its device knows, to decide without a connection; absent until the device has asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = AccessView, required = false)]
    access: Option<AccessView>,
    /// All its lockers in order, including empty ones.
    lockers: Vec<LockerItem>,
}

/// What the device of an automat knows of keys, codes and contracts, to decide without a connection.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Access)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessView {
    /// Whether it is everything that there is.
    is_current: bool,
    /// When the device said so.
    #[schema(format = DateTime)]
    as_of: String,
    /// Until when it hands out keys by it after it has lost its connection, at the latest; absent if it never had a lease.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    lease_until: Option<String>,
}

/// A locker and its last reported state.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Locker)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LockerItem {
    locker_index: u16,
    /// The key that belongs in it; absent when none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = LockerKey, required = false)]
    key: Option<LockerKey>,
    /// Whether there is a key in the locker; null if a key belongs there and the automat has not reported yet.
    #[schema(required)]
    key_inside: Option<bool>,
    #[schema(value_type = String)]
    door: DoorState,
    /// The contract that is active now, whether or not it has the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = EntryView, required = false)]
    active_contract: Option<EntryView>,
    /// The contract with which the key was taken. Absent if the key is not out, or was taken without a contract or with
    /// one that has been removed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = EntryView, required = false)]
    out_with: Option<EntryView>,
    /// True if the key is out with a contract that has ended, otherwise absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    overdue: bool,
}

/// The key that belongs in a locker.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LockerKey {
    key_id: String,
    property: String,
}

impl From<Automat> for AutomatItem {
    fn from(automat: Automat) -> Self {
        Self {
            pin_digits: automat.pin_digits().get(),
            min_chosen_pin_digits: automat.min_chosen_pin_digits().get(),
            lease_hours: automat.lease_hours.get(),
            automat_id: automat.id.as_str().to_owned(),
            name: automat.name.as_str().to_owned(),
            locker_count: automat.locker_count.get(),
            time_zone: automat.time_zone.identifier(),
            location: automat.location.map(|location| LocationView {
                address: location.address.as_str().to_owned(),
                postal_code: location.postal_code.as_str().to_owned(),
                postal_office: location.postal_office.as_str().to_owned(),
            }),
            layout: LayoutView {
                columns: automat.layout.columns.map(Columns::get),
                numbered_down: automat.layout.numbered_down,
                first_number: automat.layout.first_number.get(),
            },
            connection: automat.connection.into(),
            health: automat.health.as_ref().map(HealthView::from),
            version: automat.version,
            created_at: automat.created_at.to_string(),
            updated_at: automat.updated_at.to_string(),
        }
    }
}

impl AutomatWithLockers {
    pub(crate) fn of(view: store::AutomatView, access: &DeviceAccess) -> Self {
        Self {
            automat: view.automat.into(),
            access: AccessView::of(access),
            lockers: view.lockers.into_iter().map(LockerItem::from).collect(),
        }
    }
}

impl AccessView {
    fn of(access: &DeviceAccess) -> Option<Self> {
        Some(Self {
            is_current: access.is_current(),
            as_of: access.held_at?.to_string(),
            lease_until: access.lease_until.map(|until| until.to_string()),
        })
    }
}

impl From<LockerView> for LockerItem {
    fn from(locker: LockerView) -> Self {
        let key_inside = match (&locker.whereabouts, &locker.key) {
            (Whereabouts::Inside, _) => Some(true),
            (Whereabouts::Out { .. }, _) | (Whereabouts::Unknown, None) => Some(false),
            (Whereabouts::Unknown, Some(_)) => None,
        };
        let key = |(id, property): (domain::KeyId, domain::Property)| LockerKey {
            key_id: id.as_str().to_owned(),
            property: property.as_str().to_owned(),
        };
        Self {
            locker_index: locker.locker.get(),
            key: locker.key.map(key),
            key_inside,
            door: locker.door,
            active_contract: locker.active_contract.as_ref().map(EntryView::from),
            out_with: locker.holder.as_ref().map(EntryView::from),
            overdue: locker.overdue,
        }
    }
}

impl From<domain::Connection> for Connection {
    fn from(connection: domain::Connection) -> Self {
        Self { state: connection.state, since: connection.since.map(|since| since.to_string()) }
    }
}
