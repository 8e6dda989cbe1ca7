//! Automats without a connection that may still open lockers by what a request withdraws.

use serde::Serialize;
use store::StillUsable;
use utoipa::ToSchema;

use crate::Problem;
use crate::problem::{Code, Facts};

/// An automat without a connection, where the earlier state of a contract may still open lockers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StillUsable)]
#[serde(rename_all = "camelCase")]
pub struct StillUsableView {
    automat_id: String,
    #[schema(format = DateTime)]
    offline_since: String,
    /// At the latest. Earlier if the automat is connected before.
    #[schema(format = DateTime)]
    until: String,
}

impl StillUsableView {
    /// The automats where what a request withdraws is still usable; refused with `still_usable` if the client wants only what
    /// can be revoked now.
    pub fn all(usable: Vec<StillUsable>, if_revocable: bool) -> Result<Vec<Self>, Problem> {
        let usable: Vec<_> = usable.into_iter().map(Self::from).collect();
        if !if_revocable || usable.is_empty() {
            return Ok(usable);
        }
        let detail = "Nothing was changed. Without ifRevocable=true the request is done, and the automats in stillUsable \
            accept what they know until then, or until they are connected again.";
        Err(Problem::new(Code::StillUsable, detail).with(Facts { still_usable: Some(usable), ..Facts::default() }))
    }
}

impl From<StillUsable> for StillUsableView {
    fn from(StillUsable { automat, offline_since, until }: StillUsable) -> Self {
        Self {
            automat_id: automat.as_str().to_owned(),
            offline_since: offline_since.to_string(),
            until: until.to_string(),
        }
    }
}
