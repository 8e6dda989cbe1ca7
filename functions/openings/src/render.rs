//! Openings as clients see them.

use domain::{Instant, Opening, OpeningStatus};
use utoipa::ToSchema;

/// A remote open.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = Opening)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpeningView {
    opening_id: String,
    automat_id: String,
    locker_index: u16,
    /// The key that belonged in the locker when it was asked for; absent when none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    key_id: Option<String>,
    status: Status,
    /// Whether the status is the device's own word. An `expired` that is not may still become `opened`: the device may
    /// have opened the locker and not been able to say so yet.
    confirmed_by_device: bool,
    /// Who asked for it: the subject of their token.
    requested_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    reason: Option<String>,
    #[schema(format = DateTime)]
    issued_at: String,
    /// From then on the device does not open any more.
    #[schema(format = DateTime)]
    expires_at: String,
    /// When it ended; absent while it is `requested`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    finished_at: Option<String>,
}

/// How far an opening has come.
#[derive(Debug, Clone, Copy, serde::Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Status {
    /// The device has not answered yet.
    Requested,
    /// The locker is open.
    Opened,
    /// The device, or its shadow, did not take it.
    Refused,
    /// The device tried, and does not know that it opened.
    Failed,
    /// It did not reach the device in time.
    Expired,
}

impl OpeningView {
    pub(crate) fn at(opening: &Opening, now: Instant) -> Self {
        Self {
            opening_id: opening.id.as_str().to_owned(),
            automat_id: opening.automat.as_str().to_owned(),
            locker_index: opening.locker.get(),
            key_id: opening.key.as_ref().map(|key| key.as_str().to_owned()),
            status: match opening.status(now) {
                OpeningStatus::Requested => Status::Requested,
                OpeningStatus::Opened => Status::Opened,
                OpeningStatus::Refused => Status::Refused,
                OpeningStatus::Failed => Status::Failed,
                OpeningStatus::Expired => Status::Expired,
            },
            confirmed_by_device: opening.confirmed_by_device(),
            requested_by: opening.requested_by.as_str().to_owned(),
            reason: opening.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            issued_at: opening.issued_at.to_string(),
            expires_at: opening.expires_at.to_string(),
            finished_at: opening.finished_at(now).map(|at| at.to_string()),
        }
    }
}
