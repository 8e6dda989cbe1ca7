//! Why the store did not do what was asked.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use clock::NoRandomness;
use domain::{AutomatRefusal, ContractRefusal, KeyRefusal, OpeningRefusal};

/// By which DynamoDB says that it takes no more for the moment ("Error messages and codes", "Error handling with
/// DynamoDB", developer guide). With each of them, it says, trying again is right.
const THROTTLED: [&str; 3] = ["ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"];

/// What kind of thing an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A key automat.
    Automat,
    /// A key.
    Key,
    /// A contract.
    Contract,
    /// An opening.
    Opening,
    /// A message.
    Message,
}

/// Why the store did not do what was asked. Becomes a problem at the HTTP edge, exhaustively.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing.
    #[error("no such {0:?}")]
    NotFound(Thing),
    /// There is one of that name, and it is not what was asked for.
    #[error("a different {0:?} of that name exists")]
    Exists(Thing),
    /// The automat would not.
    #[error(transparent)]
    Automat(#[from] AutomatRefusal),
    /// The key would not.
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    /// The contract would not.
    #[error(transparent)]
    Contract(#[from] ContractRefusal),
    /// The locker would not be opened.
    #[error(transparent)]
    Opening(#[from] OpeningRefusal),
    /// Another key of the automat has this return code.
    #[error("another key of the automat has this return code")]
    ReturnCodeInUse,
    /// The caller's `If-Match` names an older version.
    #[error("the version has moved on to {current}")]
    Stale {
        /// What it is now.
        current: u64,
    },
    /// The `Idempotency-Key` was used for another request.
    #[error("the idempotency key was used for another request")]
    IdempotencyKeyReused,
    /// What was answered under the `Idempotency-Key` is no longer so: what it created is gone or has other codes or
    /// times, or what was refused would be possible now.
    #[error("the answer given under the idempotency key is out of date")]
    IdempotencyOutdated,
    /// The cursor was not made by this list.
    #[error("the cursor is not one of this list")]
    BadCursor,
    /// The message is being sent, or will be.
    #[error("the message is under way already")]
    MessageUnderWay,
    /// What the message says is no longer true.
    #[error("what the message says has been overtaken")]
    MessageOutdated,
    /// Too many at once: writers of one thing, or requests to the table. Trying again may help.
    #[error("too many requests at once")]
    Busy,
    /// The table cannot be reached, or holds what it must not. For the log; the outside learns nothing of it.
    #[error("{context}")]
    Internal {
        /// What was being done.
        context: &'static str,
        /// What went wrong.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl From<NoRandomness> for Error {
    fn from(source: NoRandomness) -> Self {
        Self::internal("drawing random numbers", source)
    }
}

impl Error {
    /// Whether this is a decision over what the table holds (404, 409 and 412 at the HTTP edge), so that the same request
    /// could be accepted at another moment. Neither what the request alone decides nor a failure is.
    #[must_use]
    pub fn is_about_the_table(&self) -> bool {
        match self {
            Self::Contract(ContractRefusal::EndNotAfterStart | ContractRefusal::EndNotAhead)
            | Self::IdempotencyKeyReused
            | Self::BadCursor
            | Self::Busy
            | Self::Internal { .. } => false,
            Self::NotFound(_)
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

    /// What a failed call to the table is. It is throttled here only after the SDK has tried again by itself.
    pub(crate) fn of_call<E>(context: &'static str, failure: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let is_throttled = failure.code().is_some_and(|code| THROTTLED.contains(&code));
        if is_throttled { Self::Busy } else { Self::internal(context, failure) }
    }
}
