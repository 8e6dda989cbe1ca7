//! Why something was not said.

/// The data plane of AWS IoT Core failed us, or answered what it must not. For the log.
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

/// Why a request did not reach an automat's shadow.
#[derive(Debug, thiserror::Error)]
pub enum Undelivered {
    /// It surely did not, and may soon: as many openings are under way at the automat as its shadow can hold, or it is
    /// written to too often.
    #[error("the shadow takes no more for now")]
    Busy,
    /// It surely did not: the data plane refused it.
    #[error("the data plane refused the request")]
    Refused(#[source] Error),
    /// Nobody knows: the answer was lost, or the service is not well.
    #[error("the data plane did not say what became of the request")]
    Unknown(#[source] Error),
}
