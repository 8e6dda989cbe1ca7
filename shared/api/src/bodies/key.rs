//! The body of a new key.

use domain::{AutomatId, KeyDraft, KeyId, LockerIndex, Property, ReturnCode, Sharing};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{Check, Problem, WholeNumber, whole_number};

/// A key to add to a locker.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewKey {
    /// 1 to 64 letters of any script, digits, `_`, `.` or `-`, beginning with a letter or digit. Unique in the stack.
    #[schema(value_type = String, required)]
    pub key_id: Option<String>,
    /// The automat of the locker.
    #[schema(value_type = String, required)]
    pub automat_id: Option<String>,
    /// The locker; the lowest free one when left out.
    #[schema(value_type = Option<u16>, minimum = 0, maximum = 499)]
    pub locker_index: Option<WholeNumber>,
    /// Whether contracts on the key may overlap in time; false when left out.
    pub shared: Option<bool>,
    /// Exactly 4 digits that, typed after `*`, return the key to its empty locker. Unique in the automat.
    #[schema(pattern = "^[0-9]{4}$")]
    pub return_code: Option<String>,
    /// What the key opens: an address, a licence number. At most 200 characters; empty when left out.
    pub property: Option<String>,
}

impl NewKey {
    pub fn draft(self) -> Result<KeyDraft, Problem> {
        let mut check = Check::new();
        let id = check.required("keyId", self.key_id.as_deref(), KeyId::parse);
        let automat = check.required("automatId", self.automat_id.as_deref(), AutomatId::parse);
        let locker = check.optional("lockerIndex", self.locker_index, whole_number(LockerIndex::new));
        let sharing = Sharing::of(self.shared.unwrap_or_default());
        let return_code = check.optional("returnCode", self.return_code.as_deref(), ReturnCode::parse);
        let property = check.optional("property", Some(self.property.as_deref().unwrap_or_default()), Property::parse);
        check
            .finish(|| Some(KeyDraft { id: id?, automat: automat?, locker, sharing, return_code, property: property? }))
    }
}
