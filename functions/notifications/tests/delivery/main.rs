//! The function over the embedded table and its stream, with endpoints of SNS and SES that misbehave on request. The
//! SDKs are real.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot set up its scene fails, and the fault table is printed"
)]

mod batches;
mod channels;
mod faults;
mod life;
mod scene;
mod superseded;
mod topic;
