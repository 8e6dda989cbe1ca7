//! Errors of the gateway itself, as problem documents like those of the functions. In AWS, API Gateway answers these
//! with the same statuses and its own bodies.

use api::problem::Code;
use api::{CorrelationId, Problem};
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};

/// API Gateway's header for the id of a request, sent with every answer.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");
/// The functions' header for the same id.
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// The functions already process as many requests as their concurrency allows.
pub(crate) fn throttled() -> Problem {
    Problem::new(Code::Busy, "Too many requests are being processed at once. Try again in a moment.")
}

/// The function failed or panicked.
pub(crate) fn function_failed() -> Problem {
    Problem::new(Code::Internal, "The function failed. See its log for the cause.")
}

/// The answer to a request for `path`.
pub(crate) fn answer(problem: &Problem, path: &str, request_id: &str) -> Response {
    let correlation = CorrelationId::new(request_id);
    let mut answer = problem.answer(path, &correlation);
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CORRELATION_ID, correlation.header());
    answer
}
