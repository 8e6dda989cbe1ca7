//! Settings of a mapping, as in the template.

use std::time::Duration;

use crate::Filter;

/// Wait before the first retry, in milliseconds. AWS does not document its own, and minutes would be too long here.
const FIRST_WAIT_MILLIS: i64 = 100;
/// The wait doubles this number of times, up to eight times the first.
const DOUBLINGS: u32 = 3;

/// Settings of an event source mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Maximum number of records in a batch.
    pub batch_size: usize,
    /// How long to wait for a full batch.
    pub window: Duration,
    /// A record is passed on if one of these matches; without filters, every record is.
    pub filters: Vec<Filter>,
    /// Whether the function's answer names failed records; otherwise every answer means success.
    pub reports_failures: bool,
    /// Whether a batch whose invocation failed is retried in halves.
    pub bisects: bool,
    /// Maximum number of retries of a batch.
    pub retries: u32,
    /// Records older than this are given up.
    pub max_age: Duration,
    /// Maximum duration of an invocation.
    pub timeout: Duration,
    /// Logical id of the failure queue in the template.
    pub failure_queue: String,
}

/// How long a batch with this number of retries waits for its next attempt, in milliseconds.
pub(crate) fn wait_millis(retries: u32) -> i64 {
    FIRST_WAIT_MILLIS << retries.min(DOUBLINGS)
}
