//! Errors of SES, with the codes and statuses of its API.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, StatusCode};
use serde_json::json;

use crate::service::Fault;

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// An error, in the form that the SDK parses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SesError {
    /// The request is invalid; the text gives the reason, without values of the request.
    Bad(&'static str),
    /// SES does not send this email.
    Rejected,
    UnknownConfigurationSet,
    Throttled,
    Broken,
}

impl From<Fault> for SesError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused => Self::Rejected,
            Fault::Throttled => Self::Throttled,
            Fault::Failed => Self::Broken,
        }
    }
}

impl IntoResponse for SesError {
    fn into_response(self) -> Response {
        let (status, kind, message) = match self {
            Self::Bad(why) => (StatusCode::BAD_REQUEST, "BadRequestException", why),
            Self::Rejected => {
                (StatusCode::BAD_REQUEST, "MessageRejected", "The outbox is configured to refuse emails.")
            }
            Self::UnknownConfigurationSet => {
                (StatusCode::NOT_FOUND, "NotFoundException", "The configuration set does not exist.")
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
