//! Why a request is refused, with the codes and words of "Device Shadow error messages" in the developer guide.

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The payload is not JSON, or not an object.
    #[error("Invalid JSON")]
    InvalidJson,
    /// An update without `state`.
    #[error("Missing required node: state")]
    MissingState,
    /// A part of the request that has to be an object is something else.
    #[error("{0} node must be an object")]
    NotAnObject(&'static str),
    /// A member that the form does not have, an array with `null` in it, or the like.
    #[error("State contains an invalid node: '{0}'")]
    InvalidNode(String),
    /// `version` is not a whole number.
    #[error("Invalid version")]
    InvalidVersion,
    /// `clientToken` is not a text of at most 64 bytes.
    #[error("Invalid clientToken")]
    InvalidClientToken,
    /// More levels in a section than there may be.
    #[error("JSON contains too many levels of nesting; maximum is {}", super::document::MAX_LEVELS)]
    TooDeep,
    /// There is no such shadow.
    #[error("No shadow exists with name: '{0}'")]
    NoShadow(String),
    /// `version` is not the shadow's.
    #[error("Version conflict")]
    VersionConflict,
    /// The state would be larger than 8 KB.
    #[error("The payload exceeds the maximum size allowed")]
    TooLarge,
    /// The payload is not UTF-8.
    #[error("Unsupported documented encoding; supported encoding is UTF-8")]
    NotUtf8,
    /// More requests for the shadows of one thing than are taken in a second. The words are not known from any document.
    #[error("Too many requests")]
    TooManyRequests,
    /// The shadow could not be stored.
    #[error("Internal service failure")]
    Internal,
}

impl Rejection {
    /// The code, as in HTTP.
    #[must_use]
    pub fn code(&self) -> u16 {
        match self {
            Self::InvalidJson
            | Self::MissingState
            | Self::NotAnObject(_)
            | Self::InvalidNode(_)
            | Self::InvalidVersion
            | Self::InvalidClientToken
            | Self::TooDeep => 400,
            Self::NoShadow(_) => 404,
            Self::VersionConflict => 409,
            Self::TooLarge => 413,
            Self::NotUtf8 => 415,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
        }
    }

    /// The name by which the data plane's API gives it to the SDK.
    #[must_use]
    pub fn exception(&self) -> &'static str {
        match self.code() {
            404 => "ResourceNotFoundException",
            409 => "ConflictException",
            413 => "RequestEntityTooLargeException",
            415 => "UnsupportedDocumentEncodingException",
            429 => "ThrottlingException",
            500 => "InternalFailureException",
            _ => "InvalidRequestException",
        }
    }
}
