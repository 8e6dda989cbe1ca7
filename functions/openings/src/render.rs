//! Openings in API responses.

use domain::{Instant, Opening, OpeningStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// An opening.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Opening)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpeningView {
    opening_id: String,
    automat_id: String,
    locker_index: u16,
    /// The key that belonged in the locker at the time of the request; absent if none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    key_id: Option<String>,
    #[schema(value_type = String)]
    status: OpeningStatus,
    /// Whether the device has confirmed the status. An `expired` that is not confirmed can still become `opened`: the
    /// device may have opened the locker and not been able to report it yet.
    confirmed_by_device: bool,
    /// Who requested it: the `sub` of a token.
    requested_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    reason: Option<String>,
    #[schema(format = DateTime)]
    issued_at: String,
    /// After this time the device does not open the locker any more.
    #[schema(format = DateTime)]
    expires_at: String,
    /// When the result was known; absent while it is `requested`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    finished_at: Option<String>,
}

impl OpeningView {
    pub(crate) fn at(opening: &Opening, now: Instant) -> Self {
        Self {
            opening_id: opening.id.as_str().to_owned(),
            automat_id: opening.automat.as_str().to_owned(),
            locker_index: opening.locker.get(),
            key_id: opening.key.as_ref().map(|key| key.as_str().to_owned()),
            status: opening.status(now),
            confirmed_by_device: opening.is_confirmed_by_device(),
            requested_by: opening.requested_by.as_str().to_owned(),
            reason: opening.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            issued_at: opening.issued_at.to_string(),
            expires_at: opening.expires_at.to_string(),
            finished_at: opening.finished_at(now).map(|at| at.to_string()),
        }
    }
}
