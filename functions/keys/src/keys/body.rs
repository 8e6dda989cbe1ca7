//! The body of an edit of a key.

use api::{Check, Patch, Problem, WholeNumber, whole_number};
use domain::{KeyChange, LockerIndex, Property, ReturnCode, Sharing};
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;

/// An edit of a key. Fields that are left out stay unchanged.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct KeyEdit {
    #[schema(ignore)]
    #[serde(default)]
    key_id: Patch<IgnoredAny>,
    #[schema(ignore)]
    #[serde(default)]
    automat_id: Patch<IgnoredAny>,
    /// Another locker of the same automat.
    #[schema(value_type = u16, required = false, minimum = 0, maximum = 499)]
    #[serde(default)]
    locker_index: Patch<WholeNumber>,
    /// Whether contracts on the key may overlap in time.
    #[schema(value_type = bool, required = false)]
    #[serde(default)]
    shared: Patch<bool>,
    /// Exactly 4 digits; null clears it.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{4}$")]
    #[serde(default)]
    return_code: Patch<String>,
    /// What the key opens; null makes it empty.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    property: Patch<String>,
}

impl KeyEdit {
    pub(crate) fn change(self) -> Result<KeyChange, Problem> {
        let mut check = Check::new();
        check.immutable("keyId", &self.key_id);
        check.immutable("automatId", &self.automat_id);
        let locker = check.change("lockerIndex", self.locker_index, whole_number(LockerIndex::new));
        let sharing = check.change("shared", self.shared, |shared| Ok(Sharing::of(shared)));
        let return_code = check.clearable("returnCode", self.return_code, |text| ReturnCode::parse(&text));
        let property = self.property.cleared_to(String::new());
        let property = check.change("property", property, |text| Property::parse(&text));
        check.finish(|| Some(KeyChange { locker, sharing, return_code, property }))
    }
}
