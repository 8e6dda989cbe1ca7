//! Request bodies for automats.

use api::{Check, Object, Patch, Problem, WholeNumber, whole_number};
use domain::{
    AddressLine, AutomatChange, AutomatDraft, AutomatId, Columns, FirstNumber, Layout, LeaseHours, Location,
    LockerCount, Name, PinDigits, TimeZone,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;

/// An automat to add.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewAutomat {
    /// 1 to 64 of letters, digits, `_`, `.` or `-` (ASCII), beginning with a letter or digit.
    #[schema(value_type = String, required)]
    automat_id: Option<String>,
    /// Its name for people: 1 to 100 characters.
    #[schema(value_type = String, required)]
    name: Option<String>,
    /// How many lockers it has.
    #[schema(value_type = u16, required, minimum = 1, maximum = 500)]
    locker_count: Option<WholeNumber>,
    /// The time zone in which times are shown: a TZ identifier.
    #[schema(value_type = String, required, example = "Europe/Helsinki")]
    time_zone: Option<String>,
    /// Its address.
    #[schema(value_type = Option<LocationBody>)]
    location: Option<Object<LocationBody>>,
    /// The number of digits of generated PINs; default 6, above 50 lockers 7, above 200 lockers 8. Never fewer than
    /// `minChosenPinDigits`.
    #[schema(value_type = Option<u32>)]
    pin_digits: Option<WholeNumber>,
    /// The minimum number of digits of a chosen PIN; default 4.
    #[schema(value_type = Option<u32>)]
    min_chosen_pin_digits: Option<WholeNumber>,
    /// For how many hours it still hands out keys after it has lost its connection; default 24. What is removed meanwhile can still
    /// open a locker for as long. With 0 it only takes keys back.
    #[schema(value_type = Option<u32>)]
    lease_hours: Option<WholeNumber>,
    /// How the cabinet is built.
    #[schema(value_type = Option<LayoutBody>)]
    layout: Option<Object<LayoutBody>>,
}

/// An edit of an automat. Fields that are left out stay unchanged.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AutomatEdit {
    #[schema(ignore)]
    #[serde(default)]
    automat_id: Patch<IgnoredAny>,
    /// Its name for people: 1 to 100 characters.
    #[schema(value_type = String, required = false)]
    #[serde(default)]
    name: Patch<String>,
    /// The number of lockers; cannot remove a locker that has a key.
    #[schema(value_type = u16, required = false, minimum = 1, maximum = 500)]
    #[serde(default)]
    locker_count: Patch<WholeNumber>,
    /// The time zone in which times are shown: a TZ identifier.
    #[schema(value_type = String, required = false, example = "Europe/Helsinki")]
    #[serde(default)]
    time_zone: Patch<String>,
    /// Its address, replaced as a whole; null clears it.
    #[schema(value_type = Option<LocationBody>)]
    #[serde(default)]
    location: Patch<Object<LocationBody>>,
    /// The number of digits of generated PINs from now on; null for the default.
    #[schema(value_type = Option<u32>)]
    #[serde(default)]
    pin_digits: Patch<WholeNumber>,
    /// The minimum number of digits of a chosen PIN from now on; null for 4. PINs in use stay valid.
    #[schema(value_type = Option<u32>)]
    #[serde(default)]
    min_chosen_pin_digits: Patch<WholeNumber>,
    /// For how many hours it still hands out keys after it has lost its connection; null for 24. Shortening it does not reach an
    /// automat that is away: it keeps the lease that it has.
    #[schema(value_type = Option<u32>)]
    #[serde(default)]
    lease_hours: Patch<WholeNumber>,
    /// How the cabinet is built, replaced as a whole; null for the default.
    #[schema(value_type = Option<LayoutBody>)]
    #[serde(default)]
    layout: Patch<Object<LayoutBody>>,
}

/// The address of an automat. Each line has at most 200 characters; one that is left out is empty.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = NewLocation)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LocationBody {
    /// Street and number.
    #[schema(value_type = String, required = false)]
    address: Option<String>,
    /// Postal code.
    #[schema(value_type = String, required = false)]
    postal_code: Option<String>,
    /// Town.
    #[schema(value_type = String, required = false)]
    postal_office: Option<String>,
}

/// How a cabinet is built: where its lockers are, and the numbers on their doors. Pages show it so. Here and in events
/// lockers keep their `lockerIndex`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = NewLayout)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LayoutBody {
    /// How many columns it has; as many as fit on the screen when left out.
    #[schema(value_type = Option<u32>)]
    columns: Option<WholeNumber>,
    /// Whether the doors are numbered down each column instead of along each row; default false. Means nothing without
    /// `columns`.
    numbered_down: Option<bool>,
    /// The number on the door of the locker with `lockerIndex` 0; default 0.
    #[schema(value_type = Option<u32>)]
    first_number: Option<WholeNumber>,
}

impl NewAutomat {
    pub(crate) fn draft(self) -> Result<AutomatDraft, Problem> {
        let mut check = Check::new();
        let id = check.required("automatId", self.automat_id.as_deref(), AutomatId::parse);
        let name = check.required("name", self.name.as_deref(), Name::parse);
        let locker_count = check.required("lockerCount", self.locker_count, whole_number(LockerCount::new));
        let time_zone = check.required("timeZone", self.time_zone.as_deref(), TimeZone::parse);
        let location = self.location.and_then(|location| location.0.check(&mut check));
        let pin_digits = check.optional("pinDigits", self.pin_digits, whole_number(PinDigits::new));
        let min_chosen_pin_digits =
            check.optional("minChosenPinDigits", self.min_chosen_pin_digits, whole_number(PinDigits::new));
        let lease_hours = check.optional("leaseHours", self.lease_hours, whole_number(LeaseHours::new));
        let layout = self.layout.unwrap_or_default().0.check(&mut check);
        check.finish(|| {
            Some(AutomatDraft {
                id: id?,
                name: name?,
                locker_count: locker_count?,
                time_zone: time_zone?,
                location,
                pin_digits,
                min_chosen_pin_digits,
                lease_hours: lease_hours.unwrap_or_default(),
                layout,
            })
        })
    }
}

impl AutomatEdit {
    pub(crate) fn change(self) -> Result<AutomatChange, Problem> {
        let mut check = Check::new();
        check.immutable("automatId", &self.automat_id);
        let name = check.change("name", self.name, |text| Name::parse(&text));
        let locker_count = check.change("lockerCount", self.locker_count, whole_number(LockerCount::new));
        let time_zone = check.change("timeZone", self.time_zone, |text| TimeZone::parse(&text));
        let location = match self.location {
            Patch::Absent => None,
            Patch::Clear => Some(None),
            Patch::Set(location) => location.0.check(&mut check).map(Some),
        };
        let pin_digits = check.clearable("pinDigits", self.pin_digits, whole_number(PinDigits::new));
        let min_chosen_pin_digits =
            check.clearable("minChosenPinDigits", self.min_chosen_pin_digits, whole_number(PinDigits::new));
        let lease_hours = check
            .clearable("leaseHours", self.lease_hours, whole_number(LeaseHours::new))
            .map(Option::unwrap_or_default);
        let layout = match self.layout {
            Patch::Absent => None,
            Patch::Clear => Some(Layout::default()),
            Patch::Set(layout) => Some(layout.0.check(&mut check)),
        };
        check.finish(|| {
            Some(AutomatChange {
                name,
                locker_count,
                time_zone,
                location,
                pin_digits,
                min_chosen_pin_digits,
                lease_hours,
                layout,
            })
        })
    }
}

impl LayoutBody {
    fn check(self, check: &mut Check) -> Layout {
        check.within("layout", |check| Layout {
            columns: check.optional("columns", self.columns, whole_number(Columns::new)),
            numbered_down: self.numbered_down.unwrap_or_default(),
            first_number: check
                .optional("firstNumber", self.first_number, whole_number(FirstNumber::new))
                .unwrap_or_default(),
        })
    }
}

impl LocationBody {
    fn check(self, check: &mut Check) -> Option<Location> {
        check.within("location", |check| {
            let mut line = |field, text: Option<String>| {
                check.optional(field, Some(text.unwrap_or_default()), |text| AddressLine::parse(&text))
            };
            let address = line("address", self.address);
            let postal_code = line("postalCode", self.postal_code);
            let postal_office = line("postalOffice", self.postal_office);
            Some(Location { address: address?, postal_code: postal_code?, postal_office: postal_office? })
        })
    }
}
