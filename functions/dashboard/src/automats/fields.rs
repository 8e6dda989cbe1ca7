//! The fields of an automat: in a form, and as domain types.

use api::{Check, Problem, whole};
use domain::{
    AddressLine, Automat, AutomatChange, AutomatDraft, AutomatId, Location, LockerCount, Name, PinDigits, TimeZone,
};

use crate::form::{Form, number};

/// The form filled in with an automat.
pub(super) fn filled(form: Form, automat: &Automat) -> Form {
    let line =
        |line: fn(&Location) -> &AddressLine| automat.location.as_ref().map_or("", |location| line(location).as_str());
    form.with("version", automat.version.to_string())
        .with("name", automat.name.as_str())
        .with("lockerCount", automat.locker_count.get().to_string())
        .with("timeZone", automat.time_zone.identifier())
        .with_some("pinDigits", automat.pin_digits.map(|digits| digits.get().to_string()))
        .with_some("minChosenPinDigits", automat.min_chosen_pin_digits.map(|digits| digits.get().to_string()))
        .with("location.address", line(|location| &location.address))
        .with("location.postalCode", line(|location| &location.postal_code))
        .with("location.postalOffice", line(|location| &location.postal_office))
}

/// Reads the form for a new automat.
pub(super) fn draft(form: &Form) -> Result<AutomatDraft, Problem> {
    let mut check = Check::new();
    let id = check.required("automatId", form.given("automatId"), AutomatId::parse);
    let Common { name, locker_count, time_zone, location, pin_digits, min_chosen_pin_digits } =
        common(&mut check, form);
    check.finish(|| {
        Some(AutomatDraft {
            id: id?,
            name: name?,
            locker_count: locker_count?,
            time_zone: time_zone?,
            location,
            pin_digits,
            min_chosen_pin_digits,
        })
    })
}

/// Reads the form for an edit. It has all fields, so that the automat becomes what the form shows.
pub(super) fn change(form: &Form) -> Result<AutomatChange, Problem> {
    let mut check = Check::new();
    let Common { name, locker_count, time_zone, location, pin_digits, min_chosen_pin_digits } =
        common(&mut check, form);
    check.finish(|| {
        let change = AutomatChange {
            name: Some(name?),
            locker_count: Some(locker_count?),
            time_zone: Some(time_zone?),
            location: Some(location),
            pin_digits: Some(pin_digits),
            min_chosen_pin_digits: Some(min_chosen_pin_digits),
        };
        Some(change)
    })
}

/// The fields of both forms.
struct Common {
    name: Option<Name>,
    locker_count: Option<LockerCount>,
    time_zone: Option<TimeZone>,
    location: Option<Location>,
    pin_digits: Option<PinDigits>,
    min_chosen_pin_digits: Option<PinDigits>,
}

fn common(check: &mut Check, form: &Form) -> Common {
    let name = check.required("name", form.given("name"), Name::parse);
    let locker_count = check.required("lockerCount", number(form, "lockerCount"), whole(LockerCount::new));
    let time_zone = check.required("timeZone", form.given("timeZone"), TimeZone::parse);
    let mut digits = |field| check.optional(field, number(form, field), whole(PinDigits::new));
    let (pin_digits, min_chosen_pin_digits) = (digits("pinDigits"), digits("minChosenPinDigits"));
    Common { name, locker_count, time_zone, location: location(check, form), pin_digits, min_chosen_pin_digits }
}

/// The location. `None` if all its lines are empty.
fn location(check: &mut Check, form: &Form) -> Option<Location> {
    let mut line = |field| check.optional(field, Some(form.text(field)), AddressLine::parse);
    let address = line("location.address");
    let postal_code = line("location.postalCode");
    let postal_office = line("location.postalOffice");
    let location = Location { address: address?, postal_code: postal_code?, postal_office: postal_office? };
    let lines = [&location.address, &location.postal_code, &location.postal_office];
    lines.iter().any(|line| !line.as_str().is_empty()).then_some(location)
}

/// The time zones that are suggested. Others can be typed; all of them would be half of the page.
pub(super) fn zones() -> impl Iterator<Item = &'static str> {
    chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).filter(|name| name.starts_with("Europe/"))
}
