//! The gateway's own refusals, as problems like those of the functions. In AWS they are API Gateway's, with the same
//! statuses and a body of its own making.

use api::problem::Code;
use api::{CorrelationId, Problem};
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};

/// API Gateway's name for a request, on every answer.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");
/// The functions' name for it.
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// More requests at once than there is concurrency for.
pub(crate) fn throttled() -> Problem {
    Problem::new(Code::Busy, "Too many requests are being processed at once. Try again in a moment.")
}

/// The function failed.
pub(crate) fn function_failed() -> Problem {
    Problem::new(Code::Internal, "The function failed; its log says more.")
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
