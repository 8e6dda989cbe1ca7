//! What an SDK's failure means for a message: above all, whether it may have been sent.

use std::error::Error;
use std::io;

use aws_sdk_sns::config::http::HttpResponse;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use domain::SendFailure;

/// How many causes of a failure are looked at for one that tells that nobody was reached.
const DEPTH: usize = 16;

/// What a failure comes to; `refusal` knows the service's own errors.
pub(super) fn of<E>(error: &SdkError<E, HttpResponse>, refusal: impl Fn(&E) -> Option<SendFailure>) -> SendFailure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(answer) => {
            let refused = refusal(answer.err());
            refused.unwrap_or_else(|| by_code(answer.err().code(), answer.raw().status().as_u16()))
        }
        SdkError::DispatchFailure(_) if was_not_reached(error) => SendFailure::Unavailable,
        SdkError::ConstructionFailure(_) => SendFailure::ContentRefused,
        // Timed out, cut off, or answered with what is no answer.
        _ => SendFailure::Unanswered,
    }
}

/// Whether a service's error says so in its text, which tells apart what its code does not.
pub(super) fn says(error: &impl ProvideErrorMetadata, words: &str) -> bool {
    error.message().is_some_and(|text| text.to_lowercase().contains(words))
}

fn by_code(code: Option<&str>, status: u16) -> SendFailure {
    match (code, status) {
        (Some(code), _) if code.starts_with("Throttl") || code == "TooManyRequestsException" => SendFailure::Throttled,
        (_, 429) => SendFailure::Throttled,
        (_, 500..) => SendFailure::Unavailable,
        // A permission that is missing, a signature that has run out: not the message's fault.
        _ => SendFailure::NotAllowed,
    }
}

/// Whether no connection came about, so that surely nothing was sent.
fn was_not_reached(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source())
        .take(DEPTH)
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}
