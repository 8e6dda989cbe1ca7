//! Errors of SNS, with the codes and statuses of its API.

use http::StatusCode;

use crate::service::Fault;

/// An error, in the form that the SDK parses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SnsError {
    MissingAction,
    UnknownAction,
    /// A parameter is invalid; the text names it and gives the reason, without its value.
    Invalid(String),
    /// An attribute is invalid.
    InvalidAttribute(String),
    UnknownTopic,
    EmptyBatch,
    LongBatch,
    LargeBatch,
    SameIds,
    InvalidId,
    Throttled,
    Broken,
}

impl SnsError {
    pub(super) fn invalid(what: &str) -> Self {
        Self::Invalid(format!("Invalid parameter: {what}"))
    }

    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::UnknownTopic => StatusCode::NOT_FOUND,
            Self::Throttled => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::MissingAction => "MissingAction",
            Self::UnknownAction => "InvalidAction",
            Self::Invalid(_) => "InvalidParameter",
            Self::InvalidAttribute(_) => "ParameterValueInvalid",
            Self::UnknownTopic => "NotFound",
            Self::EmptyBatch => "EmptyBatchRequest",
            Self::LongBatch => "TooManyEntriesInBatchRequest",
            Self::LargeBatch => "BatchRequestTooLong",
            Self::SameIds => "BatchEntryIdsNotDistinct",
            Self::InvalidId => "InvalidBatchEntryId",
            Self::Throttled => "Throttled",
            Self::Broken => "InternalError",
        }
    }

    pub(super) fn message(&self) -> &str {
        match self {
            Self::MissingAction => "The request names no action.",
            Self::UnknownAction => "The action is not supported.",
            Self::Invalid(why) | Self::InvalidAttribute(why) => why,
            Self::UnknownTopic => "Topic does not exist",
            Self::EmptyBatch => "The batch has no entries.",
            Self::LongBatch => "The batch has more than 10 entries.",
            Self::LargeBatch => "The batch is larger than 262144 bytes.",
            Self::SameIds => "Two entries of the batch have the same id.",
            Self::InvalidId => "An entry's id must have 1 to 80 letters, digits, hyphens and underscores.",
            Self::Throttled => "Rate exceeded",
            Self::Broken => "Internal error",
        }
    }

    /// Whether the sender is at fault.
    pub(super) fn is_of_sender(&self) -> bool {
        *self != Self::Broken
    }
}

impl From<Fault> for SnsError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused => {
                Self::invalid("PhoneNumber or TopicArn Reason: the outbox is configured to refuse messages")
            }
            Fault::Throttled => Self::Throttled,
            Fault::Failed => Self::Broken,
        }
    }
}
