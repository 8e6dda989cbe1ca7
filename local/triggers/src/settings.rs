//! How a mapping is set, as in the template.

use std::time::Duration;

use crate::Filter;

/// The first wait before another try. AWS does not tell its own; nobody here wants to wait for minutes.
const FIRST_WAIT_MILLIS: i64 = 100;
/// Waits double until they are eight times the first.
const DOUBLINGS: u32 = 3;

/// How a mapping is set.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// So many records are handed on at once, at most.
    pub batch_size: usize,
    /// So long is waited for a full batch.
    pub window: Duration,
    /// A record is handed on if one of these matches; without any, every record is.
    pub filters: Vec<Filter>,
    /// Whether the function's answer names the records that failed; otherwise every answer means success.
    pub reports_failures: bool,
    /// Whether a batch whose invocation failed is tried again in halves.
    pub bisects: bool,
    /// So often a batch is tried again.
    pub retries: u32,
    /// Records older than this are not handed on.
    pub max_age: Duration,
    /// So long an invocation may take.
    pub timeout: Duration,
    /// The queue for what failed for good, by its name in the template.
    pub failure_queue: String,
}

/// How long a batch that has been tried again so often waits for its next try, in milliseconds.
pub(crate) fn wait_millis(retries: u32) -> i64 {
    FIRST_WAIT_MILLIS << retries.min(DOUBLINGS)
}
