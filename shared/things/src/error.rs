//! Why a message could not be sent.

/// A request to the data plane of AWS IoT Core failed, or its response is invalid. For the log only.
#[derive(Debug, thiserror::Error)]
#[error("{context}")]
pub struct Error {
    context: &'static str,
    is_throttling: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Whether the shadow was getting too many requests.
    #[must_use]
    pub fn is_throttling(&self) -> bool {
        self.is_throttling
    }

    pub(crate) fn throttled(self) -> Self {
        Self { is_throttling: true, ..self }
    }

    pub(crate) fn new(context: &'static str) -> Self {
        Self { context, is_throttling: false, source: None }
    }

    pub(crate) fn over(context: &'static str, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { context, is_throttling: false, source: Some(Box::new(source)) }
    }
}

/// Why a request may not have reached an automat's shadow.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// It certainly did not: the shadow has no room for it until openings that are in progress have ended.
    #[error("the shadow is full")]
    Full,
    /// It certainly did not: the shadow is getting too many requests.
    #[error("the shadow is throttled")]
    Throttled,
    /// It certainly did not: the data plane refused it.
    #[error("the data plane refused the request")]
    Refused(#[source] Error),
    /// It may have been written: the response was lost, or the service had an error of its own.
    #[error("it is unknown whether the request was written")]
    Unknown(#[source] Error),
}
