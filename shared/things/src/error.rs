//! Why a message could not be sent.

/// A request to the data plane of AWS IoT Core failed, or its response is invalid. For the log only.
#[derive(Debug, thiserror::Error)]
#[error("{context}")]
pub struct Error {
    context: &'static str,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(context: &'static str) -> Self {
        Self { context, source: None }
    }

    pub(crate) fn over(context: &'static str, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { context, source: Some(Box::new(source)) }
    }
}

/// Why a request may not have reached an automat's shadow.
#[derive(Debug, thiserror::Error)]
pub enum Undelivered {
    /// Certainly not written; a later try may succeed. The shadow is full of running openings, or it is written too
    /// often.
    #[error("the shadow cannot take another request now")]
    Busy,
    /// Certainly not written: the data plane rejected the request.
    #[error("the data plane rejected the request")]
    Refused(#[source] Error),
    /// It may have been written: the response was lost, or the service had an error of its own.
    #[error("it is unknown whether the request was written")]
    Unknown(#[source] Error),
}
