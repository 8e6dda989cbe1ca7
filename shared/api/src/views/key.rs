//! Keys as clients see them.

use domain::{Key, KeyState, Sharing, Whereabouts};
use serde::Serialize;
use strum::VariantArray as _;
use utoipa::ToSchema;

use crate::csv::{CsvRow, KeyColumn, cell_of_truth};
use crate::{Role, StillUsableView};

/// A key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Key)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    key_id: String,
    automat_id: String,
    locker_index: u16,
    /// Whether contracts on the key may overlap in time.
    shared: bool,
    /// Absent when there is none; `****` for viewers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    return_code: Option<String>,
    property: String,
    #[schema(value_type = String)]
    state: KeyState,
    /// Whether the key is in its locker; null if the automat has not reported yet.
    #[schema(required)]
    key_inside: Option<bool>,
    /// If this request moved the key: the automats without a connection where PINs may still open the previous locker.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    still_usable: Vec<StillUsableView>,
    version: u64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A return code as viewers see it.
const MASKED: &str = "****";

impl KeyView {
    /// With where its previous locker may still be opened.
    #[must_use]
    pub fn still_usable(self, still_usable: Vec<StillUsableView>) -> Self {
        Self { still_usable, ..self }
    }

    /// The key as a caller of this role sees it.
    #[must_use]
    pub fn of(key: Key, role: Role) -> Self {
        let shown = |code: domain::ReturnCode| match role {
            Role::Viewer => MASKED.to_owned(),
            Role::Operator | Role::Admin => code.reveal().to_owned(),
        };
        Self {
            key_id: key.id.as_str().to_owned(),
            automat_id: key.automat.as_str().to_owned(),
            locker_index: key.locker.get(),
            shared: key.sharing == Sharing::Shared,
            return_code: key.return_code.map(shown),
            property: key.property.as_str().to_owned(),
            state: key.state,
            key_inside: match key.whereabouts {
                Whereabouts::Unknown => None,
                Whereabouts::Inside => Some(true),
                Whereabouts::Out { .. } => Some(false),
            },
            still_usable: Vec::new(),
            version: key.version,
            created_at: key.created_at.to_string(),
            updated_at: key.updated_at.to_string(),
        }
    }
}

/// What an import reads.
impl CsvRow for KeyView {
    type Column = KeyColumn;

    fn columns(_: &[Self]) -> Vec<KeyColumn> {
        KeyColumn::VARIANTS.to_vec()
    }

    fn cell(&self, column: &KeyColumn) -> String {
        match column {
            KeyColumn::KeyId => self.key_id.clone(),
            KeyColumn::AutomatId => self.automat_id.clone(),
            KeyColumn::LockerIndex => self.locker_index.to_string(),
            KeyColumn::Shared => cell_of_truth(self.shared),
            KeyColumn::ReturnCode => self.return_code.clone().unwrap_or_default(),
            KeyColumn::Property => self.property.clone(),
        }
    }
}
