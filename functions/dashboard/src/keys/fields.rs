//! The fields of a key: in a form, and as domain types.

use api::{Check, Problem, whole};
use domain::{Automat, AutomatId, Key, KeyChange, KeyDraft, KeyId, LockerIndex, Property, ReturnCode, Sharing};

use crate::form::{Form, number};

/// The form filled in with a key.
pub(super) fn filled(form: Form, key: &Key) -> Form {
    let form = form
        .with("version", key.version.to_string())
        .with("lockerIndex", key.locker.to_string())
        .with("property", key.property.as_str())
        .with_some("returnCode", key.return_code.as_ref().map(ReturnCode::reveal));
    if key.sharing == Sharing::Shared { form.with("shared", "on") } else { form }
}

/// Reads the form for a new key.
pub(super) fn draft(form: &Form, automat: &AutomatId) -> Result<KeyDraft, Problem> {
    let mut check = Check::new();
    let id = check.required("keyId", form.given("keyId"), KeyId::parse);
    let locker = check.optional("lockerIndex", number(form, "lockerIndex"), whole(LockerIndex::new));
    let return_code = check.optional("returnCode", form.given("returnCode"), ReturnCode::parse);
    let property = check.optional("property", Some(form.text("property")), Property::parse);
    let (automat, sharing) = (automat.clone(), sharing(form));
    check.finish(|| Some(KeyDraft { id: id?, automat, locker, sharing, return_code, property: property? }))
}

/// Reads the form for an edit. It has all fields, so that the key becomes what the form shows.
pub(super) fn change(form: &Form) -> Result<KeyChange, Problem> {
    let mut check = Check::new();
    let locker = check.required("lockerIndex", number(form, "lockerIndex"), whole(LockerIndex::new));
    let return_code = check.optional("returnCode", form.given("returnCode"), ReturnCode::parse);
    let property = check.optional("property", Some(form.text("property")), Property::parse);
    check.finish(|| {
        let change = KeyChange {
            locker: Some(locker?),
            sharing: Some(sharing(form)),
            return_code: Some(return_code),
            property: Some(property?),
        };
        Some(change)
    })
}

/// The options of the locker field: the free lockers, and the key's own.
pub(super) fn locker_options(automat: &Automat, own: Option<&LockerIndex>) -> Vec<(String, String)> {
    let free = |locker: &LockerIndex| !automat.occupied.contains(locker) || own == Some(locker);
    automat.locker_count.indices().filter(free).map(|locker| (locker.to_string(), locker.to_string())).collect()
}

fn sharing(form: &Form) -> Sharing {
    if form.ticked("shared") { Sharing::Shared } else { Sharing::NotShared }
}
