//! Why a request is refused, with the codes and messages of "Device Shadow error messages" in the developer guide.

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The payload is not a JSON object.
    #[error("Invalid JSON")]
    InvalidJson,
    /// An update has no `state`.
    #[error("Missing required node: state")]
    MissingState,
    /// A part of the request that must be an object is something else.
    #[error("{0} node must be an object")]
    NotAnObject(&'static str),
    /// The request has an unknown member, or an array that contains `null`.
    #[error("State contains an invalid node: '{0}'")]
    InvalidNode(String),
    /// `version` is not a non-negative integer.
    #[error("Invalid version")]
    InvalidVersion,
    /// `clientToken` is not a text of at most 64 bytes.
    #[error("Invalid clientToken")]
    InvalidClientToken,
    /// A section has too many levels.
    #[error("JSON contains too many levels of nesting; maximum is {}", super::document::MAX_LEVELS)]
    TooDeep,
    /// The shadow does not exist.
    #[error("No shadow exists with name: '{0}'")]
    NoShadow(String),
    /// `version` is not the shadow's current version.
    #[error("Version conflict")]
    VersionConflict,
    /// The state would exceed 8 KB.
    #[error("The payload exceeds the maximum size allowed")]
    TooLarge,
    /// The payload is not valid UTF-8.
    #[error("Unsupported documented encoding; supported encoding is UTF-8")]
    NotUtf8,
    /// The thing's shadows get more requests per second than AWS allows. The wording is ours: no document quotes AWS's.
    #[error("Too many requests")]
    TooManyRequests,
    /// The shadow could not be stored.
    #[error("Internal service failure")]
    Internal,
}

impl Rejection {
    /// The error code, an HTTP status.
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

    /// The exception's name in the data plane API.
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
