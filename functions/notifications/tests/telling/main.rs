//! The function over the embedded table and its stream, and over ends of SNS and SES that misbehave on order: the real
//! SDKs all the way.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot set its stage stops at once, and the fault table is printed"
)]

mod batches;
mod channels;
mod faults;
mod life;
mod overtaken;
mod scene;
mod topic;
