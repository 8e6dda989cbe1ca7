//! Request bodies for keys.

use api::{Check, Patch, Problem, WholeNumber, whole_number};
use domain::{AutomatId, KeyChange, KeyDraft, KeyId, LockerIndex, Property, ReturnCode, Sharing};
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;

/// A key to add to a locker.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewKey {
    /// 1 to 64 letters of any script, digits, `_`, `.` or `-`, beginning with a letter or digit. Unique in the stack.
    #[schema(value_type = String, required)]
    key_id: Option<String>,
    /// The automat of the locker.
    #[schema(value_type = String, required)]
    automat_id: Option<String>,
    /// The locker; the lowest free one when left out.
    #[schema(value_type = Option<u16>, minimum = 0, maximum = 499)]
    locker_index: Option<WholeNumber>,
    /// Whether contracts on the key may overlap in time; false when left out.
    shared: Option<bool>,
    /// Exactly 4 digits that, typed after `*`, return the key to its empty locker. Unique in the automat.
    #[schema(pattern = "^[0-9]{4}$")]
    return_code: Option<String>,
    /// What the key opens: an address, a licence number. At most 200 characters; empty when left out.
    property: Option<String>,
}

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

impl NewKey {
    pub(crate) fn draft(self) -> Result<KeyDraft, Problem> {
        let mut check = Check::new();
        let id = check.required("keyId", self.key_id.as_deref(), KeyId::parse);
        let automat = check.required("automatId", self.automat_id.as_deref(), AutomatId::parse);
        let locker = check.optional("lockerIndex", self.locker_index, whole_number(LockerIndex::new));
        let sharing = sharing(self.shared.unwrap_or_default());
        let return_code = check.optional("returnCode", self.return_code.as_deref(), ReturnCode::parse);
        let property = check.optional("property", Some(self.property.as_deref().unwrap_or_default()), Property::parse);
        check
            .finish(|| Some(KeyDraft { id: id?, automat: automat?, locker, sharing, return_code, property: property? }))
    }
}

impl KeyEdit {
    pub(crate) fn change(self) -> Result<KeyChange, Problem> {
        let mut check = Check::new();
        check.immutable("keyId", &self.key_id);
        check.immutable("automatId", &self.automat_id);
        let locker = check.change("lockerIndex", self.locker_index, whole_number(LockerIndex::new));
        let sharing = check.change("shared", self.shared, |shared| Ok(sharing(shared)));
        let return_code = check.clearable("returnCode", self.return_code, |text| ReturnCode::parse(&text));
        let property = self.property.cleared_to(String::new());
        let property = check.change("property", property, |text| Property::parse(&text));
        check.finish(|| Some(KeyChange { locker, sharing, return_code, property }))
    }
}

fn sharing(shared: bool) -> Sharing {
    if shared { Sharing::Shared } else { Sharing::NotShared }
}
