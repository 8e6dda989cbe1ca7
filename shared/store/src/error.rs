//! The errors of the store.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use clock::NoRandomness;
use domain::{AutomatRefusal, ContractRefusal, KeyId, KeyRefusal, OpeningRefusal};

/// The error codes by which DynamoDB says that it is throttling; it recommends to retry each of them ("Error handling
/// with DynamoDB", developer guide, "Error messages and codes").
const THROTTLED: [&str; 3] = ["ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"];

/// The kind of resource that an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceKind {
    Automat,
    Key,
    Contract,
    Opening,
    Message,
}

/// Why a request failed. `api` turns each variant into a problem, exhaustively.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no such {0:?}")]
    NotFound(ResourceKind),
    /// One of several keys that a request names does not exist.
    #[error("no such key")]
    KeyNotFound(KeyId),
    /// The id is taken, and the existing resource differs from the request.
    #[error("a different {0:?} with that id exists")]
    Exists(ResourceKind),
    #[error(transparent)]
    Automat(#[from] AutomatRefusal),
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    #[error(transparent)]
    Contract(#[from] ContractRefusal),
    #[error(transparent)]
    Opening(#[from] OpeningRefusal),
    #[error("another key of the automat has this return code")]
    ReturnCodeInUse,
    /// The caller's `If-Match` names an older version.
    #[error("the current version is {current}")]
    Stale { current: u64 },
    #[error("the idempotency key was used for another request")]
    IdempotencyKeyReused,
    /// The earlier answer under this `Idempotency-Key` no longer holds: what it created is gone or has other codes or
    /// times, or what it refused would now succeed.
    #[error("the earlier answer under the idempotency key is outdated")]
    IdempotencyOutdated,
    /// The cursor belongs to another list, or was altered.
    #[error("the cursor does not belong to this list")]
    BadCursor,
    #[error("the message is already being sent")]
    MessageUnderWay,
    #[error("the content of the message is outdated")]
    MessageOutdated,
    /// Too much contention for one item, or DynamoDB is throttling. Retrying may help.
    #[error("too many requests at once")]
    Busy,
    /// The table cannot be reached, or holds something invalid. For the log only; callers learn nothing of it.
    #[error("{context}")]
    Internal {
        context: &'static str,
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl From<NoRandomness> for Error {
    fn from(source: NoRandomness) -> Self {
        Self::internal("generating random numbers", source)
    }
}

impl Error {
    /// Whether the error depends on what the table holds (404, 409 and 412 over HTTP), so that the same request could
    /// succeed at another time. False for errors of the request alone and for failures.
    #[must_use]
    pub fn is_about_the_table(&self) -> bool {
        match self {
            Self::Contract(
                ContractRefusal::EndNotAfterStart | ContractRefusal::EndNotAhead | ContractRefusal::TooManyKeys,
            )
            | Self::IdempotencyKeyReused
            | Self::BadCursor
            | Self::Busy
            | Self::Internal { .. } => false,
            Self::NotFound(_)
            | Self::KeyNotFound(_)
            | Self::Exists(_)
            | Self::Automat(_)
            | Self::Key(_)
            | Self::Contract(_)
            | Self::Opening(_)
            | Self::ReturnCodeInUse
            | Self::Stale { .. }
            | Self::IdempotencyOutdated
            | Self::MessageUnderWay
            | Self::MessageOutdated => true,
        }
    }

    pub(crate) fn internal(context: &'static str, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal { context, source: Some(Box::new(source)) }
    }

    /// Maps a failed call. Throttling becomes [`Error::Busy`]; by then the SDK has used up its own retries.
    pub(crate) fn of_call<E>(context: &'static str, failure: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let is_throttled = failure.code().is_some_and(|code| THROTTLED.contains(&code));
        if is_throttled { Self::Busy } else { Self::internal(context, failure) }
    }
}
