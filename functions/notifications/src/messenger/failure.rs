//! What an SDK error means for a message; above all, whether it may have been sent.

use std::error::Error;
use std::io;

use aws_sdk_sns::config::http::HttpResponse;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use domain::SendFailure;

/// How many causes of an error are searched for a refused connection.
const DEPTH: usize = 16;

/// Maps an SDK error; `refusal` maps the service's own errors.
pub(super) fn classify<E>(error: &SdkError<E, HttpResponse>, refusal: impl Fn(&E) -> Option<SendFailure>) -> SendFailure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(response) => {
            let refused = refusal(response.err());
            refused.unwrap_or_else(|| by_code(response.err().code(), response.raw().status().as_u16()))
        }
        SdkError::DispatchFailure(_) if was_not_reached(error) => SendFailure::Unavailable,
        SdkError::ConstructionFailure(_) => SendFailure::ContentRefused,
        // A timeout, a lost connection, or an invalid response.
        _ => SendFailure::Unanswered,
    }
}

/// Whether the error's message contains a text. Messages tell apart what the code does not.
pub(super) fn message_contains(error: &impl ProvideErrorMetadata, text: &str) -> bool {
    error.message().is_some_and(|message| message.to_lowercase().contains(text))
}

fn by_code(code: Option<&str>, status: u16) -> SendFailure {
    match (code, status) {
        (Some(code), _) if code.starts_with("Throttl") || code == "TooManyRequestsException" => SendFailure::Throttled,
        (_, 429) => SendFailure::Throttled,
        (_, 500..) => SendFailure::Unavailable,
        // A missing permission or an expired signature, which is not the message's fault.
        _ => SendFailure::NotAllowed,
    }
}

/// Whether no connection was made, so that nothing can have been sent.
fn was_not_reached(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source())
        .take(DEPTH)
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}
