//! Why SES does not take a call, with the codes and statuses of its API.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, StatusCode};
use serde_json::json;

use crate::service::Trouble;

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// A refusal, as the SDK reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The request is not as it must be; says why, without a value of it.
    Bad(&'static str),
    /// The email is one that SES does not send.
    Rejected,
    UnknownConfigurationSet,
    Throttled,
    Broken,
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused => Self::Rejected,
            Trouble::Throttled => Self::Throttled,
            Trouble::Failed => Self::Broken,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, kind, message) = match self {
            Self::Bad(why) => (StatusCode::BAD_REQUEST, "BadRequestException", why),
            Self::Rejected => (StatusCode::BAD_REQUEST, "MessageRejected", "The outbox was told to refuse."),
            Self::UnknownConfigurationSet => {
                (StatusCode::NOT_FOUND, "NotFoundException", "There is no such configuration set.")
            }
            Self::Throttled => {
                (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "Maximum sending rate exceeded.")
            }
            Self::Broken => {
                (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceErrorException", "An internal error occurred.")
            }
        };
        (status, [(ERROR_TYPE, kind)], Json(json!({ "message": message }))).into_response()
    }
}
